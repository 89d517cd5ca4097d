"""What each preset makes of a short reel: the kind of file, its size and rate, its checks, and what is refused."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from render_kit import reel, shot, sources

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.render import hardware, writers
from highlight_mcp.engine.render.codings import Coding
from highlight_mcp.engine.render.job import run
from highlight_mcp.messages import in_words
from highlight_mcp.presets import PRESETS
from highlight_mcp.timeline.model import Framing, Timeline
from media_factory import make_clip

SIZE = (640, 360)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("presets") / "a.mp4", seconds=4, size=SIZE)


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def cut(**more: Any) -> Timeline:
    size: dict[str, Any] = {"width": 1920, "height": 1080, **more}
    return reel(shot("a", 0, 1200, 200), shot("a", 1200, 1200, 2200), **size)


def export(footage: Path, out: Path, preset: str, timeline: Timeline | None = None, **more: Any) -> dict[str, Any]:
    """Facts of a file in words; every check of it has passed."""
    (source,) = sources(a=footage).values()
    known = [{"path": str(footage), "info": source.info.model_dump(mode="json")}]
    spec = {"timeline": (timeline or cut()).model_dump(mode="json"), "media": known, "output": str(out)}
    facts: dict[str, Any] = in_words(run({**spec, "preset": preset, "ending": out.suffix[1:], **more}, no_progress))
    assert facts["checks"] and all(check["ok"] for check in facts["checks"])
    assert facts["size_bytes"] == out.stat().st_size
    assert [file.name for file in out.parent.iterdir()] == [out.name], "working files are left behind"
    return facts


def names(facts: dict[str, Any]) -> set[str]:
    return {check["name"] for check in facts["checks"]}


@pytest.mark.parametrize(
    ("preset", "size"),
    [
        ("480p", (854, 480)), ("vertical", (1080, 1920)),
        *(pytest.param(name, SIZE, marks=pytest.mark.slow) for name in ("source", "youtube")),
        pytest.param("square", (1080, 1080), marks=pytest.mark.slow),
        pytest.param("4:5", (1080, 1350), marks=pytest.mark.slow),
        pytest.param("reels", (1080, 1920), marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_a_film_has_the_size_that_its_preset_says(
    footage: Path, tmp_path: Path, preset: str, size: tuple[int, int]
) -> None:
    facts = export(footage, tmp_path / "x.mp4", preset)
    assert (facts["width"], facts["height"]) == size
    assert {"picture", "sound", "source pictures", "faststart"} <= names(facts)
    enlarged = [warning for warning in facts["warnings"] if "640x360" in warning]
    assert bool(enlarged) == (PRESETS[preset].short_side is not None)


def test_as_filmed_means_the_rate_and_the_shape_of_the_footage_that_is_shown_longest(tmp_path: Path) -> None:
    tall = make_clip(folder(tmp_path, "in") / "a.mp4", seconds=4, size=(360, 640), fps=50)
    folder(tmp_path, "out")
    facts = export(tall, tmp_path / "out" / "x.mp4", "source")
    assert (facts["width"], facts["height"], facts["frame_rate"]) == (360, 640, "50")


def test_as_filmed_keeps_the_shape_that_was_chosen_for_the_reel(footage: Path, tmp_path: Path) -> None:
    chosen = cut(width=1080, height=1080, framing=Framing(fit="pad"))
    facts = export(footage, tmp_path / "x.mp4", "source", chosen)
    assert (facts["width"], facts["height"]) == (640, 640)


def test_another_shape_shows_the_part_of_the_picture_that_the_operation_would(footage: Path, tmp_path: Path) -> None:
    export(footage, tmp_path / "x.mp4", "square", cut(framing=Framing(fit="pad")))
    with av.open(str(tmp_path / "x.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert picture[:150].max() < 20, "a reel with borders keeps them in another shape"
    assert picture[400:680].mean() > 20


def test_what_no_footage_has_is_refused_and_not_enlarged(footage: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as refused:
        export(footage, tmp_path / "x.mp4", "4k")
    assert "640x360" in refused.value.text
    assert "source" in refused.value.text
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("ending", "codec"), [("m4a", "aac"), ("mp3", "mp3"), ("wav", "pcm_s16le")])
def test_sound_alone_is_as_long_as_the_reel_and_compared_with_the_footage(
    footage: Path, tmp_path: Path, ending: str, codec: str
) -> None:
    facts = export(footage, tmp_path / f"x.{ending}", "audio")
    assert (facts["audio_codec"], facts["video_codec"], facts["width"]) == (codec, None, None)
    assert facts["duration_ms"] == 2400
    assert {"sound", "sound length", "last sound", "source sound"} <= names(facts)
    with av.open(str(tmp_path / f"x.{ending}")) as container:
        assert not container.streams.video
        assert sum(frame.samples for frame in container.decode(audio=0)) == pytest.approx(2.4 * 48_000, abs=2400)


def test_sound_alone_of_a_silent_reel_is_refused(tmp_path: Path) -> None:
    silent = make_clip(folder(tmp_path, "in") / "a.mp4", seconds=4, sound=None)
    folder(tmp_path, "out")
    with pytest.raises(EngineError, match="no sound"):
        export(silent, tmp_path / "out" / "x.mp3", "audio")


@pytest.mark.parametrize(("preset", "ending"), [("gif", "gif"), ("webp", "webp")])
def test_an_animation_moves_lasts_as_long_as_the_reel_and_shows_the_footage(
    footage: Path, tmp_path: Path, preset: str, ending: str
) -> None:
    out = tmp_path / f"x.{ending}"
    facts = export(footage, out, preset)
    assert facts["audio_codec"] is None
    assert {"picture", "frames", "picture length", "source pictures"} <= names(facts)
    with Image.open(out) as image:
        assert image.format == preset.upper()
        assert min(image.size) == PRESETS[preset].short_side
        first = np.asarray(image.convert("L"), float)
        image.seek(getattr(image, "n_frames", 1) - 1)
        assert np.abs(np.asarray(image.convert("L"), float) - first).mean() > 1


def test_a_reel_in_which_nothing_moves_is_a_still_picture_as_webp(footage: Path, tmp_path: Path) -> None:
    still = reel(shot("a", 0, 600, 200, freeze=True), width=1920, height=1080)
    facts = export(footage, tmp_path / "x.webp", "webp", still)
    assert {"name": "picture length", "ok": True, "detail": "a picture that does not move"} in facts["checks"]


@pytest.mark.parametrize(("preset", "codec"), [("prores", "prores"), ("dnxhr", "dnxhd")])
def test_files_for_editors_are_as_filmed_with_plain_sound_and_every_picture_alone(
    footage: Path, tmp_path: Path, preset: str, codec: str
) -> None:
    facts = export(footage, tmp_path / "x.mov", preset)
    assert (facts["video_codec"], facts["audio_codec"]) == (codec, "pcm_s16le")
    assert (facts["width"], facts["height"]) == SIZE
    with av.open(str(tmp_path / "x.mov")) as container:
        assert all(packet.is_keyframe for packet in container.demux(video=0) if packet.size)


def test_a_picture_that_is_too_small_for_a_codec_is_refused_with_another(tmp_path: Path) -> None:
    tiny = make_clip(folder(tmp_path, "in") / "a.mp4", seconds=4, size=(160, 90))
    folder(tmp_path, "out")
    with pytest.raises(EngineError, match=r"256x120.*prores"):
        export(tiny, tmp_path / "out" / "x.mov", "dnxhr")


def restless(path: Path) -> Path:
    """Four seconds of patches that change all the time, which take many bits, and a hum."""
    chance = np.random.default_rng(7)
    with av.open(str(path), "w") as output:
        video, audio = output.add_stream("libx264", rate=25), output.add_stream("aac", rate=48_000)
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio.layout = "stereo"
        for number in range(100):
            patches = chance.integers(0, 255, (SIZE[1] // 20, SIZE[0] // 20, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(np.kron(patches, np.ones((20, 20, 1), np.uint8)), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(video.encode(frame))
        hum = 0.2 * np.sin(np.arange(4 * 48_000) * 0.05).astype(np.float32)
        for start in range(0, hum.size, 1024):
            block = av.AudioFrame.from_ndarray(np.stack([hum[start : start + 1024]] * 2), "fltp", "stereo")
            block.sample_rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
            output.mux(audio.encode(block))
        output.mux(video.encode(None))
        output.mux(audio.encode(None))
    return path


@pytest.mark.slow
def test_a_reel_gets_below_a_size_by_a_smaller_picture_and_says_so(tmp_path: Path) -> None:
    busy = restless(folder(tmp_path, "in") / "a.mp4")
    out = folder(tmp_path, "out") / "x.mp4"
    whole = export(busy, out, "480p")
    out.unlink()
    most = whole["size_bytes"] // 4
    facts = export(busy, out, "480p", most_bytes=most)
    assert 0.7 * most < facts["size_bytes"] <= most
    assert "most bytes" in names(facts)
    assert facts["height"] < whole["height"] == 480
    assert any(f"{facts['width']}x{facts['height']}" in warning for warning in facts["warnings"])


def test_a_reel_that_fits_is_encoded_once_at_the_quality_of_its_preset(footage: Path, tmp_path: Path) -> None:
    facts = export(footage, tmp_path / "x.mp4", "whatsapp")
    assert (facts["height"], facts["size_bytes"] <= 16_000_000) == (720, True)


@pytest.mark.parametrize(("preset", "ending"), [("1080p", "mp4"), ("gif", "gif"), ("audio", "wav"), ("prores", "mov")])
def test_a_size_that_nothing_reaches_is_refused(footage: Path, tmp_path: Path, preset: str, ending: str) -> None:
    with pytest.raises(EngineError) as refused:
        export(footage, tmp_path / f"x.{ending}", preset, most_bytes=3_000)
    assert refused.value.kind == "limit"
    assert "0.003 MB" in refused.value.text


def test_an_animation_of_minutes_is_refused(footage: Path, tmp_path: Path) -> None:
    clips = [shot("a", 4000 * number, 4000) for number in range(31)]
    with pytest.raises(EngineError) as refused:
        export(footage, tmp_path / "x.gif", "gif", reel(*clips, width=1920, height=1080))
    assert refused.value.kind == "limit"


def test_every_preset_has_a_writer_and_a_rate_that_its_file_can_say() -> None:
    for name, preset in PRESETS.items():
        assert preset.endings, name
        if preset.codec == "gif":
            assert preset.rate is not None and (100 / preset.rate).denominator == 1
        if preset.codec == "webp":
            assert preset.rate is not None and (1000 / preset.rate).denominator == 1
        assert preset.shape is None or Fraction(*preset.shape) > 0


def words_of_encoding(facts: dict[str, Any]) -> list[str]:
    return [warning for warning in facts["warnings"] if "encode" in warning]


def test_without_a_hardware_encoder_that_works_the_processor_encodes_and_it_is_said(
    footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "ENCODERS", ("h264_of_nobody", "h264_nvenc"))
    facts = export(footage, tmp_path / "x.mp4", "480p", hardware=True)
    assert words_of_encoding(facts) == [
        "No hardware encoder works on this machine, so the reel was encoded by the processor."
    ]
    (tmp_path / "x.mp4").unlink()
    assert words_of_encoding(export(footage, tmp_path / "x.mp4", "480p")) == [], "nobody asked for one"
    (tmp_path / "x.mp4").unlink()
    (warning,) = words_of_encoding(export(footage, tmp_path / "x.mov", "prores", hardware=True))
    assert "only make MP4s" in warning


def test_an_encoder_that_works_when_it_is_tried_is_used_and_its_file_is_looked_at_like_any(
    footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "ENCODERS", ("libx264",))  # stands for one in hardware, which none is here
    facts = export(footage, tmp_path / "x.mp4", "480p", hardware=True)
    assert words_of_encoding(facts) == []
    assert {"picture", "source pictures"} <= names(facts)


def test_an_encoder_that_fails_in_the_middle_leaves_a_whole_reel_and_is_named(
    footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(coding: Coding, _size: tuple[int, int], _rate: Fraction) -> Coding:
        assert coding.picture is not None
        return replace(coding, picture=replace(coding.picture, options={"preset": "of nobody"}))

    monkeypatch.setattr(writers, "with_hardware", broken)
    (warning,) = words_of_encoding(export(footage, tmp_path / "x.mp4", "480p", hardware=True))
    assert "libx264 failed" in warning
