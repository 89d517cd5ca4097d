"""How far a render is, how fast it goes and when it will be over; and what went wrong without stopping it."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, exp
from typing import Any

from ...messages import Message, message
from ...timeline.time import format_time
from ..job_process import Progress

ProgressTick = Callable[[], None]
"""Called often during long reading, so that progress goes on."""


def no_report() -> None:
    """A beat that nobody watches."""


@dataclass
class Warnings:
    """What a person should know of a finished render, each thing once."""

    _messages: list[Message] = field(default_factory=list)
    _gaps: dict[tuple[str, str], float] = field(default_factory=dict)
    _errors: Counter[str] = field(default_factory=Counter)

    def add(self, note: Message) -> None:
        if note not in self._messages:
            self._messages.append(note)

    def error(self, name: str) -> None:
        """Count one packet of a file that did not decode."""
        self._errors[name] += 1

    def gap(self, name: str, kind: str, at_s: float) -> None:
        """A stretch of a file without pictures or sound; only the first of each kind is told."""
        self._gaps.setdefault((name, kind), at_s)

    def dump(self) -> dict[str, Any]:
        """All of it as JSON."""
        gaps = [[*place, at_s] for place, at_s in self._gaps.items()]
        return {"messages": [note.dump() for note in self._messages], "gaps": gaps, "errors": dict(self._errors)}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        """Be what was dumped, and nothing else."""
        self._messages[:] = map(Message.read, dumped["messages"])
        self._gaps = {(name, kind): at_s for name, kind, at_s in dumped["gaps"]}
        self._errors = Counter(dumped["errors"])

    def absorb(self, others: "Warnings") -> None:
        """Tell what others tell, too."""
        for note in others._messages:
            self.add(note)
        for (name, kind), at_s in others._gaps.items():
            self.gap(name, kind, at_s)
        self._errors.update(others._errors)

    def messages(self) -> list[Message]:
        """All warnings: one for each thing, in the order in which they came up."""
        gaps = [
            message(f"engine.reel.{kind}", name=name, at=format_time(max(0, round(at * 1000))))
            for (name, kind), at in self._gaps.items()
        ]
        damage = [message("engine.reel.packets_damaged", name=name, n=count) for name, count in self._errors.items()]
        return [*self._messages, *gaps, *damage]


MEASURE, ENCODE, CHECK = "measure", "encode", "check"
_EVERY_S = 0.2
_MEASURED, _CHECKED = Fraction(1, 30), Fraction(1, 20)
"""Frames' worth of work for each frame: hearing what is mixed (2 to 4 hundredths of the processor time of an export at
1080p), and looking at the finished file (`comparison` takes 4 hundredths at most, two groups of pictures the rest)."""
_MEMORY_S = 8.0
"""Time constant of the mean pace: a cut to other footage shows after seconds, a single slow picture does not."""
_WATCHED_S, _WATCHED_SHARE = 3.0, 0.02
"""Nothing is foretold before so much time and so much of the work has been seen."""
_LAST = 99
"""Per cent while anything is left to do."""


class WorkPace:
    """How much is done in a second, as a mean that forgets; None until it means something."""

    def __init__(self) -> None:
        self._watched_s = 0.0
        self._mean = 0.0

    def seen(self, done: float, seconds: float) -> None:
        """So much was done in that time; the mean of a short watch counts all of it alike (bias corrected)."""
        kept = exp(-seconds / _MEMORY_S)
        before = 1 - exp(-self._watched_s / _MEMORY_S)
        self._watched_s += seconds
        weight = 1 - exp(-self._watched_s / _MEMORY_S)
        if weight > 0:
            self._mean = (kept * before * self._mean + (1 - kept) * done / seconds) / weight

    @property
    def a_second(self) -> float | None:
        return self._mean if self._watched_s >= _WATCHED_S and self._mean > 0 else None


def time_left(seconds: float) -> Message:
    """A time to wait in words, as exactly as it can be known: in steps of 5 s, then minutes."""
    if seconds <= 10:
        return message("engine.progress.left.soon")
    if seconds <= 90:
        return message("engine.progress.left.seconds", n=5 * ceil(seconds / 5))
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return message("engine.progress.left.minutes", n=minutes)
    return message("engine.progress.left.hours", hours=minutes // 60, minutes=minutes % 60)


class RenderProgress:
    """Per cent of the frames that are to be done, over all passes, with what is measured before and checked after.

    What is still to come is known better on the way (`expect`): per cent go on from where they are then, and never
    fall. Words say what is done, how fast beside the length of the reel, and how long it will take from here to the
    end; both only once enough was seen.
    """

    def __init__(
        self,
        progress: Progress,
        frames: int,
        rate: Fraction,
        measuring: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._progress = progress
        self._frames, self._rate = frames, rate
        self._clock = clock
        self._first, self._of_part = 0, frames
        self._measure = _MEASURED if measuring else Fraction(0)
        self._percent = 0.0
        self._pace, self._paced_at = WorkPace(), (clock(), 0.0)
        self._stage, self._text = ENCODE, message("engine.progress.opening")
        self._told_at = float("-inf")
        self.expect(1)

    def expect(self, passes: int, writing: Fraction = Fraction(1), checking: Fraction = _CHECKED) -> None:
        """From here on all pictures (of this part and of those behind it) are written so many times, then checked.

        `writing` and `checking` are what that takes for each frame, as a share of encoding it.
        """
        if self._stage == MEASURE:  # the sound has been heard, once for all
            self._measure = Fraction(0)
        self._passes, self._passed = passes, 0
        self._writing, self._checking = float(writing), float(checking)
        self._floor, self._past, self._now = self._percent, 0.0, 0.0
        each = self._measure + passes * writing + checking
        self._todo = max(1e-9, float((self._frames - self._first) * each))
        self._paced_at = self._clock(), 0.0

    def beat(self) -> None:
        """Still at work on the same thing."""
        now = self._clock()
        if now - self._told_at >= _EVERY_S:
            self._tell(now)

    def measured(self, share: float) -> None:
        """So much of the sound has been heard."""
        self._at(MEASURE, float(self._measure) * self._frames * share, message("engine.progress.loudness"))

    def begin_part(self, first: int, last: int) -> None:
        """From here on frames are counted from `first` of the reel; the part ends at `last`."""
        self._first, self._of_part, self._measure = first, last - first, Fraction(0)
        self.expect(1)

    def encoded(self, frames: int, *, kept: bool = False) -> None:
        """So many frames of this pass (and part) are written; `kept` if that was work of an earlier attempt."""
        if self._measure:
            self._past, self._now = self._past + float(self._measure) * self._frames, 0.0
            self._measure = Fraction(0)
        at = format_time(1000 * int((self._first + frames) / self._rate))
        whole = format_time(round(self._frames * 1000 / self._rate))
        key = "copying" if self._writing < 1 else "encoding"
        text = message(f"engine.progress.{key}", at=at, whole=whole)
        if self._passes > 1:
            text = message("engine.progress.pass", what=text, n=self._passed + 1, of=self._passes)
        self._at(ENCODE, self._writing * frames, text, kept=kept)

    def next_pass(self) -> None:
        """The same pictures are written once more."""
        self._past, self._now = self._past + self._writing * self._of_part, 0.0
        self._passed += 1

    def finishing(self) -> None:
        """The pictures of this pass are written."""
        self._at(ENCODE, self._writing * self._of_part, message("engine.progress.index"), at_once=True)

    def checking(self) -> None:
        """The file is there; passes that were not needed are over with."""
        if self._stage == CHECK and self._passed == self._passes:
            return
        left = self._passes - self._passed
        self._past, self._now = self._past + self._writing * self._of_part * left, 0.0
        self._passed = self._passes
        self.checked(0, at_once=True)

    def checked(self, share: float, *, at_once: bool = False) -> None:
        """So much of the file has been looked at."""
        text = message("engine.progress.checking")
        self._at(CHECK, self._checking * self._of_part * min(1.0, share), text, at_once=at_once)

    def _at(self, stage: str, worth: float, text: Message, *, kept: bool = False, at_once: bool = False) -> None:
        """So much of this stage is done, in frames' worth."""
        self._stage, self._text, self._now = stage, text, max(worth, self._now)
        if kept:
            self._paced_at = self._clock(), self._done
        now = self._clock()
        if at_once or now - self._told_at >= _EVERY_S:
            self._tell(now)

    @property
    def _done(self) -> float:
        return self._past + self._now

    def _tell(self, now: float) -> None:
        before, done = self._paced_at
        if now > before and self._done > done:
            self._pace.seen(self._done - done, now - before)
            self._paced_at = now, self._done
        self._told_at = now
        share = min(1.0, self._done / self._todo)
        self._percent = max(self._percent, self._floor + (100 - self._floor) * share)
        self._progress(self._stage, min(_LAST, int(self._percent)), 100, self._words())

    def _words(self) -> Message:
        pace = self._pace.a_second
        if pace is None or self._percent < 100 * _WATCHED_SHARE:
            return self._text
        left = time_left(max(0.0, self._todo - self._done) / pace)
        if self._stage != ENCODE:
            return message("engine.progress.left", what=self._text, left=left)
        speed = f"{pace / self._writing / float(self._rate):.2g}"
        return message("engine.progress.paced", what=self._text, speed=speed, left=left)
