"""How scores come about: per sport the steps of a score, the clock, and the words of its board."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

TEAMS = (
    "ARS", "LIV", "MUN", "CHE", "BAR", "RMA", "BVB", "FCB", "JUV", "INT", "PSG", "OLM", "AJX", "PSV", "BEN", "POR",
    "CEL", "RAN", "GAL", "FEN", "BOS", "LAL", "GSW", "MIA", "NYK", "CHI", "DEN", "PHX", "TOR", "MTL", "VAN", "EDM",
    "COL", "DAL", "KIE", "VES", "ZAG", "RNL", "THW", "SGF", "PIC", "BRE", "RZE", "PER", "TRE", "MOD", "NAVI", "FAZE",
    "G2", "VIT", "SPR",
)  # fmt: skip
LONG = (
    "HOME GUEST", "EAGLES LIONS", "FALKEN WOLVES", "TSV SVW", "U17 U19", "HEIM GAST", "SHARKS BEARS", "KINGS HAWKS",
    "STARS COMETS", "REDS BLUES",
)  # fmt: skip
PEOPLE = (
    "KOVAC", "A. MURPHY", "J. SMITH", "NOVAK", "R. LINDT", "SANCHEZ", "O'NEIL", "BECKER", "TANAKA", "P. ROSSI",
    "DVORAK", "LEE",
)  # fmt: skip


@dataclass
class Step:
    """One change of the score. `act` is when it happened on the field, `shown` when the board says so, both seconds."""

    act: float
    shown: float
    side: int
    points: tuple[str, str]
    worth: int
    sets: tuple[tuple[str, str], ...] = ()
    kind: str = "goal"  # goal, back (taken back) or turn (a game or set ended, no goal by itself)
    taken_back: bool = False
    back_at: float | None = None


@dataclass
class Sport:
    """What a sport is like on air. Times in seconds."""

    name: str
    layouts: tuple[str, ...]
    every: tuple[float, float]
    worth: tuple[int, ...] = (1,)
    start: tuple[int, int] = (0, 3)
    clock: str = "up"  # up, down, none
    span: float = 2700.0
    periods: tuple[str, ...] = ("",)
    extra: str = ""
    people: bool = False
    back: float = 0.0
    replay: float = 0.7
    sets: int = 0
    delay: tuple[float, float] = (1.5, 9.0)


SPORTS = {
    "football": Sport(
        "football", ("one_row_dash", "clock_first", "clock_between", "two_rows", "one_row_colon"), (35, 90),
        periods=("", "", "1st", "2H", "1.HZ"), back=0.25,
    ),
    "handball": Sport(
        "handball", ("one_row_dash", "clock_first", "clock_between", "two_rows_clock_beside"), (18, 45), start=(4, 24),
        span=1800, periods=("", "1.", "2."), replay=0.35, delay=(1, 5),
    ),
    "hockey": Sport(
        "hockey", ("clock_between", "two_rows", "two_rows_clock_beside", "clock_first"), (40, 100), clock="down",
        span=1200, periods=("1st", "2ND", "P3"), extra="PP", back=0.15,
    ),
    "basketball": Sport(
        "basketball", ("clock_between", "two_rows_clock_beside", "two_rows", "clock_first"), (9, 24),
        worth=(2, 2, 2, 3, 1), start=(12, 99), clock="down", span=600, periods=("1ST", "Q2", "3rd", "4TH"), extra="24",
        replay=0.12, delay=(0.5, 3),
    ),
    "volleyball": Sport(
        "volleyball", ("table",), (11, 26), start=(3, 21), clock="none", sets=2, replay=0.2, delay=(0.5, 4),
    ),
    "tennis": Sport("tennis", ("table",), (14, 30), clock="none", people=True, sets=2, replay=0.2, delay=(1, 5)),
    "esports": Sport(
        "esports", ("clock_between",), (30, 60), start=(0, 9), clock="down", span=115, replay=0.2, delay=(0.5, 4)
    ),
    "amateur": Sport(
        "amateur", ("names_above", "one_row_colon", "two_rows", "one_row_dash"), (35, 80), clock="none", replay=0.0,
    ),
}  # fmt: skip

LADDER = ("0", "15", "30", "40")


def play(rng: random.Random, sport: Sport, length: float, quiet: bool = False) -> tuple[Step, list[Step]]:
    """The state at the start, and the steps of one recording of `length` seconds."""
    if sport.name == "tennis":
        return _tennis(rng, sport, length, quiet)
    low, high = sport.start
    middle = rng.randint(low, high)
    spread = 1 if high < 10 else 4
    now = [max(0, middle + rng.randint(-spread, spread)) for _ in (0, 1)]
    sets = tuple((str(rng.randint(0, 1)), str(rng.randint(0, 1))) for _ in range(min(1, sport.sets)))
    first = Step(0, 0, 0, (str(now[0]), str(now[1])), 0, sets)
    steps: list[Step] = []
    at = rng.uniform(20, 45)
    while at < length - 22 and not quiet:
        side, worth = rng.randrange(2), rng.choice(sport.worth)
        now[side] += worth
        shown = at + rng.uniform(*sport.delay)
        step = Step(at, shown, side, (str(now[0]), str(now[1])), worth, sets)
        steps.append(step)
        nearest = shown + 2.5
        if rng.random() < sport.back and shown + 45 < length:
            now[side] -= worth
            step.taken_back, step.back_at = True, shown + rng.uniform(12, 35)
            steps.append(Step(step.back_at, step.back_at, side, (str(now[0]), str(now[1])), worth, sets, "back"))
            nearest = step.back_at + 6
        at = max(at + rng.uniform(*sport.every), nearest)
    return first, steps


def _tennis(rng: random.Random, sport: Sport, length: float, quiet: bool) -> tuple[Step, list[Step]]:
    games, points = [rng.randint(0, 4), rng.randint(0, 4)], [rng.randint(0, 1), rng.randint(0, 1)]
    old = (str(rng.randint(4, 6)), str(rng.randint(1, 4)))

    def sets() -> tuple[tuple[str, str], ...]:
        return (old, (str(games[0]), str(games[1])))

    def said() -> tuple[str, str]:
        return (LADDER[points[0]], LADDER[points[1]])

    first = Step(0, 0, 0, said(), 0, sets())
    steps: list[Step] = []
    at = rng.uniform(12, 25)
    while at < length - 12 and not quiet:
        side = rng.randrange(2)
        points[side] += 1
        shown = at + rng.uniform(*sport.delay)
        kind = "goal"
        if points[side] > 3:
            games[side] += 1
            points[:] = [0, 0]
            kind = "turn"
        steps.append(Step(at, shown, side, said(), 1, sets(), kind))
        at = max(at + rng.uniform(*sport.every), shown + 2.5)
    return first, steps


@dataclass
class Clock:
    """A clock on the board: text by second. A stopped clock holds for some seconds now and then."""

    kind: str
    origin: float
    span: float
    holds: list[tuple[float, float]] = field(default_factory=list)
    tenths: bool = False

    def text(self, t: float) -> str:
        if self.kind == "none":
            return ""
        run = t - sum(max(0.0, min(t, b) - a) for a, b in self.holds if t > a)
        value = self.origin + run if self.kind == "up" else (self.origin - run) % self.span
        minutes, seconds = divmod(value, 60)
        if self.kind == "down" and minutes < 1 and self.tenths:
            return f"{seconds:.1f}"
        return f"{int(minutes):02d}:{int(seconds):02d}" if self.span > 600 else f"{int(minutes)}:{int(seconds):02d}"
