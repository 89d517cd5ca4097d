"""The vocabulary of editing: one table of typed operations.

The MCP schema, the interpreter of plain words, the help and the documentation derive from these
classes. Times are integer milliseconds. Clips are numbered from 1, as in the timeline before the
request; an absent argument means the default. The docstring of each class is its help text.
"""

from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter, model_validator

from ..messages import say
from .model import FilterName, Fit, Level, Position, TransitionKind
from .time import Milliseconds, Rate
from .value import Value

Positive = Annotated[int, Field(gt=0)]
ClipNumber = Annotated[int, Field(ge=1)]
Factor = Annotated[Rate, Field(ge=Fraction(1, 10), le=20)]
Decibels = Annotated[float, Field(ge=-60, le=24)]
RangeMs = tuple[Milliseconds, Milliseconds]
Criterion = Literal[
    "auto", "cheer", "loud", "applause", "laughter", "applause+laugh", "motion", "whistle", "speech",
    "quiet", "silence", "scene_change", "goal", "score_change", "words", "topic", "sound", "picture",
]  # fmt: skip
SEARCHED: frozenset[str] = frozenset({"words", "topic", "sound", "picture"})


class Clips(Value):
    """Clips by number."""

    clips: Annotated[tuple[ClipNumber, ...], Field(min_length=1)]


class Span(Value):
    """A time range of the timeline, or of the source footage."""

    range_ms: RangeMs
    ref: Literal["timeline", "source"] = "timeline"

    @model_validator(mode="after")
    def _forwards(self) -> "Span":
        if self.range_ms[0] >= self.range_ms[1]:
            raise ValueError(say("timeline.wrong.range"))
        return self


Target = Literal["all"] | Clips | Span
SoundTarget = Literal["all", "source", "bgm"] | Clips


class Highlights(Value):
    """Find the best moments and cut them into a reel.

    `query` goes with four criteria: `words` (each time they are said), `topic` (the passages about it),
    `sound` (what it sounds like), `picture` (what is to be seen).
    """

    op: Literal["highlights"] = "highlights"
    criterion: Criterion = "auto"
    query: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    total_ms: Positive | None = None
    count: Annotated[int, Field(ge=1, le=500)] | None = None
    clip_ms: Positive | None = None
    clip_min_ms: Positive | None = None
    clip_max_ms: Positive | None = None
    order: Literal["time", "rank", "countdown"] = "time"
    pace: Literal["fast", "normal", "slow"] = "normal"
    range_ms: RangeMs | None = None
    source: str | None = None
    mode: Literal["replace", "append", "extend"] = "replace"

    @model_validator(mode="after")
    def _searched(self) -> "Highlights":
        if self.criterion in SEARCHED and not (self.query or "").strip():
            raise ValueError(say("timeline.wrong.no_query", criterion=self.criterion))
        if self.query is not None and self.criterion not in SEARCHED:
            raise ValueError(say("timeline.wrong.query"))
        return self


class Keep(Value):
    """Keep only the given ranges or clips; everything else goes.

    Ranges of the footage that the reel does not show are cut from it; without ranges and clips, all of
    `source`, or of all footage, file after file. With mode `append` they are put behind the reel, and so
    are those of each further keep in one request: keep A, keep B, keep C is A, B, C.
    """

    op: Literal["keep"] = "keep"
    ranges_ms: tuple[RangeMs, ...] | None = None
    ref: Literal["timeline", "source"] = "source"
    target: Clips | None = None
    source: str | None = None
    mode: Literal["replace", "append"] = "replace"

    @model_validator(mode="after")
    def _of_footage(self) -> "Keep":
        if self.ranges_ms is not None and not self.ranges_ms:
            raise ValueError(say("timeline.wrong.no_ranges"))
        if self.mode == "append" and (self.target is not None or self.ref == "timeline"):
            raise ValueError(say("timeline.wrong.append"))
        return self


