"""Looks on a part of the picture, in the export and in the preview: nothing in the part can be told, all else stays."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.preview.picture import reel_picture
from highlight_mcp.timeline.model import Crop, Filter, Timeline
from media_factory import make_clip

CORNER = Crop(x=0, y=0, width=0.34, height=0.34)


@pytest.fixture
def stripes(tmp_path: Path) -> Path:
    """Black and white stripes, eight pixels wide."""
    image = np.zeros((180, 320, 3), np.uint8)
    image[:, (np.arange(320) // 8) % 2 == 0] = 235
    Image.fromarray(image).save(tmp_path / "stripes.png")
    return tmp_path / "stripes.png"


def contrast(part: NDArray[np.uint8]) -> float:
    """Mean difference of neighbouring columns or rows, whichever is more."""
    values = part.astype(int)
    return float(max(np.abs(np.diff(values, axis=axis)).mean() for axis in (0, 1)))


def blurred(region: Crop, **more: object) -> Timeline:
    return reel(shot("still", 0, 400, filters=(Filter.model_validate({"name": "blur", "region": region, **more}),)))


def test_a_corner_is_blurred_beyond_recognition_and_the_rest_stays(stripes: Path, tmp_path: Path) -> None:
    plain, part = reel(shot("still", 0, 400)), blurred(CORNER)
    frames = {}
    for name, timeline in (("plain", plain), ("part", part)):
        result = rendered(timeline, sources(still=stripes), tmp_path / f"{name}.mp4")
        assert all(check["ok"] for check in result["checks"])
        frames[name] = pictures(tmp_path / f"{name}.mp4")[4]
    inside = (slice(0, 60), slice(0, 106))
    assert contrast(frames["plain"][inside]) > 20 and contrast(frames["part"][inside]) < 6
    outside = np.ones((180, 320), bool)
    outside[:66, :114] = False
    assert np.abs(frames["part"][outside].astype(int) - frames["plain"][outside]).mean() < 1
    seen = np.asarray(reel_picture(part, 160, sources(still=stripes)))
    assert np.abs(seen.astype(int) - frames["part"]).mean() < 3


def test_the_part_is_of_the_frame_however_the_footage_lies_in_it(stripes: Path) -> None:
    turned = reel(shot("still", 0, 400, rotate=90, fit="pad", filters=(Filter(name="blur", region=CORNER),)))
    seen = np.asarray(reel_picture(turned, 0, sources(still=stripes)))
    lower = Crop(x=0.4, y=0.6, width=0.2, height=0.4)
    other = reel(shot("still", 0, 400, rotate=90, fit="pad", filters=(Filter(name="blur", region=lower),)))
    below = np.asarray(reel_picture(other, 0, sources(still=stripes)))
    assert contrast(seen[:60, :106]) < 4
    assert contrast(below[115:175, 132:188]) < 6 < contrast(below[5:100, 132:188])


def test_other_looks_can_be_confined_too_and_footage_that_moves_keeps_its_part(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "match.mp4", seconds=2, size=(320, 180))
    half = Filter(name="bw", region=Crop(x=0.5, y=0, width=0.5, height=1))
    grey = reel(shot("match", 0, 1000, filters=(half,)))
    rendered(grey, sources(match=path), tmp_path / "out.mp4")
    for frame in pictures(tmp_path / "out.mp4")[5:20:5]:
        right, left = frame[:, 170:].astype(int), frame[:, :150].astype(int)
        assert np.abs(right.max(axis=2) - right.min(axis=2)).mean() < 4
        assert np.abs(left.max(axis=2) - left.min(axis=2)).mean() > 10
