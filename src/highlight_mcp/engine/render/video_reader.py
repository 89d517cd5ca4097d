"""The picture of a recording at a time, for times that mostly go forward; footage stays open between cuts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from pydantic import ValidationError

from ...timeline.media import MediaInfo
from ..errors import EngineError
from ..media.decoding import CodingOrder, begun, frames_of, order_of, origin, seconds_of
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import Orientation, orientation_of, picture_stream
from .filter_graph import deinterlaced
from .progress import ProgressTick, Warnings


@dataclass(frozen=True)
class RenderSource:
    """One piece of footage: where it lies and what is known of it."""

    path: Path
    info: MediaInfo


Sources = dict[str, RenderSource]


def read_sources(entries: list[dict[str, Any]]) -> Sources:
    """Media entries (`info`, `path`) of a job specification. Raises EngineError `bad_request`."""
    try:
        sources = [RenderSource(Path(entry["path"]), MediaInfo.model_validate(entry["info"])) for entry in entries]
    except (KeyError, TypeError, ValidationError) as error:
        raise EngineError("bad_request", "engine.unreadable_media", error=str(error)) from error
    return {source.info.media_id: source for source in sources}


def source_for(sources: Sources, media_id: str) -> RenderSource:
    """Raises EngineError when the timeline names footage that is not there."""
    if media_id not in sources:
        raise EngineError("file_missing", "engine.footage_missing", media_id=media_id)
    return sources[media_id]


@dataclass
class ContainerLease:
    """An open container that one reader uses, at any position; `close` gives it back."""

    media_id: str
    source: RenderSource
    container: InputContainer
    _manager: AbstractContextManager[InputContainer]
    _library: "ContainerPool"

    @cached_property
    def order(self) -> CodingOrder | None:
        """How to time its pictures, where stamps do not; the first question moves the position."""
        stream = picture_stream(self.container)
        return order_of(self.container, stream) if stream is not None else None

    def close(self) -> None:
        self._library.give_back(self)

    def end(self) -> None:
        self._manager.__exit__(None, None, None)


class ContainerPool:
    """Opens footage; the last container stays open for the next cut, because opening long ones costs."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._idle: ContainerLease | None = None

    def borrow(self, media_id: str) -> ContainerLease:
        """An open container. Raises EngineError."""
        idle, self._idle = self._idle, None
        if idle is not None and idle.media_id == media_id:
            return idle
        if idle is not None:
            idle.end()
        source = source_for(self.sources, media_id)
        manager = open_media(source.path)
        return ContainerLease(media_id, source, manager.__enter__(), manager, self)

    def give_back(self, borrowed: ContainerLease) -> None:
        """Keep the container for the next reader, in place of the one kept so far."""
        if self._idle is not None:
            self._idle.end()
        self._idle = borrowed

    def close(self) -> None:
        if self._idle is not None:
            self._idle.end()
            self._idle = None


_FAR_S = Fraction(1)
_GAP_S = Fraction(2)
_DECODERS = 2


