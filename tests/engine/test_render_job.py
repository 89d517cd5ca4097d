"""Whole renders: in step, checked, honest about damage, and clean when they are stopped."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from render_kit import RATE, pictures, reel, rendered, shot, sound, sources

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.media.ratios import exact
from highlight_mcp.engine.render import progress as render_progress
from highlight_mcp.engine.render.job import run
from highlight_mcp.engine.render.plan import plan_render
from highlight_mcp.engine.render.verify import ExpectedOutput, verify
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.messages import in_words
from highlight_mcp.timeline.model import AudioTrack, Clip, Timeline, Transition
from media_factory import make_clip, make_sound

Footage = Callable[[str], Path]
FLASH_FPS = 25


def flashes(path: Path, seconds: int) -> Path:
    """Footage that is white and beeps for the first tenth of every second."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=FLASH_FPS)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.options = {"preset": "ultrafast"}
        video.codec_context.gop_size = 50
        audio = output.add_stream("aac", rate=RATE)
        audio.layout = "stereo"
        for number in range(seconds * FLASH_FPS):
            grey = 235 if 10 * (number % FLASH_FPS) < FLASH_FPS else 0
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FLASH_FPS)
            output.mux(video.encode(frame))
        times = np.arange(seconds * RATE)
        beep = (0.5 * np.sin(2 * np.pi * 1000 * times / RATE) * (times % RATE < RATE // 10)).astype(np.float32)
        for start in range(0, beep.size, 1024):
            block = av.AudioFrame.from_ndarray(np.stack([beep[start : start + 1024]] * 2), "fltp", "stereo")
            block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
            output.mux(audio.encode(block))
        output.mux(video.encode(None))
        output.mux(audio.encode(None))
    return path


def onsets(values: np.ndarray[Any, Any], threshold: float, per_s: float) -> list[float]:
    """Times in seconds at which a signal rises above a threshold."""
    above = values > threshold
    return [float(at) / per_s for at in np.flatnonzero(above[1:] & ~above[:-1]) + 1]


def skews_ms(path: Path, rate: Fraction) -> list[float]:
    """For each beep of a reel, how much later than its flash it comes, in ms."""
    light = onsets(pictures(path).mean(axis=(1, 2, 3)), 110, float(rate))
    level = np.abs(sound(path)[0])
    envelope = level[: level.size // 48 * 48].reshape(-1, 48).max(axis=1)
    smooth = np.array([envelope[max(0, at - 8) : at + 1].max() for at in range(envelope.size)])
    beeps = onsets(smooth, 0.12, 1000)
    assert len(light) == len(beeps) > 10
    return [1000 * (beep - flash) for flash, beep in zip(light, beeps, strict=True)]


@pytest.mark.parametrize(
    ("cuts", "speed", "rate"),
    [
        (20, "1", "30000/1001"),
        *(pytest.param(20, *each, marks=pytest.mark.slow) for each in [("1", "25"), ("2", "30"), ("1/2", "30")]),
        pytest.param(100, "1", "30000/1001", marks=pytest.mark.slow),
    ],
)
def test_after_many_cuts_sound_and_picture_are_still_in_step(tmp_path: Path, cuts: int, speed: str, rate: str) -> None:
    media = sources(a=flashes(tmp_path / "a.mp4", 24))
    clips = []
    duration = round({"1": 1400, "2": 2400, "1/2": 1050}[speed] / Fraction(speed))
    for number in range(cuts):
        start_ms = 1000 * (number * 7 % 20) + 131 + 13 * (number % 20)
        clips.append(shot("a", duration * number, duration, start_ms, speed))
    rendered(reel(*clips, rate=rate), media, tmp_path / "out.mp4")
    skews = skews_ms(tmp_path / "out.mp4", Fraction(rate))
    assert max(abs(skew) for skew in skews) < 40
    assert abs(float(np.median(skews))) < 20


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=3))
    out = tmp_path / "reel.mp4.part-1"
    facts = rendered(reel(shot("a", 0, 1500), rate="30000/1001"), media, out)
    assert facts["size_bytes"] == out.stat().st_size
    assert (facts["width"], facts["height"], facts["frame_rate"]) == (320, 180, "30000/1001")
    assert (facts["video_codec"], facts["audio_codec"], facts["method"]) == ("h264", "aac", "encoded")
    assert facts["duration_ms"] == 1502
    assert facts["checks"] and all(check["ok"] and check["detail"] for check in facts["checks"])
    assert [warning["key"] for warning in facts["warnings"]] == ["engine.reel.enlarged"]
    with av.open(str(out)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.pix_fmt, video.frames) == ("yuv420p", 45)
        assert exact(video.average_rate) == Fraction(30000, 1001)
        assert (audio.rate, audio.layout.name) == (48_000, "stereo")
        keys = [packet.pts * packet.time_base for packet in container.demux(video) if packet.is_keyframe and packet.pts]
        assert all(later - earlier <= 2 for earlier, later in pairwise(keys))


def test_a_reel_of_cards_alone_has_silent_sound_of_its_length(tmp_path: Path) -> None:
    rendered(reel(Clip(id="a", start_ms=0, duration_ms=1000, color="#102030")), {}, tmp_path / "out.mp4")
    heard = sound(tmp_path / "out.mp4")
    assert not heard.any()
    assert abs(heard.shape[1] - RATE) <= 1024


def test_gaps_are_black_and_silent(tmp_path: Path) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=2))
    rendered(reel(shot("a", 400, 400), shot("a", 1200, 400)), media, tmp_path / "out.mp4")
    light = [float(frame.mean()) for frame in pictures(tmp_path / "out.mp4")]
    assert [value > 20 for value in light] == ([False] * 10 + [True] * 10) * 2
    assert np.abs(sound(tmp_path / "out.mp4")[:, : RATE // 3]).max() < 1e-3


def test_music_longer_than_the_pictures_is_heard_to_its_end_over_black(tmp_path: Path) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=1, sound=None), m=make_sound(tmp_path / "m.wav", seconds=2))
    facts = rendered(
        reel(shot("a", 0, 600), tracks=(AudioTrack(id="m", clips=(shot("m", 0, 1200),)),)), media, tmp_path / "out.mp4"
    )
    assert facts["duration_ms"] == 1200
    assert np.abs(sound(tmp_path / "out.mp4")[:, RATE : RATE + 4800]).max() > 0.05


