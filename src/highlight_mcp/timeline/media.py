"""What is known of one piece of footage (OpenTimelineIO: media reference with its available range).

That is what was probed, what was found in it, moments and spoken words, and what an edit may ask about it.
"""

from os import stat_result
from typing import TYPE_CHECKING, Literal, Protocol, Self

from pydantic import Field

from .camera import CameraPath
from .schemas import FrozenModel, MessageField
from .time import Milliseconds, Rate, TimeRange

MediaKind = Literal["video", "audio", "image"]
DynamicRange = Literal["sdr", "pq", "hlg"]


class MediaInfo(FrozenModel):
    """Facts of one source, as probed. Width and height are as shown, after rotation.

    `frame_rate` is the average for variable-rate footage; None without pictures. `rotation` is
    the clockwise turn, in degrees, that a player applies. `fingerprint` names the content. `picture_ms`: from when
    to when there are pictures, where that is known; sound may begin before and end after them. `texts_inside`: whether
    there are subtitles inside, as text; None where nobody has looked. `timecode` is that of the first frame, where the
    file has one: `01:00:00:00`. Of several sound tracks (`sound_tracks`) the one that is heard unless another is chosen
    is `sound_track`, counted from 1, where that is not the one a player would take.
    """

    media_id: str
    name: str
    kind: MediaKind
    duration_ms: Milliseconds
    size_bytes: int = 0
    fingerprint: str = ""
    container: str = ""
    width: int = 0
    height: int = 0
    frame_rate: Rate | None = None
    variable_frame_rate: bool = False
    picture_ms: tuple[Milliseconds, Milliseconds] | None = None
    texts_inside: bool | None = None
    timecode: str | None = None
    rotation: int = 0
    dynamic_range: DynamicRange = "sdr"
    video_codec: str | None = None
    audio_codec: str | None = None
    sample_rate: int = 0
    channels: int = 0
    sound_tracks: int = 1
    sound_track: int | None = None
    warnings: tuple[MessageField, ...] = ()

    @property
    def has_picture(self) -> bool:
        return self.kind != "audio"

    @property
    def has_sound(self) -> bool:
        return self.audio_codec is not None


class FileMark(FrozenModel):
    """Which file of a disk it is that was probed: `identity` names device and inode, the rest its content's state."""

    identity: str
    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, status: stat_result) -> Self:
        """The mark of a file with this status."""
        return cls(identity=f"{status.st_dev}:{status.st_ino}", size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)


if TYPE_CHECKING:
    from .operations import Highlights


Confidence = Literal["high", "medium", "low"]


class Pick(FrozenModel):
    """A moment of one source with its evidence; `score` compares picks of one choice."""

    media_id: str
    source: str
    start_ms: Milliseconds
    end_ms: Milliseconds
    peak_ms: Milliseconds
    score: float
    confidence: Confidence
    why: MessageField
    signals: dict[str, float | str] = Field(default_factory=dict)

    @property
    def range(self) -> TimeRange:
        return TimeRange(start_ms=self.start_ms, end_ms=self.end_ms)


class MomentSelection(FrozenModel):
    """`picks` in the order wished for; `neighbours` would come next; `notes` are for the user."""

    picks: tuple[Pick, ...] = ()
    neighbours: tuple[Pick, ...] = ()
    notes: tuple[MessageField, ...] = ()


class UsedRange(FrozenModel):
    """A range of a source that is in the reel already."""

    media_id: str
    start_ms: Milliseconds
    end_ms: Milliseconds


class CameraWish(FrozenModel):
    """A clip whose footage is wider than the frame: which part of a source, and what share of its width is seen."""

    media_id: str
    source: TimeRange
    share: float


class TranscriptCue(FrozenModel):
    """One subtitle, in the time of its source; without `media_id` it belongs to the main source.

    `encoding` is that of its file, where it had to be guessed. `marks` are (place in the text, ms of the source) of its
    words, where these are known.
    """

    start_ms: Milliseconds
    end_ms: Milliseconds
    text: str
    media_id: str | None = None
    encoding: str = ""
    marks: tuple[tuple[Milliseconds, Milliseconds], ...] = ()


class FootageAnalyzer(Protocol):
    """Questions about the footage, in source time."""

    def highlights(self, wish: "Highlights", avoid: tuple[UsedRange, ...]) -> MomentSelection:
        """The best moments for a wish, none of which overlaps `avoid`. May raise OperationRejected, with its reason."""
        ...

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> tuple[TimeRange, ...]:
        """Ranges without sound that may be cut out; the margins are already taken off."""
        ...

    def beats(self, media_id: str) -> tuple[int, ...]:
        """Times of the beats in ms; empty without a steady beat."""
        ...

    def cameras(self, wishes: tuple[CameraWish, ...]) -> tuple[CameraPath, ...]:
        """For each wish how a crop goes along with what is worth seeing."""
        ...

    def cues(self, asset: str | None, shown: tuple[UsedRange, ...]) -> tuple[TranscriptCue, ...]:
        """Subtitles of the file called `asset`, or of the footage; at least those for what is `shown`."""
        ...

    def lettering(self, text: str) -> str:
        """What of a text is drawn: without pictographs that no font here has."""
        ...

    def listen_to(self, media_id: str, track: int) -> None:
        """From now on hear this sound track of a recording, counted from 1; all of them for 0."""
        ...

    def is_clear(self, media_id: str) -> bool:
        """Whether a picture is transparent all over. May raise OperationRejected, with its reason."""
        ...
