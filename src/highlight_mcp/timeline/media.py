"""What is known of one piece of footage (OpenTimelineIO: media reference with its available range)."""

from os import stat_result
from typing import Literal, Self

from .frozen_model import FrozenModel, MessageField
from .time import Milliseconds, Rate

MediaKind = Literal["video", "audio", "image"]
DynamicRange = Literal["sdr", "pq", "hlg"]


class MediaInfo(FrozenModel):
    """Facts of one source, as probed. Width and height are as shown, after rotation.

    `frame_rate` is the average for variable-rate footage; None without pictures. `rotation` is
    the clockwise turn, in degrees, that a player applies. `fingerprint` names the content. `picture_ms`: from when
    to when there are pictures, where that is known; sound may begin before and end after them.
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
    rotation: int = 0
    dynamic_range: DynamicRange = "sdr"
    video_codec: str | None = None
    audio_codec: str | None = None
    sample_rate: int = 0
    channels: int = 0
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
    def of(cls, found: stat_result) -> Self:
        """The mark of a file with this status."""
        return cls(identity=f"{found.st_dev}:{found.st_ino}", size_bytes=found.st_size, mtime_ns=found.st_mtime_ns)
