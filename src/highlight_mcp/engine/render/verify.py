"""Is the file that was written the reel that was asked for? Looked at from outside, like a player would."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame

from ..decoding import frames_of, seek
from ..errors import EngineError
from ..opening import open_media

TOLERANCE_MS = 60


@dataclass(frozen=True)
class Check:
    """One property of the file; `detail` says what was found."""

    name: str
    ok: bool
    detail: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Expected:
    """What the file must be."""

    width: int
    height: int
    frames: int
    rate: Fraction

    @property
    def duration_ms(self) -> int:
        return round(1000 * self.frames / self.rate)


def verify(path: Path, expected: Expected) -> tuple[Check, ...]:
    """All checks, each of them passed. Raises EngineError naming the first that failed."""
    with open_media(path) as container:
        checks = (*_streams(container, expected), *_lengths(container, expected), _decodes(container))
    checks = (*checks, _index_first(path))
    for check in checks:
        if not check.ok:
            message = f"The finished file failed its check of {check.name}: {check.detail}."
            raise EngineError("internal", message, "Export again; if it fails again, report it with the log.")
    return checks


def _streams(container: InputContainer, expected: Expected) -> list[Check]:
    video, audio = container.streams.video[0], container.streams.audio[0]
    picture = f"{video.codec_context.name} {video.width}x{video.height} {video.pix_fmt}"
    sound = f"{audio.codec_context.name} {audio.rate} Hz {audio.layout.name}"
    right = (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
    return [
        Check("picture", right and (video.width, video.height) == (expected.width, expected.height), picture),
        Check("sound", (audio.codec_context.name, audio.rate) == ("aac", 48_000), sound),
    ]


def _lengths(container: InputContainer, expected: Expected) -> list[Check]:
    checks = []
    for name, stream in (("picture", container.streams.video[0]), ("sound", container.streams.audio[0])):
        found = round(1000 * (stream.duration or 0) * (stream.time_base or Fraction(0)))
        detail = f"{found} ms of {expected.duration_ms} ms"
        checks.append(Check(f"{name} length", abs(found - expected.duration_ms) <= TOLERANCE_MS, detail))
    return checks


def _decodes(container: InputContainer) -> Check:
    stream = container.streams.video[0]
    first = sum(isinstance(frame, VideoFrame) for frame in frames_of(container, stream, 8))
    length = (stream.duration or 0) * (stream.time_base or Fraction(0))
    seek(container, stream, Fraction(length))
    last = sum(isinstance(frame, VideoFrame) for frame in frames_of(container, stream))
    return Check("decoding", first > 0 and last > 0, f"{first} frames at the start, {last} at the end")


def _index_first(path: Path) -> Check:
    """MP4 players start at once only when the index (`moov`) lies before the data (`mdat`)."""
    order: list[str] = []
    with path.open("rb") as file:
        while len(order) < 8 and len(head := file.read(8)) == 8:
            size = int.from_bytes(head[:4], "big")
            order.append(head[4:].decode("latin-1"))
            if size == 1:
                size = int.from_bytes(file.read(8), "big") - 8
            if size < 8:
                break
            file.seek(size - 8, 1)
    ok = "moov" in order and "mdat" in order and order.index("moov") < order.index("mdat")
    return Check("index in front", ok, " ".join(order))
