"""Logos and watermarks in the finished picture: where they lie and how strong."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.timeline.model import Clip, Placement, Text, TextStyle, TextTrack, Timeline, VideoTrack
from highlight_mcp.timeline.time import TimeRange
from media_factory import make_clip

RED, GREY = np.array([220, 30, 30]), np.array([96, 96, 96])


@pytest.fixture
def studio(tmp_path: Path) -> dict[str, Path]:
    """A grey card as footage and a logo: red, its right half transparent, twice as wide as high."""
    Image.new("RGB", (320, 180), (96, 96, 96)).save(tmp_path / "grey.png")
    logo = np.zeros((50, 100, 4), np.uint8)
    logo[:, :50] = (220, 30, 30, 255)
    Image.fromarray(logo, "RGBA").save(tmp_path / "logo.png")
    return {"grey": tmp_path / "grey.png", "logo": tmp_path / "logo.png"}


def logo(placement: Placement, start_ms: int = 0, duration_ms: int = 1000) -> VideoTrack:
    source = TimeRange(start_ms=0, end_ms=duration_ms)
    clip = Clip(
        id="seg_9", start_ms=start_ms, duration_ms=duration_ms, media_id="logo", source=source, placement=placement
    )
    return VideoTrack(id="trk_9", role="overlay", clips=(clip,))


def frames(timeline: Timeline, studio: dict[str, Path], out: Path) -> NDArray[np.uint8]:
    result = rendered(timeline, sources(**studio), out)
    assert all(check["ok"] for check in result["checks"])
    return pictures(out)


def near(pixels: NDArray[np.uint8], color: NDArray[np.int64]) -> bool:
    return bool(np.abs(pixels.reshape(-1, 3).mean(axis=0) - color).max() <= 10)


@pytest.mark.parametrize(
    ("position", "left", "top"),
    [("top-left", 18, 18), ("top-right", 238, 18), ("bottom-left", 18, 130), ("bottom-right", 238, 130),
     ("center", 128, 74)],
)  # fmt: skip
def test_a_logo_lies_in_its_corner_with_its_margin_and_lets_through_what_is_transparent(
    studio: dict[str, Path], tmp_path: Path, position: str, left: int, top: int
) -> None:
    place = Placement.model_validate({"position": position, "width": 0.2, "margin": 0.1})
    frame = frames(reel(shot("grey", 0, 400), tracks=(logo(place, 0, 400),)), studio, tmp_path / "out.mp4")[4]
    assert near(frame[top + 4 : top + 28, left + 4 : left + 28], RED)
    assert near(frame[top + 4 : top + 28, left + 38 : left + 60], GREY)
    rest = np.ones(frame.shape[:2], bool)
    rest[max(0, top - 6) : top + 38, max(0, left - 6) : left + 70] = False
    assert near(frame[rest], GREY)


def test_opacity_mixes_the_logo_with_what_is_below(studio: dict[str, Path], tmp_path: Path) -> None:
    place = Placement(position="top-left", width=0.2, margin=0.1, opacity=0.4)
    frame = frames(reel(shot("grey", 0, 400), tracks=(logo(place, 0, 400),)), studio, tmp_path / "out.mp4")[4]
    assert near(frame[22:46, 22:46], np.asarray(0.4 * RED + 0.6 * GREY).astype(np.int64))


def test_a_logo_is_there_only_at_its_time(studio: dict[str, Path], tmp_path: Path) -> None:
    place = Placement(position="top-left", width=0.2, margin=0.1)
    shown = frames(reel(shot("grey", 0, 1200), tracks=(logo(place, 400, 400),)), studio, tmp_path / "out.mp4")
    red = [near(frame[22:46, 22:46], RED) for frame in shown]
    assert red == [10 <= number < 20 for number in range(30)]


def test_a_tall_picture_is_made_to_fit_into_the_frame(studio: dict[str, Path], tmp_path: Path) -> None:
    Image.new("RGB", (20, 200), (220, 30, 30)).save(studio["logo"])
    place = Placement(position="right", width=1, margin=0.1)
    frame = frames(reel(shot("grey", 0, 400), tracks=(logo(place, 0, 400),)), studio, tmp_path / "out.mp4")[4]
    assert near(frame[24:156, 290:300], RED) and near(frame[:14], GREY) and near(frame[:, :280], GREY)


def test_words_of_a_watermark_have_their_opacity(studio: dict[str, Path], tmp_path: Path) -> None:
    def brightest(opacity: float) -> int:
        style = TextStyle(size=0.3, position="center", opacity=opacity)
        words = Text(id="t", start_ms=0, duration_ms=400, text="MMM", style=style)
        timeline = reel(shot("grey", 0, 400), tracks=(TextTrack(id="w", role="overlay", texts=(words,)),))
        return int(frames(timeline, studio, tmp_path / f"{opacity}.mp4")[4].max())

    assert brightest(1.0) > 235
    assert abs(brightest(0.5) - (96 + 255) / 2) <= 14


def test_a_reel_with_a_logo_is_still_compared_with_its_footage(studio: dict[str, Path], tmp_path: Path) -> None:
    media = sources(logo=studio["logo"], match=make_clip(tmp_path / "match.mp4", seconds=4))
    place = Placement(position="top-right", width=0.2)
    result = rendered(reel(shot("match", 0, 3000), tracks=(logo(place, 0, 3000),)), media, tmp_path / "out.mp4")
    assert any(check["name"] == "source pictures" and check["ok"] for check in result["checks"])
