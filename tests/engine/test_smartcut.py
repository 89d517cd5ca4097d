"""Reels out of untouched pictures: every picture of the source in its place, most of them bit for bit."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.packet import Packet
from numpy.typing import NDArray
from render_kit import reel, shot, sources

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.render.job import render, render_split
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.messages import in_words
from highlight_mcp.presets import PRESETS, Preset
from highlight_mcp.timeline.model import Text, TextTrack, Timeline, Transition
from media_factory import make_clip

Footage = Callable[[str], Path]
Greys = list[NDArray[np.uint8]]
BT709 = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
BROADCAST = "open-gop=1:scenecut=0:keyint=25"
KINDS = {
    "closed.mp4": "bframes=2:scenecut=0",
    "open.mp4": f"{BROADCAST}:bframes=3",
    "open-pyramid.mp4": f"{BROADCAST}:bframes=5:b-adapt=0:b-pyramid=normal:ref=4",
    "open-cavlc.ts": f"{BROADCAST}:bframes=3:b-adapt=0:cabac=0",
    "open-slices.mkv": f"{BROADCAST}:bframes=3:b-adapt=0:slices=3:aud=1",
    "numbered.mp4": "sps-id=3:scenecut=0",
    "plain.mp4": "bframes=0:ref=1:scenecut=0",
    "deep.mkv": "bframes=8:b-pyramid=normal:b-adapt=0:ref=8:scenecut=0",
    "aud.ts": "aud=1:scenecut=0",
}

QUICKLY = ("open-pyramid.mp4",)


def footage(path: Path, x264: str, seconds: float = 6, gop: int = 25, **more: Any) -> dict[str, RenderSource]:
    options = {"preset": "veryfast", "x264-params": x264, **BT709}
    make_clip(path, seconds=seconds, size=(320, 180), gop=gop, video_codec="libx264", video_options=options, **more)
    return sources(a=path)


def greys(path: Path) -> Greys:
    """The brightness of all pictures in the order in which they are shown."""
    with av.open(str(path)) as container:
        frames = sorted(container.decode(video=0), key=lambda frame: frame.pts or 0)
        return [np.asarray(frame.reformat(format="gray").to_ndarray(), np.uint8) for frame in frames]


def decibels(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """PSNR; 99 where they are equal."""
    error = float(np.mean((one.astype(np.float32) - other) ** 2))
    return 10 * float(np.log10(255**2 / error)) if error else 99.0


def likenesses(source: Greys, made: Greys, ranges: tuple[tuple[int, int], ...]) -> list[float]:
    """PSNR of each picture of a reel of these ranges (numbers of pictures) with the one that it should be."""
    wanted = [source[number] for first, last in ranges for number in range(first, last)]
    assert len(made) == len(wanted)
    return [decibels(one, other) for one, other in zip(wanted, made, strict=True)]


def facts(timeline: Timeline, media: dict[str, RenderSource], out: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The result of a render as large as its timeline, and its checks in words."""
    made = render(timeline, media, out, Preset(timeline.height), no_progress)
    return made, {check["name"]: in_words(check)["detail"] for check in made["checks"]}


