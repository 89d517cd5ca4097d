"""What happens when in one recording: shots, replays, breaks, what lies over the board, and the truth of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .scenes import Clip, Shot
from .sports import LONG, PEOPLE, SPORTS, TEAMS, Clock, Sport, Step, play

Span = tuple[float, float]


@dataclass(frozen=True)
class Spec:
    """What kind of recording is wanted."""

    name: str
    sport: str
    seed: int
    width: int = 640
    height: int = 360
    fps: int = 25
    seconds: float = 220.0
    board: str = "overlay"  # overlay, field (a real board that a camera films), none
    quiet: bool = False  # no step of the score at all
    bitrate: int = 500_000


@dataclass(frozen=True)
class Replay:
    """One scene shown again, from `start` to `end`, of the act at `act`, at `speed`."""

    start: float
    end: float
    act: float
    speed: float
    style: str  # wipe, wipe-angle, cut


@dataclass(frozen=True)
class Banner:
    """Words over the picture for a while: a lower third, a sponsor over the board, a note of a goal."""

    span: Span
    words: tuple[str, ...]
    place: str  # low, board, ticker


@dataclass
class Timeline:
    spec: Spec
    sport: Sport
    names: tuple[str, str]
    first: Step
    steps: list[Step]
    clock: Clock
    period: str
    logo: str
    shots: list[tuple[float, Shot]] = field(default_factory=list)
    replays: list[Replay] = field(default_factory=list)
    breaks: list[Span] = field(default_factory=list)
    hidden: list[Span] = field(default_factory=list)
    banners: list[Banner] = field(default_factory=list)
    slide: float = 0.0

    def state(self, t: float) -> Step:
        now = self.first
        for step in self.steps:
            if step.shown <= t:
                now = step
        return now

    def seen_from(self, t: float) -> float:
        """The first moment from `t` on at which the board can be read."""
        covers = [*self.hidden, *(b.span for b in self.banners if b.place == "board"), *self.breaks]
        moved = True
        while moved:
            moved = False
            for a, b in covers:
                if a - 0.3 <= t < b + 0.3:
                    t, moved = b + 0.3, True
        return t

    def truth(self) -> dict[str, object]:
        """What is to be found: `score_changes` as `benchmarks/boards.py` wants them, and all else that happens."""
        board = self.spec.board != "none"
        steps = [
            {
                "t": round(self.seen_from(s.shown + self.slide), 2),
                "act": round(s.act, 2),
                "side": ("left", "right")[s.side],
                "score": list(s.points),
                "worth": s.worth,
                "kind": s.kind,
                "taken_back": s.taken_back,
            }
            for s in self.steps
        ]
        return {
            "name": self.spec.name,
            "sport": self.sport.name,
            "board": self.spec.board,
            "duration": self.spec.seconds,
            "names": list(self.names),
            "first": list(self.first.points),
            "score_changes": [_row(step) for step in steps if board and _counts(step)],
            "steps": steps if board else [],
            "acts": [round(s.act, 2) for s in self.steps if s.kind == "goal"],
            "replays": [
                {"start": round(r.start, 2), "end": round(r.end, 2), "act": r.act, "style": r.style, "speed": r.speed}
                for r in self.replays
            ],
            "breaks": [list(b) for b in self.breaks],
            "hidden": [list(b) for b in self.hidden],
        }


def _counts(step: dict[str, Any]) -> bool:
    return step["kind"] == "goal" and not step["taken_back"]


def _row(step: dict[str, Any]) -> dict[str, Any]:
    act = (step["act"] - 3.0, step["act"])
    return {"t": step["t"], "score": [int(points) for points in step["score"]], "act": act}


def lay_out(spec: Spec, clips: Sequence[Clip]) -> Timeline:
    """One timeline by the spec's seed."""
    rng = random.Random(spec.seed)
    sport = SPORTS[spec.sport]
    first, steps = play(rng, sport, spec.seconds, spec.quiet)
    line = Timeline(
        spec, sport, _names(rng, sport), first, steps, _clock(rng, sport, spec.seconds), rng.choice(sport.periods),
        rng.choice(("", "SPORT 24", "CANAL 7", "TV 2", "LIVE", "HD 1", "ARENA 5", "")),
        slide=rng.choice((0.0, 0.0, 0.4)),
    )  # fmt: skip
    _add_replays(line, rng)
    _add_shots(line, rng, clips)
    _add_breaks(line, rng)
    _add_banners(line, rng)
    return line


def _names(rng: random.Random, sport: Sport) -> tuple[str, str]:
    if sport.people:
        a, b = rng.sample(PEOPLE, 2)
    elif sport.name == "amateur":
        a, b = rng.choice(LONG).split()
    else:
        a, b = rng.sample(TEAMS, 2)
    return a, b


