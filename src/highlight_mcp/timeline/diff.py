"""What changed between two timelines, as data and in words (contract section 9.4)."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from .model import AudioTrack, Clip, Text, TextTrack, Timeline, VideoTrack, items
from .phrases import Phrase, phrase
from .say import Language
from .time import clock
from .value import Value

ChangeKind = Literal["added", "removed", "moved", "trimmed", "speed", "volume", "text", "look", "canvas"]
ItemKind = Literal["clip", "sound", "text", "timeline"]
MOST_LINES = 12


class ItemChange(Value):
    """One change of one thing. `number` is its place on its track from 1: before for removed things, else after."""

    kind: ChangeKind
    item: ItemKind
    id: str = ""
    number: int = 0
    told: Phrase


class Difference(Value):
    """All changes, and the length in ms before and after."""

    changes: tuple[ItemChange, ...] = ()
    before_ms: int = 0
    after_ms: int = 0

    def lines(self, language: Language = "en") -> list[str]:
        """The changes in words, at most twelve, and the lengths where they differ."""
        told = [change.told.say(language) for change in self.changes]
        if len(told) > MOST_LINES:
            more = phrase("diff_more", n=len(told) - MOST_LINES + 1).say(language)
            told = [*told[: MOST_LINES - 1], more]
        if self.before_ms != self.after_ms:
            total = phrase("diff_total", before=clock(self.before_ms), after=clock(self.after_ms))
            told.append(total.say(language))
        return told


class _Placed(NamedTuple):
    kind: ItemKind
    number: int
    thing: Clip | Text


def difference(before: Timeline | None, after: Timeline | None) -> Difference:
    """Compare two timelines; things are the same when their ids are."""
    old, new = before or Timeline(), after or Timeline()
    was, now = _by_id(old), _by_id(new)
    changes = [_added(now[name]) for name in now if name not in was]
    changes += [_removed(was[name]) for name in was if name not in now]
    moved = _moved([clip.id for clip in old.clips], [clip.id for clip in new.clips])
    for name in now:
        if name in was:
            changes += _changes(was[name], now[name], name in moved)
    changes += _canvas(old, new)
    return Difference(changes=tuple(changes), before_ms=old.duration_ms, after_ms=new.duration_ms)


def _by_id(timeline: Timeline) -> dict[str, _Placed]:
    found: dict[str, _Placed] = {}
    for track in timeline.tracks:
        kind: ItemKind = "clip"
        if isinstance(track, TextTrack):
            kind = "text"
        elif isinstance(track, AudioTrack):
            kind = "sound"
        elif not isinstance(track, VideoTrack):
            continue
        things: Sequence[Clip | Text] = items(track)
        for number, thing in enumerate(things, 1):
            found.setdefault(thing.id, _Placed(kind, number, thing))
    return found


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Ids that changed their place among those that both have; the fewest that explain the new order."""
    places = {name: place for place, name in enumerate(old)}
    order = [name for name in new if name in places]
    return set(order) - set(_longest_rising(order, [places[name] for name in order]))


def _longest_rising(names: Sequence[str], places: Sequence[int]) -> Iterator[str]:
    """A longest subsequence in rising order (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    links: list[int] = []
    for index, place in enumerate(places):
        at = bisect_left(tails, place)
        links.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(place)
            ends.append(index)
        else:
            tails[at], ends[at] = place, index
    index = ends[-1] if ends else -1
    while index >= 0:
        yield names[index]
        index = links[index]


def _name(placed: _Placed) -> dict[str, str | int]:
    thing = placed.thing
    label = thing.text if isinstance(thing, Text) else thing.label or "-"
    return {"n": placed.number, "label": label if len(label) <= 60 else f"{label[:59]}…"}


def _change(kind: ChangeKind, key: str, placed: _Placed, **slots: str | int) -> ItemChange:
    told = phrase(f"diff_{key}_{placed.kind}", **{**_name(placed), **slots})
    return ItemChange(kind=kind, item=placed.kind, id=placed.thing.id, number=placed.number, told=told)


def _added(placed: _Placed) -> ItemChange:
    thing = placed.thing
    return _change("added", "added", placed, start=clock(thing.start_ms), end=clock(thing.end_ms))


def _removed(placed: _Placed) -> ItemChange:
    return _change("removed", "removed", placed)


def _changes(was: _Placed, now: _Placed, moved: bool) -> Iterator[ItemChange]:
    old, new = was.thing, now.thing
    if moved or (now.kind != "clip" and old.start_ms != new.start_ms):
        yield _change("moved", "moved", now, start=clock(new.start_ms), old=was.number)
    if isinstance(old, Text) or isinstance(new, Text):
        yield from _text_changes(was, now)
        return
    if old.speed != new.speed:
        yield _change("speed", "speed", now, before=f"{float(old.speed):g}", after=f"{float(new.speed):g}")
    elif (old.source, old.duration_ms) != (new.source, new.duration_ms):
        yield _trimmed(old, new, now)
    if old.volume != new.volume:
        yield _change("volume", "volume", now, before=_percent(old), after=_percent(new))
    if _look(old) != _look(new):
        yield _change("look", "look", now)


def _trimmed(old: Clip | Text, new: Clip | Text, now: _Placed) -> ItemChange:
    return _change("trimmed", "trimmed", now, before=clock(old.duration_ms), after=clock(new.duration_ms))


def _text_changes(was: _Placed, now: _Placed) -> Iterator[ItemChange]:
    old, new = was.thing, now.thing
    if old.duration_ms != new.duration_ms:
        yield _trimmed(old, new, now)
    if isinstance(old, Text) and isinstance(new, Text):
        if old.text != new.text:
            yield _change("text", "words", now, before=old.text, after=new.text)
        if old.style != new.style:
            yield _change("look", "look", now)


def _percent(clip: Clip) -> str:
    return f"{round(100 * clip.volume)}%"


def _look(clip: Clip) -> tuple[object, ...]:
    return (clip.fit, clip.focus, clip.rotate, clip.flip, clip.crop, clip.filters, clip.transition, clip.color,
            clip.fade_in_ms, clip.fade_out_ms, clip.picture_fade_in_ms, clip.picture_fade_out_ms)  # fmt: skip


def _canvas(old: Timeline, new: Timeline) -> Iterator[ItemChange]:
    facts: list[tuple[str, object, object]] = [
        ("diff_size", f"{old.width}x{old.height}", f"{new.width}x{new.height}"),
        ("diff_loudness", _lufs(old), _lufs(new)),
        ("diff_duck", _duck(old), _duck(new)),
    ]
    for key, before, after in facts:
        if before != after:
            told = phrase(key, before=str(before), after=str(after))
            yield ItemChange(kind="canvas", item="timeline", told=told)


def _lufs(timeline: Timeline) -> str:
    return "-" if timeline.loudness_lufs is None else f"{timeline.loudness_lufs:g} LUFS"


def _duck(timeline: Timeline) -> str:
    tracks = (track for track in timeline.tracks if isinstance(track, AudioTrack) and track.role == "bgm")
    track = next(tracks, None)
    return "-" if track is None or track.duck_db is None else f"{track.duck_db:g} dB"
