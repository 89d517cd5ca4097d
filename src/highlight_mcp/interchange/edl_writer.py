"""CMX 3600: an edit decision list in columns of text (CMX 3600 edit list format; SMPTE ST 258 describes the same).

One track of pictures with its sound on channels 1 and 2, music on 3 and 4. Record times begin at one hour, as lists
do. A transition belongs to the event that comes in: it begins at its record in and takes so many frames, the event
before ends there. `M2` says at how many frames a second a source plays, where that is not the rate of the reel.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from .sequence import CutEvent, CutSequence, FrameRange
from .sources import one_line
from .timecode import read_timecode, write_timecode

BLACK_REEL, UNKNOWN_REEL = "BL", "AX"
RATE_COMMENT = "FRAME RATE"
_REEL_CHARS = 8
_SIGNS = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True)
class EdlEvent:
    """One event with the channels that it is on, and the event that its transition comes from.

    It ends `given_up` frames before its cut, where the next one comes in by a transition.
    """

    event: CutEvent
    channels: str
    before: CutEvent | None = None
    given_up: int = 0


def write_edl(sequence: CutSequence) -> str:
    """The text of an `.edl` file, lines ended as CMX has them."""
    events = list(_events(sequence))
    reels = reel_names(sequence)
    lines = [f"TITLE: {one_line(sequence.title) or 'Highlights'}"]
    lines += [f"FCM: {'DROP FRAME' if sequence.drops else 'NON-DROP FRAME'}"]
    width = max(3, len(str(len(events))))
    for number, each in enumerate(events, 1):
        lines += _lines(f"{number:0{width}d}", each, sequence, reels)
        if number == 1:
            lines.append(f"* {RATE_COMMENT}: {sequence.rate}")
    return "\r\n".join([*lines, ""])


def reel_names(sequence: CutSequence) -> dict[str, str]:
    """A name of at most eight capitals and digits for each file, by its media id; no two are the same."""
    names: dict[str, str] = {}
    for source in sequence.sources:
        stem = _reel_stem(source.info.name)
        tried, number = stem, 1
        while tried in names.values() or tried in (BLACK_REEL, UNKNOWN_REEL, "BLACK", "BARS"):
            number += 1
            tried = f"{stem[: _REEL_CHARS - len(str(number))]}{number}"
        names[source.info.media_id] = tried
    return names


def _reel_stem(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.rpartition(".")[0] or name)
    ascii_only = letters.encode("ascii", "ignore").decode().upper()
    return _SIGNS.sub("", ascii_only)[:_REEL_CHARS] or "REEL"


def _events(sequence: CutSequence) -> Iterator[EdlEvent]:
    """The events of the list in the order of their record times: the reel, then what is heard beside it."""
    made: list[EdlEvent] = []
    events = sequence.main.events if sequence.main is not None else ()
    for before, event, after in zip((None, *events), events, (*events[1:], None), strict=False):
        given_up = after.transition.before if after is not None and after.transition is not None else 0
        made += _of_reel(event, before, given_up, sequence.rate)
    for channel, lane in zip(("A3", "A4"), sequence.of("audio"), strict=False):
        made += [EdlEvent(event, channel) for event in lane.events if event.gain > 0]
    return iter(sorted(made, key=lambda each: each.event.record.start))


def _of_reel(event: CutEvent, before: CutEvent | None, given_up: int, reel: Fraction) -> list[EdlEvent]:
    """A clip of the reel. Where a transition comes from a clip of other channels its sound is cut, not faded."""
    channels = _channels(event)
    if event.transition is None or before is None:
        return [EdlEvent(event, channels, None, given_up)]
    if _channels(before) == channels:
        return [EdlEvent(event, channels, before, given_up)]
    sound = "AA" if channels == "AA/V" else "A"
    heard = [EdlEvent(_from_the_middle(event, reel), sound, None, given_up)] if event.is_heard else []
    return [EdlEvent(event, "V", before, given_up), *heard]


def _from_the_middle(event: CutEvent, reel: Fraction) -> CutEvent:
    """A clip from the middle of its transition on."""
    assert event.transition is not None
    shift = event.transition.length // 2 - event.transition.before
    record = FrameRange(event.record.start + shift, event.record.end)
    taken = FrameRange(event.source_range.start + event.source_frames(shift, reel), event.source_range.end)
    return replace(event, record=record, source_range=taken, transition=None)


def _channels(event: CutEvent) -> str:
    if not event.is_heard or event.source is None:
        return "V"
    return "B" if event.source.info.channels == 1 else "AA/V"


def _lines(number: str, each: EdlEvent, sequence: CutSequence, reels: dict[str, str]) -> Iterator[str]:
    event = each.event
    reel = _reel_of(event, reels)
    into = event.transition.before if event.transition is not None else 0
    record = FrameRange(event.record.start - into, event.record.end - each.given_up)
    taken = _taken(event, into, record, sequence.rate)
    if each.before is None or event.transition is None:
        yield _line(number, reel, each.channels, "C", "", event, taken, record, sequence)
        yield from _comments("FROM", event)
    else:
        cut = _end_of(each.before, record.start, sequence.rate)
        edge = FrameRange(record.start, record.start)
        outgoing = _reel_of(each.before, reels)
        yield _line(number, outgoing, each.channels, "C", "", each.before, FrameRange(cut, cut), edge, sequence)
        code = _CODES.get(event.transition.kind, "D")
        length = f"{event.transition.length:03d}"
        yield _line(number, reel, each.channels, code, length, event, taken, record, sequence)
        yield f"* FROM CLIP NAME: {one_line(each.before.name)}"
        yield from _comments("TO", event)
    if _plays_otherwise(event, sequence.rate):
        start = _source_time(event, taken.start, sequence).replace(";", ":")
        yield f"M2   {reel:<8} {_per_second(event):>12}                {start}"
        if event.clip.freeze:
            yield "* * FREEZE FRAME"
    if "V" in each.channels or each.channels == "B":
        yield from _locator(event, sequence)


_CODES = {"crossfade": "D", "wipe": "W001"}


def _taken(event: CutEvent, into: int, record: FrameRange, reel: Fraction) -> FrameRange:
    """The frames of the source under a record range that begins `into` frames before the cut."""
    start = max(-event.first_frame, event.source_range.start - event.source_frames(into, reel))
    return FrameRange(start, start + max(1, event.source_frames(record.length, reel)))


def _end_of(event: CutEvent, record: int, reel: Fraction) -> int:
    """The frame of its source that an event has reached at a frame of the reel."""
    return event.source_range.start + event.source_frames(record - event.record.start, reel)


def _plays_otherwise(event: CutEvent, reel: Fraction) -> bool:
    return event.source is not None and (event.clip.freeze or event.rate != reel or event.clip.speed != 1)


def _per_second(event: CutEvent) -> str:
    """`024.975`: frames of the source that play in a second, to three decimals."""
    frames = event.rate * event.speed
    tenths = frames * 10
    return f"{float(frames):05.1f}" if tenths.denominator == 1 else f"{float(frames):07.3f}"


def _reel_of(event: CutEvent, reels: dict[str, str]) -> str:
    if event.source is not None:
        return reels[event.source.info.media_id]
    return UNKNOWN_REEL if event.clip.media_id is not None else BLACK_REEL


def _line(
    number: str, reel: str, channels: str, code: str, length: str, event: CutEvent, taken: FrameRange,
    record: FrameRange, sequence: CutSequence,
) -> str:  # fmt: skip
    source = [_source_time(event, at, sequence) for at in (taken.start, taken.end)]
    start = first_record_frame(sequence.rate, drop=sequence.drops)
    reel_times = [write_timecode(start + at, sequence.rate, drop=sequence.drops) for at in (record.start, record.end)]
    return f"{number}  {reel:<8} {channels:<4}  {code:<4} {length:>3} {' '.join([*source, *reel_times])}"


def _source_time(event: CutEvent, at: int, sequence: CutSequence) -> str:
    drops = event.source.drops(sequence.drops) if event.source is not None else sequence.drops
    return write_timecode(max(0, event.first_frame + at), event.rate, drop=drops)


def first_record_frame(rate: Fraction, *, drop: bool) -> int:
    """The frame of one hour, at which lists begin."""
    return read_timecode(f"01:00:00{';' if drop else ':'}00", rate)


def _comments(way: str, event: CutEvent) -> Iterator[str]:
    if event.source is None and event.clip.media_id is None and not event.clip.label:
        return
    yield f"* {way} CLIP NAME: {one_line(event.name)}"
    if event.source is not None:
        yield f"* {way} CLIP: {event.source.url}"


def _locator(event: CutEvent, sequence: CutSequence) -> Iterator[str]:
    """Why a clip was chosen, as a locator at its start."""
    words = ": ".join(part for part in (one_line(event.clip.label), one_line(str(event.clip.why))) if part)
    if words:
        start = first_record_frame(sequence.rate, drop=sequence.drops) + event.record.start
        yield f"* LOC: {write_timecode(start, sequence.rate, drop=sequence.drops)} GREEN   {words}"
