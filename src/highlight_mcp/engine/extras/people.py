"""How many people are to be seen, by their faces: as evidence at moments, and as something to look for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...messages import listed, message
from ...timeline.media import MediaInfo
from ...timeline.operations import Criterion
from ..job_process import Progress
from ..moments.moment import Candidate
from ..signals.analysis import Analysis
from .face_looks import FaceLooks
from .vision import places

_MOST = 12  # candidates that are looked at, best first
_HALF_MS, _TOGETHER_MS = 2_500, 12_000  # ms around a look; ms between two looks of one stretch
_PEOPLE = ("people", "person", "persons", "face", "faces", "somebody", "someone", "anybody", "anyone", "humans")
_COUNTED = {"one": 1, "1": 1, "two": 2, "2": 2, "both": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5}
_PLACED = ("in", "it", "them", "picture", "frame", "shot")


class PeopleSeen:
    """Counts faces in single frames of one recording; implements `CloserLook`."""

    def __init__(
        self, path: Path, media: MediaInfo, folder: Path, *, cache_dir: Path | None, progress: Progress
    ) -> None:
        told = message("engine.progress.people")
        self._looks = FaceLooks(path, media, folder, cache_dir=cache_dir, progress=progress, told=told)

    def counts(self, times_ms: Sequence[int]) -> list[int]:
        """How many faces the frames at these times show. Raises EngineError."""
        return [len(faces) for faces in self._looks.near(times_ms)]

    def judged(self, found: Sequence[Candidate], criterion: Criterion) -> list[Candidate]:
        """The best candidates with how many people they show, where two looks agree that there are some."""
        first = list(found)[:_MOST]
        times = [at for one in first for at in _two_times(one)]
        seen = self.counts(times)
        pairs = zip(first, seen[::2], seen[1::2], strict=True)
        return [_shown(one, min(before, after)) for one, before, after in pairs] + list(found)[_MOST:]

    def stretches(self, analysis: Analysis, least: int, within: tuple[int, int]) -> list[Candidate]:
        """Where at least so many people are to be seen, the most and longest first."""
        times = places(analysis, within)
        looks = [(at, count) for at, count in zip(times, self.counts(times), strict=True) if count >= least]
        out: list[Candidate] = []
        together: list[tuple[int, int]] = []
        for look in [*looks, None]:
            if look is not None and (not together or look[0] - together[-1][0] <= _TOGETHER_MS):
                together.append(look)
                continue
            if together:
                out.append(_stretch(together, within))
            together = [look] if look is not None else []
        return sorted(out, key=lambda one: (-one.score, one.start_ms))


def people_meant(query: str) -> int | None:
    """How many people at least words ask for, when they ask for nothing else: `two people` → 2; else None."""
    said = query.casefold().split()
    known = {*_PEOPLE, *_COUNTED, *_PLACED, "a", "an", "the", "some", "any", "with"}
    if not set(said) <= known or not set(said) & set(_PEOPLE):
        return None
    return next((_COUNTED[word] for word in said if word in _COUNTED), 1)


def _two_times(one: Candidate) -> tuple[int, int]:
    """Near the start and at the peak, on whole tenths of a second so that the next edit knows them."""
    return one.start_ms // 100 * 100, max(one.start_ms, one.peak_ms) // 100 * 100


def _shown(one: Candidate, count: int) -> Candidate:
    if not count:
        return one
    why = listed(one.why, message("engine.why.people", n=count))
    return replace(one, why=why, signals={**one.signals, "people": count})


def _stretch(looks: Sequence[tuple[int, int]], within: tuple[int, int]) -> Candidate:
    at, most = max(looks, key=lambda look: (look[1], -look[0]))
    start, end = max(within[0], looks[0][0] - _HALF_MS), min(within[1], looks[-1][0] + _HALF_MS)
    return Candidate(
        start_ms=start, end_ms=max(end, start + 500), peak_ms=at, score=round(5.0 + most + (end - start) / 60_000, 3),
        confidence="medium", why=message("engine.why.people", n=most), signals={"kind": "people", "people": most},
        least_lead_ms=0, lead_ms=1_000,
    )  # fmt: skip