def complaints(path: Path) -> list[str]:
    """What a decoder says is wrong with a file."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as said, av.open(str(path)) as container:
            container.streams.video[0].thread_count = 1
            assert sum(1 for _ in container.decode(video=0))
    finally:
        av.logging.set_level(level)
    return [text for _, _, text in said]


TWO = (shot("a", 0, 2080, 1320), shot("a", 2080, 1840, 3760))
PICTURES = ((33, 85), (94, 140))


@pytest.mark.parametrize(
    "name", [name if name in QUICKLY else pytest.param(name, marks=pytest.mark.slow) for name in KINDS]
)
def test_most_pictures_of_a_reel_are_those_of_the_source_and_the_others_cannot_be_told_from_them(
    tmp_path: Path, name: str
) -> None:
    media = footage(tmp_path / name, KINDS[name])
    made, checks = facts(reel(*TWO), media, tmp_path / "out.mp4")
    like = likenesses(greys(tmp_path / name), greys(tmp_path / "out.mp4"), PICTURES)
    exact = sum(each == 99.0 for each in like)
    assert made["method"] == "hybrid" and min(like) >= 43
    assert exact >= 40 and checks["copied pictures"] == f"{exact} of {exact}"
    assert checks["untouched"] == f"{exact / len(like):.0%} of the pictures are untouched"
    assert complaints(tmp_path / "out.mp4") == []


def test_parts_of_a_reel_are_copied_as_the_whole_is(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"])
    made = render_split(reel(*TWO), media, tmp_path / "out", Preset(180), no_progress, "mp4")
    told = {check["name"]: in_words(check)["detail"] for check in made["checks"]}
    assert made["method"] == "hybrid" and told["copied pictures"] == told["joins"] == "2 of 2"
    assert int(told["untouched"].partition("%")[0]) >= 60
    source, parts = greys(tmp_path / "a.mp4"), sorted((tmp_path / "out").glob("*.mp4"))
    for part, stretch in zip(parts, PICTURES, strict=True):
        close = likenesses(source, greys(part), (stretch,))
        assert min(close) >= 43 and close.count(99.0) >= 20
        assert complaints(part) == []


OWN = {
    "open.mp4": ("libx265", {"x265-params": "open-gop=1:keyint=25:scenecut=0:bframes=4:b-pyramid=1:log-level=none"}),
    "closed.mkv": ("libx265", {"x265-params": "open-gop=0:keyint=25:bframes=2:aud=1:log-level=none"}),
    "layers.ts": ("libx265", {"x265-params": "temporal-layers=2:open-gop=1:keyint=25:bframes=3:log-level=none"}),
    "a.webm": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "16", "b": "400k"}),
    "av1.mp4": ("libsvtav1", {"preset": "10", "crf": "35"}),
}


@pytest.mark.parametrize(
    "name", [name if name == "open.mp4" else pytest.param(name, marks=pytest.mark.slow) for name in OWN]
)
def test_footage_of_another_codec_keeps_its_pictures_where_that_is_asked_for(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVT_LOG", "1")
    codec, options = OWN[name]
    path = tmp_path / name
    make_clip(
        path,
        seconds=6,
        size=(320, 180),
        gop=25,
        video_codec=codec,
        video_options={**options, **BT709},
    )
    media = sources(a=path)
    made = render(reel(*TWO), media, tmp_path / "out.mp4", PRESETS["archive"], no_progress)
    like = likenesses(greys(path), greys(tmp_path / "out.mp4"), PICTURES)
    exact = sum(each == 99.0 for each in like)
    assert (made["method"], made["video_codec"]) == ("hybrid", media["a"].info.video_codec)
    assert min(like) >= 43 and exact >= 40
    assert complaints(tmp_path / "out.mp4") == []
    usual = render(reel(*TWO), media, tmp_path / "usual.mp4", PRESETS["draft"], no_progress)
    assert (usual["method"], usual["video_codec"]) == ("encoded", "h264")
    told = [in_words(check)["detail"] for check in usual["checks"] if check["name"] == "untouched"]
    assert told == [f'none of the pictures is untouched: {name} is not H.264; preset "archive" keeps its pictures']


def test_parameter_sets_that_end_too_early_end_no_export(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.mp4", tmp_path / "whole.mp4"
    codec, options = OWN["open.mp4"]
    make_clip(whole, seconds=6, size=(320, 180), gop=25, video_codec=codec, video_options={**options, **BT709})
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        video = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.dts is None:
                continue
            unit = b"\0\0\0\2\x40\1" if number == 45 else b""
            longer: Packet[Any] = Packet(bytes(packet) + unit)
            longer.pts, longer.dts, longer.time_base = packet.pts, packet.dts, packet.time_base
            longer.is_keyframe, longer.stream = packet.is_keyframe, video
            target.mux(longer)
    made = render(reel(*TWO), sources(a=path), tmp_path / "out.mp4", PRESETS["archive"], no_progress)
    assert made["method"] == "encoded"


@pytest.mark.parametrize("last", (29, pytest.param(44, marks=pytest.mark.slow)))
def test_a_clip_may_end_at_any_picture_of_a_group(tmp_path: Path, last: int) -> None:
    media = footage(tmp_path / "a.mp4", "bframes=3:b-adapt=0:b-pyramid=normal:scenecut=0", seconds=3)
    timeline = reel(shot("a", 0, 40 * (last - 10), 400), shot("a", 40 * (last - 10), 1000, 0))
    facts(timeline, media, tmp_path / "out.mp4")
    assert min(likenesses(greys(tmp_path / "a.mp4"), greys(tmp_path / "out.mp4"), ((10, last), (0, 25)))) >= 43


def test_a_reel_on_the_edges_of_groups_is_copied_as_a_whole(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"])
    made, checks = facts(reel(shot("a", 0, 2000, 1000), shot("a", 2000, 1000, 4000)), media, tmp_path / "out.mp4")
    assert made["method"] == "copied" and checks["untouched"] == "100% of the pictures are untouched"
    like = likenesses(greys(tmp_path / "a.mp4"), greys(tmp_path / "out.mp4"), ((25, 75), (100, 125)))
    assert min(like) == 99


def test_a_title_and_a_crossfade_touch_only_their_own_groups(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"], seconds=8)
    title = Text(id="t", start_ms=1000, duration_ms=480, text="Hello")
    crossfade = Transition(kind="crossfade", duration_ms=400)
    clips = shot("a", 0, 4000, 0), shot("a", 4000, 3000, 5000, transition=crossfade)
    timeline = reel(*clips, tracks=(TextTrack(id="x", texts=(title,)),))
    made, _ = facts(timeline, media, tmp_path / "out.mp4")
    plain, _ = facts(reel(clips[0], shot("a", 4000, 3000, 5000)), media, tmp_path / "plain.mp4")
    like = likenesses(greys(tmp_path / "plain.mp4"), greys(tmp_path / "out.mp4"), ((0, 175),))
    assert made["method"] == "hybrid" and plain["method"] == "copied"
    assert min(like[:25]) == min(like[50:75]) == min(like[125:]) == 99
    assert max(like[25:37]) < 40 and min(like[37:50]) >= 43


def test_players_show_the_last_picture_and_sound_and_picture_begin_together(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["open.mp4"])
    facts(reel(*TWO), media, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.time_base and audio.time_base and video.duration and audio.duration
        assert video.frames == 98 and video.duration * video.time_base == Fraction(98, 25)
        assert abs(audio.duration * audio.time_base - Fraction(98, 25)) < Fraction(1, 25)
        assert (video.start_time, audio.start_time) == (0, 0)
        stamps = [packet.dts for packet in container.demux(video) if packet.dts is not None]
    assert stamps == sorted(set(stamps))


def test_the_sound_of_a_clip_moves_with_its_first_picture(tmp_path: Path) -> None:
    """A clip that begins between two pictures begins with the later one, and so does its sound."""
    times = np.arange(6 * 48_000)
    clicks = (0.8 * np.sin(2 * np.pi * 1000 * times / 48_000) * (times % 48_000 < 4800)).astype(np.float32)
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"], samples=clicks)
    facts(reel(shot("a", 0, 3000, 1725)), media, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    begins = int(np.argmax(np.abs(heard) > 0.3)) / 48_000
    assert abs(begins - (2.0 - 1.76)) < 0.02  # the picture at 1.76 s is the first of the clip


@pytest.mark.parametrize(
    ("name", "more", "clip", "why"),
    [
        ("a.mp4", {}, {"speed": 2}, "most pictures are changed by the edit"),
        ("a.mp4", {"rotation": 180}, {}, "a.mp4 was filmed turned"),
        ("a.mp4", {"fps": 30}, {}, "a.mp4 has another frame rate"),
        ("a.mp4", {"gop": 500}, {}, "there are too few pictures in the footage to cut at"),
    ],
)
def test_where_nothing_can_be_copied_the_reel_is_encoded_and_says_why(
    tmp_path: Path, name: str, more: dict[str, Any], clip: dict[str, Any], why: str
) -> None:
    media = footage(tmp_path / name, "scenecut=0", **more)
    made, checks = facts(reel(shot("a", 0, 2000, 1000, **clip)), media, tmp_path / "out.mp4")
    assert made["method"] == "encoded" and checks["untouched"] == f"none of the pictures is untouched: {why}"


@pytest.mark.slow
def test_footage_with_very_many_bits_is_copied_only_as_filmed(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"])
    source = media["a"]
    media["a"] = RenderSource(source.path, source.info.model_copy(update={"size_bytes": 40_000_000}))
    to_show, checks = facts(reel(*TWO), media, tmp_path / "out.mp4")
    as_filmed = render(reel(*TWO), media, tmp_path / "filmed.mp4", PRESETS["source"], no_progress)
    assert (to_show["method"], as_filmed["method"]) == ("encoded", "hybrid")
    assert checks["untouched"].endswith('a.mp4 has more than 30 Mbit/s; preset "source" keeps its pictures')


def test_footage_of_another_codec_is_encoded(tmp_path: Path) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", size=(320, 180), video_codec="mpeg4"))
    made, checks = facts(reel(shot("a", 0, 1000)), media, tmp_path / "out.mp4")
    assert made["method"] == "encoded" and checks["untouched"].endswith("a.mp4 is not H.264")


@pytest.mark.slow
def test_a_copied_reel_has_chapters_where_they_are_asked_for(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"])
    made = render(reel(*TWO), media, tmp_path / "out.mp4", Preset(180), no_progress, chapters=True)
    assert made["method"] == "hybrid" and len(made["chapters"]) == 2


@pytest.mark.slow
def test_of_mixed_sources_those_that_fit_the_reel_are_copied(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"])
    make_clip(tmp_path / "b.mp4", seconds=2, size=(640, 360))
    make_clip(tmp_path / "c.mp4", seconds=4, size=(320, 180), gop=25, video_codec="libx264", video_options=BT709)
    media |= sources(b=tmp_path / "b.mp4", c=tmp_path / "c.mp4")
    made, _ = facts(
        reel(shot("a", 0, 2000, 1000), shot("b", 2000, 1000), shot("c", 3000, 2000, 1000)), media, tmp_path / "out.mp4"
    )
    like = likenesses(greys(tmp_path / "a.mp4")[25:75], greys(tmp_path / "out.mp4")[:50], ((0, 50),))
    other = likenesses(greys(tmp_path / "c.mp4")[25:75], greys(tmp_path / "out.mp4")[75:], ((0, 50),))
    assert made["method"] == "hybrid" and min(like) == min(other) == 99


@pytest.mark.slow
def test_footage_of_another_rate_or_codec_beside_is_drawn(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", KINDS["closed.mp4"])
    media |= {"b": footage(tmp_path / "b.mp4", KINDS["closed.mp4"], fps=30)["a"]}
    media |= sources(c=make_clip(tmp_path / "c.mp4", seconds=3, size=(320, 180), video_codec="mpeg4"))
    clips = shot("a", 0, 2000, 1000), shot("b", 2000, 1000, 1000), shot("c", 3000, 1000, 1000)
    made, checks = facts(reel(*clips), media, tmp_path / "out.mp4")
    assert made["method"] == "hybrid" and checks["copied pictures"] == "50 of 50"


def test_as_filmed_a_varying_rate_stays_what_it_is(footage: Footage, tmp_path: Path) -> None:
    path = footage("smartcut/h264_vfr.mp4")
    media = sources(a=path)
    timeline = reel(shot("a", 0, 3400, 1320), shot("a", 3400, 2840, 6280), rate=60)
    made = render(timeline, media, tmp_path / "out.mp4", PRESETS["source"], no_progress)
    with av.open(str(path)) as container:
        stamps = [frame.pts * frame.time_base for frame in container.decode(video=0) if frame.pts and frame.time_base]
    with av.open(str(tmp_path / "out.mp4")) as container:
        times = [
            frame.pts * frame.time_base
            for frame in container.decode(video=0)
            if frame.pts is not None and frame.time_base
        ]
    first = [each for each in stamps if Fraction(132, 100) <= each < Fraction(472, 100)]
    second = [each for each in stamps if Fraction(628, 100) <= each < Fraction(912, 100)]
    wanted = [each - first[0] for each in first] + [Fraction(34, 10) + each - second[0] for each in second]
    assert made["method"] == "hybrid" and times == wanted


VECTORS = (
    "aud.mp4", "baseline.mp4", "bpyramid8.mp4", "bt709.mp4", "closed.mp4", "editlist.mp4", "frag.mp4", "ntsc.mp4",
    "opengop.mp4", "opengop_aud.mp4", "slices4.mp4", "spschange.mp4", "spsid3.mp4", "hi422p10.mp4", "oddcrop.mp4",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("vector", VECTORS)
def test_recordings_by_others_are_copied_to_the_picture(footage: Footage, tmp_path: Path, vector: str) -> None:
    path = footage(f"smartcut/h264_{vector}")
    media = sources(a=path)
    info = media["a"].info
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
        assert first.time_base is not None
        late_ms = round(1000 * ((first.pts or 0) * first.time_base - Fraction(container.start_time or 0, 1_000_000)))
    ranges = ((1320, 4720), (6280, 9120))
    timeline = reel(
        shot("a", 0, 3400, 1320 + late_ms), shot("a", 3400, 2840, 6280 + late_ms),
        rate=str(info.frame_rate), width=info.width, height=info.height,
    )  # fmt: skip
    made, _ = facts(timeline, media, tmp_path / "out.mp4")
    rate = info.frame_rate or Fraction(25)
    pictures = tuple((-int(-start * rate // 1000), -int(-stop * rate // 1000)) for start, stop in ranges)
    like = likenesses(greys(path), greys(tmp_path / "out.mp4"), pictures)
    assert made["method"] == "hybrid" and min(like) >= 43 and sum(each == 99 for each in like) >= 88


@pytest.mark.slow
def test_recordings_of_two_encoders_in_one_reel_can_be_entered_anywhere(tmp_path: Path) -> None:
    """Both use one number for different parameter sets; whoever begins in the middle must find the right ones."""
    media = footage(tmp_path / "a.mp4", "scenecut=0:bframes=2:keyint=10")
    media |= {"b": footage(tmp_path / "b.mp4", "scenecut=0:bframes=0:cabac=0:8x8dct=0:keyint=10")["a"]}
    clips = [shot("ab"[place % 2], 1000 * place, 1000, 400 * place) for place in range(4)]
    made, _ = facts(reel(*clips), media, tmp_path / "out.mp4")
    assert made["method"] != "encoded"
    whole = greys(tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        video = container.streams.video[0]
        assert video.time_base is not None
        keys = [packet.pts for packet in container.demux(video) if packet.is_keyframe and packet.pts is not None]
    for key in keys:
        with av.open(str(tmp_path / "out.mp4")) as container:
            container.seek(key, stream=container.streams.video[0])
            frame = next(container.decode(video=0))
            number = round(float((frame.pts or 0) * (frame.time_base or 1)) * 25)
            assert decibels(whole[number], np.asarray(frame.reformat(format="gray").to_ndarray(), np.uint8)) == 99


def test_damage_in_the_middle_of_a_stretch_is_not_copied(tmp_path: Path) -> None:
    media = footage(tmp_path / "a.mp4", "scenecut=0:bframes=0:slices=1")
    with av.open(str(tmp_path / "a.mp4")) as container:
        places = [(each.pos, each.size) for each in container.demux(video=0) if each.pos is not None]
    damaged = bytearray((tmp_path / "a.mp4").read_bytes())
    for start, size in places[55:58]:
        damaged[start + size // 2 : start + size - 2] = b"\xa5" * (size - 2 - size // 2)
    (tmp_path / "a.mp4").write_bytes(bytes(damaged))
    made, checks = facts(reel(shot("a", 0, 4000, 1000)), media, tmp_path / "out.mp4")
    assert made["method"] == "encoded" and checks["untouched"].startswith("none of the pictures is untouched")
