"""Is the file that was written the reel that was asked for? Looked at from outside, like a player would."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from ...messages import Message, message, verbatim
from ...presets import DEFAULT_PRESET, PRESETS
from ..errors import EngineError
from ..media.decoding import frames_of, seek
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import picture_stream, sound_stream
from .codings import Coding, coding_of

AGAIN = "engine.again"


@dataclass(frozen=True)
class OutputCheck:
    """One property of the file; `detail` says what was found."""

    name: str
    ok: bool
    detail: Message

    def as_dict(self) -> dict[str, object]:
        return {"name": self.name, "ok": self.ok, "detail": self.detail.dump()}


MP4 = coding_of(PRESETS[DEFAULT_PRESET])


@dataclass(frozen=True)
class ExpectedOutput:
    """What the file must be; width and height are 0 where there are no pictures.

    It has so many `pictures`, or as many as it has frames.
    """

    width: int
    height: int
    frames: int
    rate: Fraction
    coding: Coding = MP4
    most_bytes: int | None = None
    pictures: int | None = None

    @property
    def duration_ms(self) -> int:
        return round(1000 * self.frames / self.rate)


def verify(path: Path, expected: ExpectedOutput) -> tuple[OutputCheck, ...]:
    """All checks of a file of pictures and sound, or sound alone, each of them passed.

    Raises EngineError naming the first that failed.
    """
    with readable(), open_media(path) as container:
        video, audio = picture_stream(container), sound_stream(container)
        lacks = audio is None or (video is None) != (expected.coding.picture is None)
        if lacks or audio is None:
            checks = [OutputCheck("streams", False, message("engine.check.no_stream"))]
        else:
            checks = [
                *_streams(video, audio, expected),
                *_lengths(video, audio, expected),
                *_decodes(container, video, audio),
                *(_boxes(path) if expected.coding.fast else ()),
                *bounded(path, expected),
            ]
    return passed(tuple(checks))


@contextmanager
def readable() -> Iterator[None]:
    """A finished file that cannot be read is a fault of ours, which another try may mend."""
    try:
        yield
    except EngineError as error:
        raise EngineError("internal", "engine.reel_unreadable", message=error.what, next_step=AGAIN) from error


def passed(checks: tuple[OutputCheck, ...]) -> tuple[OutputCheck, ...]:
    """The checks. Raises EngineError naming the first that failed."""
    for check in checks:
        if not check.ok:
            name = message(f"engine.check.{check.name}")
            raise EngineError("internal", "engine.reel_check_failed", name=name, detail=check.detail, next_step=AGAIN)
    return checks


def _streams(video: VideoStream | None, audio: AudioStream, expected: ExpectedOutput) -> list[OutputCheck]:
    wanted, heard = expected.coding.picture, expected.coding.sound
    checks = []
    if video is not None and wanted is not None:
        name = video.codec_context.codec.canonical_name
        found = (name, video.pix_fmt, video.width, video.height)
        right = found == (wanted.codec, wanted.pixels, expected.width, expected.height)
        text = f"{name} {video.width}x{video.height} {video.pix_fmt}"
        checks.append(OutputCheck("picture", right, verbatim(text)))
    # FFmpeg has two decoders of MP3, and which of them is found first is its affair.
    name = audio.codec_context.name.removesuffix("float")
    right = heard is not None and (name, audio.rate) == (heard.codec, 48_000)
    text = f"{name} {audio.rate} Hz {audio.layout.name}"
    return [*checks, OutputCheck("sound", right, verbatim(text))]


def _lengths(video: VideoStream | None, audio: AudioStream, expected: ExpectedOutput) -> list[OutputCheck]:
    """The picture to the frame, the sound to the frame or what one block of its coding lasts."""
    pictures = expected.frames if expected.pictures is None else expected.pictures
    checks = [OutputCheck("frames", video.frames == pictures, of(video.frames, pictures))] if video else []
    block_ms = expected.coding.sound.slack_ms if expected.coding.sound is not None else Fraction(0)
    slack_ms = max(Fraction(1000) / expected.rate, block_ms)
    for name, stream in (("picture", video), ("sound", audio)):
        if stream is None:
            continue
        length_ms = round(1000 * _length(stream))
        detail = of(f"{length_ms} ms", f"{expected.duration_ms} ms")
        checks.append(OutputCheck(f"{name} length", abs(length_ms - expected.duration_ms) <= slack_ms, detail))
    return checks


def bounded(path: Path, expected: ExpectedOutput) -> list[OutputCheck]:
    """Whether the file is as small as was asked for."""
    if expected.most_bytes is None:
        return []
    size = path.stat().st_size
    return [OutputCheck("most bytes", size <= expected.most_bytes, of(f"{size} B", f"≤ {expected.most_bytes} B"))]


def _decodes(container: InputContainer, video: VideoStream | None, audio: AudioStream) -> list[OutputCheck]:
    """The first and the last group of pictures, and the last second of sound."""
    checks = []
    for name, at_s in _ends(video):
        assert video is not None
        seek(container, video, at_s)
        good, bad = _group(container, video, at_s)
        checks.append(OutputCheck(name, good > 0 and bad == 0, message("engine.check.decoded", good=good, bad=bad)))
    seek(container, audio, max(Fraction(0), _length(audio) - 1))
    blocks = sum(isinstance(frame, AudioFrame) for frame in frames_of(container, audio))
    return [*checks, OutputCheck("last sound", blocks > 0, message("engine.check.blocks", n=blocks))]


def _ends(video: VideoStream | None) -> tuple[tuple[str, Fraction], ...]:
    if video is None:
        return ()
    last = max(Fraction(0), _length(video) - 1 / (exact(video.average_rate) or Fraction(25)))
    return ("first pictures", Fraction(0)), ("last pictures", last)


def of(found: int | str, expected: int | str) -> Message:
    """How much there is of what there should be."""
    return message("engine.check.of", found=found, expected=expected)


def _group(container: InputContainer, video: VideoStream, at_s: Fraction) -> tuple[int, int]:
    """Pictures and damaged packets up to the second keyframe after `at_s`, or the end."""
    good = bad = 0
    base = exact(video.time_base) or Fraction(1)
    for packet in container.demux(video):
        if good and packet.is_keyframe and packet.pts is not None and packet.pts * base > at_s:
            break
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            bad += 1
            continue
        good += len(frames)
        bad += sum(frame.is_corrupt for frame in frames)
    return good, bad


def _length(stream: VideoStream | AudioStream) -> Fraction:
    length: int | None = stream.duration
    return (length or 0) * (exact(stream.time_base) or Fraction(0))


def _boxes(path: Path) -> tuple[OutputCheck, OutputCheck]:
    """MP4 players start at once only when the index (`moov`) lies before the data (`mdat`), all of which must be there.

    A file may end between two pictures: what is read of it is whole then, and the index speaks of all the others.
    """
    order: list[str] = []
    end = 0
    with path.open("rb") as file:
        whole = os.fstat(file.fileno()).st_size
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[:4], "big")
            order.append(head[4:].decode("latin-1"))
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if size < 8:
                break
            end += size
            file.seek(end)
    first = "moov" in order and "mdat" in order and order.index("moov") < order.index("mdat")
    return (
        OutputCheck("file size", end == whole, of(f"{whole} B", f"{end} B")),
        OutputCheck("faststart", first, verbatim(", ".join(order))),
    )
