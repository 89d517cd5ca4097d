"""Hypothesis strategies: timelines and operations of all kinds."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from highlight_mcp.timeline.layout import duration_at_speed, layout_clips
from highlight_mcp.timeline.model import (
    AudioTrack,
    Clip,
    Filter,
    ForeignTrack,
    Text,
    TextTrack,
    Timeline,
    Track,
    Transition,
    VideoTrack,
)  # fmt: skip
from highlight_mcp.timeline.operations import AnyOperation, operation_adapter
from highlight_mcp.timeline.time import TimeRange

from .fakes import MEDIA

SPEEDS = [Fraction(1), Fraction(1, 10), Fraction(1, 3), Fraction(1, 2), Fraction(3, 2), Fraction(20), Fraction(7, 5)]
times = st.integers(0, 130_000)
lengths = st.integers(1, 40_000) | st.integers(1, 200)
RATES = [Fraction(30), Fraction(30), Fraction(24_000, 1001), Fraction(60)]
numbers = st.integers(1, 9)


@st.composite
def clips(draw: st.DrawFn, number: int) -> Clip:
    """A clip of footage, a still, a held frame or a card."""
    kind = draw(st.sampled_from(["footage", "footage", "footage", "still", "held", "card"]))
    looks: dict[str, Any] = {
        "volume": draw(st.sampled_from([0.0, 0.5, 1.0, 4.0])),
        "score": draw(st.none() | st.floats(0, 9)),
        "fade_in_ms": draw(st.sampled_from([0, 0, 500])),
        "picture_fade_out_ms": draw(st.sampled_from([0, 0, 700])),
        "transition": draw(st.none() | st.just(Transition(kind="wipe", duration_ms=400))),
        "filters": draw(st.sampled_from([(), (Filter(name="bw"),)])),
    }
    name, length = f"seg_{number}", draw(lengths)
    if kind == "card":
        return Clip(id=name, start_ms=0, duration_ms=length, color="#000000", **looks)
    if kind == "still":
        source = TimeRange(start_ms=0, end_ms=length)
        return Clip(id=name, start_ms=0, duration_ms=length, media_id="logo", source=source, **looks)
    media = draw(st.sampled_from(["match", "second"]))
    last = MEDIA[media].duration_ms
    start = draw(st.integers(0, last - 2))
    if kind == "held":
        source = TimeRange(start_ms=start, end_ms=start + 1)
        return Clip(id=name, start_ms=0, duration_ms=length, media_id=media, source=source, freeze=True, **looks)
    source = TimeRange(start_ms=start, end_ms=min(last, start + length))
    speed = draw(st.sampled_from(SPEEDS))
    return Clip(
        id=name,
        start_ms=0,
        duration_ms=duration_at_speed(source, speed),
        media_id=media,
        source=source,
        speed=speed,
        **looks,
    )


@st.composite
def timelines(draw: st.DrawFn, least_frames: int = 1) -> Timeline:
    """A sound timeline with a reel, and often with music, texts and a track of an unknown kind.

    With `least_frames` 0 its clips may last less than a frame, as in drafts of others.
    """
    count, rate = draw(st.integers(1, 6)), draw(st.sampled_from(RATES))
    lasting = [
        clips(number).filter(lambda clip: clip.duration_ms * rate >= 1000 * least_frames)
        for number in range(1, count + 1)
    ]
    reel = layout_clips([draw(clip) for clip in lasting])
    total = reel[-1].end_ms
    tracks: list[Track] = [VideoTrack(id="trk_1", name="reel", clips=reel)]
    if draw(st.booleans()):
        length = min(total, 40_000)
        source = TimeRange(start_ms=0, end_ms=length)
        music = Clip(id="seg_91", start_ms=0, duration_ms=length, media_id="lofi", source=source, volume=0.35)
        tracks.append(AudioTrack(id="trk_2", name="lofi", clips=(music,)))
    if draw(st.booleans()):
        at = draw(st.integers(0, max(0, total - 100)))
        owner = draw(st.none() | st.sampled_from([clip.id for clip in reel]))
        text = Text(id="seg_92", clip_id=owner, start_ms=at, duration_ms=min(3000, total - at), text="Hi")
        tracks.append(TextTrack(id="trk_3", texts=(text,)))
    if draw(st.booleans()):
        tracks.append(ForeignTrack(type=9, raw={"tt": 9, "id": "x", "d": 1, "sg": []}))
    return Timeline(tracks=tuple(tracks), frame_rate=rate, rev=3)


target = st.just("all") | st.lists(numbers, min_size=1, max_size=3).map(lambda found: {"clips": found})
ranges = st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]).map(sorted)
span = st.builds(lambda pair, ref: {"range_ms": pair, "ref": ref}, ranges, st.sampled_from(["timeline", "source"]))
factor = st.sampled_from(["1/10", "1/3", "1/2", "1", "3/2", "2", "20"])
maybe_ms = st.none() | st.integers(0, 20_000)
index = st.just("all") | st.integers(1, 4)

ARGUMENTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "highlights": {"mode": st.sampled_from(["replace", "append", "extend"]), "count": st.none() | numbers,
                   "total_ms": st.none() | st.integers(1, 200_000), "clip_ms": st.none() | st.just(6_000)},
    "keep": {"ranges_ms": st.none() | st.lists(ranges, min_size=1, max_size=3), "target": st.none() | target.filter(
        lambda value: value != "all"), "ref": st.sampled_from(["timeline", "source"])},
    "remove": {"target": target.filter(lambda value: value != "all") | span},
    "trim": {"target": target, "head_ms": st.integers(-9_000, 9_000), "tail_ms": st.integers(-9_000, 9_000)},
    "split": {"target": st.none() | target.filter(lambda value: value != "all"), "at_ms": st.none() | times},
    "reorder": {"move": st.none() | numbers, "to": st.none() | numbers, "sort": st.none() | st.sampled_from(
        ["time", "rank", "countdown", "reverse", "shuffle"]), "order": st.none() | st.permutations([1, 2, 3])},
    "speed": {"target": target | span, "factor": factor, "to": st.none() | factor},
    "replay": {"target": target | span, "factor": st.none() | factor},
    "freeze": {"at_ms": times, "duration_ms": lengths},
    "volume": {"target": target | st.sampled_from(["source", "bgm"]), "level": st.none() | st.floats(0, 4),
               "db": st.none() | st.floats(-60, 24)},
    "fade": {"target": st.sampled_from(["video", "audio", "both", "bgm"]), "in_ms": maybe_ms, "out_ms": maybe_ms},
    "loudness": {"lufs": st.floats(-40, -5), "mode": st.just("off")},
    "sound_track": {"index": st.sampled_from([1, 2, "all"]), "source": st.sampled_from(["med_1", "match.mp4", "none"])},
    "bgm_add": {"asset": st.sampled_from([None, "lofi.mp3", "LOFI", "nothing.mp3"]), "start_ms": times,
                "source_start_ms": st.integers(0, 50_000), "level": st.none() | st.floats(0, 4)},
    "bgm_remove": {},
    "sfx_add": {"asset": st.sampled_from([None, "lofi.mp3", "nothing.mp3"]), "at_ms": st.none() | times,
                "where": st.none() | st.just("all") | st.lists(numbers, min_size=1, max_size=2)},
    "sfx_remove": {},
    "duck": {"db": st.none() | st.floats(-60, 0)},
    "beat_sync": {},
    "text_add": {"text": st.none() | st.text(max_size=9), "template": st.none() | st.just("{left} of {n}"),
                 "role": st.sampled_from(["title", "caption", "subtitle"]),
                 "start_ms": st.none() | times, "end_ms": st.none() | times, "per_clip": st.booleans(),
                 "color": st.sampled_from([None, "red", "#ab1", "no colour"])},
    "text_edit": {"index": index, "text": st.none() | st.text(max_size=9), "start_ms": st.none() | times,
                  "end_ms": st.none() | times, "duration_ms": st.none() | lengths,
                  "position": st.sampled_from([None, "top-left"]), "color": st.sampled_from([None, "red", "no"])},
    "text_remove": {"index": index},
    "subtitles_add": {"asset": st.sampled_from([None, "absent.srt"]), "karaoke": st.booleans()},
    "card_add": {"text": st.text(max_size=9), "at": st.sampled_from(["start", "end"]), "duration_ms": lengths},
    "overlay": {"asset": st.none() | st.sampled_from(["logo.png", "match.mp4"]), "position": st.sampled_from(
        ["top-right", "bottom"]), "opacity": st.sampled_from([0.4, 1.0]), "start_ms": maybe_ms, "end_ms": maybe_ms},
    "overlay_remove": {"asset": st.none() | st.just("logo.png")},
    "aspect": {"ratio": st.sampled_from(["16:9", "9:16", "1:1", "21:9"]), "mode": st.sampled_from(
        ["crop", "pad", "blur"]), "focus": st.sampled_from(["auto", "left"])},
    "zoom": {"target": target | span, "factor": st.none() | st.sampled_from([1, 1.5, 4]), "point": st.none()
             | st.sampled_from(["left", "bottom-right"]), "motion": st.sampled_from(["in", "out", "still"])},
    "rotate": {"deg": st.sampled_from([-90, 90, 180, 270]), "target": target},
    "flip": {"axis": st.sampled_from(["horizontal", "vertical"]), "target": target},
    "filter": {"target": target | span, "name": st.sampled_from(["bw", "warm", "none", "denoise"]),
               "region": st.none() | st.just({"x": 0, "y": 0.5, "width": 0.5, "height": 0.5}),
               "amount": st.none() | st.floats(-1, 1)},
    "transition": {"type": st.sampled_from(["crossfade", "none"]), "duration_ms": st.integers(40, 5000),
                   "where": st.just("all") | st.lists(numbers, min_size=1, max_size=2)},
    "silence_remove": {"min_ms": st.integers(1, 2000)},
    "stabilize": {"target": target},
    "undo": {"steps": st.just("all") | st.integers(1, 3)},
    "redo": {"steps": st.integers(1, 3)},
    "restore": {"version": st.integers(0, 6)},
    "reset": {},
    "new_version": {},
}  # fmt: skip

ALTERNATIVES = {
    "keep": (("ranges_ms",), ("target",)),
    "reorder": (("move", "to"), ("order",), ("sort",)),
    "loudness": (("lufs",), ("mode",)),
    "aspect": (("mode",), ("focus",)),
}
"""Arguments of which only those of one group may be given."""


@st.composite
def operations(draw: st.DrawFn, without: tuple[str, ...] = ()) -> AnyOperation:
    """Any valid operation; many of them ask for what is not there."""
    op = draw(st.sampled_from([name for name in ARGUMENTS if name not in without]))
    left_out = {name for way in draw(st.permutations(ALTERNATIVES.get(op, ((),))))[1:] for name in way}
    given = {name: draw(strategy) for name, strategy in ARGUMENTS[op].items() if name not in left_out}
    if op == "highlights" and draw(st.booleans()):
        given |= {"mode": "swap", "target": {"clips": draw(st.lists(numbers, min_size=1, max_size=3))}}
    return operation_adapter.validate_python({"op": op, **{k: v for k, v in given.items() if v is not None}})
