"""Moving backgrounds: windows that wander over real clips, at any speed, so that a scene can be shown again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
STORED = (800, 450)  # width and height at which clips are kept, in pixels


@dataclass(frozen=True)
class Clip:
    name: str
    frames: Picture  # n x 450 x 800 x 3
    rate: float


def load_clips(paths: Sequence[Path], seconds: float, rate: float = 12.5) -> list[Clip]:
    return [_load(path, seconds, rate) for path in paths]


def _load(path: Path, seconds: float, rate: float) -> Clip:
    kept: list[Picture] = []
    with av.open(str(path)) as box:
        stream = box.streams.video[0]
        due = None
        for frame in box.decode(stream):
            at = float(frame.time or 0.0)
            due = at if due is None else due
            if at + 1e-6 < due:
                continue
            due += 1 / rate
            kept.append(frame.reformat(*STORED, format="rgb24").to_ndarray())
            if len(kept) >= seconds * rate:
                break
    return Clip(path.stem, np.stack(kept), rate)


@dataclass(frozen=True)
class Shot:
    """A window over a clip. Positions are shares of what the window may move by, speeds such shares a second."""

    clip: Clip
    offset: float
    zoom: float
    x: float
    y: float
    dx: float
    dy: float
    mirrored: bool
    gain: tuple[float, float, float]
    jersey: str = ""

    @staticmethod
    def draw(rng: random.Random, clips: Sequence[Clip]) -> Shot:
        clip = rng.choice(clips)
        gain = tuple(rng.uniform(0.75, 1.15) for _ in range(3))
        return Shot(
            clip=clip,
            offset=rng.uniform(0, len(clip.frames) / clip.rate),
            zoom=rng.uniform(1.05, 1.9),
            x=rng.random(),
            y=rng.random(),
            dx=rng.uniform(-0.08, 0.08),
            dy=rng.uniform(-0.03, 0.03),
            mirrored=rng.random() < 0.5,
            gain=(gain[0], gain[1], gain[2]),
            jersey=str(rng.randrange(1, 99)) if rng.random() < 0.5 else "",
        )

    def closer(self, rng: random.Random) -> Shot:
        """The same scene from another camera."""
        return replace(self, zoom=self.zoom * rng.uniform(1.3, 1.7), mirrored=not self.mirrored, x=rng.random())

    def at(self, t: float, size: tuple[int, int]) -> Image.Image:
        """The picture `t` seconds into the shot."""
        n = len(self.clip.frames)
        place = int((self.offset + t) * self.clip.rate) % (2 * n - 2 if n > 1 else 1)
        frame = self.clip.frames[place if place < n else 2 * n - 2 - place]
        w, h = STORED[0] / self.zoom, STORED[1] / self.zoom
        left = _bounce(self.x + self.dx * t) * (STORED[0] - w)
        top = _bounce(self.y + self.dy * t) * (STORED[1] - h)
        picture = Image.fromarray(frame).resize(size, Image.Resampling.BILINEAR, box=(left, top, left + w, top + h))
        if self.mirrored:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        table = [min(255, int(v * g)) for g in self.gain for v in range(256)]
        return picture.point(table)


def _bounce(x: float) -> float:
    x = x % 2.0
    return x if x <= 1.0 else 2.0 - x
