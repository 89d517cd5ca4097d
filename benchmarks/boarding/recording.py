"""A recording with a score board: real clips with cuts, acts, replays and breaks, and the truth about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .styles import Board, Reading, Style

FPS = 10
_ACT_S = 4.0
_BANNERS = ("SMITH 7", "CORNERS 3 - 5", "SUB 10 ON 14 OFF", "SHOTS 8 4", "NEXT 20:45", "45' YELLOW CARD")

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Sport:
    """How a score moves: s between changes, points each, how often it is taken back."""

    pause_s: tuple[float, float]
    points: tuple[int, ...]
    taken_back: float
    sets: bool = False


SPORTS = {
    "football": Sport((35.0, 120.0), (1,), 0.12),
    "basketball": Sport((14.0, 40.0), (1, 2, 2, 2, 3), 0.03),
    "tennis": Sport((25.0, 70.0), (1,), 0.0, sets=True),
}


@dataclass
class Script:
    """What happens when: `changes` (s, side, points; negative where one is taken back), acts and gaps (from, to)."""

    seconds: float
    changes: list[tuple[float, int, int]] = field(default_factory=list)
    acts: list[tuple[float, float]] = field(default_factory=list)
    hidden: list[tuple[float, float, str]] = field(default_factory=list)
    banners: list[tuple[float, float, str]] = field(default_factory=list)
    start: tuple[int, int] = (0, 0)


def script_of(sport: Sport, seconds: float, random: np.random.Generator) -> Script:
    """A script by lot; an act ends 1 to 9 s before each change."""
    script = Script(seconds)
    if max(sport.points) > 1:
        script.start = (int(random.integers(0, 60)), int(random.integers(0, 60)))
    at = float(random.uniform(*sport.pause_s)) * 0.6 + 14.0
    while at < seconds - 20.0:
        side, points = int(random.integers(0, 2)), int(random.choice(sport.points))
        lag = float(random.uniform(1.0, 9.0))
        script.changes.append((at, side, points))
        script.acts.append((at - lag - _ACT_S, at - lag))
        after = at + 4.0
        if random.random() < sport.taken_back:
            after = at + float(random.uniform(14.0, 28.0))
            script.changes.append((after, side, -points))
        elif random.random() < 0.3 and sport.pause_s[0] > 20.0:
            script.hidden.append((at + 3.0, at + 10.0, "replay"))
            after = at + 11.0
        at = max(after, at) + float(random.uniform(*sport.pause_s))
    for kind in range(int(seconds // 150)):
        start = float(random.uniform(20.0, seconds - 40.0))
        if all(not start - 12.0 < change < start + 36.0 for change, _, _ in script.changes):
            script.hidden.append((start, start + 22.0, "break"))
        else:
            script.banners.append((start, start + 6.0, _BANNERS[(kind + int(start)) % len(_BANNERS)]))
    return script


def reading_at(script: Script, sport: Sport, at: float) -> Reading:
    """What the board says at a time."""
    clock = 600.0 + int(at)
    sides = [[script.start[0]], [script.start[1]]]
    for when, side, points in script.changes:
        if when > at:
            break
        if sport.sets and max(sides[0][-1], sides[1][-1]) >= 6:
            sides[0].append(0)
            sides[1].append(0)
        sides[side][-1] += points
    width = 3 if sport.sets else 1
    padded = [tuple(numbers[:width]) for numbers in sides]
    return Reading(padded[0], padded[1], clock, 1 + int(at // (script.seconds / 2 + 1)))


@dataclass(frozen=True)
class Footage:
    """Clips to draw from: where the camera mostly is, what acts look like, what breaks look like."""

    base: Path
    acts: tuple[Path, ...]
    breaks: tuple[Path, ...]
    steady: bool = False


class _Clip:
    """Pictures of a clip at one size and rate, over and over."""

    def __init__(self, file: Path, size: tuple[int, int]) -> None:
        self._file, self._size = file, size
        self._pictures = self._endless()

    def next(self) -> Picture:
        return next(self._pictures)

    def _endless(self) -> Iterator[Picture]:
        while True:
            with av.open(str(self._file)) as container:
                stream = max(container.streams.video, key=lambda one: one.width)
                due = 0.0
                for frame in container.decode(stream):
                    if frame.time is None or frame.time < due:
                        continue
                    due = frame.time + 0.8 / FPS
                    yield frame.reformat(*self._size, format="rgb24").to_ndarray()


class _Camera:
    """What is seen: the base with a slowly moving crop, acts, breaks and replays of the last act."""

    def __init__(self, script: Script, footage: Footage, size: tuple[int, int], random: np.random.Generator) -> None:
        self._script, self._footage, self._size, self._random = script, footage, size, random
        self._zoom = 1.0 if footage.steady else 1.25
        self._base = _Clip(footage.base, (round(size[0] * self._zoom), round(size[1] * self._zoom)))
        self._others: dict[Path, _Clip] = {}
        self._seen: list[Picture] = []

    def at(self, at: float) -> Picture:
        for number, (start, end, kind) in enumerate(self._script.hidden):
            if start <= at < end:
                if kind == "replay" and self._seen:
                    return self._seen[int((at - start) / (end - start) * (len(self._seen) - 1))]
                return self._clip(self._footage.breaks[number % len(self._footage.breaks)]).next()
        for number, (start, end) in enumerate(self._script.acts):
            if start <= at < end:
                picture = self._clip(self._footage.acts[number % len(self._footage.acts)]).next()
                self._seen = [picture] if at - start < 1.0 / FPS else [*self._seen, picture]
                return picture
        return self._moved(self._base.next(), at)

    def _clip(self, file: Path) -> _Clip:
        return self._others.setdefault(file, _Clip(file, self._size))

    def _moved(self, picture: Picture, at: float) -> Picture:
        if self._zoom == 1.0:
            return picture
        width, height = self._size
        across, down = 0.5 + 0.5 * np.sin(at / 7.0), 0.5 + 0.5 * np.sin(at / 11.0)
        left, top = int((picture.shape[1] - width) * across), int((picture.shape[0] - height) * down)
        return picture[top : top + height, left : left + width]


@dataclass(frozen=True)
class Recording:
    """One recording to be made."""

    file: Path
    style: Style
    sport: str
    seconds: float
    size: tuple[int, int]
    group: int
    seed: int


def write(recording: Recording, footage: Footage, fonts: tuple[Path, ...]) -> dict[str, Any]:
    """Encode the recording and its truth beside it; returns the truth."""
    random = np.random.default_rng([recording.seed, 5])
    sport = SPORTS[recording.sport]
    script = script_of(sport, recording.seconds, random)
    board = Board(recording.style, *recording.size, fonts)
    camera = _Camera(script, footage, recording.size, random)
    with av.open(str(recording.file), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *recording.size, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "25", "g": str(recording.group)}
        for number in range(int(recording.seconds * FPS)):
            at = number / FPS
            image = Image.fromarray(camera.at(at))
            if not any(start <= at < end for start, end, _ in script.hidden):
                drawn, place = board.drawn(reading_at(script, sport, at))
                image.paste(drawn, place, drawn)
            _banner(image, script, at, board.text_height)
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return _truth(recording, script, sport)


def _banner(image: Image.Image, script: Script, at: float, unit: int) -> None:
    text = next((text for start, end, text in script.banners if start <= at < end), None)
    if text is None:
        return
    width, height = image.size
    pen = ImageDraw.Draw(image)
    box = (width * 0.3, height * 0.74, width * 0.7, height * 0.74 + 2.4 * unit)
    pen.rectangle(box, fill=(20, 20, 60))
    pen.text(
        (width / 2, height * 0.74 + 1.2 * unit),
        text,
        (250, 250, 250),
        ImageFont.truetype("DejaVuSans-Bold.ttf", round(unit * 1.3)),
        "mm",
    )


def _truth(recording: Recording, script: Script, sport: Sport) -> dict[str, Any]:
    kept = []
    for index, (at, side, points) in enumerate(script.changes):
        after = script.changes[index + 1] if index + 1 < len(script.changes) else (0.0, 0, 0)
        if points > 0 and after[2] >= 0:
            kept.append((at, side, points))
    rows = []
    for at, side, points in kept:
        shown = reading_at(script, sport, at)
        act = max((act for act in script.acts if act[1] <= at), default=(at - 6.0, at))
        score, shown_act = [shown.home[-1], shown.away[-1]], [round(act[0], 2), round(act[1], 2)]
        row = {"t": round(at, 2), "side": ("home", "away")[side], "points": points, "score": score, "act": shown_act}
        rows.append(row)
    return {
        "file": recording.file.name, "duration": recording.seconds, "seed": recording.seed, "sport": recording.sport,
        "style": vars(recording.style), "width": recording.size[0], "height": recording.size[1],
        "group": recording.group, "score_changes": rows,
        "taken_back": [round(at, 2) for at, _, points in script.changes if points < 0],
    }  # fmt: skip
