"""What the frames of a reel show: the right moment, upright, in the right colours, with effects and words."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.render.canvas import frame_of, plain, yuv_of
from highlight_mcp.engine.render.filter_graph import chain_for, look_steps
from highlight_mcp.engine.render.hdr import standard_range
from highlight_mcp.engine.render.text_overlay import draw_text, typeset
from highlight_mcp.messages import in_words
from highlight_mcp.timeline.model import (
    Clip,
    Crop,
    Filter,
    Position,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Transition,
    VideoTrack,
)
from media_factory import make_clip

Footage = Callable[[str], Path]
Pixels = NDArray[np.uint8]
RED, GREEN, BLUE, WHITE, BLACK = (200, 40, 30), (40, 160, 50), (40, 60, 190), (235, 235, 235), (0, 0, 0)


def link_provider(path: Path, frames: int, rate: str, stamps: Sequence[int] | None = None) -> Path:
    """Footage whose frame `n` has the brightness 40 + 4 × (n mod 40)."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(rate))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "qp": "4"}
        for number in range(frames):
            grey = 40 + 4 * (number % 40)
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            frame.pts, frame.time_base = (stamps[number] if stamps else number), 1 / Fraction(rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def numbers(frames: Pixels) -> list[int]:
    """The frame numbers, modulo 40, of footage of `link_provider`."""
    return [round((float(frame[60:120, 100:220].mean()) - 40) / 4) for frame in frames]


def quarters(path: Path) -> Path:
    """A picture: red, green above blue, white."""
    image = np.zeros((120, 160, 3), np.uint8)
    image[:60, :80], image[:60, 80:], image[60:, :80], image[60:, 80:] = RED, GREEN, BLUE, WHITE
    Image.fromarray(image).save(path)
    return path


def at(frame: Pixels, x: float, y: float) -> tuple[int, ...]:
    """The colour around a point given in fractions of the frame."""
    row, column = round(y * frame.shape[0]), round(x * frame.shape[1])
    return tuple(int(value) for value in frame[row - 2 : row + 3, column - 2 : column + 3].mean(axis=(0, 1)))


def near(color: tuple[int, ...], wanted: tuple[int, int, int], by: int = 14) -> bool:
    return all(abs(a - b) <= by for a, b in zip(color, wanted, strict=True))


def corners(frame: Pixels, inset: float = 0.25) -> list[tuple[int, ...]]:
    low, high = inset, 1 - inset
    return [at(frame, low, low), at(frame, high, low), at(frame, low, high), at(frame, high, high)]


def still(tmp_path: Path, **how: object) -> Pixels:
    """One rendered frame of the four quarters."""
    clip = Clip.model_validate({"id": "a", "start_ms": 0, "duration_ms": 120, "media_id": "q", **how})
    media = sources(q=quarters(tmp_path / "q.png"))
    rendered(reel(clip), media, tmp_path / "out.mp4")
    return cast(Pixels, pictures(tmp_path / "out.mp4")[1])


def test_each_frame_comes_from_its_place_in_the_source(tmp_path: Path) -> None:
    media = sources(a=link_provider(tmp_path / "a.mp4", 120, "25"))
    clips = (shot("a", 0, 400, 1200), shot("a", 400, 400, 3000), shot("a", 800, 400, 40))
    rendered(reel(*clips), media, tmp_path / "out.mp4")
    expected = [*range(30, 40), *(n % 40 for n in range(75, 85)), *range(1, 11)]
    assert numbers(pictures(tmp_path / "out.mp4")) == expected


@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".ts"])
def test_stamps_rounded_to_milliseconds_repeat_and_drop_nothing(tmp_path: Path, suffix: str) -> None:
    media = sources(a=link_provider(tmp_path / f"a{suffix}", 90, "30000/1001"))
    for start_ms in (500, 517, 534, 1001):
        rendered(reel(shot("a", 0, 1000, start_ms), rate="30000/1001"), media, tmp_path / "out.mp4")
        found = numbers(pictures(tmp_path / "out.mp4"))
        assert [(later - earlier) % 40 for earlier, later in pairwise(found)] == [1] * (len(found) - 1)
        assert abs(found[0] - (start_ms * 30 / 1001) % 40) <= 1.6


