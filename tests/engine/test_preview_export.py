"""A preview is the export: each previewed frame is the frame that the finished file shows at that time."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from render_kit import camera, luma, pictures, shot, sources, ssim

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.preview import job
from highlight_mcp.engine.render.job import render
from highlight_mcp.engine.render.video_reader import Sources
from highlight_mcp.presets import Preset
from highlight_mcp.timeline.model import (
    Clip,
    Crop,
    Filter,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Track,
    Transition,
    VideoTrack,
)
from highlight_mcp.timeline.time import TimeRange
from media_factory import make_clip, make_sound

FINE = Preset(360, "veryfast", 8)
"""What the encoder takes away is not what is compared."""

RATE = Fraction(25)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """A landscape and a portrait recording, a sound, a photograph and a logo that is partly transparent."""
    folder = tmp_path_factory.mktemp("media")
    photo = Image.merge("RGB", [Image.radial_gradient("L").rotate(turn).resize((400, 400)) for turn in (0, 90, 0)])
    for left in range(0, 400, 40):
        ImageDraw.Draw(photo).line((left, 0, 400 - left, 399), fill=(240, 240, 240), width=4)
    photo.save(folder / "photo.png")
    logo = Image.new("RGBA", (640, 360), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((420, 40, 600, 160), fill=(250, 220, 40, 200))
    logo.save(folder / "logo.png")
    return sources(
        wide=make_clip(folder / "wide.mp4", seconds=6, size=(640, 360), cuts=[2, 4]),
        tall=make_clip(folder / "tall.mp4", seconds=3, size=(320, 180), rotation=90, cuts=[1]),
        song=make_sound(folder / "song.wav", seconds=3),
        photo=folder / "photo.png",
        logo=folder / "logo.png",
    )


def reel(*clips: Clip, over: tuple[Track, ...] = ()) -> Timeline:
    return Timeline(width=640, height=360, frame_rate=RATE, tracks=(VideoTrack(id="v", clips=clips), *over))


def words(text: str, start_ms: int, end_ms: int, position: Any = "bottom", **more: Any) -> Text:
    style = TextStyle(position=position, size=0.1)
    return Text(
        id=f"{text}{start_ms}", start_ms=start_ms, duration_ms=end_ms - start_ms, text=text, style=style, **more
    )


def still(media_id: str, start_ms: int, duration_ms: int, **more: Any) -> Clip:
    source = TimeRange(start_ms=0, end_ms=duration_ms)
    return Clip(id=media_id, start_ms=start_ms, duration_ms=duration_ms, media_id=media_id, source=source, **more)


MOVING = camera((0, 0.2), (4000, 0.8))
CROSSFADE, WIPE = Transition(kind="crossfade", duration_ms=800), Transition(kind="wipe", duration_ms=800)
REELS: dict[str, tuple[Timeline, tuple[int, ...]]] = {
    "overlay tracks": (
        reel(
            shot("wide", 0, 2000),
            over=(
                VideoTrack(id="pip", role="overlay", clips=(shot("tall", 500, 600, 1200),)),
                VideoTrack(id="logo", role="overlay", clips=(still("logo", 1000, 900, picture_fade_in_ms=400),)),
            ),
        ),
        (200, 700, 1100, 1500),
    ),
    "texts that would cover each other": (
        reel(
            shot("wide", 0, 2000),
            over=(
                TextTrack(id="a", texts=(words("One line below", 0, 900), words("Top", 0, 2000, "top"))),
                TextTrack(id="b", texts=(words("Another", 500, 1500), words("More on top", 800, 2000, "top-left"))),
                TextTrack(id="c", texts=(words("Third", 1200, 2000, fade_in_ms=300),)),
            ),
        ),
        (300, 700, 1000, 1300, 1800),
    ),
    "looks that depend on the size": (
        reel(
            still("photo", 0, 1000, filters=(Filter(name="blur", amount=0.3),)),
            shot("wide", 1000, 1000, 1500, filters=(Filter(name="vintage"), Filter(name="sharpen"))),
        ),
        (400, 1400),
    ),
    "borders, crops and turns": (
        reel(
            shot("tall", 0, 500, 0, fit="pad"),
            shot("tall", 500, 500, 800, fit="blur"),
            shot("tall", 1000, 500, 0, fit="cover", focus=0.2),
            shot("wide", 1500, 500, 0, crop=Crop(x=0.1, y=0.2, width=0.4, height=0.6), flip="horizontal"),
            shot("wide", 2000, 500, 3000, rotate=90, fit="pad"),
        ),
        (240, 700, 1240, 1740, 2240),
    ),
    "a crop that moves": (
        reel(
            shot("wide", 0, 1000, 500, camera=MOVING),
            shot("wide", 1000, 1000, 1500, "1/2", camera=MOVING, flip="horizontal"),
            shot("wide", 2000, 500, 1000, "2", camera=MOVING, rotate=180, transition=CROSSFADE),
        ).model_copy(update={"width": 360, "height": 640}),
        (240, 700, 1040, 1640, 2240),
    ),
    "speeds and a held frame": (
        reel(
            shot("wide", 0, 1000, 1500, "1/2"),
            shot("wide", 1000, 1000, 2500, 3),
            shot("wide", 2000, 500, 1000, freeze=True, picture_fade_out_ms=400),
        ),
        (520, 980, 1240, 1800, 2400),
    ),
    "transitions": (
        reel(
            shot("wide", 0, 1000, 500),
            shot("wide", 1000, 1000, 4500, transition=CROSSFADE),
            shot("tall", 2000, 1000, 500, transition=WIPE, fit="blur"),
        ),
        (640, 1000, 1300, 1700, 2120),
    ),
    "sound alone, stills and cards": (
        reel(
            shot("song", 0, 500),
            still("photo", 500, 500, fit="pad"),
            Clip(id="card", start_ms=1000, duration_ms=500, color="#204060"),
            shot("wide", 1500, 500),
        ),
        (200, 700, 1200, 1700),
    ),
}


@pytest.mark.parametrize("name", REELS)
def test_a_previewed_frame_is_the_exported_one(name: str, media: Sources, tmp_path: Path) -> None:
    timeline, times_ms = REELS[name]
    render(timeline, media, tmp_path / "reel.mp4", FINE, no_progress)
    exported = pictures(tmp_path / "reel.mp4")
    entries = [{"info": one.info.model_dump(mode="json"), "path": str(one.path)} for one in media.values()]
    spec = {"what": "frame", "timeline": timeline.model_dump(mode="json"), "media": entries}
    unlike = {}
    for at_ms in times_ms:
        job.run({**spec, "at_ms": at_ms, "output": str(tmp_path / "frame.jpg")}, no_progress)
        with Image.open(tmp_path / "frame.jpg") as image:
            shown = np.asarray(image.convert("RGB"))
        finished = exported[int(at_ms * RATE / 1000)]
        colours = np.abs(shown.astype(int) - finished).mean()
        if (likeness := ssim(luma(shown), luma(finished))) < 0.99 or colours > 3:
            unlike[at_ms] = (round(likeness, 4), round(colours, 1))
    assert unlike == {}