def _clock(rng: random.Random, sport: Sport, seconds: float) -> Clock:
    origin = rng.uniform(60, sport.span - 60) if sport.clock == "up" else rng.uniform(30, sport.span)
    holds: list[Span] = []
    if sport.clock == "down" and sport.name != "esports":
        at = rng.uniform(10, 30)
        while at < seconds:
            holds.append((at, at + rng.uniform(4, 20)))
            at = holds[-1][1] + rng.uniform(10, 40)
    return Clock(sport.clock, origin, sport.span, holds, rng.random() < 0.5)


def _add_replays(line: Timeline, rng: random.Random) -> None:
    acts = [s for s in line.steps if s.kind == "goal"]
    hide = rng.random() < 0.5
    house = rng.choice(("wipe", "wipe", "wipe-angle", "cut"))
    for step, after in zip(acts, [*acts[1:], None], strict=False):
        if rng.random() > line.sport.replay:
            continue
        start = step.act + rng.uniform(3.5, 8.0)
        end = start + rng.uniform(4.5, 9.0)
        if end + 4 > (after.act if after else line.spec.seconds - 3):
            continue
        line.replays.append(Replay(start, end, step.act, rng.choice((0.4, 0.5, 0.6)), house))
        if hide:
            line.hidden.append((start - 0.3, end + 0.3))


def _add_shots(line: Timeline, rng: random.Random, clips: Sequence[Clip]) -> None:
    main = Shot.draw(rng, clips)
    at = 0.0
    acts = [s.act for s in line.steps if s.kind == "goal"]
    while at < line.spec.seconds:
        # The main camera goes on while others are shown.
        main_now = replace(main, offset=main.offset + at)
        line.shots.append((at, main_now if rng.random() < 0.35 else Shot.draw(rng, clips)))
        at += rng.uniform(4, 16)
        near = [a for a in acts if a - 4 < at < a + 2.5]
        if near:
            at = near[0] + 2.6


def _busy(line: Timeline) -> list[Span]:
    near = [(s.act - 5, s.shown + 6) for s in line.steps]
    return [*near, *((r.start - 1, r.end + 1) for r in line.replays), *line.breaks, *line.hidden]


def _free(line: Timeline, rng: random.Random, length: float, busy: Sequence[Span]) -> Span | None:
    for _ in range(60):
        a = rng.uniform(6, line.spec.seconds - length - 3)
        if all(a + length < x or a > y for x, y in busy):
            return (a, a + length)
    return None


def _add_breaks(line: Timeline, rng: random.Random) -> None:
    if line.sport.name != "amateur" and line.spec.board == "overlay":
        if rng.random() < 0.4 and (span := _free(line, rng, rng.uniform(10, 18), _busy(line))):
            line.breaks.append(span)
        for _ in range(rng.choice((0, 1, 2, 3))):
            # A close-up without the board; a change of the score may well fall into it.
            if span := _free(line, rng, rng.uniform(4, 12), [*line.breaks, *line.hidden]):
                line.hidden.append(span)
    if line.spec.board == "field":
        for _ in range(rng.choice((1, 3))):
            if span := _free(line, rng, rng.uniform(5, 14), [*line.hidden]):
                line.hidden.append(span)


def _add_banners(line: Timeline, rng: random.Random) -> None:
    if line.spec.board == "field" or line.sport.name == "amateur":
        return
    taken: list[Span] = [*line.breaks]
    for _ in range(rng.randint(2, 6)):
        if span := _free(line, rng, rng.uniform(3.5, 6), taken):
            taken.append(span)
            line.banners.append(Banner(span, _words(line, rng), rng.choice(("low", "low", "ticker"))))
    for _ in range(rng.choice((0, 1, 2, 3))):
        if span := _free(line, rng, rng.uniform(3, 6), [*taken, *line.hidden]):
            words = rng.choice((("DRINK", "COLA 0"), ("BET365",), ("SUPER 8",), ("INSURE ME",), ("Fly 24",)))
            taken.append(span)
            line.banners.append(Banner(span, words, "board"))
    if line.sport.name in ("football", "hockey", "handball") and rng.random() < 0.4:
        for step in line.steps:
            if step.kind == "goal":
                line.banners.append(Banner((step.shown, step.shown + 3.2), ("GOAL!",), "board"))


def _words(line: Timeline, rng: random.Random) -> tuple[str, ...]:
    who, n = rng.choice(PEOPLE), rng.randrange(1, 99)
    pair = rng.sample(TEAMS, 2)
    return rng.choice(
        (
            (f"{n}", who, f"{rng.randrange(1, 90)}'"),
            ("POSSESSION", f"{n}% - {100 - n}%"),
            (line.names[0], f"SHOTS {rng.randrange(9)}", f"{rng.randrange(9)} SHOTS", line.names[1]),
            (f"{pair[0]} {rng.randrange(5)}-{rng.randrange(5)} {pair[1]}", "FT"),
            ("ATTENDANCE", f"{rng.randrange(3, 70)},{rng.randrange(100, 999)}"),
            (who, f"{rng.randrange(5, 40)} PTS", f"{rng.randrange(2, 14)} REB"),
            ("CORNERS", f"{rng.randrange(9)}", f"{rng.randrange(9)}"),
        )
    )
