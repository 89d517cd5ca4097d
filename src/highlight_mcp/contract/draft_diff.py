"""What changed between two drafts, in words (contract section 9.4)."""

from collections.abc import Callable
from typing import Any

from ..messages import Argument, Message, has, listed, message, say, verbatim
from ..timeline.schemas import FrozenModel
from ..timeline.time import format_length, format_time
from .draft_view import DraftView, FilterReading, SegmentView, TrackView, TransitionReading, view_draft

MAX_LINES = 12
OVERLAY = "overlay"
"""The role of tracks that lie over the reel; the summary line calls them video, too."""
KINDS = frozenset({"Video", "Overlay", "BGM", "Voice", "SFX", "Title", "Subtitles"})
"""The kinds of tracks that have a name in each language; others stay as they are."""


class PlacedSegment(FrozenModel):
    """A segment with the track that it lies on and its place there, from 1."""

    track: TrackView
    place: int
    segment: SegmentView

    def name(self) -> Message:
        """How people call it: `Video 3`, `Title "Urban Dreams"`, `视频3`."""
        kind = "Overlay" if self.track.role == OVERLAY else self.track.kind
        known = message(f"contract.track.{kind}") if kind in KINDS else kind
        if self.segment.text:
            return message("contract.diff.titled", kind=known, text=self.segment.text)
        return message("contract.diff.numbered", kind=known, n=self.place)


def describe_diff(before: Any, after: Any) -> list[str]:
    """The changes from one raw draft to another; an empty list when nothing readable changed.

    Segments are the same when their ids are, or, without ids, type of track and place. At most
    twelve changes are told one by one; the last line gives the total length before and after.
    """
    old, new = view_draft(before), view_draft(after)
    was, now = _by_key(old), _by_key(new)
    lines = [_described("added", now[key]) for key in now if key not in was]
    lines += [_described("removed", was[key]) for key in was if key not in now]
    for key in now:
        if key in was:
            lines += _changes(was[key], now[key])
    if old.title != new.title:
        lines.append(_sentence("title", after=new.title))
    if (old.width, old.height) != (new.width, new.height) and new.width and new.height:
        lines.append(_sentence("size", after=f"{new.width}x{new.height}"))
    if old.loudness_lufs != new.loudness_lufs:
        lines.append(_sentence("loudness", before=_number(old.loudness_lufs), after=_number(new.loudness_lufs)))
    if old.as_recorded != new.as_recorded:
        lines.append(_sentence("as_recorded" if new.as_recorded else "levelled"))
    lines += _ducked(old, new)
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], _sentence("more", after=len(lines) - MAX_LINES + 1)]
    if old.duration_ms != new.duration_ms:
        lines.append(_sentence("total", before=format_time(old.duration_ms), after=format_time(new.duration_ms)))
    return lines


def _by_key(draft: DraftView) -> dict[tuple[Any, ...], PlacedSegment]:
    placed: dict[tuple[Any, ...], PlacedSegment] = {}
    counts: dict[int | None, int] = {}
    for track in draft.tracks:
        for place, segment in enumerate(track.segments, 1):
            index = counts[track.type] = counts.get(track.type, 0) + 1
            key: tuple[Any, ...] = ("id", segment.id) if segment.id else (track.type, index)
            if key in placed:
                key = (track.type, index, "again")
            placed[key] = PlacedSegment(track=track, place=place, segment=segment)
    return placed


def _changes(was: PlacedSegment, now: PlacedSegment) -> list[str]:
    old, new, name = was.segment, now.segment, now.name()
    lines = []
    if old.start_ms != new.start_ms or was.track.kind != now.track.kind:
        lines.append(_sentence("moved", name=name, before=format_time(old.start_ms), after=format_time(new.start_ms)))
    if old.duration_ms != new.duration_ms:
        lengths = {"before": format_time(old.duration_ms), "after": format_time(new.duration_ms)}
        lines.append(_sentence("trimmed", name=name, **lengths))
    elif (old.in_ms, old.out_ms) != (new.in_ms, new.out_ms):
        lines.append(_sentence("part", name=name))
    if old.text != new.text:
        lines.append(_sentence("text", before=old.text or "", after=new.text or ""))
    if old.volume != new.volume:
        levels = {"before": _percent(old.volume), "after": _percent(new.volume)}
        lines.append(_sentence("volume", name=name, **levels))
    if old.speed != new.speed:
        lines.append(_sentence("speed", name=name, before=old.speed or 1, after=new.speed or 1))
    lines += [*_changes_of_view(old, new, name), *_changes_of_looks(old, new, name)]
    if not lines and old.label != new.label:
        lines.append(_sentence("label", name=name, after=new.label))
    return lines


