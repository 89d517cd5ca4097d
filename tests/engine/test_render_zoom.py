"""Zooms in the finished picture: which part is seen at the end, how it gets there, and how sharp it is."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.timeline.model import Crop, Ease, Timeline, Zoom

WHOLE, PART = Crop(x=0, y=0, width=1, height=1), Crop(x=0.5, y=0.25, width=0.5, height=0.5)


def frames(timeline: Timeline, picture: Path, out: Path) -> NDArray[np.uint8]:
    rendered(timeline, sources(still=picture), out)
    return pictures(out)


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    """Red on the left, green on the right, with a white square where the right half is in the middle."""
    image = np.zeros((360, 640, 3), np.uint8)
    image[:, :320], image[:, 320:] = (200, 40, 30), (40, 160, 50)
    image[140:220, 440:520] = 235
    Image.fromarray(image).save(tmp_path / "halves.png")
    return tmp_path / "halves.png"


def red_share(frame: NDArray[np.uint8]) -> float:
    row = frame[10].astype(int)
    return float((row[:, 0] > row[:, 1]).mean())


def test_at_its_end_a_zoom_shows_the_part_as_large_as_the_frame(halves: Path, tmp_path: Path) -> None:
    clip = shot("still", 0, 2000, zoom=Zoom(start=WHOLE, end=PART))
    shown = frames(reel(clip), halves, tmp_path / "zoom.mp4")
    assert abs(red_share(shown[0]) - 0.5) < 0.01 and red_share(shown[-1]) < 0.01
    rows, columns = np.nonzero(shown[-1].min(axis=2) > 200)
    assert abs(rows.min() - 50) <= 2 and abs(rows.max() - 129) <= 2
    assert abs(columns.min() - 120) <= 2 and abs(columns.max() - 199) <= 2


@pytest.mark.parametrize("ease", ["linear", "in", "out", "in_out"])
def test_a_moving_zoom_never_goes_back(halves: Path, tmp_path: Path, ease: Ease) -> None:
    clip = shot("still", 0, 2000, zoom=Zoom(start=WHOLE, end=PART, ease=ease))
    shares = [red_share(frame) for frame in frames(reel(clip), halves, tmp_path / "zoom.mp4")]
    assert all(before >= after for before, after in pairwise(shares))
    middle = shares[len(shares) // 2]
    linear = 1 / 3  # half of the way the view reaches from 0.25 to 1, of which the red ends at a third
    assert {"linear": abs(middle - linear) < 0.03, "in": middle > linear, "out": middle < linear,
            "in_out": abs(middle - linear) < 0.03}[ease]  # fmt: skip


def test_a_still_zoom_shows_the_part_throughout(halves: Path, tmp_path: Path) -> None:
    clip = shot("still", 0, 400, zoom=Zoom(start=PART, end=PART))
    assert max(red_share(frame) for frame in frames(reel(clip), halves, tmp_path / "zoom.mp4")) < 0.01


def test_footage_with_more_pixels_than_the_frame_stays_sharp_when_zoomed(tmp_path: Path) -> None:
    stripes = np.zeros((360, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    part = Crop(x=0.25, y=0.25, width=0.5, height=0.5)
    clip = shot("still", 0, 400, zoom=Zoom(start=part, end=part))
    frame = frames(reel(clip), tmp_path / "stripes.png", tmp_path / "zoom.mp4")[4]
    assert float(np.abs(np.diff(frame[90, 20:300, 1].astype(int))).mean()) > 120


def test_a_zoomed_reel_passes_its_checks(halves: Path, tmp_path: Path) -> None:
    clip = shot("still", 0, 1000, zoom=Zoom(start=WHOLE, end=PART))
    result = rendered(reel(clip), sources(still=halves), tmp_path / "zoom.mp4")
    assert all(check["ok"] for check in result["checks"])
