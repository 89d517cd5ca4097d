"""A logo, a watermark and a zoom, the whole way: by words and by typed operations, seen in state, preview and file."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcp.types import ImageContent
from PIL import Image

from .conftest import Bench, Host, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def logo(room: Path) -> Path:
    """A red picture, twice as wide as high."""
    Image.new("RGB", (200, 100), (220, 30, 30)).save(room / "logo.png")
    return room / "logo.png"


async def frame_at(host: Host, at_ms: int) -> np.ndarray[Any, Any]:
    """The previewed frame as RGB."""
    for _ in range(9):
        shown = await host.raw("preview", what="frame", at_ms=at_ms)
        if images := [block for block in shown.content if isinstance(block, ImageContent)]:
            break
    (image,) = images
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(image.data))).convert("RGB")).astype(int)


def redness(pixels: np.ndarray[Any, Any]) -> float:
    return float((pixels[..., 0] - pixels[..., 1]).mean())


def corner(frame: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What a logo of a fifth of the width covers at the top right, a little inside its edges."""
    height, width = frame.shape[:2]
    return frame[round(0.05 * height) : round(0.18 * height), round(0.81 * width) : round(0.96 * width)]


async def test_a_logo_by_words_is_seen_in_preview_and_state_and_undo_takes_it_away(
    bench: Bench, match: Path, logo: Path
) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match), str(logo)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 4000]]}])
        plain = redness(corner(await frame_at(host, 1000)))
        laid = await host.finished("edit", instruction="put logo.png in the top right corner, 20% of the width")
        assert laid["changes"] == [
            "Laid logo.png over the picture: top right, 20% of its width, opacity 100%, 0:00 to 0:04."
        ]
        assert "Video: logo (0-4s)" in laid["timeline"]["summary"]
        assert redness(corner(await frame_at(host, 1000))) > 150 > plain + 100
        told = (await host.call("get_state", detail="full"))["timeline"]["tracks"][1]
        facts = {"position": "top-right", "width": 0.2, "label": "logo"}
        assert told["role"] == "overlay" and facts.items() <= told["clips"][0].items()
        await host.finished("edit", instruction="undo")
        assert abs(redness(corner(await frame_at(host, 1000))) - plain) < 5


async def test_a_wrong_value_is_refused_before_anything_is_done(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        error = await host.error("edit", operations=[{"op": "overlay", "asset": "logo.png", "opacity": 0}])
        assert "`opacity` must be a number above 0 to 1; got 0" in error["message"]
        error = await host.error("edit", operations=[{"op": "zoom", "factor": 0.5}])
        assert "`factor` must be a number from 1 to 10; got 0.5" in error["message"]


async def test_a_zoom_by_words_is_seen_at_the_end_of_its_clip(bench: Bench, room: Path) -> None:
    halves = np.zeros((360, 640, 3), np.uint8)
    halves[:, :320], halves[:, 320:] = (200, 40, 30), (40, 160, 50)
    Image.fromarray(halves).save(room / "halves.png")
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(room / "halves.png")], new_session=True)
        await host.finished("edit", operations=[{"op": "keep"}])
        zoomed = await host.finished("edit", instruction="zoom in on the left half of clip 1 slowly")
        assert zoomed["changes"] == ["Zoomed into 1 clip, up to 2× (left)."]
        length = zoomed["timeline"]["duration_ms"]
        assert abs(redness(await frame_at(host, 0))) < 60
        assert redness(await frame_at(host, length - 1)) > 140
        state = await host.raw("get_state", detail="full")
        assert "zoomed 2x" in text_of(state)
        chinese = await host.finished("edit", instruction="第1段慢慢放大左半边")
        assert chinese["timeline"]["version"] == zoomed["timeline"]["version"] and not chinese.get("not_understood")
