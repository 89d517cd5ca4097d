"""Damage that shows late: files that can be opened and measured, and go wrong when they are analysed or drawn."""

import subprocess
import sys
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from coded import FPS, coded, numbers, picture
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.frames import frame_readers_of
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.signals.analysis import analyse
from highlight_mcp.engine.signals.packets import Deadline
from highlight_mcp.engine.signals.sampling import ContainerCache, watch
from highlight_mcp.messages import in_words
from media_factory import make_sound

FUZZ = Path(__file__).resolve().parents[2] / "benchmarks" / "fuzz.py"
STUFFING = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 32_000
"""Six megabytes of empty packets: more than FFmpeg reads to find out what is in a transport stream."""


def interrupted(path: Path) -> Path:
    """A transport stream with a sound track in the middle that nobody knows of when it is opened."""
    parts = [
        coded(path.with_name("0.ts"), 300, start_s=10).read_bytes(),
        STUFFING,
        coded(path.with_name("1.ts"), 100, first=300, start_s=22, tones=True).read_bytes(),
        *(
            coded(path.with_name(f"{first}.ts"), 300, first=first, start_s=10 + first // FPS).read_bytes()
            for first in (400, 700, 1000)
        ),
    ]
    path.write_bytes(b"".join(parts))
    return path


def test_a_track_that_turns_up_in_the_middle_does_not_stop_analysis_or_render(tmp_path: Path) -> None:
    path = interrupted(tmp_path / "a.ts")
    info = probe(path)
    assert info.audio_codec is None
    analysis = analyse(path, info, cache=None, progress=no_progress)
    assert analysis.pictures.at_ms[-1] > 50_000
    with ContainerCache(path, lasting=False) as opened:
        assert len(watch(opened, [(50_000, 52_000)], Deadline())) >= 5
    facts = rendered(reel(shot("a", 0, 1000, 50_000)), sources(a=path), tmp_path / "out.mp4")
    assert numbers(pictures(tmp_path / "out.mp4")) == list(range(1250, 1275))
    assert all(check["ok"] for check in facts["checks"])


def test_a_picture_whose_reader_fails_in_its_own_way_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.avif"
    Image.effect_noise((64, 48), 90).save(path)
    content = bytearray(path.read_bytes())
    data = content.index(b"mdat")
    content[data + 8 : data + 12] = b"\xff" * 4
    path.write_bytes(content)
    with pytest.raises(EngineError) as error:
        probe(path)
    assert error.value.kind == "file_damaged"


def coloured(path: Path, matrix: int, codec: str) -> Path:
    """Footage that names this colour matrix."""
    with av.open(str(path), "w") as output:
        video = cast(VideoStream, output.add_stream(codec, rate=FPS))
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.codec_context.options = {"preset": "12" if codec == "libsvtav1" else "ultrafast"}
        video.codec_context.colorspace = matrix
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            frame.colorspace = matrix
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    return path


@pytest.mark.parametrize("codec", ["libx264", "libsvtav1"])
@pytest.mark.parametrize("matrix", [8, 14])
def test_colours_that_are_not_known_are_drawn_and_told(tmp_path: Path, matrix: int, codec: str) -> None:
    path = coloured(tmp_path / "a.mp4", matrix, codec)
    media = sources(a=path)
    facts = rendered(reel(shot("a", 0, 1000, 400)), media, tmp_path / "out.mp4")
    assert numbers(pictures(tmp_path / "out.mp4")) == list(range(10, 35))
    assert any("a.mp4 names colours that are not known here" in warning for warning in in_words(facts["warnings"]))
    with frame_readers_of(path) as shown:
        assert numbers(np.asarray(shown.at(1000, (320, 180)))[None]) == [25]


def test_samples_that_are_no_numbers_or_endless_are_analysed_as_silence(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.wav", seconds=3, codec="pcm_f32le")
    content = bytearray(path.read_bytes())
    content[400_000:400_016] = np.array([np.nan, np.inf, -np.inf, 3e38], np.float32).tobytes()
    path.write_bytes(content)
    sound = analyse(path, probe(path), cache=None, progress=no_progress).sound
    assert sound is not None
    assert all(np.isfinite(getattr(sound, field.name)).all() for field in fields(sound))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform != "linux", reason="has every job forked")
def test_damaged_inputs_of_every_kind_end_in_a_reason_or_a_right_result() -> None:
    command = [sys.executable, str(FUZZ), "--seed", "20", "--count", "80", "--minutes", "5"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
