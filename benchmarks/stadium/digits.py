"""Recordings with moving digits and no score at all: clocks, temperatures, timers, laps, prices, polls, counters."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .layouts import Cell, Grid, draw_grid
from .looks import Look
from .scenes import Clip, Shot
from .sports import PEOPLE, TEAMS

Says = Callable[[float], Grid]


@dataclass(frozen=True)
class Panel:
    """A panel of cells at a place (shares of the free room)."""

    says: Says
    x: float
    y: float
    look: Look
    gap: int


def _hms(t: float) -> str:
    return f"{int(t // 3600) % 24:02d}:{int(t // 60) % 60:02d}:{int(t) % 60:02d}"


def _walk(rng: random.Random, start: float, step: float, every: float) -> Callable[[float], float]:
    """A value that wanders, the same for the same time."""
    values = [start]
    for _ in range(4000):
        values.append(values[-1] + rng.choice((-1, 0, 1)) * step)
    return lambda t: values[int(t / every)]


def news(rng: random.Random) -> list[Says]:
    towns = rng.sample(("ROMA", "OSLO", "PARIS", "WIEN", "CAIRO", "LIMA", "TOKYO"), 4)
    heat = {town: _walk(rng, rng.randrange(-5, 34), 1, 300) for town in towns}
    start = rng.uniform(0, 80000)
    results = [f"{a} {rng.randrange(4)}-{rng.randrange(4)} {b}" for a, b in (rng.sample(TEAMS, 2) for _ in range(40))]

    def clock(t: float) -> Grid:
        return [[Cell("NEWS 24", "name"), Cell(_hms(start + t)[:5], "clock")]]

    def weather(t: float) -> Grid:
        town = towns[int(t / 8) % 4]
        return [[Cell(town, "name", "TOKYO"), Cell(f"{heat[town](t):.0f}°", "score", "-00°")]]

    def ticker(t: float) -> Grid:
        i = int(t / 6) % 40
        return [[Cell("RESULTS", "name"), Cell(results[i], "bare", "MMMM 0-0 MMMM")]]

    return [clock, weather, ticker]


def dashcam(rng: random.Random) -> list[Says]:
    speed, start = _walk(rng, 90, 1, 1.0), rng.uniform(0, 80000)
    day = rng.randrange(1, 29)

    def place(t: float) -> Grid:
        return [[Cell(f"{abs(speed(t)):.0f} km/h", "bare"), Cell(f"N{47 + t / 9000:.4f} E{8 + t / 7000:.4f}", "bare")]]

    return [lambda t: [[Cell(f"2025-06-{day:02d} {_hms(start + t)}", "bare")]], place]


def chess(rng: random.Random) -> list[Says]:
    a, b = rng.sample(PEOPLE, 2)

    def clocks(t: float) -> Grid:
        turns, within = divmod(t, 24)
        white = 2400 - turns * 11 - min(within, 11)
        black = 2400 - turns * 13 - max(0, within - 11)
        rows = []
        for name, left in ((a, white), (b, black)):
            said = f"{int(left // 60)}:{int(left % 60):02d}"
            rows.append([Cell(name, "name", "A. MURPHY"), Cell(said, "score", "00:00")])
        return rows

    return [clocks, lambda t: [[Cell(f"MOVE {int(t / 24) + 1}", "clock", "MOVE 000")]]]


def race(rng: random.Random) -> list[Says]:
    order = rng.sample(TEAMS, 6)

    def board(t: float) -> Grid:
        now = list(order)
        i = int(t / 70) % 5
        now[i], now[i + 1] = now[i + 1], now[i]
        rows = [[Cell(f"LAP {int(t / 85) + 1}/56", "clock", "LAP 00/00 MM")]]
        for n, name in enumerate(now):
            gap = "LEADER" if n == 0 else f"+{n * 1.7 + math.sin(t / 20 + n):.1f}"
            rows.append([Cell(str(n + 1), "score", "0"), Cell(name, "name", "MMMM"), Cell(gap, "clock", "LEADER")])
        return rows

    return [board]


def stocks(rng: random.Random) -> list[Says]:
    names = rng.sample(("DAX", "DOW", "NIKKEI", "GOLD", "OIL", "EUR"), 2)
    walks = [_walk(rng, rng.randrange(20, 900), 1, 4) for _ in names]
    fine = [_walk(rng, 50, 1, 3) for _ in names]
    return [
        lambda t: [
            [Cell(n, "name", "NIKKEI"), Cell(f"{w(t):.0f}.{abs(f(t)) % 100:02.0f}", "score", "0000.00")]
            for n, w, f in zip(names, walks, fine, strict=True)
        ]
    ]


def workout(rng: random.Random) -> list[Says]:
    work, rest = rng.choice((20, 40, 45)), rng.choice((10, 20))

    def timer(t: float) -> Grid:
        whole = work + rest
        turn, within = divmod(t, whole)
        busy = within < work
        left = work - within if busy else whole - within
        return [
            [Cell("WORK" if busy else "REST", "name", "WORK"), Cell(f"0:{int(left):02d}", "clock", "0:00")],
            [Cell("ROUND", "name"), Cell(f"{int(turn) % 8 + 1}/8", "score", "0/0")],
        ]

    return [timer]


def rooms(rng: random.Random) -> list[Says]:
    inside, outside = _walk(rng, 21, 1, 240), _walk(rng, 7, 1, 180)
    return [
        lambda t: [
            [Cell("IN", "name", "OUT"), Cell(f"{inside(t):.0f}°C", "score", "-00°C")],
            [Cell("OUT", "name", "OUT"), Cell(f"{outside(t):.0f}°C", "score", "-00°C")],
        ]
    ]


def poll(rng: random.Random) -> list[Says]:
    yes = _walk(rng, 54, 1, 40)

    def shares(t: float) -> Grid:
        both = (Cell(f"{share:.0f}%", "score") for share in (yes(t), 100 - yes(t)))
        return [[Cell("YES", "name"), *both, Cell("NO", "name")]]

    return [shares, lambda t: [[Cell(f"VOTES {1200 + int(t * 3)}", "clock")]]]


def shooter(rng: random.Random) -> list[Says]:
    gold = _walk(rng, 400, 25, 3)
    return [
        lambda t: [[Cell("HP", "name"), Cell(f"{100 - int(t * 1.3) % 100}", "score", "100")]],
        lambda t: [[Cell(f"{30 - int(t * 2) % 30}", "score", "30"), Cell("120", "clock")]],
        lambda t: [[Cell(f"$ {abs(gold(t)):.0f}", "bare")]],
    ]


def shop(rng: random.Random) -> list[Says]:
    def offer(t: float) -> Grid:
        n = int(t / 90)
        return [
            [Cell(f"ITEM {4000 + n * 17}", "name"), Cell(f"{(n * 37) % 90 + 9}.99", "score", "00.00")],
            [Cell("LEFT", "name"), Cell(f"{max(1, 250 - int(t * 2.1) % 240)}", "clock", "000")],
        ]

    return [offer]


def studio(rng: random.Random) -> list[Says]:
    who = [(rng.choice(PEOPLE), str(rng.randrange(20, 80))) for _ in range(60)]

    def third(t: float) -> Grid:
        if t % 30 > 7:
            return [[Cell("", "bare")]]
        name, age = who[int(t / 30) % 60]
        return [[Cell(name, "name"), Cell(age, "score")], [Cell(f"EPISODE {rng_no}", "clock")]]

    rng_no = rng.randrange(2, 40)
    return [third, lambda t: [[Cell(f"CH {rng_no}", "bare")]]]


def countdown(rng: random.Random) -> list[Says]:
    return [
        lambda t: [
            [Cell("DAYS", "name"), Cell("HRS", "name"), Cell("MIN", "name"), Cell("SEC", "name")],
            [
                Cell("12", "score", "0000"),
                Cell(f"{int((90000 - t) // 3600) % 24:02d}", "score", "0000"),
                Cell(f"{int((90000 - t) // 60) % 60:02d}", "score", "0000"),
                Cell(f"{int(90000 - t) % 60:02d}", "score", "0000"),
            ],
        ]
    ]


KINDS = {
    kind.__name__: kind
    for kind in (news, dashcam, chess, race, stocks, workout, rooms, poll, shooter, shop, studio, countdown)
}


_CORNERS = ((0.05, 0.06), (0.95, 0.06), (0.05, 0.94), (0.95, 0.94), (0.5, 0.94), (0.5, 0.06))


class DigitsPainter:
    """Pictures of one recording without a score."""

    def __init__(
        self,
        kind: str,
        seed: int,
        size: tuple[int, int],
        clips: Sequence[Clip],
        fonts: dict[str, Path],
        seconds: float,
    ) -> None:
        rng = random.Random(seed)
        self.size = size
        says = KINDS[kind](rng)
        places = rng.sample(_CORNERS, len(says))
        self.panels = [
            Panel(said, x, y, Look.draw(rng, fonts, size[1]), rng.choice((0, 1)))
            for said, (x, y) in zip(says, places, strict=True)
        ]
        self.kept: tuple[float, Image.Image] | None = None
        self.shots: list[tuple[float, Shot]] = []
        at = 0.0
        while at < seconds:
            self.shots.append((at, Shot.draw(rng, clips)))
            at += rng.uniform(4, 40)

    def at(self, t: float) -> Image.Image:
        picture = self._scene(t - t % 2.0).copy()
        for panel in self.panels:
            pic = draw_grid(panel.says(t), panel.look, panel.gap)
            x, y = round(panel.x * (self.size[0] - pic.width)), round(panel.y * (self.size[1] - pic.height))
            picture.paste(pic.convert("RGB"), (x, y), pic.getchannel("A"))
        return picture

    def _scene(self, t: float) -> Image.Image:
        if self.kept is None or self.kept[0] != t:
            began, shot = next((b, s) for b, s in reversed(self.shots) if b <= t)
            self.kept = (t, shot.at(t - began, self.size))
        return self.kept[1]
