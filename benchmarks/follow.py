"""How well a vertical crop follows its subject, on scenes that are drawn, so that where the subject is is known.

    python benchmarks/follow.py [--half dev|held] [--seeds 1,2] [--kinds walk,pan] [--keep FOLDER]

Each scene is drawn with a seed, encoded, cut to 9:16 by the operation `aspect` on a session of one clip, and judged by
the crop that the timeline holds. Printed for each: the share of pictures with the subject wholly inside, of a still
crop in the middle and of ours (`all`: the whole picture was shown, which counts as inside but is a fault where the
subject fits); the fastest movement and the way, in crop widths per second; turns of direction per second; snaps.
The scenes of `held` were drawn before the follower was written, and it was not tuned on them.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from highlight_mcp.engine.edit.footage_analyzer import MediaAnalyzer
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.timeline.history import History
from highlight_mcp.timeline.model import Clip
from highlight_mcp.timeline.operations import Aspect, Keep
from highlight_mcp.timeline.operations.apply import apply

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 25, 8
COUNT = RATE * SECONDS
SHARE = (9 / 16) / (WIDTH / HEIGHT)
Picture = NDArray[np.uint8]
Span = tuple[float, float] | None
Scene = tuple[list[Picture], list[Span]]


@dataclass(frozen=True)
class Actor:
    """A person of some colour, `tall` pixels high; drawn with the middle of the body at a place."""

    shirt: tuple[int, int, int]
    trousers: tuple[int, int, int]
    tall: int

    @classmethod
    def drawn_by(cls, rng: np.random.Generator, tall: int = 0) -> "Actor":
        shirt, trousers = (tuple(int(part) for part in rng.integers(20, 235, 3)) for _ in range(2))
        return cls((*shirt[:2], shirt[2]), (*trousers[:2], trousers[2]), tall or int(rng.integers(130, 190)))

    def draw(self, picture: Picture, x: float, feet: float, phase: float, stride: float, arms: float) -> Span:
        """Returns from where to where it reaches, as shares of the width."""
        image = Image.fromarray(picture)
        pen = ImageDraw.Draw(image)
        unit = self.tall / 8
        hip, neck = feet - 4 * unit, feet - 6.8 * unit
        swing = stride * unit * np.sin(phase)
        for way in (-1, 1):
            pen.line([(x, hip), (x + way * (swing + 0.3 * unit), feet)], self.trousers, max(3, int(0.8 * unit)))
            lift = arms * unit * (1 + np.sin(phase * 0.8 + way))
            pen.line([(x, neck + 0.4 * unit), (x + way * (1.3 * unit), hip - lift)], self.shirt, max(2, int(unit / 2)))
        pen.rectangle([x - 0.8 * unit, neck, x + 0.8 * unit, hip], self.shirt)
        for band in range(3):
            pen.rectangle([x - 0.8 * unit, neck + band * unit, x + 0.8 * unit, neck + band * unit + 3], self.trousers)
        pen.ellipse([x - 0.55 * unit, neck - 1.2 * unit, x + 0.55 * unit, neck], (224, 180, 150))
        picture[:] = np.asarray(image)
        reach = max(1.5 * unit, abs(swing) + 0.7 * unit if stride else 0)
        return max(0.0, (x - reach) / WIDTH), min(1.0, (x + reach) / WIDTH)


def noise(rng: np.random.Generator, width: int, height: int, finest: int = 3) -> NDArray[np.float32]:
    """Smooth noise of several sizes, 0 to 1."""
    total = np.zeros((height, width), np.float32)
    for size, weight in ((120, 1.0), (40, 0.6), (14, 0.35), (finest, 0.2)):
        cells = rng.random((height // size + 2, width // size + 2)).astype(np.float32)
        layer = Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)
        total += weight * np.asarray(layer)
    return np.clip((total - total.min()) / np.ptp(total), 0, 1)


def place(rng: np.random.Generator, width: int = WIDTH) -> Picture:
    """A place with a ground, a sky and things."""
    low, high = rng.integers(30, 110, 3), rng.integers(120, 230, 3)
    grain = noise(rng, width, HEIGHT)[..., None]
    picture = (low + (high - low) * grain).astype(np.uint8)
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    for _ in range(width // 60):
        left, top = int(rng.integers(0, width)), int(rng.integers(20, 220))
        across, up = int(rng.integers(10, 60)), int(rng.integers(20, 120))
        pen.rectangle([left, top, left + across, top + up], tuple(int(part) for part in rng.integers(20, 230, 3)))
    return np.asarray(image).copy()


def grainy(picture: Picture, rng: np.random.Generator, sigma: float = 2.0) -> Picture:
    return np.clip(picture + rng.normal(0, sigma, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)


def staged(rng: np.random.Generator, act: Callable[[Picture, int], Span]) -> Scene:
    """A fixed camera on one place in which something happens."""
    still = place(rng)
    pictures, spans = [], []
    for number in range(COUNT):
        picture = still.copy()
        spans.append(act(picture, number))
        pictures.append(grainy(picture, rng))
    return pictures, spans


def _walker(rng: np.random.Generator, xs: NDArray[np.float64], tall: int = 0) -> Callable[[Picture, int], Span]:
    actor = Actor.drawn_by(rng, tall)

    def act(picture: Picture, number: int) -> Span:
        moving = abs(xs[min(number + 1, COUNT - 1)] - xs[number]) > 0.2
        return actor.draw(picture, xs[number], 330, number * 0.35, 1.2 if moving else 0.0, 0.3)

    return act


def _route(*stops: tuple[float, float]) -> NDArray[np.float64]:
    """Places in pixels through (share of the time, share of the width)."""
    at, x = zip(*stops, strict=True)
    return np.interp(np.linspace(0, 1, COUNT), at, np.array(x) * WIDTH)


def walk(rng: np.random.Generator) -> Scene:
    ends = (0.08, 0.92) if rng.random() < 0.5 else (0.92, 0.08)
    return staged(rng, _walker(rng, _route((0, ends[0]), (1, ends[1]))))


def stand(rng: np.random.Generator) -> Scene:
    x = float(rng.choice([0.15, 0.25, 0.75, 0.85]))
    actor = Actor.drawn_by(rng)
    return staged(rng, lambda picture, number: actor.draw(picture, x * WIDTH, 330, number * 0.25, 0, 1.2))


def walk_stand_walk(rng: np.random.Generator) -> Scene:
    return staged(rng, _walker(rng, _route((0, 0.1), (0.25, 0.35), (0.65, 0.35), (1, 0.9))))


def two(rng: np.random.Generator) -> Scene:
    """Two people at both sides who both talk: only the whole picture shows them."""
    left, right = Actor.drawn_by(rng), Actor.drawn_by(rng)

    def act(picture: Picture, number: int) -> Span:
        first = left.draw(picture, 0.14 * WIDTH, 330, number * 0.3, 0, 1.2)
        second = right.draw(picture, 0.86 * WIDTH, 330, number * 0.26 + 1, 0, 1.2)
        assert first is not None and second is not None
        return first[0], second[1]

    return staged(rng, act)


def panned(rng: np.random.Generator, act: Callable[[Picture, int, int], Span], way: NDArray[np.int64]) -> Scene:
    """A camera that turns over a wide place."""
    wide = place(rng, 2 * WIDTH)
    pictures, spans = [], []
    for number in range(COUNT):
        left = int(way[number])
        picture = wide[:, left : left + WIDTH].copy()
        spans.append(act(picture, number, left))
        pictures.append(grainy(picture, rng))
    return pictures, spans


def pan(rng: np.random.Generator) -> Scene:
    """The camera turns and nobody is there: the crop has to stay."""
    return panned(rng, lambda _picture, _number, _left: None, np.linspace(20, WIDTH - 60, COUNT).astype(np.int64))


def cut(rng: np.random.Generator) -> Scene:
    """The source is cut: the subject is at the left, then in another place at the right."""
    half = COUNT // 2
    places = [place(rng), place(rng)]
    actors = [Actor.drawn_by(rng), Actor.drawn_by(rng)]
    pictures, spans = [], []
    for number in range(COUNT):
        second = int(number >= half)
        picture = places[second].copy()
        spans.append(actors[second].draw(picture, (0.2, 0.8)[second] * WIDTH, 330, number * 0.3, 0, 1.0))
        pictures.append(grainy(picture, rng))
    return pictures, spans


def talk(rng: np.random.Generator) -> Scene:
    """A large head and shoulders at a third that hardly moves."""
    x, actor = 0.68, Actor.drawn_by(rng, 420)
    return staged(
        rng, lambda picture, number: actor.draw(picture, x * WIDTH + 4 * np.sin(number / 9), 560, number * 0.2, 0, 0.25)
    )


def water(rng: np.random.Generator) -> Scene:
    """Waves all over, nothing else: the crop has to stay."""
    return _waves(rng, None)


def _waves(rng: np.random.Generator, xs: NDArray[np.float64] | None) -> Scene:
    one, other = noise(rng, WIDTH * 2, HEIGHT, 6), noise(rng, WIDTH * 2, HEIGHT, 5)
    actor = Actor.drawn_by(rng, 110)
    pictures: list[Picture] = []
    spans: list[Span] = []
    for number in range(COUNT):
        right, left = 2 * number % WIDTH, WIDTH - 3 * number % WIDTH
        mixed = one[:, right : right + WIDTH] * 0.5 + other[:, left : left + WIDTH] * 0.5
        picture = (np.array([30, 70, 100]) + mixed[..., None] * np.array([60, 90, 110])).astype(np.uint8)
        spans.append(None if xs is None else actor.draw(picture, xs[number], 240, number * 0.5, 0.8, 1.0))
        pictures.append(grainy(picture, rng))
    return pictures, spans


def swimmer(rng: np.random.Generator) -> Scene:
    return _waves(rng, _route((0, 0.15), (1, 0.85)))


def shaken(rng: np.random.Generator) -> Scene:
    """A walker filmed by a hand that shakes."""
    way = np.cumsum(rng.normal(0, 1.6, COUNT))
    way = (300 + way - np.convolve(np.pad(way, 20, "edge"), np.ones(41) / 41, "valid")).astype(np.int64)
    xs, actor = _route((0, 0.9), (1, 0.1)), Actor.drawn_by(rng)

    def act(picture: Picture, number: int, left: int) -> Span:
        return actor.draw(picture, xs[number] + 300 - left, 330, number * 0.35, 1.2, 0.3)

    return panned(rng, act, way)


def tracked(rng: np.random.Generator) -> Scene:
    """The camera goes with a runner, who stays at one place of the picture."""
    x, actor = float(rng.choice([0.25, 0.7])), Actor.drawn_by(rng)

    def act(picture: Picture, number: int, _left: int) -> Span:
        return actor.draw(picture, x * WIDTH + 8 * np.sin(number / 15), 330, number * 0.5, 1.5, 0.8)

    return panned(rng, act, np.linspace(10, WIDTH - 20, COUNT).astype(np.int64))


def passer_by(rng: np.random.Generator) -> Scene:
    """Somebody stands and talks; another crosses in two seconds and is gone."""
    talker, other = Actor.drawn_by(rng, 190), Actor.drawn_by(rng, 150)

    def act(picture: Picture, number: int) -> Span:
        if 70 <= number < 120:
            other.draw(picture, WIDTH * (number - 70) / 50, 320, number * 0.5, 1.3, 0.3)
        return talker.draw(picture, 0.25 * WIDTH, 340, number * 0.3, 0, 1.2)

    return staged(rng, act)


def closer(rng: np.random.Generator) -> Scene:
    """The lens goes closer to somebody who stands at a side."""
    scene, spans = stand(rng)
    pictures, seen = [], []
    for number, (picture, span) in enumerate(zip(scene, spans, strict=True)):
        size = 1 - 0.25 * number / COUNT
        left, top = (1 - size) / 2 * WIDTH, (1 - size) * HEIGHT
        box = (left, top, left + size * WIDTH, top + size * HEIGHT)
        pictures.append(np.asarray(Image.fromarray(picture).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box)))
        assert span is not None
        seen.append(tuple(min(max((x - (1 - size) / 2) / size, 0.0), 1.0) for x in span))
    return pictures, [(span[0], span[1]) for span in seen]


def ball(rng: np.random.Generator) -> Scene:
    """A ball that rolls over, waits, and rolls back."""
    xs = _route((0, 0.1), (0.35, 0.8), (0.6, 0.8), (1, 0.2))
    colour = tuple(int(part) for part in rng.integers(150, 255, 3))

    def act(picture: Picture, number: int) -> Span:
        image = Image.fromarray(picture)
        ImageDraw.Draw(image).ellipse([xs[number] - 14, 270, xs[number] + 14, 298], colour, (20, 20, 20), 3)
        picture[:] = np.asarray(image)
        return (xs[number] - 14) / WIDTH, (xs[number] + 14) / WIDTH

    return staged(rng, act)


def pair(rng: np.random.Generator) -> Scene:
    """Two who stand close together: both fit."""
    first, second = Actor.drawn_by(rng, 140), Actor.drawn_by(rng, 140)

    def act(picture: Picture, number: int) -> Span:
        one = first.draw(picture, 0.7 * WIDTH, 330, number * 0.3, 0, 1.0)
        two_ = second.draw(picture, 0.83 * WIDTH, 330, number * 0.25, 0, 1.0)
        assert one is not None and two_ is not None
        return one[0], two_[1]

    return staged(rng, act)


HALVES: dict[str, dict[str, Callable[[np.random.Generator], Scene]]] = {
    "dev": {
        "walk": walk, "stand": stand, "walk_stand_walk": walk_stand_walk, "two": two, "pan": pan, "cut": cut,
        "talk": talk, "water": water,
    },
    "held": {
        "swimmer": swimmer, "shaken": shaken, "tracked": tracked, "passer_by": passer_by, "closer": closer,
        "ball": ball, "pair": pair,
    },
}  # fmt: skip
WHOLE = frozenset({"two"})
"""Scenes whose subjects do not fit into a crop."""


def write(pictures: list[Picture], path: Path) -> None:
    """H.264 at a usual quality."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        container.mux(stream.encode(None))