def test_variable_rates_are_followed_by_time_not_by_count(tmp_path: Path) -> None:
    stamps = [*range(25), *range(25, 75, 5), *range(75, 90)]
    media = sources(a=link_provider(tmp_path / "a.mp4", len(stamps), "25", stamps))
    rendered(reel(shot("a", 0, 3600)), media, tmp_path / "out.mp4")
    shown = numbers(pictures(tmp_path / "out.mp4"))
    expected = [max(n for n, stamp in enumerate(stamps) if stamp <= number) % 40 for number in range(90)]
    assert shown == expected


def test_speed_and_freeze_choose_the_frames(tmp_path: Path) -> None:
    media = sources(a=link_provider(tmp_path / "a.mp4", 100, "25"))
    clips = (shot("a", 0, 400, 0, 2), shot("a", 400, 400, 1000, "1/2"), shot("a", 800, 400, 720, freeze=True))
    rendered(reel(*clips), media, tmp_path / "out.mp4")
    found = numbers(pictures(tmp_path / "out.mp4"))
    assert found[:10] == [2 * n + 1 for n in range(10)]
    assert found[10:20] == [25 + n // 2 for n in range(10)]
    assert found[20:] == [18] * 10


def test_where_the_footage_ends_its_last_frame_stays_and_a_warning_says_so(tmp_path: Path) -> None:
    media = sources(a=link_provider(tmp_path / "a.mp4", 50, "25"))
    facts = rendered(reel(shot("a", 0, 5000, 1600)), media, tmp_path / "out.mp4")
    assert set(numbers(pictures(tmp_path / "out.mp4"))[12:]) == {49 % 40}
    assert facts["duration_ms"] == 5000
    assert any("a.mp4" in warning and "held" in warning for warning in in_words(facts["warnings"]))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, [RED, GREEN, BLUE, WHITE]),
        ({"rotate": 90, "fit": "pad"}, None),
        ({"rotate": 180}, [WHITE, BLUE, GREEN, RED]),
        ({"flip": "horizontal"}, [GREEN, RED, WHITE, BLUE]),
        ({"flip": "vertical"}, [BLUE, WHITE, RED, GREEN]),
        ({"crop": Crop(x=0.5, y=0, width=0.5, height=1)}, [GREEN, GREEN, WHITE, WHITE]),
        ({"rotate": 180, "crop": Crop(x=0, y=0, width=0.5, height=0.5)}, [RED] * 4),
    ],
)  # fmt: skip
def test_turns_mirrors_and_crops(
    tmp_path: Path, how: dict[str, object], expected: list[tuple[int, int, int]] | None
) -> None:
    frame = still(tmp_path, **how)
    if expected is None:
        assert at(frame, 0.05, 0.5) == pytest.approx(BLACK, abs=4)
        found = [at(frame, x, y) for y in (0.25, 0.75) for x in (0.4, 0.6)]
        expected = [BLUE, RED, WHITE, GREEN]
    else:
        found = corners(frame)
    assert all(near(a, b) for a, b in zip(found, expected, strict=True)), found


def test_blurred_borders_are_neither_black_nor_sharp(tmp_path: Path) -> None:
    frame = still(tmp_path, fit="blur")
    border = at(frame, 0.05, 0.25)
    assert max(border) > 40
    assert near(at(frame, 0.4, 0.25), RED)
    edge = frame[60:120, 10].astype(int)
    assert np.abs(np.diff(edge, axis=0)).max() < 20


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_recordings_stand_upright(tmp_path: Path, rotation: int) -> None:
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=0.4, size=(160, 90), rotation=rotation, sound=None))
    info = media["a"].info
    rendered(reel(shot("a", 0, 200), width=info.width * 2, height=info.height * 2), media, tmp_path / "out.mp4")
    frame = pictures(tmp_path / "out.mp4")[0]
    bright = np.argwhere(frame.min(axis=2) > 200).mean(axis=0) / frame.shape[:2]
    upright = np.array([0.375, 0.05])
    turned = {0: upright, 90: (0.05, 0.625), 180: (0.625, 0.95), 270: (0.95, 0.375)}[rotation]
    assert np.abs(bright - turned).max() < 0.05


