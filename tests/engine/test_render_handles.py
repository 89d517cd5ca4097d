"""What a transition shows from beside its clips is of the same shot: nothing flashes up from behind a cut."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.preview.picture import reel_picture
from highlight_mcp.timeline.model import Transition

pytestmark = pytest.mark.slow

Pixels = NDArray[np.uint8]
RED, GREEN, BLUE = (200, 40, 30), (40, 160, 50), (40, 60, 190)
CROSSFADE = Transition(kind="crossfade", duration_ms=800)


def shots(path: Path, *colours: tuple[int, int, int], frames: int = 50, rate: str = "25") -> Path:
    """Footage of one shot per colour, each with a bright bar that moves, and no keyframe at the cuts."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(rate))
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "qp": "6", "g": "999", "sc_threshold": "0"}
        for number in range(frames * len(colours)):
            image = np.empty((90, 160, 3), np.uint8)
            image[:] = colours[number // frames]
            left = 2 * (number % frames)
            image[:, left : left + 8] = 235
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, 1 / Fraction(rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def greenest(frames: Pixels) -> int:
    """How far green is above the weaker of red and blue anywhere; 25 at most in red, blue, grey and their mixtures."""
    wide = frames.astype(int)
    return int((wide[..., 1] - wide[..., [0, 2]].min(axis=3)).max())


def test_nothing_of_the_shots_beside_shows_during_a_crossfade_at_cuts(tmp_path: Path) -> None:
    # Red 0-2 s, green 2-4 s, blue 4-6 s: the clips end and begin at the cuts, so both handles lie in green.
    media = sources(a=shots(tmp_path / "a.mp4", RED, GREEN, BLUE))
    line = reel(shot("a", 0, 2000), shot("a", 2000, 2000, 4000, transition=CROSSFADE))
    rendered(line, media, tmp_path / "out.mp4")
    frames = pictures(tmp_path / "out.mp4")
    assert len(frames) == 100
    assert greenest(frames) < 35
    blue = frames[:, 60:120, 150, 2].mean(axis=1)
    assert blue[30] < 60 and blue[-20] > 160 and 80 < blue[50] < 140, "and the crossfade is there"


@pytest.mark.parametrize("kind", ["wipe", "slide", "fade_black"])
@pytest.mark.parametrize("speed", ["1", "1/2", "3"])
def test_other_transitions_and_speeds_stay_in_their_shots_too(tmp_path: Path, kind: str, speed: str) -> None:
    media = sources(a=shots(tmp_path / "a.mp4", RED, GREEN, BLUE, frames=60, rate="30000/1001"))
    join = Transition.model_validate({"kind": kind, "duration_ms": 600})
    length = round(2002 / Fraction(speed))
    line = reel(shot("a", 0, length, 0, speed), shot("a", length, length, 4004, speed, transition=join))
    rendered(line, media, tmp_path / "out.mp4")
    assert greenest(pictures(tmp_path / "out.mp4")) < 35


def test_within_a_shot_the_handles_go_on_moving(tmp_path: Path) -> None:
    media = sources(a=shots(tmp_path / "a.mp4", RED, BLUE, frames=75))
    line = reel(shot("a", 0, 2000), shot("a", 2000, 2000, 3500, transition=CROSSFADE))
    rendered(line, media, tmp_path / "out.mp4")
    frames = pictures(tmp_path / "out.mp4").astype(int)
    # Two frames after the cut the red shot has moved on: its bar is where it is in source frame 52.
    row = frames[52, 90, :, 1]
    assert row[208:224].mean() > row[150:190].mean() + 30


def test_a_single_picture_of_a_transition_shows_no_other_shot_either(tmp_path: Path) -> None:
    media = sources(a=shots(tmp_path / "a.mp4", RED, GREEN, BLUE))
    line = reel(shot("a", 0, 2000), shot("a", 2000, 2000, 4000, transition=CROSSFADE))
    for at_ms in (1700, 1900, 2000, 2200):
        image = np.asarray(reel_picture(line, at_ms, media))
        assert greenest(image[None]) < 35, at_ms
    middle = np.asarray(reel_picture(line, 2000, media)).astype(int)[90, 300]
    assert 80 < middle[0] < 150 and 70 < middle[2] < 140, "both clips are in it"