def framed(path: Path) -> Clip:
    """The clip of a vertical reel that shows all of the file."""
    info = probe(path).model_copy(update={"media_id": "a", "name": path.name})
    senses = MediaAnalyzer({"a": info}, {"a": path}, None, no_progress)
    operations = [Keep(source=path.name), Aspect(ratio="9:16")]
    made = apply(None, operations, {"a": info}, senses, history=History())
    assert made.timeline is not None, made.refused
    return made.timeline.clips[0]


def centres(clip: Clip) -> Iterator[float]:
    """Where the crop looks at in the middle of each picture, moved into the picture."""
    for number in range(COUNT):
        x = clip.camera.at((2 * number + 1) * 500 / RATE) if clip.camera is not None else clip.focus
        yield min(max(0.5 if x is None else x, SHARE / 2), 1 - SHARE / 2)


def inside(xs: NDArray[np.float64], spans: list[Span]) -> float:
    known = [(x, span) for x, span in zip(xs, spans, strict=True) if span is not None]
    if not known:
        return float("nan")
    return float(np.mean([x - SHARE / 2 <= span[0] + 1e-3 and span[1] - 1e-3 <= x + SHARE / 2 for x, span in known]))


def judged(name: str, clip: Clip, spans: list[Span]) -> tuple[float, float, str]:
    """(share of a still crop, ours, the line)."""
    xs = np.array(list(centres(clip)))
    still, ours = inside(np.full(COUNT, 0.5), spans), inside(xs, spans)
    steps = np.diff(xs) * RATE / SHARE
    snaps = np.abs(steps) > 5
    moves = steps[~snaps]
    going = np.sign(moves[np.abs(moves) > 0.02])
    turns = float(np.count_nonzero(np.diff(going))) / SECONDS
    jerk = float(np.abs(np.diff(moves)).max(initial=0)) * RATE
    whole = clip.fit == "blur"
    ours = 1.0 if whole else ours
    kind = "all" if whole else clip.camera.move if clip.camera is not None else "still"
    fault = " FAULT" if whole != (name in WHOLE) else ""
    line = (
        f"{name:16}{still:8.2f}{ours:7.2f}  {kind:7} fastest {np.abs(moves).max(initial=0):5.2f}  "
        f"way {np.abs(moves).mean() if len(moves) else 0:5.2f}  sharpest {jerk:5.2f}/s²  turns {turns:4.2f}/s  "
        f"snaps {int(snaps.sum())}{fault}"
    )
    return still, ours, line


def main() -> None:
    """Draw, frame and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=tuple(HALVES), default="dev")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    scenes = HALVES[options.half]
    wanted = options.kinds.split(",") if options.kinds else list(scenes)
    rows: list[tuple[float, float]] = []
    print(f"{'scene':16}{'still':>8}{'ours':>7}")
    for seed in map(int, options.seeds.split(",")):
        for name in wanted:
            pictures, spans = scenes[name](np.random.default_rng([seed, list(scenes).index(name), len(name)]))
            with tempfile.TemporaryDirectory() as folder:
                path = (options.keep or Path(folder)) / f"{name}_{seed}.mp4"
                write(pictures, path)
                still, ours, line = judged(name, framed(path), spans)
            print(line)
            rows.append((still, ours))
    means = np.nanmean(np.array(rows), axis=0)
    print(f"{'mean':16}{means[0]:8.2f}{means[1]:7.2f}")


if __name__ == "__main__":
    main()
