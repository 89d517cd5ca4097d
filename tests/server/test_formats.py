"""The local backend takes what FFmpeg and Pillow read; content decides, and a folder is searched by endings."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from highlight_mcp.contract.formats import FORMATS, READ_HERE, format_here, format_of
from media_factory import SAMPLE_RATE, make_clip, make_sound

from .conftest import Bench

pytestmark = pytest.mark.anyio


def broadcast(path: Path, form: str, picture: str, sound: str) -> Path:
    """One second of an MPEG stream or a tape format."""
    with av.open(str(path), "w", format=form) as output:
        video = output.add_stream(picture, rate=25)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        audio = output.add_stream(sound, rate=SAMPLE_RATE)
        assert isinstance(audio, av.AudioStream)
        audio.layout = "stereo"
        if not sound.startswith("pcm"):
            audio.bit_rate = 128_000  # WMA opens with nothing less said
        for number in range(25):
            frame = av.VideoFrame.from_ndarray(np.full((96, 160, 3), 8 * number, np.uint8), "rgb24")
            frame.pts = number
            output.mux(video.encode(frame.reformat(format="yuv420p")))
        output.mux(video.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 2 * SAMPLE_RATE), np.int16), "s16", "stereo")
        silence.sample_rate, silence.pts = SAMPLE_RATE, 0
        form_of = audio.codec_context
        resampler = av.AudioResampler(form_of.format, "stereo", SAMPLE_RATE, frame_size=form_of.frame_size or 1024)
        for block in (*resampler.resample(silence), *resampler.resample(None)):
            output.mux(audio.encode(block))
        output.mux(audio.encode(None))
    return path


def test_the_cloud_takes_its_thirteen_formats_alone() -> None:
    assert len(FORMATS) == 13
    assert format_of("a.flv") is None and format_here("a.flv") is not None
    assert {each.extension for each in FORMATS} < {each.extension for each in READ_HERE}


@pytest.mark.slow
async def test_what_is_read_here_is_taken_from_a_folder_cut_and_exported(bench: Bench) -> None:
    folder = bench.settings.media_roots[0] / "all kinds"
    folder.mkdir()
    for ending in ("flv", "ts"):
        make_clip(folder / f"clip.{ending}", seconds=1)
    make_clip(folder / "phone.mp4", seconds=1).rename(folder / "phone.m4v")
    for name, form, picture, sound in (
        ("camera.mts", "mpegts", "libx264", "ac3"),
        ("disc.mpg", "mpeg", "mpeg2video", "mp2"),
        ("tape.mxf", "mxf", "mpeg2video", "pcm_s16le"),
        ("old.3gp", "3gp", "libx264", "aac"),
        ("windows.wmv", "asf", "wmv2", "wmav2"),
        ("web.ogv", "ogg", "libvpx", "libopus"),
        ("film.divx", "avi", "mpeg4", "mp3"),
    ):
        broadcast(folder / name, form, picture, sound)
    make_sound(folder / "song.flac", seconds=1)
    for ending in ("bmp", "tiff", "avif"):
        Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(folder / f"photo.{ending}")
    (folder / "iphone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    async with bench.host() as host:
        added = await host.finished("upload", sources=[str(folder)], new_session=True)
        names = {each["name"] for each in added["media"]}
        assert names == {file.name for file in folder.iterdir()} - {"iphone.heic"}
        (refused,) = added["failed"]
        assert "HEIC" in refused["error"]["message"]
        await host.finished("edit", operations=[{"op": "keep"}])
        made = await host.finished("export", preset="draft")
    assert made["duration_ms"] >= 9500
