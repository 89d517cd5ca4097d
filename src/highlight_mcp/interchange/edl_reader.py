"""CMX 3600 read: events, their transitions and speeds, and the comments in which editors name files. Pure.

A list has no frame rate: it is the given one, that of our comment, 29.97 where frames are dropped, else that of the
footage. A list counts its footage at the footage's rate where that is known.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..messages import Message, message
from ..timeline.model import TransitionKind
from ..timeline.time import parse_rate
from . import InterchangeError
from .edl_writer import BLACK_REEL, RATE_COMMENT, first_record_frame
from .readings import ReadClip, ReadLane, ReadReel, ReadTransition
from .sequence import BLACK
from .sources import MediaLibrary, SourceFile
from .timecode import NTSC, TIMECODE_FINEST, is_dropping, nominal, read_timecode, simplest_near

_EVENT = re.compile(
    r"(\d{1,6})\s+(\S+)\s+(\S+)\s+([A-Z]+\d*)\s+(?:(\d{1,4})\s+)?"
    r"(\d\d:\d\d:\d\d[:;.,]\d\d)\s+(\d\d:\d\d:\d\d[:;.,]\d\d)\s+(\d\d:\d\d:\d\d[:;.,]\d\d)\s+(\d\d:\d\d:\d\d[:;.,]\d\d)"
)
_NUMBERED = re.compile(r"\d{1,6}\s")
_SPEED = re.compile(r"M2\s+(.*?)\s+(-?\d{1,4}(?:\.\d{1,6})?)\s+\d\d:\d\d:\d\d[:;.,]\d\d")
_COMMENT = re.compile(
    r"\*\s*(FROM CLIP NAME|TO CLIP NAME|FROM CLIP|TO CLIP|FROM FILE|SOURCE FILE|LOC|[A-Z ]+RATE)\s*:\s*(.*)"
)
_LOCATOR = re.compile(r"(?:\d\d:\d\d:\d\d[:;.,]\d\d)\s+(?:[A-Z]+\s+)?(.*)")
_M2_SLACK = Fraction(1, 2000)
"""Frames a second that a speed of three decimals may be off."""
_KINDS: dict[str, TransitionKind] = {"D": "crossfade", "W": "wipe"}
_UNCOUNTED = Fraction(25)
"""The rate of a list that says none, of footage that is not known."""


@dataclass
class _Line:
    """One event line with its number in the list."""

    line: int
    event: str
    reel: str
    channels: str
    code: str
    length: int
    times: tuple[str, str, str, str]


@dataclass
class _Event:
    """The lines of one event and what its comments say."""

    lines: list[_Line]
    comments: dict[str, str] = field(default_factory=dict)
    speed: Fraction | None = None
    freeze: bool = False
    backwards: bool = False


def read_edl(text: str, library: MediaLibrary, rate: Fraction | None = None) -> ReadReel:
    """The cuts of an `.edl` file. Raises InterchangeError, which names the line."""
    title, events = _parsed(text)
    if not events:
        raise InterchangeError("interchange.no_timeline", format="EDL")
    return _List(title, events, library, rate).read()


def _parsed(text: str) -> tuple[str, list[_Event]]:
    title, events = "", list[_Event]()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip().lstrip("\ufeff")
        if _NUMBERED.match(words):
            _take_event(words, number, events)
        elif words.upper().startswith("TITLE:"):
            title = words[6:].strip()
        elif events and words:
            _take_comment(words, number, events)
    return title, events


def _take_event(words: str, number: int, events: list[_Event]) -> None:
    match = _EVENT.match(words)
    if match is None:
        raise InterchangeError("interchange.broken_line", line=number, given=words[:80])
    event, reel, channels, code, length, *times = match.groups()
    line = _Line(
        number, event, reel, channels.upper(), code, int(length or 0), (times[0], times[1], times[2], times[3])
    )
    follows = bool(events) and events[-1].lines[-1].event == event and code != "C"
    if follows:
        events[-1].lines.append(line)
    else:
        events.append(_Event([line]))


def _take_comment(words: str, number: int, events: list[_Event]) -> None:
    event = events[-1]
    if words.startswith("M2"):
        match = _SPEED.match(words)
        if match is None:
            raise InterchangeError("interchange.broken_line", line=number, given=words[:80])
        event.backwards = match[2].startswith("-")
        event.speed = abs(Fraction(match[2]))
        event.freeze = event.freeze or event.speed == 0
    elif "FREEZE FRAME" in words:
        event.freeze = True
    elif match := _COMMENT.match(words):
        event.comments.setdefault(match[1].strip(), match[2].strip())


class _List:
    """Reads the events of one list."""

    def __init__(self, title: str, events: Sequence[_Event], library: MediaLibrary, rate: Fraction | None) -> None:
        self._title, self._events, self._library = title, events, library
        self._lost: list[Message] = []
        self._rate = rate or self._told_rate() or self._rate_of_files()
        starts = [self._frames(event.lines[-1], 2, self._rate) for event in events]
        hour = first_record_frame(self._rate, drop=is_dropping(events[0].lines[-1].times[2]))
        self._origin = min(starts) // hour * hour

    def read(self) -> ReadReel:
        lanes: dict[str, list[ReadClip]] = {}
        for event in self._events:
            for channel in _lanes_of(event.lines[-1].channels):
                lanes.setdefault(channel, []).append(self._clip(event, channel))
        shown = lanes.pop("V", [])
        made = [ReadLane("video", tuple(_without_lead(shown, self._rate)), "V")]
        made += [
            ReadLane("audio", tuple(_without_lead(clips, self._rate)), name) for name, clips in sorted(lanes.items())
        ]
        return ReadReel(self._title, self._rate, lanes=tuple(made), lost=tuple(dict.fromkeys(self._lost)))

    def _told_rate(self) -> Fraction | None:
        for event in self._events:
            try:
                told = parse_rate(event.comments.get(RATE_COMMENT, ""))
            except ValueError:
                continue
            return told if 1 <= told <= 1000 else None
        times = [time for event in self._events for line in event.lines for time in line.times[2:]]
        if any(is_dropping(time) for time in times):
            return (60 if any(int(time[-2:]) >= 30 for time in times) else 30) * NTSC
        return None

    def _rate_of_files(self) -> Fraction:
        """The rate that most of the footage has, and that the frames of all times allow."""
        found = (self._source(event) for event in self._events)
        rates = Counter(
            source.rate(_UNCOUNTED) for source in found if source is not None and source.info.kind == "video"
        )
        highest = max(int(time[-2:]) for event in self._events for line in event.lines for time in line.times[2:])
        likely = [rate for rate, _ in rates.most_common() if nominal(rate) > highest]
        rate = next(iter(likely), next((Fraction(each) for each in (25, 30, 60) if each > highest), Fraction(100)))
        self._lost.append(message("interchange.unread.rate_assumed", rate=f"{float(rate):g}"))
        return rate

    def _source(self, event: _Event) -> SourceFile | None:
        link, name = _names(event)
        return self._library.find(link, name, event.lines[-1].reel) if _is_footage(event) else None

    def _frames(self, line: _Line, place: int, rate: Fraction) -> int:
        try:
            return read_timecode(line.times[place], rate)
        except ValueError:
            raise InterchangeError(
                "interchange.broken_timecode", line=line.line, given=line.times[place], rate=f"{float(rate):g}"
            ) from None

    def _clip(self, event: _Event, channel: str) -> ReadClip:
        line = event.lines[-1]
        source, (link, name) = self._source(event), _names(event)
        rate = source.rate(self._rate, TIMECODE_FINEST) if source is not None else self._rate
        record = [self._frames(line, place, self._rate) - self._origin for place in (2, 3)]
        if record[1] < record[0]:
            raise InterchangeError("interchange.broken_line", line=line.line, given=" ".join(line.times[2:]))
        self._frames(line, 1, rate)
        taken = self._frames(line, 0, rate) - (source.first_frame(rate) if source is not None else 0)
        if event.backwards:
            self._lost.append(message("interchange.unread.backwards", name=name or line.reel))
        speed = self._speed(event, rate)
        passes = Fraction(0) if event.freeze else speed
        lead = line.length // 2 if line.code != "C" else 0
        return ReadClip(
            start=(record[0] + lead) / self._rate, length=max(0, record[1] - record[0] - lead) / self._rate,
            link=link, name=name if _is_footage(event) else "", source=source,
            source_start=max(Fraction(0), (taken + round(lead * rate * passes / self._rate)) / rate), speed=speed,
            freeze=event.freeze, color=None if _is_footage(event) else BLACK,
            sound=self._sound(line) if channel == "V" else None,
            transition=self._transition(line), why=_reason(event, channel), place=line.line,
        )  # fmt: skip

    def _sound(self, line: _Line) -> bool | None:
        """Whether a picture has its sound with it; where sound stands in events of its own, these tell."""
        if line.channels not in ("V", "VIDEO"):
            return True
        return None if any(event.lines[-1].channels in ("A", "A2", "AA") for event in self._events) else False

    def _speed(self, event: _Event, rate: Fraction) -> Fraction:
        if event.speed is None or event.freeze:
            return Fraction(1)
        return simplest_near(event.speed / rate, _M2_SLACK / rate) or Fraction(1)

    def _transition(self, line: _Line) -> ReadTransition | None:
        if line.code == "C":
            return None
        kind = _KINDS.get(line.code[:1])
        if kind is None:
            self._lost.append(message("interchange.unread.transition", kind=line.code))
            return None
        before = line.length // 2
        return ReadTransition(kind, before / self._rate, (line.length - before) / self._rate)


def _is_footage(event: _Event) -> bool:
    return event.lines[-1].reel.upper() not in (BLACK_REEL, "BLACK", "BARS")


def _names(event: _Event) -> tuple[str, str]:
    """What the list calls the file of an event: a path or URL, and a name."""
    said = event.comments
    ways: tuple[str, ...] = ("FROM", "TO")
    if len(event.lines) > 1:
        ways = ("TO",) if "TO CLIP NAME" in said else ("TO", "FROM")
    link = next((said[f"{way} {word}"] for way in ways for word in ("CLIP", "FILE") if f"{way} {word}" in said), "")
    name = next((said[f"{way} CLIP NAME"] for way in ways if f"{way} CLIP NAME" in said), "")
    return link or said.get("SOURCE FILE", ""), name or event.lines[-1].reel


def _reason(event: _Event, channel: str) -> str:
    match = _LOCATOR.match(event.comments.get("LOC", ""))
    return match[1].strip() if match is not None and channel == "V" else ""


def _lanes_of(channels: str) -> list[str]:
    """The tracks of an event: pictures, whose own sound goes with them, or sound alone."""
    if "V" in channels or channels in ("B", "NONE") or channels.startswith("VIDEO"):
        return ["V"]
    return [channels]


def _without_lead(clips: Sequence[ReadClip], rate: Fraction) -> Iterator[ReadClip]:
    """The clips as they are cut: one that is followed by a transition goes on to the middle of it."""
    for number, clip in enumerate(clips):
        after = clips[number + 1] if number + 1 < len(clips) else None
        if (
            after is not None
            and after.transition is not None
            and abs(after.start - after.transition.before - clip.end) < 1 / rate
        ):
            yield replace(clip, length=after.start - clip.start)
        else:
            yield clip
