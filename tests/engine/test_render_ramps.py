"""Clips whose speed changes: every frame shows the source as far as the speed has brought it, the sound beside it."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from render_kit import RATE, pictures, pitch_hz, reel, rendered, rms_db, sources, tone, wav

from highlight_mcp.engine.preview.picture import reel_picture
from highlight_mcp.engine.render.mixing import SoundTrack
from highlight_mcp.engine.render.plan import plan_render
from highlight_mcp.timeline.layout import slice_clip
from highlight_mcp.timeline.model import Clip, Timeline
from highlight_mcp.timeline.time import TimeRange
from media_factory import make_clip

WAYS = [("1", "3/10"), ("1/2", "2"), ("4", "1"), ("1/4", "1/4")]


def ramped(start: str, end: str, source_ms: int = 4000, media_id: str = "a") -> Clip:
    low, high = Fraction(start), Fraction(end)
    speed = (low + high) / 2
    source = TimeRange(start_ms=500, end_ms=500 + source_ms)
    length, ramp = round(source_ms / speed), round(float((high - low) / (high + low)), 6)
    return Clip(id="c", start_ms=0, duration_ms=length, media_id=media_id, source=source, speed=speed, ramp=ramp)


def heard(timeline: Timeline, path: Path) -> NDArray[np.float32]:
    return np.concatenate(list(SoundTrack(plan_render(timeline), sources(a=path)).blocks()), axis=1)


@pytest.mark.parametrize(("start", "end"), WAYS)
def test_each_frame_shows_where_the_speed_has_brought_the_source(start: str, end: str) -> None:
    low, high = Fraction(start), Fraction(end)
    clip = ramped(start, end)
    plan = plan_render(reel(clip, rate=25))
    shot = plan.layers[0].shots[0]
    length_s = Fraction(4) / ((low + high) / 2)
    for frame in range(plan.frames):
        at_s = Fraction(2 * frame + 1, 50)
        exact = Fraction(1, 2) + low * at_s + (high - low) * at_s**2 / (2 * length_s)
        assert abs(shot.source_s(frame, Fraction(25)) - exact) < Fraction(1, 500)
    assert plan.frames == round(length_s * 25)


@pytest.mark.parametrize(("start", "end"), WAYS)
def test_the_parts_of_a_divided_ramp_are_the_whole(start: str, end: str) -> None:
    clip = ramped(start, end)
    cut = clip.duration_ms // 3
    parts = [slice_clip(clip, 0, cut), slice_clip(clip, cut, clip.duration_ms)]
    whole = plan_render(reel(clip)).layers[0].shots[0]
    placed = [parts[0], parts[1].model_copy(update={"start_ms": parts[0].duration_ms})]
    assert abs(placed[1].end_ms - clip.duration_ms) <= 2
    shots = plan_render(reel(*placed)).layers[0].shots
    for shot in shots:
        for frame in range(shot.first, min(shot.last, whole.last)):
            assert abs(shot.source_s(frame, Fraction(25)) - whole.source_s(frame, Fraction(25))) < Fraction(1, 100)


@pytest.mark.parametrize(("start", "end"), WAYS)
def test_the_sound_stays_in_step_and_keeps_its_pitch(tmp_path: Path, start: str, end: str) -> None:
    clicks = tone(6, 440, 0.05)
    for at_s in (1, 2, 3, 4):
        clicks[0, at_s * RATE : at_s * RATE + RATE // 50] += tone(0.02, 3000, 0.6)[0]
    clip = ramped(start, end)
    out = heard(reel(clip), wav(tmp_path / "a.wav", clicks))
    assert abs(out.shape[1] - clip.duration_ms * 48) <= 960
    shot = plan_render(reel(clip)).layers[0].shots[0]
    loud = np.convolve(out[0] ** 2, np.ones(480), "same")
    for at_s in (1, 2, 3, 4):
        frame = min(range(shot.last), key=lambda n: abs(shot.source_s(n, Fraction(25)) - at_s))
        near = slice(max(0, (frame - 4) * 1920), (frame + 5) * 1920)
        peak = near.start + int(np.argmax(loud[near]))
        assert abs(peak - (frame + 0.5) * 1920) < 2 * 1920, f"{at_s}: {peak / RATE}"
    quiet = wav(tmp_path / "b.wav", tone(6, 440, 0.1))
    even = heard(reel(clip), quiet)
    assert pitch_hz(even[:, RATE // 10 : -RATE // 10]) == pytest.approx(440, rel=0.01)
    levels = [rms_db(even[:, at : at + RATE // 20]) for at in range(RATE // 10, even.shape[1] - RATE // 5, RATE // 20)]
    assert max(levels) - min(levels) < 2


def test_a_preview_and_the_export_show_the_same_frames(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=6, size=(320, 180))
    timeline = reel(ramped("1", "1/4"))
    result = rendered(timeline, sources(a=path), tmp_path / "out.mp4")
    assert all(check["ok"] for check in result["checks"]) and result["duration_ms"] == timeline.duration_ms
    exported = pictures(tmp_path / "out.mp4")
    for at_ms in (200, 2000, 6000):
        seen = np.asarray(reel_picture(timeline, at_ms, sources(a=path)))
        assert np.abs(seen.astype(int) - exported[at_ms // 40].astype(int)).mean() < 6