class Remove(Value):
    """Remove clips or a time range; what follows moves up (OTIO: ripple)."""

    op: Literal["remove"] = "remove"
    target: Clips | Span


class Trim(Value):
    """Cut time off the head or tail of clips; a negative value gives footage back."""

    op: Literal["trim"] = "trim"
    target: Literal["all"] | Clips = "all"
    head_ms: int = 0
    tail_ms: int = 0


class Split(Value):
    """Cut a clip in two (OTIO: slice)."""

    op: Literal["split"] = "split"
    target: Clips | None = None
    at: Literal["middle"] | None = None
    at_ms: Milliseconds | None = None


class Reorder(Value):
    """Move one clip, give the whole order, or sort."""

    op: Literal["reorder"] = "reorder"
    move: ClipNumber | None = None
    to: ClipNumber | None = None
    order: tuple[ClipNumber, ...] | None = None
    sort: Literal["time", "rank", "countdown", "reverse", "shuffle"] | None = None


class Speed(Value):
    """Play faster (factor above 1) or slower (below 1)."""

    op: Literal["speed"] = "speed"
    target: Target = "all"
    factor: Factor


class Replay(Value):
    """Repeat a clip right after itself, usually slower."""

    op: Literal["replay"] = "replay"
    target: Target
    factor: Factor | None = None


class Freeze(Value):
    """Hold one frame of the timeline for a while."""

    op: Literal["freeze"] = "freeze"
    at_ms: Milliseconds
    duration_ms: Positive = 2000


class Volume(Value):
    """Set a level (1 = as recorded, 0 = mute) or change it by decibels."""

    op: Literal["volume"] = "volume"
    target: SoundTarget = "all"
    level: Level | None = None
    db: Decibels | None = None


class Fade(Value):
    """Fade picture, sound, both or the music in and out."""

    op: Literal["fade"] = "fade"
    target: Literal["video", "audio", "both", "bgm"] = "both"
    in_ms: Milliseconds | None = None
    out_ms: Milliseconds | None = None


class Loudness(Value):
    """Bring the whole reel to one loudness (EBU R 128, LUFS)."""

    op: Literal["loudness"] = "loudness"
    lufs: Annotated[float, Field(ge=-40, le=-5)] = -14.0


class BgmAdd(Value):
    """Lay an uploaded sound file under the reel."""

    op: Literal["bgm_add"] = "bgm_add"
    asset: str | None = None
    level: Level | None = None
    start_ms: Milliseconds = 0
    source_start_ms: Milliseconds = 0
    fade_in_ms: Milliseconds | None = None
    fade_out_ms: Milliseconds | None = None


class BgmRemove(Value):
    """Take the music away."""

    op: Literal["bgm_remove"] = "bgm_remove"


class Duck(Value):
    """Lower the music while the footage is loud with speech or crowd."""

    op: Literal["duck"] = "duck"
    target: Literal["bgm"] = "bgm"
    db: Annotated[float, Field(ge=-60, le=0)] | None = None


class BeatSync(Value):
    """Move the cuts onto the beats of the music."""

    op: Literal["beat_sync"] = "beat_sync"


class TextAdd(Value):
    """Put a title or caption over the picture; `per_clip` numbers or labels each clip."""

    op: Literal["text_add"] = "text_add"
    text: Annotated[str, Field(max_length=500)] | None = None
    template: Annotated[str, Field(max_length=500)] | None = None
    role: Literal["title", "caption", "subtitle"] = "caption"
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    position: Position | None = None
    color: str | None = None
    size: Literal["small", "medium", "large"] | None = None
    per_clip: bool = False


class TextEdit(Value):
    """Change the words of a text already there."""

    op: Literal["text_edit"] = "text_edit"
    index: ClipNumber | Literal["all"] = 1
    text: Annotated[str, Field(max_length=500)]


class TextRemove(Value):
    """Remove a text, or all of them."""

    op: Literal["text_remove"] = "text_remove"
    index: ClipNumber | Literal["all"] = "all"