def test_colours_survive_from_every_kind_of_source(tmp_path: Path) -> None:
    for matrix, levels, size in (
        (1, 1, (64, 48)),
        (5, 1, (64, 48)),
        (1, 2, (64, 48)),
        (2, 0, (1280, 720)),
        (2, 0, (64, 48)),
    ):
        path = tmp_path / f"c{matrix}{levels}{size[0]}.mp4"
        used = matrix if matrix != 2 else (1 if size[1] >= 720 else 5)
        with av.open(str(path), "w") as output:
            stream = output.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.codec_context.colorspace, stream.codec_context.color_range = matrix, levels
            stream.codec_context.options = {"preset": "ultrafast", "qp": "4"}
            frame = av.VideoFrame.from_ndarray(np.full((*size[::-1], 3), RED, np.uint8), format="rgb24")
            coded = frame.reformat(format="yuv420p", dst_colorspace=used, dst_color_range=levels or 1)
            for number in range(5):
                coded.pts, coded.time_base = number, Fraction(1, 25)
                output.mux(stream.encode(coded))
            output.mux(stream.encode(None))
        rendered(reel(shot("a", 0, 200)), sources(a=path), tmp_path / "out.mp4")
        shown = at(bt709(tmp_path / "out.mp4"), 0.5, 0.5)
        assert near(shown, RED, 5), (matrix, levels, size, shown)


