"""Beats of music."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.signals.beats import RATE_HZ, beats, beats_of
from media_factory import make_clip


def drums(bpm: float, seconds: int = 30, start_s: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Drum strokes over faint noise, and their times in ms."""
    signal = np.random.default_rng(7).normal(0, 0.001, seconds * RATE_HZ)
    times = np.arange(start_s, seconds - 0.5, 60 / bpm)
    stroke = np.arange(400)
    sound = np.exp(-stroke / 80) * np.sin(2 * np.pi * 180 * stroke / RATE_HZ)
    for at in times:
        place = int(at * RATE_HZ)
        signal[place : place + 400] += sound
    return signal, 1000 * times


@pytest.mark.parametrize("bpm", [70, 90, 120, 128, 150])
def test_every_stroke_of_a_steady_drum_is_found_within_25_ms(bpm: int) -> None:
    signal, times = drums(bpm)
    found = np.array(beats_of(signal))
    assert max(np.abs(found - at).min() for at in times[1:-1]) <= 25
    assert abs(60_000 / np.median(np.diff(found)) - bpm) <= 0.02 * bpm


@settings(max_examples=12)
@given(st.floats(60, 160), st.floats(0.1, 0.9))
def test_most_beats_lie_on_strokes_at_any_tempo_and_start(bpm: float, start_s: float) -> None:
    signal, times = drums(bpm, 20, start_s)
    found = np.array(beats_of(signal))
    near = [np.abs(times - at).min() <= 40 for at in found if times[0] - 100 <= at <= times[-1] + 100]
    assert len(near) >= 5 and np.mean(near) >= 0.9


def test_noise_and_silence_have_no_beat() -> None:
    assert beats_of(np.random.default_rng(3).normal(0, 0.1, 30 * RATE_HZ)) == ()
    assert beats_of(np.zeros(30 * RATE_HZ)) == ()
    assert beats_of(np.zeros(10)) == ()


def test_music_has_a_beat_and_speech_has_none(footage: Callable[[str], Path]) -> None:
    found = beats(footage("audio/bgm_vibeace_coverart.ogg"))
    assert len(found) > 60 and list(found) == sorted(found)
    assert beats(footage("audio/speech_jfk.flac")) == ()


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="has no sound"):
        beats(make_clip(tmp_path / "mute.mp4", sound=None))
