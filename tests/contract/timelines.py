"""Strategies for timelines with every field in use, and with unknown keys on every level."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from highlight_mcp.timeline.model import (
    AudioTrack,
    Clip,
    Crop,
    Filter,
    ForeignTrack,
    Framing,
    Placement,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Transition,
    VideoTrack,
    Zoom,
)  # fmt: skip
from highlight_mcp.timeline.time import TimeRange

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
unknown_keys = st.sampled_from(["x_a", "zz", "future", "übung"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
some_keys = st.dictionaries(unknown_keys, json_values, max_size=2)
ms = st.integers(0, 10**7)
rates = st.sampled_from(
    [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(1, 3), Fraction(11, 10), Fraction(30000, 1001)]
)
levels = st.sampled_from([0.0, 0.35, 1.0, 2.5])

WHOLE, PART = Crop(x=0, y=0, width=1, height=1), Crop(x=0.5, y=0.25, width=0.5, height=0.5)


@st.composite
def extras(draw: st.DrawFn, style: bool = False) -> dict[str, Any]:
    """Unknown keys as they lie in `extra`: beside the known ones, in `m`, and in `m.style`."""
    meta = draw(some_keys)
    if style and (inner := draw(some_keys)):
        meta = {**meta, "style": inner}
    return {**draw(some_keys), **({"m": meta} if meta else {})}


@st.composite
def clips(draw: st.DrawFn, number: int, start_ms: int) -> Clip:
    first = draw(ms)
    media = draw(st.sampled_from(["med_a", "med_b", None]))
    return Clip(
        id=f"seg_{number}",
        start_ms=start_ms,
        duration_ms=draw(st.integers(1, 10**6)),
        media_id=media,
        source=draw(st.none() | st.just(TimeRange(start_ms=first, end_ms=first + 5))) if media else None,
        speed=draw(rates),
        volume=draw(levels),
        fade_in_ms=draw(st.sampled_from([0, 500])),
        picture_fade_out_ms=draw(st.sampled_from([0, 300])),
        freeze=draw(st.booleans()),
        color=draw(st.none() | st.just("#102030")),
        fit=draw(st.sampled_from(["cover", "pad", "blur"])),
        focus=draw(st.none() | st.just(0.25)),
        rotate=draw(st.sampled_from([0, 90])),
        flip=draw(st.none() | st.just("horizontal")),
        placement=draw(st.none() | st.just(Placement(position="left", width=0.3, opacity=0.5))),
        zoom=draw(st.none() | st.just(Zoom(start=WHOLE, end=PART, ease="out", until=0.5))),
        crop=draw(st.none() | st.just(Crop(x=0.1, y=0, width=0.5, height=1))),
        filters=draw(st.sampled_from([(), (Filter(name="bw"), Filter(name="contrast", amount=-0.5))])),
        transition=draw(st.none() | st.just(Transition(kind="wipe", duration_ms=400))),
        label=draw(words),
        score=draw(st.none() | st.just(0.93)),
        why=draw(words),
        extra=draw(extras()),
    )


@st.composite
def clip_runs(draw: st.DrawFn, base: int) -> tuple[Clip, ...]:
    made: list[Clip] = []
    for index in range(draw(st.integers(0, 3))):
        gap = draw(st.sampled_from([0, 40]))
        made.append(draw(clips(base + index, (made[-1].end_ms if made else 0) + gap)))
    return tuple(made)


@st.composite
def text_runs(draw: st.DrawFn, base: int) -> tuple[Text, ...]:
    made: list[Text] = []
    for index in range(draw(st.integers(0, 3))):
        style = TextStyle(
            size=draw(st.sampled_from([0.06, 0.1])),
            color=draw(st.sampled_from(["#ffffff", "#000000"])),
            position=draw(st.sampled_from(["top", "bottom", "top-left"])),
            opacity=draw(st.sampled_from([1.0, 0.4])),
            margin=draw(st.sampled_from([None, 0.1])),
            background=draw(st.none() | st.just("#000000")),
        )
        start = made[-1].end_ms if made else draw(ms)
        made.append(
            Text(
                id=f"txt_{base + index}",
                start_ms=start,
                duration_ms=draw(st.integers(1, 10**5)),
                text=draw(words),
                style=style,
                fade_in_ms=draw(st.sampled_from([0, 300])),
                clip_id=draw(st.sampled_from([None, "seg_1"])),
                extra=draw(extras(style=True)),
            )
        )
    return tuple(made)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Any timeline that the model allows, also with tracks that are not ours."""
    tracks: list[Any] = []
    kinds = ["video", "audio", "text", "foreign"]
    for index, kind in enumerate(draw(st.lists(st.sampled_from(kinds), max_size=4))):
        common = {"id": f"trk_{index}", "name": draw(words), "extra": draw(extras())}
        base = 100 * index
        if kind == "video":
            role = draw(st.sampled_from(["main", "overlay"]))
            tracks.append(VideoTrack(role=role, volume=draw(levels), clips=draw(clip_runs(base)), **common))
        elif kind == "audio":
            role = draw(st.sampled_from(["bgm", "voice", "sfx"]))
            duck = draw(st.sampled_from([None, -12.0, -20.0]))
            runs = draw(clip_runs(base))
            tracks.append(AudioTrack(role=role, volume=draw(levels), duck_db=duck, clips=runs, **common))
        elif kind == "text":
            role = draw(st.sampled_from(["title", "subtitle"]))
            tracks.append(TextTrack(role=role, texts=draw(text_runs(base)), **common))
        else:
            raw = {"tt": 9, "id": f"trk_{index}", "d": draw(ms), "sg": [], **draw(some_keys)}
            tracks.append(ForeignTrack(type=9, raw=raw))
    return Timeline(
        title=draw(words),
        width=draw(st.sampled_from([1920, 1080])),
        height=draw(st.sampled_from([1080, 1920])),
        frame_rate=draw(st.sampled_from([Fraction(30), Fraction(30000, 1001), Fraction("23.976")])),
        loudness_lufs=draw(st.none() | st.just(-14.0)),
        as_recorded=draw(st.booleans()),
        framing=draw(st.none() | st.just(Framing(fit="pad", focus="left"))),
        rev=draw(st.integers(0, 99)),
        tracks=tuple(tracks),
        extra=draw(extras()),
    )
