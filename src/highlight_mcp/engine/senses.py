"""What the footage says, for the operations that ask: analyses only what is asked for, once."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ..timeline.media import MediaInfo
from ..timeline.operations import Highlights
from ..timeline.picks import Choice, Pick
from ..timeline.senses import Cue
from ..timeline.time import TimeRange
from .analysis import Analysis, analyse
from .errors import EngineError
from .moments import Moment, Source, choose
from .progress import Progress, part
from .subtitles import sidecars

ANALYSIS_SHARE = 90


class Footage:
    """The media of one session, read on demand. Implements `timeline.senses.Senses`."""

    def __init__(
        self, media: Mapping[str, MediaInfo], paths: Mapping[str, Path], cache_dir: Path | None, progress: Progress
    ) -> None:
        self._media = media
        self._paths = paths
        self._cache = cache_dir
        self._progress = progress
        self._analysis = cache(self._analyse)

    def highlights(self, wish: Highlights, kept: Sequence[Pick]) -> Choice:
        """The best moments for a wish, away from what is kept; several sources share one ranking."""
        sources = [Source(info.media_id, info.name, info, self._analysis(info.media_id)) for info in self._asked(wish)]
        self._progress("choose", 95, 100, "Choosing the moments")
        found = choose(sources, _roomier(wish, kept))
        picks = [self._pick(moment) for moment in found.picks if not _overlaps(moment, kept)]
        return Choice(
            picks=tuple(_within_length(picks, wish)),
            neighbours=tuple(self._pick(moment) for moment in found.neighbours),
            notes=tuple(found.notes),
        )

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> Sequence[TimeRange]:
        """Pauses of one source; none where there is no sound at all."""
        return [TimeRange(start_ms=a, end_ms=b) for a, b in self._analysis(media_id).silences(min_ms, margin_ms)]

    def beats(self, media_id: str) -> Sequence[int]:
        """Beats of a piece of music."""
        from .beats import beats

        return beats(self._paths[media_id])

    def focus(self, media_id: str, source: TimeRange) -> float | None:
        """Median of where things move within the range; None for images and unseen stretches."""
        if self._media[media_id].kind != "video":
            return None
        places = sorted(
            x for at, x in self._analysis(media_id).focus() if source.start_ms - 1000 <= at <= source.end_ms
        )
        return places[len(places) // 2] if places else None

    def cues(self, asset: str | None) -> Sequence[Cue]:
        """Cues of the subtitle files beside the footage."""
        return [cue for media_id, path in self._paths.items() for cue in sidecars(media_id, path, asset)]

    def _asked(self, wish: Highlights) -> list[MediaInfo]:
        infos = [info for info in self._media.values() if info.kind != "audio"] or list(self._media.values())
        if wish.source is None:
            return infos
        named = [info for info in infos if wish.source in (info.media_id, info.name)]
        if not named:
            known = ", ".join(info.name for info in infos)
            raise EngineError("asset_missing", f"There is no footage named {wish.source!r}.", f"There is: {known}.")
        return named

    def _analyse(self, media_id: str) -> Analysis:
        order = [info.media_id for info in self._media.values()]
        place, count = order.index(media_id), len(order)
        share = part(self._progress, ANALYSIS_SHARE * place // count, ANALYSIS_SHARE * (place + 1) // count)
        return analyse(self._paths[media_id], self._media[media_id], cache=self._cache, progress=share)

    def _pick(self, moment: Moment) -> Pick:
        return Pick(
            media_id=moment.media_id, source=self._media[moment.media_id].name, start_ms=moment.start_ms,
            end_ms=moment.end_ms, peak_ms=moment.peak_ms, score=round(float(moment.score), 3),
            confidence=moment.confidence, why=moment.why, signals=moment.signals,
        )  # fmt: skip


def _overlaps(moment: Moment, kept: Sequence[Pick]) -> bool:
    return any(
        pick.media_id == moment.media_id and moment.start_ms < pick.end_ms and pick.start_ms < moment.end_ms
        for pick in kept
    )


def _roomier(wish: Highlights, kept: Sequence[Pick]) -> Highlights:
    """Ask for what is kept as well: it ranks among the found and is left out afterwards."""
    if not kept:
        return wish
    shown = sum(pick.span.duration_ms for pick in kept)
    count = None if wish.count is None else wish.count + len(kept)
    return wish.model_copy(update={"total_ms": (wish.total_ms or 60_000) + shown, "count": count})


def _within_length(picks: Sequence[Pick], wish: Highlights) -> list[Pick]:
    """The best of the picks that fit the length asked for, in their own order."""
    if wish.mode == "replace" or wish.total_ms is None:
        return list(picks)
    room, best = wish.total_ms, []
    for pick in sorted(picks, key=lambda pick: -pick.score):
        if pick.span.duration_ms <= room * 1.15 or not best:
            best.append(pick)
            room -= pick.span.duration_ms
    return [pick for pick in picks if pick in best]
