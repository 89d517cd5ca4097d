"""The `interchange` job: a timeline becomes a list of cuts for another editor, read back where that can be done."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..interchange import InterchangeError
from ..interchange.formats import FORMATS, InterchangeFormat, export_reel, import_reel
from ..interchange.sequence import CutSequence, sequence_of
from ..interchange.sources import SourceFile
from ..messages import message
from ..timeline.media import MediaInfo
from ..timeline.model import Timeline
from .errors import EngineError
from .job_process import Progress
from .render.encoding import writing
from .render.verify import OutputCheck


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write `timeline` with `media` to `output` in the format `preset`; returns the facts of the file.

    What the format has no place for is in `warnings`. Raises EngineError.
    """
    try:
        timeline = Timeline.model_validate(spec["timeline"])
        sources = [_source(entry) for entry in spec["media"]]
        output, chosen = Path(spec["output"]), FORMATS[spec["preset"]]
    except (KeyError, TypeError, ValidationError) as error:
        raise EngineError("bad_request", "engine.unreadable_render", error=str(error)) from error
    progress("encode", 0, 1, message("engine.progress.listing"))
    try:
        exported = export_reel(chosen.name, timeline, sources)
    except InterchangeError as error:
        raise EngineError("bad_request", error.what.key, **error.what.arguments) from error
    with writing(output):
        output.write_bytes(exported.text.encode("utf-8"))
    checks = _checks(chosen, output, timeline, sources)
    progress("encode", 1, 1, message("engine.progress.listing"))
    return {
        "duration_ms": timeline.duration_ms,
        "size_bytes": output.stat().st_size,
        "method": "listed",
        "checks": [check.as_dict() for check in checks],
        "warnings": [each.dump() for each in exported.told],
    }


def _source(entry: dict[str, Any]) -> SourceFile:
    """A file as its owner has it; one that was uploaded has no place that its owner knows."""
    path = None if entry.get("owned") else str(entry["path"])
    return SourceFile(info=MediaInfo.model_validate(entry["info"]), path=path)


def _checks(
    chosen: InterchangeFormat, output: Path, timeline: Timeline, sources: list[SourceFile]
) -> tuple[OutputCheck, ...]:
    """The file is read as another program would, and its cut compared with the timeline."""
    if chosen.reader is None or not any(source.info.has_picture for source in sources):
        return ()
    known = {source.info.media_id: source for source in sources}
    text = output.read_bytes().decode("utf-8")
    try:
        back = _cut(sequence_of(import_reel(chosen, text, sources).timeline, known, chosen.finest))
    except InterchangeError as error:
        return (OutputCheck("read_back", False, error.what),)
    meant = _cut(sequence_of(timeline, known, chosen.finest))
    good = sum(one == other for one, other in zip(back, meant, strict=False)) if len(back) == len(meant) else 0
    detail = message("engine.check.clips", n=good) if good == len(meant) else message(
        "engine.check.of", found=str(good), expected=str(len(meant))
    )  # fmt: skip
    return (OutputCheck("read_back", good == len(meant), detail),)


def _cut(sequence: CutSequence) -> list[tuple[str, int]]:
    """What is shown from which frame of the reel on. The frames of a transition may be on either side of its cut."""
    events = sequence.main.events if sequence.main is not None else ()
    return [
        (event.source.info.media_id, event.record.start if event.transition is None else -1)
        for event in events
        if event.source is not None
    ]
