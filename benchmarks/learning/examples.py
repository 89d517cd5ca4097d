"""Candidates of labelled recordings as examples: what was measured at each, and whether it lies on an event."""

import json
from dataclasses import dataclass
from pathlib import Path

from judging import Truth, real

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import RecordingSignals
from highlight_mcp.engine.moments.moment import Candidate
from highlight_mcp.engine.moments.ranking import moments_apart
from highlight_mcp.engine.signals.analysis import analyse


@dataclass(frozen=True)
class Labelled:
    """One recording, its signals and what is true about it; `sources` are the clips and sounds it is made of."""

    name: str
    profile: str
    signals: RecordingSignals
    truth: Truth
    sources: frozenset[str]


@dataclass(frozen=True, eq=False)
class Example:
    """One candidate with points of the rules; `is_real` whether it lies on an event."""

    recording: Labelled
    candidate: Candidate
    is_real: bool

    @property
    def kind(self) -> str:
        return str(self.candidate.signals["kind"])


def recordings(folders: list[Path], cache: Path) -> list[Labelled]:
    """All labelled recordings of some folders; signals are kept in `cache`, so that the next time costs nothing."""
    out = []
    for told in sorted(file for folder in folders for file in folder.glob("*.truth.json")):
        truth = json.loads(told.read_text())
        file = told.parent / truth["file"]
        info = probe(file)
        analysis = analyse(file, info, cache=cache, progress=no_progress)
        sources = frozenset(Path(source).name for source in truth.get("sources", []))
        signals = RecordingSignals("m", file.name, info, analysis)
        out.append(Labelled(told.name.removesuffix(".truth.json"), truth["profile"], signals, truth, sources))
    return out


def examples(some: list[Labelled]) -> list[Example]:
    """All candidates of some recordings but those that count neither way."""
    return [
        Example(one, candidate, is_real)
        for one in some
        for candidate in moments_apart(one.signals.analysis)
        if (is_real := real(candidate, one.truth)) or not _neutral(candidate, one.truth)
    ]


def _neutral(candidate: Candidate, truth: Truth) -> bool:
    spans = truth.get("neutral", [])
    return any(candidate.start_ms < end * 1000 and candidate.end_ms > start * 1000 for start, end in spans)
