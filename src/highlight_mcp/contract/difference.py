"""What changed between two drafts, in words (contract section 9.4)."""

from typing import Any

from ..timeline.time import clock
from ..timeline.value import Value
from .reading import DraftReading, SegmentReading, TrackReading, read_draft

MAX_LINES = 12


class Placed(Value):
    """A segment with the track that it lies on and its place there, from 1."""

    track: TrackReading
    place: int
    segment: SegmentReading

    @property
    def name(self) -> str:
        """How people call it: `Video 3`, `Title "Urban Dreams"`."""
        if self.segment.text:
            return f'{self.track.kind} "{self.segment.text}"'
        return f"{self.track.kind} {self.place}"


def difference(before: Any, after: Any) -> list[str]:
    """The changes from one raw draft to another; an empty list when nothing readable changed.

    Segments are the same when their ids are, or, without ids, type of track and place. At most
    twelve changes are told one by one; the last line gives the total length before and after.
    """
    old, new = read_draft(before), read_draft(after)
    was, now = _by_key(old), _by_key(new)
    lines = [f"added {_described(now[key])}" for key in now if key not in was]
    lines += [f"removed {_described(was[key])}" for key in was if key not in now]
    for key in now:
        if key in was:
            lines += _changes(was[key], now[key])
    if old.title != new.title:
        lines.append(f'title is now "{new.title}"')
    if (old.width, old.height) != (new.width, new.height) and new.width and new.height:
        lines.append(f"picture is now {new.width}x{new.height}")
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], f"{len(lines) - MAX_LINES + 1} more changes"]
    if old.duration_ms != new.duration_ms:
        lines.append(f"total length {clock(old.duration_ms)} → {clock(new.duration_ms)}")
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


def _changes(was: Placed, now: Placed) -> list[str]:
    old, new = was.segment, now.segment
    lines = []
    if old.start_ms != new.start_ms or was.track.kind != now.track.kind:
        lines.append(f"moved {now.name} from {clock(old.start_ms)} to {clock(new.start_ms)}")
    if old.duration_ms != new.duration_ms:
        lines.append(f"trimmed {now.name} from {clock(old.duration_ms)} to {clock(new.duration_ms)}")
    elif (old.in_ms, old.out_ms) != (new.in_ms, new.out_ms):
        lines.append(f"{now.name} shows another part of its source")
    if old.text != new.text:
        lines.append(f'text changed from "{old.text or ""}" to "{new.text or ""}"')
    if old.volume != new.volume:
        lines.append(f"volume of {now.name} {_percent(old.volume)} → {_percent(new.volume)}")
    if old.speed != new.speed:
        lines.append(f"speed of {now.name} {old.speed or 1} → {new.speed or 1}")
    if not lines and old.label != new.label:
        lines.append(f"{now.name} is now {new.label}")
    return lines


def _described(item: Placed) -> str:
    segment = item.segment
    label = "" if segment.text else f" ({segment.label})"
    return f"{item.name}{label} at {clock(segment.start_ms)}-{clock(segment.end_ms)}"


def _percent(level: float | None) -> str:
    return "unset" if level is None else f"{round(100 * level)}%"
