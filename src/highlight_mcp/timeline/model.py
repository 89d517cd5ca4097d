"""The edit itself: a timeline of tracks of clips and texts. Pure values.

Names follow OpenTimelineIO: a *clip* shows a *source range* of a *media reference*; its place on
the track is `start_ms`. `extra` on each level keeps wire fields that are not ours, so that a
foreign draft comes back out as it went in.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field

from ..messages import verbatim
from .camera import CameraPath
from .counting import steps, words_at
from .schemas import FrozenModel, MessageField
from .time import Milliseconds, Rate, TimeRange

Extra = dict[str, Any]
Role = Literal["main", "bgm", "voice", "sfx", "title", "subtitle", "overlay"]
Fit = Literal["cover", "pad", "blur"]
Focus = Literal["auto", "center", "left", "right"] | Annotated[float, Field(ge=0, le=1)]
"""What of footage that is wider than the frame is seen: what moves, a side, or around a share of the width."""
TransitionKind = Literal["crossfade", "fade_black", "fade_white", "wipe", "slide"]
FilterName = Literal[
    "bw", "sepia", "brightness", "contrast", "saturation", "warm", "cool", "vivid", "vintage",
    "blur", "sharpen",
]  # fmt: skip
Position = Literal["top", "center", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"]
Ease = Literal["linear", "in", "out", "in_out"]
EASES: dict[str, Callable[[float], float]] = {
    "linear": lambda share: share,
    "in": lambda share: share * share,
    "out": lambda share: share * (2 - share),
    "in_out": lambda share: share * share * (3 - 2 * share),
}
"""How much of a motion is done when a share of its time has passed; `in` begins slowly, `out` ends slowly."""
Level = Annotated[float, Field(ge=0, le=4)]


class Transition(FrozenModel):
    """How a clip follows the one before it; centred on the cut, it changes no positions."""

    kind: TransitionKind
    duration_ms: Annotated[int, Field(ge=40, le=5000)]


class Crop(FrozenModel):
    """A part of a picture, as fractions of its width and height."""

    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]
    width: Annotated[float, Field(gt=0, le=1)]
    height: Annotated[float, Field(gt=0, le=1)]


class Filter(FrozenModel):
    """A colour or picture effect; `amount` is a change from -1 to 1, None for the usual strength.

    With a `region` it is confined to that part of the frame.
    """

    name: FilterName
    amount: Annotated[float, Field(ge=-1, le=1)] | None = None
    region: Crop | None = None


class Framing(FrozenModel):
    """How footage of another shape fills the picture; later clips are framed the same way."""

    fit: Fit = "cover"
    focus: Focus = "auto"


class Zoom(FrozenModel):
    """A view that moves over the picture of a clip: from one part of the frame to another, which both have its shape.

    The clip shows the stretch from `since` to `until` of the motion, as shares of its time, so that the parts of a
    divided clip go on where the others end.
    """

    start: Crop
    end: Crop
    ease: Ease = "in_out"
    since: Annotated[float, Field(ge=0, le=1)] = 0.0
    until: Annotated[float, Field(ge=0, le=1)] = 1.0

    def at(self, share: float) -> Crop:
        """What is seen when so much of the clip has passed, 0 to 1."""
        passed = EASES[self.ease](self.since + (self.until - self.since) * min(max(share, 0.0), 1.0))
        names = ("x", "y", "width", "height")
        ways = {name: (getattr(self.start, name), getattr(self.end, name)) for name in names}
        return Crop.model_validate({name: old + (new - old) * passed for name, (old, new) in ways.items()})

    def between(self, first: float, last: float) -> "Zoom":
        """The motion of a part of the clip, from one share of its time to another."""
        length = self.until - self.since
        return self.model_copy(update={"since": self.since + length * first, "until": self.since + length * last})

    @property
    def factor(self) -> float:
        """How much larger things are at most."""
        return 1 / min(self.start.width, self.end.width)


class Placement(FrozenModel):
    """Where a picture lies over the reel: `width` is its share of the frame's, `margin` of the shorter side."""

    position: Position = "top-right"
    width: Annotated[float, Field(gt=0, le=1)] = 0.15
    margin: Annotated[float, Field(ge=0, le=0.4)] = 0.03
    opacity: Annotated[float, Field(gt=0, le=1)] = 1.0