class SubtitlesAdd(Value):
    """Show the cues of a subtitle file (.srt, .vtt) that lies beside the footage."""

    op: Literal["subtitles_add"] = "subtitles_add"
    asset: str | None = None


class CardAdd(Value):
    """Add a plain card with words before or after the reel."""

    op: Literal["card_add"] = "card_add"
    text: Annotated[str, Field(max_length=500)] = ""
    at: Literal["start", "end"] = "start"
    duration_ms: Positive = 3000
    color: str = "#000000"


class Aspect(Value):
    """Change the shape of the picture; crop follows the action, pad and blur keep all of it."""

    op: Literal["aspect"] = "aspect"
    ratio: Literal["16:9", "9:16", "1:1", "4:5", "4:3", "3:4", "21:9", "2:3", "3:2"]
    mode: Literal["crop", "pad", "blur"] = "crop"
    focus: Literal["auto", "center", "left", "right"] = "auto"


class Rotate(Value):
    """Turn the picture clockwise."""

    op: Literal["rotate"] = "rotate"
    deg: Literal[-90, 90, 180, 270]
    target: Literal["all"] | Clips = "all"


class Flip(Value):
    """Mirror the picture."""

    op: Literal["flip"] = "flip"
    axis: Literal["horizontal", "vertical"] = "horizontal"
    target: Literal["all"] | Clips = "all"


class FilterAdd(Value):
    """Change colour or look; `amount` runs from -1 to 1."""

    op: Literal["filter"] = "filter"
    target: Literal["all"] | Clips = "all"
    name: FilterName | Literal["none"]
    amount: Annotated[float, Field(ge=-1, le=1)] | None = None


class TransitionAdd(Value):
    """Put a transition at all cuts, or after the clips numbered in `where`."""

    op: Literal["transition"] = "transition"
    type: TransitionKind | Literal["none"] = "crossfade"
    duration_ms: Annotated[int, Field(ge=40, le=5000)] = 500
    where: Literal["all"] | tuple[ClipNumber, ...] = "all"


class SilenceRemove(Value):
    """Cut out pauses longer than `min_ms`, leaving `margin_ms` on both sides."""

    op: Literal["silence_remove"] = "silence_remove"
    min_ms: Positive = 700
    margin_ms: Milliseconds = 150


class Stabilize(Value):
    """Calm shaky footage."""

    op: Literal["stabilize"] = "stabilize"
    target: Literal["all"] | Clips = "all"


class Undo(Value):
    """Go back one or more versions."""

    op: Literal["undo"] = "undo"
    steps: Annotated[int, Field(ge=1)] | Literal["all"] = 1


class Redo(Value):
    """Take back an undo."""

    op: Literal["redo"] = "redo"
    steps: Annotated[int, Field(ge=1)] = 1


class Restore(Value):
    """Return to a version by its number."""

    op: Literal["restore"] = "restore"
    version: Milliseconds


class Reset(Value):
    """Throw the whole edit away and start over; the footage stays."""

    op: Literal["reset"] = "reset"


AnyOperation = (
    Highlights | Keep | Remove | Trim | Split | Reorder | Speed | Replay | Freeze | Volume | Fade | Loudness
    | BgmAdd | BgmRemove | Duck | BeatSync | TextAdd | TextEdit | TextRemove | SubtitlesAdd | CardAdd | Aspect
    | Rotate | Flip | FilterAdd | TransitionAdd | SilenceRemove | Stabilize | Undo | Redo | Restore | Reset
)  # fmt: skip
Operation = Annotated[AnyOperation, Field(discriminator="op")]
OPERATIONS: dict[str, type[Value]] = {cls.model_fields["op"].default: cls for cls in get_args(AnyOperation)}
FIT_OF_MODE: dict[str, Fit] = {"crop": "cover", "pad": "pad", "blur": "blur"}

operation_adapter: TypeAdapter[AnyOperation] = TypeAdapter(Operation)
