"""Noise reduction in the sound of a clip: how much goes, what stays, and when."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from render_kit import RATE, reel, rms_db, shot, tone, wav

from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.render.mixing import SoundTrack
from highlight_mcp.engine.render.plan import plan_render, slice_sounds
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.timeline.model import Timeline


@pytest.fixture
def hiss(tmp_path: Path) -> Path:
    """Six seconds of hiss at -45 dB, from the third to the fifth a tone at -17 dB, at the first second a click."""
    noise = np.random.default_rng(3).normal(0, 10 ** (-45 / 20), (1, 6 * RATE))
    noise[:, 2 * RATE : 4 * RATE] += tone(2, 440, 0.2)
    noise[0, RATE] = 0.9
    return wav(tmp_path / "hiss.wav", noise)


def heard(timeline: Timeline, path: Path, frames: tuple[int, int] | None = None) -> NDArray[np.float32]:
    plan = plan_render(timeline)
    plan = plan if frames is None else slice_sounds(plan, *frames)
    source = RenderSource(path, probe(path).model_copy(update={"media_id": "a", "kind": "video"}))
    return np.concatenate(list(SoundTrack(plan, {"a": source}).blocks()), axis=1)


def test_steady_noise_goes_down_and_what_is_louder_stays_where_it_was(hiss: Path) -> None:
    plain = heard(reel(shot("a", 0, 6000)), hiss)
    clean = heard(reel(shot("a", 0, 6000, denoise=0.5)), hiss)
    assert clean.shape == plain.shape
    pause = slice(5 * RATE, 6 * RATE - 4800)
    assert rms_db(plain[:, pause]) - rms_db(clean[:, pause]) > 8
    voice = slice(5 * RATE // 2, 7 * RATE // 2)
    assert abs(rms_db(plain[:, voice]) - rms_db(clean[:, voice])) < 0.5
    assert np.argmax(np.abs(clean[0, : 3 * RATE // 2])) == pytest.approx(RATE, abs=2)
    strong = heard(reel(shot("a", 0, 6000, denoise=1.0)), hiss)
    assert rms_db(strong[:, pause]) < rms_db(clean[:, pause]) - 2


def test_a_preview_of_the_middle_sounds_as_the_export_does(hiss: Path) -> None:
    timeline = reel(shot("a", 0, 6000, denoise=0.5))
    whole = heard(timeline, hiss)[:, 100 * 1920 : 140 * 1920]
    part = heard(timeline, hiss, (100, 140))
    assert part.shape == whole.shape
    settled = slice(RATE // 2, RATE)
    assert abs(rms_db(part[:, settled]) - rms_db(whole[:, settled])) < 1


def test_silence_stays_silence_and_other_clips_stay_as_recorded(tmp_path: Path, hiss: Path) -> None:
    quiet = wav(tmp_path / "quiet.wav", np.zeros((1, 2 * RATE)))
    assert not heard(reel(shot("a", 0, 2000, denoise=1.0)), quiet).any()
    two = heard(reel(shot("a", 0, 1500, 4000, denoise=1.0), shot("a", 1500, 1500, 4200)), hiss)
    assert rms_db(two[:, RATE : 5 * RATE // 4]) < rms_db(two[:, 2 * RATE : 5 * RATE // 2]) - 8