def _changes_of_view(old: SegmentView, new: SegmentView, name: Message) -> list[str]:
    """How large and where it is seen: the zoom of a clip, the place of a picture or of words over the reel."""
    lines = []
    if old.zoom != new.zoom:
        lines.append(_sentence("zoom", name=name, before=f"{old.zoom or 1:g}", after=f"{new.zoom or 1:g}"))
    elif old.zoom_path != new.zoom_path:
        lines.append(_sentence("zoom_path", name=name))
    if old.position != new.position:
        lines.append(_sentence("position", name=name, before=_place(old.position), after=_place(new.position)))
    if old.width != new.width:
        lines.append(_sentence("width", name=name, before=_percent(old.width), after=_percent(new.width)))
    was, now = (1 if each.opacity is None else each.opacity for each in (old, new))
    if was != now:
        lines.append(_sentence("opacity", name=name, before=_percent(was), after=_percent(now)))
    return lines


def _changes_of_looks(old: SegmentView, new: SegmentView, name: Message) -> list[str]:
    """What was done to its picture and sound: fades, joins, looks, how it is turned."""
    pairs = ((key, told(getattr(old, key)), told(getattr(new, key))) for key, told in LOOKS.items())
    return [_sentence(key, name=name, before=was, after=now) for key, was, now in pairs if was != now]


def _ducked(old: DraftView, new: DraftView) -> list[str]:
    """How much sound is lowered under speech, by the place of its track."""
    was, now = ({track.number: track for track in each.tracks if track.duck_db is not None} for each in (old, new))
    lines = []
    for number in sorted({*was, *now}):
        levels = [each[number].duck_db if number in each else None for each in (was, now)]
        if levels[0] != levels[1]:
            kind = (now if number in now else was)[number].kind
            known = message(f"contract.track.{kind}") if kind in KINDS else kind
            lines.append(_sentence("duck_db", name=known, before=_number(levels[0]), after=_number(levels[1])))
    return lines


def _place(position: str | None) -> Argument:
    """A place of the frame in words; what a stranger calls it stays."""
    return message("contract.diff.unset") if position is None else _term(position)


def _term(name: str) -> Message:
    """A word of the vocabulary in words; one that is not known stays."""
    return message(f"timeline.term.{name}") if has(f"timeline.term.{name}") else verbatim(name)


def _length(length_ms: int | None) -> str:
    return format_length(length_ms or 0)


def _number(value: float | None) -> Argument:
    return message("contract.diff.unset") if value is None else f"{value:g}"


def _degrees(value: int | None) -> str:
    return f"{value or 0}°"


def _switch(value: bool | None) -> Message:
    return message("contract.diff.on" if value else "contract.diff.off")


def _share(value: float | None) -> str:
    return f"{round(100 * (value or 0))}%"


def _named(value: str | None) -> Argument:
    return message("contract.diff.unset") if value is None else _term(value)


def _fit(value: str | None) -> Message:
    return message(f"contract.diff.fit_{value}") if value in ("pad", "blur") else message("contract.diff.fit_cover")


def _flip(value: str | None) -> Message:
    known = value in ("horizontal", "vertical")
    return message(f"contract.diff.flip_{value}") if known else message("contract.diff.unset")


def _join(value: TransitionReading | None) -> Message:
    if value is None:
        return message("contract.diff.plain_cut")
    return message("contract.diff.join", kind=_term(value.kind), length=_length(value.duration_ms))


def _filters(value: tuple[FilterReading, ...] | None) -> Message:
    if not value:
        return message("contract.diff.unset")
    return listed(*map(_filter, value))


def _filter(look: FilterReading) -> Message:
    amount = "" if look.amount is None else f" {look.amount:+g}"
    if look.region is None:
        return message("contract.diff.look", look=_term(look.name), amount=amount)
    part = look.region
    size = f"{_share(part.width)} × {_share(part.height)}"
    place = _term(part.place)
    return message("contract.diff.look_in_part", look=_term(look.name), amount=amount, place=place, size=size)


LOOKS: dict[str, Callable[[Any], Argument]] = {
    "ramp": _share,
    "denoise": _share,
    "transition": _join,
    "fade_in_ms": _length,
    "fade_out_ms": _length,
    "picture_fade_in_ms": _length,
    "picture_fade_out_ms": _length,
    "filters": _filters,
    "fit": _fit,
    "rotate": _degrees,
    "flip": _flip,
    "cropped": _switch,
    "freeze": _switch,
    "color": _named,
}
"""How the fields of a segment are put into words; they have changed where the words have."""


def _described(key: str, item: PlacedSegment) -> str:
    segment = item.segment
    label = "" if segment.text else say("contract.diff.in_brackets", label=segment.label)
    times = {"start": format_time(segment.start_ms), "end": format_time(segment.end_ms)}
    return _sentence(key, name=item.name(), label=label, **times)


def _percent(level: float | None) -> str:
    return say("contract.diff.unset") if level is None else f"{round(100 * level)}%"


def _sentence(key: str, **arguments: Argument) -> str:
    return say(f"contract.diff.{key}", **arguments)
