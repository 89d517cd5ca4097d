"""Fonts and colours of boards, drawn at random: a look is what one recording wears throughout."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont

Colour = tuple[int, int, int]

FACES = (
    "BebasNeue-Bold", "Lato-Black", "Lato-Bold", "OpenSans-Bold", "OpenSans-CondBold", "Roboto-Bold", "Roboto-Medium",
    "RobotoCondensed-Bold", "RobotoCondensed-BoldItalic", "LeagueSpartan-Bold", "Inter-Bold", "Inter-Black",
    "Inter-SemiBoldItalic", "Play-Bold", "LiberationSans-Bold", "LiberationSansNarrow-Bold", "RobotoSlab-Bold",
    "DejaVuSans-Bold", "LeagueMono-Bold", "Comfortaa-Bold", "Quicksand-Bold", "Jura-Bold", "B612-Bold",
    "LiberationSerif-Bold", "DejaVuSansCondensed-Bold",
)  # fmt: skip
LED = ("DSEG7Classic-Bold", "DSEG7Modern-Bold", "DSEG14Classic-Bold")

PAIRS: tuple[tuple[Colour, Colour], ...] = (
    ((16, 24, 48), (255, 255, 255)), ((245, 245, 245), (20, 20, 24)), ((120, 10, 30), (255, 255, 255)),
    ((250, 208, 40), (10, 10, 10)), ((0, 92, 70), (240, 255, 240)), ((35, 35, 40), (255, 205, 60)),
    ((70, 20, 110), (255, 240, 255)), ((0, 120, 200), (255, 255, 255)), ((225, 90, 20), (255, 255, 255)),
    ((10, 10, 10), (90, 240, 120)), ((205, 210, 215), (30, 40, 90)), ((60, 70, 80), (235, 235, 235)),
)  # fmt: skip


def find_fonts(*folders: Path) -> dict[str, Path]:
    """The font files under some folders, by their names without ending."""
    found: dict[str, Path] = {}
    for folder in (*folders, Path("/usr/share/fonts")):
        for path in sorted(folder.rglob("*.[ot]tf")):
            found.setdefault(path.stem, path)
    return found


@functools.cache
def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@dataclass(frozen=True)
class Look:
    """What a board is drawn with. `size` is that of its letters, in pixels of the picture."""

    face: Path
    digits: Path
    size: int
    names: tuple[Colour, Colour]
    scores: tuple[Colour, Colour]
    clock: tuple[Colour, Colour]
    opacity: float
    pad: float
    rounded: bool

    @staticmethod
    def draw(rng: random.Random, fonts: dict[str, Path], height: int, led: bool = False) -> Look:
        known = [fonts[name] for name in FACES if name in fonts]
        leds = [fonts[name] for name in LED if name in fonts]
        face = rng.choice(known)
        digits = rng.choice(leds) if led and leds else (face if rng.random() < 0.7 else rng.choice(known))
        names, scores = rng.choice(PAIRS), rng.choice(PAIRS)
        return Look(
            face=face,
            digits=digits,
            size=round(height * rng.uniform(0.040, 0.060)),
            names=names,
            scores=scores if rng.random() < 0.6 else names,
            clock=rng.choice((names, rng.choice(PAIRS))),
            opacity=rng.choice((1.0, 1.0, 1.0, 0.85, 0.7)),
            pad=rng.uniform(0.25, 0.6),
            rounded=rng.random() < 0.3,
        )