def bt709(path: Path) -> Pixels:
    """The first frame as RGB by the tags of the file, which must say BT.709 in limited range."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
        assert tuple(map(int, tags)) == (1, 1, 1, 1)
        return cast(Pixels, frame.reformat(format="rgb24", src_colorspace=1).to_ndarray())


def test_what_is_transparent_is_black_on_the_reel_and_clear_on_an_upper_track(tmp_path: Path) -> None:
    logo = np.zeros((90, 160, 4), np.uint8)
    logo[:, :80] = (*RED, 255)
    logo[:, 80:] = (*WHITE, 0)
    Image.fromarray(logo).save(tmp_path / "logo.png")
    media = sources(logo=tmp_path / "logo.png")
    picture = Clip(id="p", start_ms=0, duration_ms=200, media_id="logo")
    rendered(reel(picture), media, tmp_path / "low.mp4")
    card = Clip(id="c", start_ms=0, duration_ms=200, color="#2838be")
    upper = VideoTrack(id="o", role="overlay", clips=(picture,))
    rendered(reel(card, tracks=(upper,)), media, tmp_path / "high.mp4")
    low, high = pictures(tmp_path / "low.mp4")[1], pictures(tmp_path / "high.mp4")[1]
    assert near(at(low, 0.25, 0.5), RED) and near(at(low, 0.75, 0.5), BLACK)
    assert near(at(high, 0.25, 0.5), RED) and near(at(high, 0.75, 0.5), (40, 56, 190))


def test_woven_fields_become_whole_pictures(tmp_path: Path) -> None:
    path = tmp_path / "woven.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 176, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "qp": "4", "x264-params": "tff=1"}
        stream.codec_context.flags |= 1 << 18 | 1 << 29
        for number in range(12):
            image = np.full((176, 320, 3), 30, np.uint8)
            for field in (0, 1):
                left = 16 * number + 8 * field
                image[field::2, left : left + 40] = 220
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    media = sources(a=path)
    assert any("interlaced" in str(warning) for warning in media["a"].info.warnings)
    rendered(reel(shot("a", 0, 400), width=320, height=176), media, tmp_path / "out.mp4")
    middle = pictures(tmp_path / "out.mp4")[5].astype(int)
    combing = np.abs(middle[1:-1:2] - (middle[:-2:2] + middle[2::2]) / 2).mean()
    raw = np.zeros((176, 320))
    raw[0::2, 80:120], raw[1::2, 88:128] = 190, 190
    assert combing < np.abs(raw[1:-1:2] - (raw[:-2:2] + raw[2::2]) / 2).mean() / 4


@pytest.mark.parametrize("kind", ["crossfade", "fade_black", "fade_white", "wipe", "slide"])
def test_a_transition_leads_from_one_clip_to_the_next(tmp_path: Path, kind: str) -> None:
    join = Transition.model_validate({"kind": kind, "duration_ms": 400})
    red = Clip(id="a", start_ms=0, duration_ms=1000, color="#c8281e")
    blue = Clip(id="b", start_ms=1000, duration_ms=1000, color="#283cbe", transition=join)
    rendered(reel(red, blue), {}, tmp_path / "out.mp4")
    frames = pictures(tmp_path / "out.mp4")
    assert near(at(frames[19], 0.5, 0.5), RED) and near(at(frames[30], 0.5, 0.5), BLUE)
    middle = frames[24]
    if kind == "crossfade":
        assert near(at(middle, 0.5, 0.5), (128, 50, 100), 20)
    elif kind == "fade_black":
        assert max(at(middle, 0.5, 0.5)) < 60
    elif kind == "fade_white":
        assert min(at(middle, 0.5, 0.5)) > 180
    else:
        left, right = at(middle, 0.1, 0.5), at(middle, 0.9, 0.5)
        assert near(left, BLUE if kind == "wipe" else RED) and near(right, RED if kind == "wipe" else BLUE)


def test_picture_fades_begin_and_end_in_black(tmp_path: Path) -> None:
    card = Clip(id="a", start_ms=0, duration_ms=2000, color="#ffffff", picture_fade_in_ms=400, picture_fade_out_ms=800)
    rendered(reel(card), {}, tmp_path / "out.mp4")
    light = [float(frame.mean()) for frame in pictures(tmp_path / "out.mp4")]
    assert light[0] < 25 and light[-1] < 25 and light[20] > 245
    assert light[5] == pytest.approx(140, abs=20) and light[40] == pytest.approx(121, abs=20)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("bw", lambda old, new: max(new) - min(new) < 4),
        ("sepia", lambda old, new: new[0] > new[1] > new[2]),
        ("brightness", lambda old, new: sum(new) > sum(old)),
        ("contrast", lambda old, new: max(new) - min(new) > max(old) - min(old)),
        ("saturation", lambda old, new: max(new) - min(new) > max(old) - min(old)),
        ("warm", lambda old, new: new[0] - new[2] > old[0] - old[2]),
        ("cool", lambda old, new: new[0] - new[2] < old[0] - old[2]),
        ("vivid", lambda old, new: max(new) - min(new) > max(old) - min(old)),
        ("vintage", lambda old, new: max(new) - min(new) != max(old) - min(old)),
    ],
)
@pytest.mark.parametrize("width", [854, 320])
def test_looks_change_the_colours_they_name_in_every_column(
    name: str, changed: Callable[[tuple[int, ...], tuple[int, ...]], bool], width: int
) -> None:
    color = (90, 120, 150)
    frame = frame_of(plain(width, 64, yuv_of("#5a7896")))
    frame.colorspace, frame.color_range = 1, 1
    steps = [*look_steps((Filter.model_validate({"name": name}),)), ("format", "yuv420p")]
    out = chain_for(frame, steps).one(frame).reformat(format="rgb24", src_colorspace=1).to_ndarray()
    first, last = (tuple(int(value) for value in out[32, column]) for column in (8, -1))
    assert changed(color, first), first
    assert near(last, cast(tuple[int, int, int], first), 6), (first, last)


@pytest.mark.parametrize("light", ["pq", "hlg"])
def test_hdr_keeps_greys_grey_and_in_order_and_white_below_the_top(light: str) -> None:
    codes = np.linspace(0, 1, 101)
    out = standard_range(np.stack([codes] * 3, axis=-1), "pq" if light == "pq" else "hlg")
    assert np.ptp(out, axis=1).max() < 1e-3
    assert np.all(np.diff(out[:, 0]) >= -1e-9) and out[0, 0] == 0
    white = 0.58 if light == "pq" else 0.75
    assert 0.75 < float(np.interp(white, codes, out[:, 0])) < 0.97


@pytest.mark.parametrize("name", ["odd/hdr10_hevc10_vfr.mp4", "odd/dolbyvision_hlg.mov"])
def test_hdr_recordings_are_neither_washed_out_nor_burnt(tmp_path: Path, footage: Footage, name: str) -> None:
    rendered(reel(shot("a", 0, 80), width=180, height=320), sources(a=footage(name)), tmp_path / "out.mp4")
    frame = bt709(tmp_path / "out.mp4")
    assert 70 < frame.mean() < 200
    assert (frame.min(axis=2) > 250).mean() < 0.1
    assert np.percentile(frame, 95) - np.percentile(frame, 5) > 110


def words(text: str, position: str, start_ms: int = 0, **style: object) -> Text:
    return Text(
        id=f"{position}{start_ms}{text[:4]}", start_ms=start_ms, duration_ms=400, text=text,
        style=TextStyle.model_validate({"position": position, "size": 0.1, **style}),
    )  # fmt: skip


def text_box(tmp_path: Path, *texts: Text, **more: int) -> tuple[Pixels, NDArray[np.intp]]:
    """The frame with texts over black, and the rows and columns of what is bright in it."""
    tracks = tuple(TextTrack(id=f"t{number}", texts=(text,)) for number, text in enumerate(texts))
    timeline = reel(Clip(id="c", start_ms=0, duration_ms=1000), tracks=tracks, **more)
    rendered(timeline, {}, tmp_path / "out.mp4")
    frame = pictures(tmp_path / "out.mp4")[3]
    return frame, np.argwhere(frame.max(axis=2) > 120)


@pytest.mark.parametrize(
    ("position", "where"),
    [
        ("top", (0, 1)), ("center", (1, 1)), ("bottom", (2, 1)), ("left", (1, 0)), ("right", (1, 2)),
        ("top-left", (0, 0)), ("top-right", (0, 2)), ("bottom-left", (2, 0)), ("bottom-right", (2, 2)),
    ],
)  # fmt: skip
def test_words_stand_where_they_were_put_inside_the_margins(
    tmp_path: Path, position: str, where: tuple[int, int]
) -> None:
    frame, bright = text_box(tmp_path, words("Goal", position))
    height, width = frame.shape[:2]
    centre = bright.mean(axis=0) / (height, width)
    assert tuple(int(3 * part) for part in centre) == where
    assert bright[:, 0].min() >= 0.04 * height and bright[:, 0].max() <= 0.96 * height
    assert bright[:, 1].min() >= 0.04 * width and bright[:, 1].max() <= 0.96 * width


@pytest.mark.parametrize(("width", "height"), [(320, 180), (180, 320)])
def test_long_words_and_long_texts_fit_the_frame(tmp_path: Path, width: int, height: int) -> None:
    text = "Donaudampfschifffahrtsgesellschaft " + "with many more words " * 12
    frame, bright = text_box(tmp_path, words(text, "center"), width=width, height=height)
    assert bright[:, 1].min() >= 0.04 * frame.shape[1] and bright[:, 1].max() <= 0.96 * frame.shape[1]
    assert bright[:, 0].min() > 0 and bright[:, 0].max() < frame.shape[0] - 1


def test_words_at_one_place_are_stacked_not_laid_over_each_other(tmp_path: Path) -> None:
    red, green = words("ONE", "bottom", color="#ff0000"), words("TWO", "bottom", color="#00ff00")
    frame, _ = text_box(tmp_path, red, green)
    reds = np.argwhere((frame[..., 0] > 140) & (frame[..., 1] < 90))[:, 0]
    greens = np.argwhere((frame[..., 1] > 140) & (frame[..., 0] < 90))[:, 0]
    assert greens.max() < reds.min()


def test_words_come_and_go_at_their_times_and_fade(tmp_path: Path) -> None:
    text = words("Goal", "center", 400).model_copy(update={"fade_in_ms": 200})
    timeline = reel(Clip(id="c", start_ms=0, duration_ms=1200), tracks=(TextTrack(id="t", texts=(text,)),))
    rendered(timeline, {}, tmp_path / "out.mp4")
    light = [int(frame.max()) for frame in pictures(tmp_path / "out.mp4")]
    assert max(light[:10]) < 20 and max(light[20:]) < 20
    assert light[10] < light[12] < light[16] and light[16] > 200


def test_unknown_colours_of_foreign_drafts_do_not_stop_a_render(tmp_path: Path) -> None:
    _, bright = text_box(tmp_path, words("Goal", "center", color="nonsense", background="also nonsense"))
    assert bright.size


def test_letters_that_no_font_has_are_an_error_that_names_them(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        text_box(tmp_path, words("\U00012000\U00012001", "center"))
    assert caught.value.kind == "asset_missing"


def test_pictographs_that_no_font_has_are_left_out_with_a_warning(tmp_path: Path) -> None:
    texts = TextTrack(id="t", texts=(words("Goal \ue0f3", "center"),))
    timeline: Timeline = reel(Clip(id="c", start_ms=0, duration_ms=400), tracks=(texts,))
    facts = rendered(timeline, {}, tmp_path / "out.mp4")
    drawn = np.argwhere(pictures(tmp_path / "out.mp4")[3].max(axis=2) > 120)
    assert drawn.size
    assert in_words(facts["warnings"]) == ["Pictographs in a text were left out: no font here has them."]


def test_a_lower_third_is_a_plate_with_a_coloured_edge_and_a_smaller_second_line(tmp_path: Path) -> None:
    style = TextStyle(size=0.1, position="bottom-left", background="#14181f", look="lower_third")
    text = Text(id="x", start_ms=0, duration_ms=1000, text="Anna Smith\nHead coach", style=style)
    first, second = typeset(text.text, style, (320, 180)).lines
    assert second.look.size_px < 0.7 * first.look.size_px
    frame, _ = text_box(tmp_path, text)
    accent = np.argwhere((frame[..., 0] > 180) & (frame[..., 1] > 120) & (frame[..., 2] < 100))
    white = np.argwhere(frame.min(axis=2) > 180)
    assert len(accent) and accent[:, 1].max() < white[:, 1].min()


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (360, 360)])
@pytest.mark.parametrize("position", ["top", "bottom", "bottom-right"])
def test_words_never_reach_over_the_safe_area(size: tuple[int, int], position: Position) -> None:
    tall = size[1] > 1.5 * size[0]
    for words_shown in ("Goal", "The best moments of the spring cup, in all their glory", "精彩" * 20, "w" * 60):
        style = TextStyle(size=0.09, position=position)
        overlay = draw_text(Text(id="x", start_ms=0, duration_ms=1000, text=words_shown, style=style), *size)
        assert overlay is not None
        left, top, right, bottom = overlay.box
        assert left >= 0.05 * size[0] - 2 and right <= 0.95 * size[0] + 2
        assert top >= (0.11 if tall else 0.05) * size[1] - 2
        assert bottom <= (0.8 if tall else 0.95) * size[1] + 2


def test_a_wide_margin_pushes_no_words_out_of_the_frame() -> None:
    style = TextStyle(size=0.2, position="top", margin=0.4, background="#000000")
    overlay = draw_text(Text(id="x", start_ms=0, duration_ms=1000, text="Goal\nGoal", style=style), 200, 40)
    assert overlay is not None and overlay.box[1] >= 0 and overlay.box[3] <= 41


def test_the_word_that_is_said_is_lit_and_stands_where_it_stood(tmp_path: Path) -> None:
    marks = ((0, 0), (4, 400), (8, 800))
    text = words("one two six", "bottom", 0).model_copy(update={"marks": marks, "duration_ms": 1000})
    timeline = reel(Clip(id="c", start_ms=0, duration_ms=1000), tracks=(TextTrack(id="t", texts=(text,)),))
    rendered(timeline, {}, tmp_path / "out.mp4")
    frames = pictures(tmp_path / "out.mp4")
    lit = [np.argwhere((frame[..., 0] > 150) & (frame[..., 2] < 110))[:, 1] for frame in frames]
    first, second, third = lit[2], lit[14], lit[23]
    assert 0 < first.max() < second.min() and second.max() < third.min()
    bright = [np.argwhere(frame[..., 0] > 150)[:, 1] for frame in (frames[2], frames[23])]
    assert (
        abs(int(bright[0].min()) - int(bright[1].min())) <= 1 and abs(int(bright[0].max()) - int(bright[1].max())) <= 1
    )
