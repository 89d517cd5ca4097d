"""Facts of real files: what a person or an editor relies on."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.media.opening import fingerprint
from highlight_mcp.engine.media.probe import probe
from media_factory import make_clip, make_sound

Footage = Callable[[str], Path]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".flv"])
def test_every_video_container_reports_its_size_rate_and_length(tmp_path: Path, suffix: str) -> None:
    info = probe(make_clip(tmp_path / f"clip{suffix}", seconds=2, size=(320, 180), fps=25))
    assert (info.kind, info.width, info.height, info.frame_rate) == ("video", 320, 180, Fraction(25))
    assert abs(info.duration_ms - 2000) <= 60
    assert info.has_sound and not info.variable_frame_rate and info.warnings == ()
    assert info.texts_inside is False


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg"])
def test_every_sound_file_reports_its_length_and_no_picture(tmp_path: Path, suffix: str) -> None:
    info = probe(make_sound(tmp_path / f"sound{suffix}", seconds=3))
    assert (info.kind, info.width, info.sample_rate, info.channels) == ("audio", 0, 48_000, 2)
    assert abs(info.duration_ms - 3000) <= 60


@pytest.mark.parametrize(("suffix", "codec"), [(".jpg", "mjpeg"), (".png", "png"), (".webp", "webp"), (".gif", "gif")])
def test_still_pictures_have_a_size_and_no_length(tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / f"still{suffix}"
    Image.new("RGB", (64, 48), (200, 30, 30)).save(path)
    info = probe(path)
    assert (info.kind, info.width, info.height, info.duration_ms) == ("image", 64, 48, 0)
    assert (info.video_codec, info.frame_rate) == (codec, None)


def test_the_extension_does_not_decide(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", seconds=1)
    assert probe(clip.rename(tmp_path / "clip.mp4")).container == "matroska"


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_recording_has_the_size_that_a_player_shows(tmp_path: Path, rotation: int) -> None:
    info = probe(make_clip(tmp_path / "turned.mp4", seconds=1, size=(160, 90), rotation=rotation))
    assert info.rotation == rotation
    assert (info.width, info.height) == ((160, 90) if rotation == 180 else (90, 160))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_uneven_time_stamps_are_a_variable_frame_rate(tmp_path: Path, suffix: str) -> None:
    stamps = [number * 2 if number < 25 else 25 + number for number in range(50)]
    info = probe(make_clip(tmp_path / f"uneven{suffix}", stamps=stamps))
    assert info.variable_frame_rate
    assert abs(info.duration_ms - 3000) <= 60


def test_broadcast_rates_stay_exact_in_containers_with_coarse_time_stamps(tmp_path: Path) -> None:
    for rate in (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(30)):
        path = make_clip(tmp_path / f"{rate.numerator}.mkv", seconds=4, fps=rate, sound=None)
        assert (probe(path).frame_rate, probe(path).variable_frame_rate) == (rate, False)


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".mp4", ".flac"])
def test_a_file_that_lost_its_second_half_reports_what_can_be_decoded(tmp_path: Path, suffix: str) -> None:
    whole = make_whole(tmp_path, suffix)
    data = whole.read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(data[: len(data) // 2])
    info = probe(cut)
    assert 4_000 < info.duration_ms < 6_500
    assert any("the rest is missing" in str(warning) for warning in info.warnings)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".avi"])
def test_a_file_whose_second_half_was_never_written_reports_what_can_be_decoded(tmp_path: Path, suffix: str) -> None:
    whole = make_whole(tmp_path, suffix)
    data = whole.read_bytes()
    holed = tmp_path / f"holed{suffix}"
    holed.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    info = probe(holed)
    assert 4_000 < info.duration_ms < 6_500
    assert any("the rest is missing" in str(warning) for warning in info.warnings)


def make_whole(folder: Path, suffix: str) -> Path:
    """Ten seconds whose index stands at the front."""
    path = folder / f"whole{suffix}"
    if suffix == ".flac":
        return make_sound(path, seconds=10, sound="noise")
    return make_clip(path, seconds=10, size=(160, 90), sound="noise", faststart=suffix == ".mp4")


def test_a_recording_without_its_index_is_refused_as_damaged(tmp_path: Path) -> None:
    data = make_clip(tmp_path / "whole.mp4", seconds=4, sound="noise").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(EngineError, match=r"cut\.mp4 .*index is missing") as caught:
        probe(cut)
    assert caught.value.kind == "file_damaged" and caught.value.next_step


def test_a_truncated_wav_has_the_length_of_what_is_there(tmp_path: Path) -> None:
    data = make_sound(tmp_path / "whole.wav", seconds=10).read_bytes()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(data[: len(data) // 2 + 77])
    assert abs(probe(cut).duration_ms - 5000) < 50


def test_a_silent_sound_track_is_noted_and_a_quiet_one_is_not(tmp_path: Path) -> None:
    silent = probe(make_clip(tmp_path / "silent.mp4", sound="silence"))
    assert "The sound track is digital silence." in map(str, silent.warnings)
    assert probe(make_clip(tmp_path / "tone.mp4", sound="tone")).warnings == ()


def test_the_fingerprint_follows_the_content_not_the_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.bin", tmp_path / "b.bin"
    data = bytearray(range(256)) * 40_000
    first.write_bytes(data)
    second.write_bytes(data)
    assert fingerprint(first) == fingerprint(second)
    data[-1] ^= 1
    second.write_bytes(data)
    assert fingerprint(first) != fingerprint(second)
    assert fingerprint(first).startswith("hl1:") and len(fingerprint(first)) == 68


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("odd/av1_short.mp4", {"video_codec": "av1", "width": 1080, "height": 720}),
        ("odd/dolbyvision_hlg.mov", {"dynamic_range": "hlg", "rotation": 90, "width": 720, "height": 1280}),
        ("odd/hdr10_hevc10_vfr.mp4", {"dynamic_range": "pq", "variable_frame_rate": True, "video_codec": "hevc"}),
        ("odd/hevc_metadata_track_first.mp4", {"rotation": 90, "width": 1080, "height": 1920, "audio_codec": "aac"}),
        ("odd/h263_vfr.3gp", {"container": "3gp", "variable_frame_rate": True, "width": 384, "height": 288}),
        ("odd/mkv_ac3_srt.mkv", {"audio_codec": "ac3", "frame_rate": Fraction(30000, 1001)}),
        ("odd/portrait_4k60_rotate90.mp4", {"width": 2160, "height": 3840, "rotation": 90}),
        ("odd/sample.flv", {"container": "flv", "duration_ms": 1136}),
        ("odd/slowmo_120fps_noaudio.mp4", {"audio_codec": None, "variable_frame_rate": True}),
        ("odd/vp9_10bit_noaudio.webm", {"video_codec": "vp9", "variable_frame_rate": False, "duration_ms": 3002}),
        ("video/nasa_multistream.mp4", {"width": 480, "height": 270, "sample_rate": 16_000, "texts_inside": True}),
        ("video/friday_1940_speech.mp4", {"width": 640, "frame_rate": Fraction(30), "audio_codec": "aac"}),
        ("audio/bgm_vibeace_coverart.ogg", {"kind": "audio", "video_codec": None, "width": 0}),
        ("images/coffee_exif_rot6.jpg", {"kind": "image", "width": 400, "height": 600, "rotation": 90}),
        ("images/chelsea_anim.gif", {"kind": "video", "duration_ms": 720, "container": "gif"}),
        ("images/chelsea_alpha.png", {"kind": "image", "width": 451, "height": 300}),
    ],
)
def test_odd_files_are_described_as_a_player_would_show_them(
    footage: Footage, name: str, expected: dict[str, object]
) -> None:
    info = probe(footage(name))
    assert {key: getattr(info, key) for key in expected} == expected


def test_a_cut_off_recording_ends_where_its_pictures_end(footage: Footage) -> None:
    info = probe(footage("odd/truncated_highway.mp4"))
    assert abs(info.duration_ms - 3000) <= 80
    assert any("0:08.8 but only 0:03" in str(warning) for warning in info.warnings)


def test_a_video_in_which_nothing_decodes_is_refused_by_name(footage: Footage) -> None:
    with pytest.raises(EngineError, match=r"vp9_invalid_bitstream\.webm") as caught:
        probe(footage("odd/vp9_invalid_bitstream.webm"))
    assert caught.value.kind == "file_damaged"