class Clip(FrozenModel):
    """One piece of footage on a track.

    `source` is the range of the media that is used; the clip lasts source duration / speed. A clip
    without `media_id` is generated: a card of `color`, or with `freeze` a held frame at source start.
    With a `ramp` the speed changes evenly from `speed` × (1 - ramp) to `speed` × (1 + ramp) (`pace.py`);
    `denoise` is the strength of its noise reduction. What fills the frame but is wider than it is seen around `focus`,
    or along the way of `camera`; `hand_framed` says that somebody chose this for the clip alone.
    """

    id: str
    start_ms: Milliseconds
    duration_ms: Annotated[int, Field(gt=0)]
    media_id: str | None = None
    source: TimeRange | None = None
    speed: Rate = Fraction(1)
    ramp: Annotated[float, Field(gt=-1, lt=1)] = 0.0
    volume: Level = 1.0
    denoise: Annotated[float, Field(ge=0, le=1)] = 0.0
    fade_in_ms: Milliseconds = 0
    fade_out_ms: Milliseconds = 0
    picture_fade_in_ms: Milliseconds = 0
    picture_fade_out_ms: Milliseconds = 0
    freeze: bool = False
    color: str | None = None
    fit: Fit = "cover"
    focus: Annotated[float, Field(ge=0, le=1)] | None = None
    camera: CameraPath | None = None
    hand_framed: bool = False
    rotate: Literal[0, 90, 180, 270] = 0
    flip: Literal["horizontal", "vertical"] | None = None
    crop: Crop | None = None
    placement: Placement | None = None
    zoom: Zoom | None = None
    filters: tuple[Filter, ...] = ()
    transition: Transition | None = None
    label: str = ""
    score: float | None = None
    why: MessageField = verbatim("")
    extra: Extra = Field(default_factory=dict)

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms

    @property
    def span(self) -> TimeRange:
        return TimeRange(start_ms=self.start_ms, end_ms=self.end_ms)

    def focus_at(self, source_ms: float) -> float | None:
        """Where across the picture, as the clip shows it, is looked at when so much of the source has passed."""
        if self.camera is None or self.source is None:
            return self.focus
        x = self.camera.at(min(max(source_ms, self.source.start_ms), self.source.end_ms))
        return 1 - x if (self.rotate == 180) != (self.flip == "horizontal") else x


TextLook = Literal["plain", "lower_third"]


class TextStyle(FrozenModel):
    """How text looks; `size` is a fraction of the frame height, of tall frames less, `margin` one of its shorter side.

    In a lower third the first line is a name, the others say who that is, on a plate with a coloured edge.
    """

    size: Annotated[float, Field(gt=0.005, le=0.5)] = 0.06
    color: str = "#ffffff"
    position: Position = "bottom"
    background: str | None = None
    opacity: Annotated[float, Field(gt=0, le=1)] = 1.0
    margin: Annotated[float, Field(ge=0, le=0.4)] | None = None
    look: TextLook = "plain"


class Text(FrozenModel):
    """Words over the picture: a title, a caption or one subtitle cue.

    With `clip_id` the words belong to that clip of the reel: they move with it and leave with it. Where it `counts`,
    slots such as `{left}` show seconds (`counting.py`). With `marks` each word is lit while it is said: (its place in
    the text, ms from the start of the text), in order.
    """

    id: str
    clip_id: str | None = None
    start_ms: Milliseconds
    duration_ms: Annotated[int, Field(gt=0)]
    text: str
    counts: bool = False
    style: TextStyle = TextStyle()
    fade_in_ms: Milliseconds = 0
    fade_out_ms: Milliseconds = 0
    marks: tuple[tuple[Milliseconds, Milliseconds], ...] = ()
    extra: Extra = Field(default_factory=dict)

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms

    @property
    def said(self) -> tuple[tuple[int, int, tuple[int, int]], ...]:
        """From when to when, in ms from its start, which stretch of the text is said."""
        ends = (*self.marks[1:], (len(self.text), self.duration_ms))
        spans = (
            (ms, min(end, self.duration_ms), (at, to)) for (at, ms), (to, end) in zip(self.marks, ends, strict=False)
        )
        return tuple(span for span in spans if span[0] < span[1])

    @property
    def opening(self) -> str:
        """The words as they read at first."""
        return words_at(self.text, 0, self.duration_ms) if self.counts else self.text

    @property
    def readings(self) -> tuple[tuple[int, int, str], ...]:
        """From when to when, in ms from its start, it reads how: once, unless it counts."""
        whole = ((0, self.duration_ms, self.text),)
        return tuple(steps(self.text, self.duration_ms)) if self.counts else whole