class VideoReader:
    """Decodes one recording forward from the keyframe before each time asked for.

    Packets that do not decode are counted and passed over; where pictures are missing, the last one
    before stays on. Holds at most two decoded pictures.
    """

    def __init__(self, borrowed: ContainerLease, notes: Warnings, beat: ProgressTick) -> None:
        self._borrowed = borrowed
        self._notes = notes
        self._beat = beat
        self._container = borrowed.container
        self._stream = _stream(borrowed)
        self._order = borrowed.order
        self._origin = origin(borrowed.container)
        self._frames: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        self._current: tuple[Fraction, VideoFrame] | None = None
        self._next: tuple[Fraction, VideoFrame] | None = None
        self._asked_s: Fraction | None = None
        self.orientation = Orientation()

    @property
    def media_id(self) -> str:
        return self._borrowed.media_id

    @property
    def pixel_aspect(self) -> Fraction:
        """Width of a pixel by its height; 1 where the recording claims nonsense."""
        ratio = exact(self._stream.sample_aspect_ratio)
        return ratio if ratio is not None and Fraction(1, 8) <= ratio <= 8 else Fraction(1)

    def at(self, time_s: Fraction) -> tuple[Fraction, VideoFrame] | None:
        """Time and picture on screen at `time_s`; None when nothing decodes at all."""
        if self._must_seek(time_s):
            self._seek(time_s)
        self._asked_s = time_s
        while self._next is not None and self._next[0] <= time_s:
            self._step()
        if self._current is not None and (self._next or (time_s,))[0] - self._current[0] > _GAP_S:
            self._note_gap()
        return self._current

    def through(self, time_s: Fraction) -> Iterator[tuple[Fraction, VideoFrame]]:
        """The pictures that come on after the present one, up to `time_s`; after a jump only the last of them."""
        if self._must_seek(time_s):
            if (picture := self.at(time_s)) is not None:
                yield picture
            return
        self._asked_s = time_s
        while self._next is not None and self._next[0] <= time_s:
            self._step()
            if self._current is not None:
                yield self._current

    def begin(self) -> None:
        """Tell that another shot begins: what was not found before is looked for again."""
        if self._next is None:
            self._asked_s = None

    def close(self) -> None:
        self._current = self._next = None
        self._frames = iter(())
        self._borrowed.close()

    def _must_seek(self, time_s: Fraction) -> bool:
        if self._asked_s is None or time_s < self._asked_s:
            return True
        if self._next is None or time_s - self._next[0] < _FAR_S:
            return False
        return self._keyframe_between(self._next[0], time_s)

    def _keyframe_between(self, start_s: Fraction, stop_s: Fraction) -> bool:
        base = exact(self._stream.time_base) or Fraction(1)
        entries = self._stream.index_entries
        place = entries.search_timestamp(int((stop_s + self._origin) / base)) if len(entries) else -1
        if place < 0:
            return stop_s - start_s > 2 * _FAR_S
        return entries[place].timestamp * base - self._origin > start_s + Fraction(1, 2)

    def _seek(self, time_s: Fraction) -> None:
        """Start decoding where the picture on screen at a time comes out."""
        self._frames = begun(self._container, self._stream, time_s, self._decoded, lambda pair: pair[0])
        self._current = next(self._frames, None)
        self._next = next(self._frames, None)

    def _step(self) -> None:
        self._current, self._next = self._next or self._current, next(self._frames, None)

    def _decoded(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Pictures with their times, strictly forward; woven fields are made whole pictures."""
        last: Fraction | None = None
        for frame in deinterlaced(self._pictures()):
            self._beat()
            at_s = seconds_of(frame, self._stream, self._origin)
            if at_s is not None and (last is None or at_s > last):
                last = at_s
                yield at_s, frame

    def _pictures(self) -> Iterator[VideoFrame]:
        for frame in frames_of(self._container, self._stream, order=self._order, failed=self._failed):
            if isinstance(frame, VideoFrame):
                self.orientation = orientation_of(frame)
                yield frame

    def _failed(self) -> None:
        self._notes.error(self._borrowed.source.info.name)

    def _note_gap(self) -> None:
        assert self._current is not None
        self._notes.gap(self._borrowed.source.info.name, "pictures_missing", float(self._current[0]))


def _stream(borrowed: ContainerLease) -> VideoStream:
    stream = picture_stream(borrowed.container)
    if stream is None:
        name = borrowed.source.info.name
        raise EngineError("bad_request", "engine.no_pictures_to_show", name=name)
    if not stream.codec_context.is_open:
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = _DECODERS
    return stream


class ReaderPool:
    """Readers between shots: the last one used stays open and goes on where it was."""

    def __init__(self, library: ContainerPool, notes: Warnings, beat: ProgressTick) -> None:
        self._library = library
        self.notes = notes
        self._beat = beat
        self._idle: VideoReader | None = None

    def take(self, media_id: str) -> VideoReader:
        """A reader for a new shot. Raises EngineError."""
        idle, self._idle = self._idle, None
        if idle is not None and idle.media_id == media_id:
            idle.begin()
            return idle
        if idle is not None:
            idle.close()
        return VideoReader(self._library.borrow(media_id), self.notes, self._beat)

    def give_back(self, reader: VideoReader) -> None:
        """Keep a reader for the next shot, in place of the one kept so far."""
        if self._idle is not None:
            self._idle.close()
        self._idle = reader

    def close(self) -> None:
        if self._idle is not None:
            self._idle.close()
            self._idle = None
        self._library.close()