def test_progress_is_told_all_along_and_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no time has to pass between two reports, each step of a hundredth is told, and the work within some."""
    monkeypatch.setattr(render_progress, "_EVERY_S", 0)
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=6, size=(640, 360)))
    told: list[tuple[str, int, int, str]] = []
    clips = [shot("a", 300 * number, 300, 290 * number) for number in range(19)]
    timeline = reel(*clips, rate=30).model_copy(update={"loudness_lufs": -16.0})
    rendered(
        timeline, media, tmp_path / "out.mp4",
        lambda stage, done, total, text: told.append((stage, done, total, text.arguments.get("what", text).key)),
    )  # fmt: skip
    stages = [stage for stage, *_ in told]
    assert [stage for place, stage in enumerate(stages) if stage not in stages[:place]] == [
        "encode",
        "measure",
        "check",
    ]
    done = [each[1] for each in told]
    assert {total for _, _, total, _ in told} == {100} and done == sorted(done)
    assert set(done) >= set(range(95)), "per cent by pictures"
    beats = Counter(key.removeprefix("engine.progress.") for *_, key in told)
    assert beats["encoding"] >= 171 and beats["loudness"] >= 171 and beats["checking"] >= 100, "one for each picture"


def damaged(source: Path, path: Path, flips: int) -> Path:
    """A copy with some bytes of its media data changed."""
    data = bytearray(source.read_bytes())
    start = data.find(b"mdat") + 5000
    for place in np.random.default_rng(5).integers(start, len(data) - 500, flips):
        data[place] ^= 0x55
    path.write_bytes(bytes(data))
    return path


def test_damaged_footage_gives_a_whole_reel_and_a_warning(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mp4", seconds=6, size=(320, 180), faststart=True)
    media = sources(a=damaged(whole, tmp_path / "hurt.mp4", 60))
    facts = rendered(reel(shot("a", 0, 2500, 500), shot("a", 2500, 2500, 3000)), media, tmp_path / "out.mp4")
    assert facts["duration_ms"] == 5000
    assert any("hurt.mp4 is damaged" in warning for warning in in_words(facts["warnings"]))


def test_footage_that_has_gone_is_named(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "match.mp4", seconds=1)
    media = sources(a=path)
    path.unlink()
    with pytest.raises(EngineError, match=r"match\.mp4") as caught:
        rendered(reel(shot("a", 0, 500)), media, tmp_path / "out.mp4")
    assert caught.value.kind == "file_missing"
    assert not (tmp_path / "out.mp4").exists()


def test_footage_that_the_job_does_not_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="med_9") as caught:
        rendered(reel(shot("med_9", 0, 500)), {}, tmp_path / "out.mp4")
    assert caught.value.kind == "file_missing"


def test_an_empty_timeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        rendered(Timeline(), {}, tmp_path / "out.mp4")
    assert caught.value.kind == "bad_request"


@pytest.mark.parametrize("wrong", [{"preset": "8k"}, {"timeline": {"tracks": 5}}, {"media": [{}]}])
def test_a_job_that_cannot_be_read_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    timeline = reel(Clip(id="a", start_ms=0, duration_ms=400)).model_dump(mode="json")
    spec = {"timeline": timeline, "media": [], "output": str(tmp_path / "out.mp4"), "preset": "480p"} | wrong
    with pytest.raises(EngineError) as caught:
        run(spec, lambda *told: None)
    assert caught.value.kind == "bad_request"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_called_a_full_disk(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.symlink_to("/dev/full")
    with pytest.raises(EngineError) as caught:
        rendered(reel(Clip(id="a", start_ms=0, duration_ms=400)), {}, out)
    assert caught.value.kind == "no_space"


@pytest.mark.parametrize("fault", ["cut off", "cut between pictures", "too short", "wrong size", "index at the end"])
def test_a_file_that_is_not_what_was_planned_never_passes(tmp_path: Path, fault: str) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=3))
    timeline = reel(shot("a", 0, 2000))
    out = tmp_path / "out.mp4"
    rendered(timeline, media, out)
    made = plan_render(timeline)
    good = ExpectedOutput(320, 180, made.frames, made.rate)
    assert all(check.ok for check in verify(out, good))
    expected = good
    if fault == "cut off":
        out.write_bytes(out.read_bytes()[: out.stat().st_size * 2 // 3])
    elif fault == "cut between pictures":
        with av.open(str(out)) as container:
            ends = [packet.pos + packet.size for packet in container.demux(video=0) if packet.pos]
        out.write_bytes(out.read_bytes()[: ends[len(ends) // 2]])
    elif fault == "too short":
        expected = ExpectedOutput(320, 180, made.frames + 2, made.rate)
    elif fault == "wrong size":
        expected = ExpectedOutput(320, 182, made.frames, made.rate)
    else:
        out = make_clip(tmp_path / "late.mp4", seconds=2, size=(320, 180))
    with pytest.raises(EngineError) as caught:
        verify(out, expected)
    assert caught.value.kind == "internal"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_render_that_is_told_to_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=4, size=(640, 360)))
    out = tmp_path / "done" / "reel.mp4.part-1"
    out.parent.mkdir()
    clips = [shot("a", 3000 * number, 3000) for number in range(40)]
    entries = [{"info": each.info.model_dump(mode="json"), "path": str(each.path)} for each in media.values()]
    asked = {"timeline": reel(*clips).model_dump(mode="json"), "output": str(out), "loudness": None}
    spec = {"job": "render", "media": entries, **asked}
    command = [sys.executable, "-m", "highlight_mcp.engine"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(spec).encode() + b"\n")
        child.stdin.flush()
        lines = 0
        while lines < 3 and child.stdout.readline():
            lines += 1
        assert out.exists()
        os.kill(child.pid, signal.SIGTERM)
        child.wait(timeout=30)
    assert list(out.parent.iterdir()) == []


@pytest.mark.slow
def test_every_readable_file_of_the_footage_goes_into_one_reel(tmp_path: Path, footage: Footage) -> None:
    room = footage("odd").parent
    found: dict[str, Path] = {}
    media: dict[str, RenderSource] = {}
    for folder in ("odd", "video", "images"):
        for path in sorted((room / folder).iterdir()):
            key = f"m{len(found)}"
            try:
                media |= sources(**{key: path})
            except EngineError:
                assert path.suffix == ".srt" or "invalid" in path.name
                continue
            found[key] = path
    clips, at = [], 0
    for number, key in enumerate(found):
        length = media[key].info.duration_ms or 800
        duration = min(700, length)
        join = Transition(kind="crossfade", duration_ms=200) if number % 3 == 1 else None
        fit = ("cover", "pad", "blur")[number % 3]
        clips.append(shot(key, at, duration, max(0, min(200, length - duration)), fit=fit, transition=join))
        at += duration
    timeline = reel(*clips, rate=30).model_copy(update={"loudness_lufs": -16.0})
    facts = rendered(timeline, media, tmp_path / "out.mp4")
    assert len(found) > 30
    assert abs(facts["duration_ms"] - at) <= 34
    light = pictures(tmp_path / "out.mp4").mean(axis=(1, 2, 3))
    dark = [c.media_id for c in clips if light[round((c.start_ms + c.duration_ms / 2) * 0.03)] < 3]
    assert all("fall_leaves" in found[key].name for key in dark if key)
