"""What changed between two drafts, in words (contract section 9.4)."""

from typing import Any

from ..timeline.say import Language
from ..timeline.time import clock
from ..timeline.value import Value
from .reading import DraftReading, SegmentReading, TrackReading, read_draft
from .wording import KINDS, WORDING

MAX_LINES = 12


class Placed(Value):
    """A segment with the track that it lies on and its place there, from 1."""

    track: TrackReading
    place: int
    segment: SegmentReading

    def name(self, language: Language) -> str:
        """How people call it: `Video 3`, `Title "Urban Dreams"`, `视频3`."""
        chinese = language == "zh"
        kind = KINDS.get(self.track.kind, self.track.kind) if chinese else self.track.kind
        if self.segment.text:
            return f"{kind}“{self.segment.text}”" if chinese else f'{kind} "{self.segment.text}"'
        return f"{kind}{self.place}" if chinese else f"{kind} {self.place}"


def difference(before: Any, after: Any, language: Language = "en") -> list[str]:
    """The changes from one raw draft to another; an empty list when nothing readable changed.

    Segments are the same when their ids are, or, without ids, type of track and place. At most
    twelve changes are told one by one; the last line gives the total length before and after.
    """
    old, new = read_draft(before), read_draft(after)
    was, now = _by_key(old), _by_key(new)
    lines = [_described("added", now[key], language) for key in now if key not in was]
    lines += [_described("removed", was[key], language) for key in was if key not in now]
    for key in now:
        if key in was:
            lines += _changes(was[key], now[key], language)
    if old.title != new.title:
        lines.append(_told("title", language, after=new.title))
    if (old.width, old.height) != (new.width, new.height) and new.width and new.height:
        lines.append(_told("size", language, after=f"{new.width}x{new.height}"))
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], _told("more", language, after=len(lines) - MAX_LINES + 1)]
    if old.duration_ms != new.duration_ms:
        lines.append(_told("total", language, before=clock(old.duration_ms), after=clock(new.duration_ms)))
    return lines


def _by_key(draft: DraftReading) -> dict[tuple[Any, ...], Placed]:
    found: dict[tuple[Any, ...], Placed] = {}
    counts: dict[int | None, int] = {}
    for track in draft.tracks:
        for place, segment in enumerate(track.segments, 1):
            index = counts[track.type] = counts.get(track.type, 0) + 1
            key: tuple[Any, ...] = ("id", segment.id) if segment.id else (track.type, index)
            if key in found:
                key = (track.type, index, "again")
            found[key] = Placed(track=track, place=place, segment=segment)
    return found


def _changes(was: Placed, now: Placed, language: Language) -> list[str]:
    old, new, name = was.segment, now.segment, now.name(language)
    lines = []
    if old.start_ms != new.start_ms or was.track.kind != now.track.kind:
        lines.append(_told("moved", language, name=name, before=clock(old.start_ms), after=clock(new.start_ms)))
    if old.duration_ms != new.duration_ms:
        lengths = {"before": clock(old.duration_ms), "after": clock(new.duration_ms)}
        lines.append(_told("trimmed", language, name=name, **lengths))
    elif (old.in_ms, old.out_ms) != (new.in_ms, new.out_ms):
        lines.append(_told("part", language, name=name))
    if old.text != new.text:
        lines.append(_told("text", language, before=old.text or "", after=new.text or ""))
    if old.volume != new.volume:
        levels = {"before": _percent(old.volume, language), "after": _percent(new.volume, language)}
        lines.append(_told("volume", language, name=name, **levels))
    if old.speed != new.speed:
        lines.append(_told("speed", language, name=name, before=old.speed or 1, after=new.speed or 1))
    if not lines and old.label != new.label:
        lines.append(_told("label", language, name=name, after=new.label))
    return lines


def _described(key: str, item: Placed, language: Language) -> str:
    segment = item.segment
    brackets = "（{}）" if language == "zh" else " ({})"
    label = "" if segment.text else brackets.format(segment.label)
    times = {"start": clock(segment.start_ms), "end": clock(segment.end_ms)}
    return _told(key, language, name=item.name(language), label=label, **times)


def _percent(level: float | None, language: Language) -> str:
    return WORDING["unset"].within(language) if level is None else f"{round(100 * level)}%"


def _told(key: str, language: Language, **slots: object) -> str:
    return WORDING[key].within(language).format(**slots)
