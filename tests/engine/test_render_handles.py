"""What a transition shows from beside its clips is of the same shot: nothing flashes up from behind a cut."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.timeline.model import Transition

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


def share_of(frames: Pixels, channel: int) -> float:
    """How much a colour stands out anywhere: of a channel above both others, 0..255."""
    wide = frames.astype(int)
    others = np.delete(wide, channel, axis=3).max(axis=3)
    return float(np.clip(wide[..., channel] - others, 0, None).max())


def test_nothing_of_the_shots_beside_shows_during_a_crossfade_at_cuts(tmp_path: Path) -> None:
    # Red 0-2 s, green 2-4 s, blue 4-6 s: the clips end and begin at the cuts, so both handles lie in green.
    media = sources(a=shots(tmp_path / "a.mp4", RED, GREEN, BLUE))
    line = reel(shot("a", 0, 2000), shot("a", 2000, 2000, 4000, transition=CROSSFADE))
    rendered(line, media, tmp_path / "out.mp4")
    frames = pictures(tmp_path / "out.mp4")
    assert len(frames) == 100
    assert share_of(frames, 1) < 20
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
    assert share_of(pictures(tmp_path / "out.mp4"), 1) < 20


def test_within_a_shot_the_handles_go_on_moving(tmp_path: Path) -> None:
    media = sources(a=shots(tmp_path / "a.mp4", RED, BLUE, frames=75))
    line = reel(shot("a", 0, 2000), shot("a", 2000, 2000, 3500, transition=CROSSFADE))
    rendered(line, media, tmp_path / "out.mp4")
    frames = pictures(tmp_path / "out.mp4").astype(int)
    # Two frames after the cut the red shot has moved on: its bar is where it is in source frame 52.
    row = frames[52, 90, :, 1]
    assert row[208:224].mean() > row[150:190].mean() + 30


def test_real_footage_with_a_cut_is_left_alone_inside_its_shots(footage: Callable[[str], Path], tmp_path: Path) -> None:
    # Cuts at frames 15, 198 and 377 of 29.97 a second: shot 15-198 fades into 377 on.
    path = footage("video/fall_leaves_cuts_noaudio.mp4")
    media = sources(a=path)
    cut_ms = round(Fraction(15_000 * 1001, 30_000))
    early, late = shot("a", 0, cut_ms), shot("a", cut_ms, 1000, 2000, transition=CROSSFADE)
    rendered(reel(early, late, rate="30000/1001"), media, tmp_path / "out.mp4")
    with_cut = pictures(tmp_path / "out.mp4").astype(int)
    rendered(reel(shot("a", 0, 470), rate="30000/1001"), media, tmp_path / "last.mp4")
    last = pictures(tmp_path / "last.mp4")[-1].astype(int)
    rendered(reel(shot("a", 0, 1000, 2000), rate="30000/1001"), media, tmp_path / "next.mp4")
    following = pictures(tmp_path / "next.mp4")[0].astype(int)
    # Right behind the cut of the reel both pictures are mixed half and half, and no third one.
    mixed = (last + following) / 2
    assert np.abs(with_cut[15] - mixed).mean() < 12
