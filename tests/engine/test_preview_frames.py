"""Single frames: the right one, upright, in standard range."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from highlight_mcp.engine.media.frames import frame_readers_of
from media_factory import make_clip

Footage = Callable[[str], Path]
BLUE, RED, GREEN = (40, 90, 160), (170, 60, 40), (50, 150, 60)


def flat_color(image: Image.Image) -> tuple[int, ...]:
    pixel = image.getpixel((image.width // 2, image.height * 9 // 10))
    assert isinstance(pixel, tuple)
    return pixel


def near(color: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 24 for a, b in zip(color, wanted, strict=True))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".ts"])
def test_the_frame_before_a_cut_and_the_one_at_it_differ(tmp_path: Path, suffix: str) -> None:
    path = make_clip(tmp_path / f"cuts{suffix}", seconds=3, size=(160, 96), cuts=[1.0, 2.0], gop=50)
    wanted = {500: BLUE, 900: BLUE, 1090: RED, 2600: GREEN, 1500: RED, 0: BLUE}
    with frame_readers_of(path) as pictures:
        found = {at_ms: flat_color(pictures.at(at_ms, (160, 96))) for at_ms in wanted}
    assert [at_ms for at_ms, color in wanted.items() if not near(found[at_ms], color)] == []


def test_a_time_behind_the_end_gives_the_last_frame(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", seconds=2, cuts=[1.9])
    with frame_readers_of(path) as pictures:
        assert near(flat_color(pictures.at(10_000, (160, 90))), RED)


def test_a_turned_recording_stands_upright(tmp_path: Path) -> None:
    upright = make_clip(tmp_path / "upright.mp4", seconds=0.4, size=(160, 90))
    for turn in (90, 180, 270):
        turned = make_clip(tmp_path / f"{turn}.mp4", seconds=0.4, size=(160, 90), rotation=turn)
        with frame_readers_of(upright) as straight, frame_readers_of(turned) as pictures:
            expected = straight.at(0, (160, 160)).rotate(-turn, expand=True)
            found = pictures.at(0, (160, 160))
        assert found.size == expected.size
        where = max(range(16), key=lambda cell: brightness(expected, cell))
        assert max(range(16), key=lambda cell: brightness(found, cell)) == where


def brightness(image: Image.Image, cell: int) -> float:
    """Light of one of 4 x 4 cells."""
    small = np.asarray(image.convert("L").resize((4, 4), Image.Resampling.BOX))
    return float(small[cell // 4, cell % 4])


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("odd/hdr10_hevc10_vfr.mp4", (320, 180)),
        ("odd/dolbyvision_hlg.mov", (180, 320)),
        ("odd/h263_vfr.3gp", (240, 180)),
    ],
)
def test_hdr_and_wide_pixels_look_like_on_a_player(
    footage: Callable[[str], Path], name: str, size: tuple[int, int]
) -> None:
    with frame_readers_of(footage(name)) as pictures:
        image = pictures.at(0, (320, 320) if size[1] > size[0] else (320, 180))
    assert abs(Fraction(*image.size) - Fraction(*size)) < Fraction(1, 50)
    bright = float((np.asarray(image.convert("L")) > 200).mean())
    assert bright > 0.05, "tone mapping keeps the sky bright; PQ shown as it is would be grey"


def test_the_transparent_part_of_a_picture_is_black(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    image = Image.new("RGBA", (40, 20), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (20, 0, 40, 20))
    image.save(path)
    with frame_readers_of(path) as pictures:
        shown = pictures.at(0, (40, 20))
    assert (shown.getpixel((5, 10)), shown.getpixel((35, 10))) == ((0, 0, 0), (255, 255, 255))
