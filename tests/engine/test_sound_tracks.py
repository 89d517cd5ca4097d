"""Recordings with several sound tracks: the first one with sound is heard, or the one that was chosen, or all."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from render_kit import RATE, reel, shot, sound, tone

from highlight_mcp.engine.edit.job import run as edit
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.audio_samples import read_samples
from highlight_mcp.engine.media.opening import expect
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.render.job import run as render
from highlight_mcp.engine.render.original import sound_around
from highlight_mcp.engine.signals.analysis import analyse

LOW, HIGH = 440, 2000


def recorded(path: Path, levels: dict[int, float], seconds: int = 3) -> Path:
    """A recording with a sound track for each pitch (Hz) at its level."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        tracks = [output.add_stream("aac", rate=RATE) for _ in levels]
        for number in range(25 * seconds):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for track, (pitch, level) in zip(tracks, levels.items(), strict=True):
            samples = np.repeat(tone(seconds, pitch, level), 2, axis=0).astype(np.float32)
            for start in range(0, samples.shape[1], 1024):
                block = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(samples[:, start : start + 1024]), "fltp", "stereo"
                )
                block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
                output.mux(track.encode(block))
            output.mux(track.encode(None))
    return path


def heard(samples: Any) -> set[int]:
    """Which of the pitches are in a sound at 48 kHz."""
    spectrum = np.abs(np.fft.rfft(samples[0, : 2 * RATE] * np.hanning(2 * RATE)))
    return {pitch for pitch in (LOW, HIGH) if spectrum[2 * pitch - 4 : 2 * pitch + 5].max() > 100}


def job(path: Path, **more: Any) -> dict[str, Any]:
    """A job with that file as its footage, which the process expects as the engine does."""
    info = probe(path).model_copy(update={"media_id": "a"}).model_dump(mode="json")
    spec = {"media": [{"info": info, "path": str(path)}], **more}
    expect(spec)
    return spec


@pytest.fixture(autouse=True)
def _no_other_job() -> Any:
    yield
    expect({})


def test_a_silent_first_track_gives_way_to_one_with_sound_and_that_is_said(tmp_path: Path) -> None:
    path = recorded(tmp_path / "obs.mkv", {LOW: 0.0, HIGH: 0.2})
    info = probe(path)
    assert (info.sound_tracks, info.sound_track) == (2, 2)
    assert [warning.key for warning in info.warnings] == ["engine.media.sound_track_silent"]
    spec = job(path, timeline=reel(shot("a", 0, 2500)).model_dump(mode="json"), output=str(tmp_path / "out.mp4"))
    render({**spec, "preset": "draft"}, no_progress)
    assert heard(sound(tmp_path / "out.mp4")) == {HIGH}


@pytest.mark.parametrize(
    ("words", "pitches"),
    [("use the second sound track", {HIGH}), ("mix both audio tracks", {LOW, HIGH}), ("用第二条音轨", {HIGH})],
)
def test_a_track_is_chosen_or_mixed_by_words(tmp_path: Path, words: str, pitches: set[int]) -> None:
    path = recorded(tmp_path / "two.mkv", {LOW: 0.2, HIGH: 0.2})
    spec = job(path)
    kept = edit({**spec, "operations": [{"op": "keep"}]}, no_progress)
    answer = edit({**spec, "timeline": kept["timeline"], "instruction": words}, no_progress)
    output = tmp_path / "out.mp4"
    made = job(path, timeline=answer["timeline"], output=str(output))
    facts = render({**made, "preset": "draft"}, no_progress)
    assert heard(sound(output)) == pitches
    assert not [check for check in facts["checks"] if not check["ok"]]
    listened = read_samples(path, 0, 2000)
    assert heard(np.repeat(listened, 3)[None]) == pitches
    assert heard(np.repeat(sound_around(path, 0.0, 2.0), 6)[None]) == pitches, "what the reel is compared with"


def test_the_analysis_listens_to_what_the_reel_plays(tmp_path: Path) -> None:
    path = recorded(tmp_path / "two.mkv", {LOW: 0.05, HIGH: 0.2})
    levels = []
    for track in (1, 2, 0):
        timeline = {"sounds": [{"media_id": "a", "track": track}]}
        media = probe(path)
        job(path, timeline=timeline)
        series = analyse(path, media, cache=tmp_path / "cache", progress=no_progress).sound
        assert series is not None
        levels.append(float(series.loudness[5:20].mean()))
    first, second, both = levels
    assert second - first == pytest.approx(12, abs=1)
    assert second < both < second + 1


def test_a_track_that_is_not_there_is_refused_with_how_many_there_are(tmp_path: Path) -> None:
    spec = job(recorded(tmp_path / "two.mkv", {LOW: 0.2, HIGH: 0.2}))
    kept = edit({**spec, "operations": [{"op": "keep"}]}, no_progress)
    asked = {**spec, "timeline": kept["timeline"], "operations": [{"op": "sound_track", "index": 3}]}
    answer = edit(asked, no_progress)
    assert answer["refused"][0]["code"] == "target_missing"