class VideoTrack(FrozenModel):
    """Pictures with their own sound; the first such track is the reel itself."""

    kind: Literal["video"] = "video"
    id: str
    name: str = ""
    role: Role = "main"
    volume: Level = 1.0
    clips: tuple[Clip, ...] = ()
    extra: Extra = Field(default_factory=dict)


class AudioTrack(FrozenModel):
    """Sound under the pictures; `duck_db` lowers it while the footage is loud with speech."""

    kind: Literal["audio"] = "audio"
    id: str
    name: str = ""
    role: Role = "bgm"
    volume: Level = 1.0
    duck_db: Annotated[float, Field(ge=-60, le=0)] | None = None
    clips: tuple[Clip, ...] = ()
    extra: Extra = Field(default_factory=dict)


class TextTrack(FrozenModel):
    """Titles, captions or subtitles."""

    kind: Literal["text"] = "text"
    id: str
    name: str = ""
    role: Role = "title"
    texts: tuple[Text, ...] = ()
    extra: Extra = Field(default_factory=dict)


class ForeignTrack(FrozenModel):
    """A track type that is not ours: kept word for word and listed, never rendered."""

    kind: Literal["foreign"] = "foreign"
    type: int
    raw: dict[str, Any]


Track = Annotated[VideoTrack | AudioTrack | TextTrack | ForeignTrack, Field(discriminator="kind")]


class SoundChoice(FrozenModel):
    """Which sound track of a recording is heard: its number from 1, or 0 for all of them together."""

    media_id: str
    track: Annotated[int, Field(ge=0, le=99)]


class Timeline(FrozenModel):
    """One immutable version of the edit. Tracks paint in order, later ones on top.

    `sounds` tells whose sound track was chosen. An export aims at `loudness_lufs`, at the usual loudness where that is
    None, and leaves a reel `as_recorded` alone.
    """

    title: str = ""
    width: Annotated[int, Field(ge=16, le=7680)] = 1920
    height: Annotated[int, Field(ge=16, le=7680)] = 1080
    frame_rate: Rate = Fraction(30)
    loudness_lufs: Annotated[float, Field(ge=-40, le=-5)] | None = None
    as_recorded: bool = False
    sounds: tuple[SoundChoice, ...] = ()
    framing: Framing | None = None
    rev: Milliseconds = 0
    tracks: tuple[Track, ...] = ()
    extra: Extra = Field(default_factory=dict)

    @property
    def main(self) -> VideoTrack | None:
        """The reel: the first video track, or None before anything was cut."""
        return next((track for track in self.tracks if isinstance(track, VideoTrack)), None)

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips of the reel, in order; people number them from 1."""
        return self.main.clips if self.main else ()

    @property
    def duration_ms(self) -> int:
        return max((item.end_ms for track in self.tracks for item in items(track)), default=0)

    @property
    def media_ids(self) -> frozenset[str]:
        """The footage, pictures and music that it shows or plays."""
        clips = (item for track in self.tracks for item in items(track) if isinstance(item, Clip))
        return frozenset(clip.media_id for clip in clips if clip.media_id is not None)


def items(track: Track) -> tuple[Clip, ...] | tuple[Text, ...]:
    """The things on a track, in order; nothing for foreign tracks."""
    if isinstance(track, ForeignTrack):
        return ()
    return track.texts if isinstance(track, TextTrack) else track.clips
