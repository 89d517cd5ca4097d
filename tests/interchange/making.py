"""Hypothesis strategies and fixed cases: reels of footage of all rates, as other editors get them."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from highlight_mcp.interchange.sources import SourceFile
from highlight_mcp.messages import verbatim
from highlight_mcp.timeline.layout import duration_at_speed, layout_clips
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import AudioTrack, Clip, Text, TextTrack, Timeline, Track, Transition, VideoTrack
from highlight_mcp.timeline.time import TimeRange

NTSC_FILM, NTSC, NTSC_60 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
HOUR_MS = 3_600_000


def footage(name: str, rate: Fraction, /, **facts: Any) -> SourceFile:
    """A recording of one hour."""
    given: dict[str, Any] = {
        "media_id": f"med_{name}", "name": f"{name}.mp4", "kind": "video", "duration_ms": HOUR_MS, "width": 1920,
        "height": 1080, "frame_rate": rate, "audio_codec": "aac", "sample_rate": 48000, "channels": 2,
        "fingerprint": f"sha-{name}",
    }  # fmt: skip
    path = facts.pop("path", f"/home/ann/My Reels/{facts.get('name', given['name'])}")
    return SourceFile(info=MediaInfo(**{**given, **facts}), path=path)


SOURCES = {
    source.info.media_id: source
    for source in (
        footage("pal", Fraction(25)),
        footage("thirty", Fraction(30)),
        footage("film", NTSC_FILM),
        footage("ntsc", NTSC, timecode="01:00:00;00"),
        footage("sixty", NTSC_60, timecode="10:11:12;58"),
        footage("phone", Fraction(2983, 100), variable_frame_rate=True),
        footage("slowmo", Fraction(120)),
        footage("silent", Fraction(50), audio_codec=None, channels=0),
        footage("odd", Fraction(25), name="100% fún & “Ünï” 测试 [v1].mp4"),
        footage("song", Fraction(25), name="song.mp3", kind="audio", frame_rate=None, width=0, height=0),
        footage("logo", Fraction(25), name="logo.png", kind="image", duration_ms=0, frame_rate=None, audio_codec=None),
    )
}
FILMED = [name for name, source in SOURCES.items() if source.info.kind == "video"]
RATES = [Fraction(25), Fraction(30), NTSC, NTSC_FILM, NTSC_60, Fraction(24), Fraction(50), Fraction(60)]
SPEEDS = [Fraction(1)] * 4 + [Fraction(1, 2), Fraction(2), Fraction(3, 2), Fraction(1, 4), Fraction(7, 5)]
KINDS = ["crossfade", "wipe", "slide", "fade_black"]


def clip(number: int, media_id: str, start_ms: int, length_ms: int, **fields: Any) -> Clip:
    """A clip of footage that begins at the start of its track."""
    speed = fields.get("speed", Fraction(1))
    source = TimeRange(start_ms=start_ms, end_ms=start_ms + length_ms)
    lasts = duration_at_speed(source, speed)
    return Clip(id=f"seg_{number}", start_ms=0, duration_ms=lasts, media_id=media_id, source=source, **fields)


def reel(*clips: Clip, rate: Fraction = Fraction(25), tracks: tuple[Track, ...] = ()) -> Timeline:
    """A timeline whose reel is these clips, one behind the other."""
    main = VideoTrack(id="trk_900", clips=layout_clips(clips))
    return Timeline(title="Cup final", frame_rate=rate, tracks=(main, *tracks))


@st.composite
def clips(draw: st.DrawFn, number: int, filmed: list[str]) -> Clip:
    """Footage at any speed, a held frame, a picture or a card."""
    what = draw(st.sampled_from(["footage"] * 5 + ["held", "picture", "card"]))
    joins = st.builds(Transition, kind=st.sampled_from(KINDS), duration_ms=st.integers(40, 3000))
    looks: dict[str, Any] = {
        "transition": draw(st.none() | joins),
        "label": draw(st.sampled_from(["", "Goal", "Tor – “2:1”"])),
        "why": verbatim(draw(st.sampled_from(["", "crowd +14 dB at 41:07", "欢呼声 +9 dB"]))),
    }  # fmt: skip
    name, length = f"seg_{number}", draw(st.integers(200, 20_000))
    if what == "card":
        return Clip(id=name, start_ms=0, duration_ms=length, color="#000000", **looks)
    if what == "picture":
        shown = TimeRange(start_ms=0, end_ms=length)
        return Clip(id=name, start_ms=0, duration_ms=length, media_id="med_logo", source=shown, **looks)
    media, start = draw(st.sampled_from(filmed)), draw(st.integers(0, 3000) | st.integers(0, HOUR_MS - 20_001))
    if what == "held":
        shown = TimeRange(start_ms=start, end_ms=start + 1)
        return Clip(id=name, start_ms=0, duration_ms=length, media_id=media, source=shown, freeze=True, **looks)
    return clip(number, media, start, length, speed=draw(st.sampled_from(SPEEDS)), **looks)


@st.composite
def timelines(draw: st.DrawFn, most: int = 8, alike: tuple[Fraction, ...] = ()) -> Timeline:
    """A reel with footage in it, often with music and texts; with `alike` all footage has its rate, one of these."""
    count, rate = draw(st.integers(1, most)), draw(st.sampled_from(alike or RATES))
    filmed = [name for name in FILMED if SOURCES[name].rate(rate, 60) == rate] if alike else FILMED
    made = [draw(clips(number, filmed)) for number in range(2, count + 1)]
    first = clip(1, draw(st.sampled_from(filmed)), 5_000, draw(st.integers(200, 9_000)))
    made.insert(draw(st.integers(0, len(made))), first)
    laid = layout_clips(made)
    end = laid[-1].end_ms
    tracks: list[Track] = [VideoTrack(id="trk_900", clips=laid)]
    if draw(st.booleans()):
        start = draw(st.integers(0, end // 2))
        music = clip(500, "med_song", draw(st.integers(0, 100_000)), max(100, end - start))
        tracks.append(AudioTrack(id="trk_901", clips=(music.model_copy(update={"start_ms": start}),)))
    if draw(st.booleans()):
        text = Text(
            id="seg_600", start_ms=0, duration_ms=end, text=draw(st.sampled_from(["Spring cup", "春季杯 <1> & 2"]))
        )
        tracks.append(TextTrack(id="trk_902", texts=(text,)))
    return Timeline(title="Cup & final", frame_rate=rate, tracks=tuple(tracks))
