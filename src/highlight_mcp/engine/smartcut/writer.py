"""One stream of copied and encoded pictures beside one AAC stream, as an MP4.

Encoded pictures have parameter sets of their own under a number that no source uses. Both kinds of sets stand in
front of the file, and again at each picture where they change: some readers look only at the one place, some only at
the other. Times of decoding are those of showing in ascending order, moved back by the deepest reordering.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from heapq import heappop, heappush
from pathlib import Path
from types import TracebackType
from typing import Any

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from ..render.chapters import Chapter
from ..render.codings import Coding
from ..render.encoding import url_of
from ..render.sound_encoder import SoundEncoder
from ..render.sound_graph import Samples
from .bitstreams import Bitstream
from .encoder import StreamForm, encoder_of, fitting_crf, sets_of_encoder
from .errors import NotCopyable


class HybridWriter:
    """The file being written; pictures come in the order in which they are shown, in runs of one kind."""

    def __init__(
        self,
        path: Path,
        form: StreamForm,
        coding: Coding,
        title: str,
        chapters: Sequence[Chapter] = (),
        origin: int = 0,
    ) -> None:
        """Ticks are counted from `origin` on, which is where a part of a reel begins."""
        self._form, self._origin = form, origin
        assert coding.sound is not None
        self._container = av.open(url_of(path), "w", format=coding.muxer, options=dict(coding.options))
        if title:
            self._container.metadata["title"] = title
        if chapters:
            self._container.set_chapters([each.as_written(number) for number, each in enumerate(chapters, 1)])
        self._video = self._container.add_stream_from_template(form.template, opaque=True)
        self._video.time_base = form.base
        configuration = form.bitstream.configuration((*form.sets, *sets_of_encoder(form)))
        if configuration is not None:
            self._video.codec_context.extradata = configuration
        self._sound = SoundEncoder(self._container, coding.sound)
        self._encoder: VideoCodecContext | None = None
        self._clock = _DecodingClock(form.depth, round(1 / (form.rate * form.base)))
        self.kept: dict[int, bytes] = {}
        self.written = 0

    def __enter__(self) -> "HybridWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def copy(self, units: Sequence[bytes], at: int, is_key: bool) -> None:
        """The next picture of a source in the order of decoding, shown at tick `at`."""
        self.end_run()
        at -= self._origin
        self.kept[at] = digest_of(self._form.bitstream, units)
        self._write(self._form.bitstream.packed(units), at, is_key)

    def encode(self, frame: VideoFrame, at: int) -> None:
        """The next picture of a run that is encoded, shown at tick `at`."""
        if self._encoder is None:
            self._encoder = encoder_of(self._form, fitting_crf(self._form, frame))
        frame.pts, frame.time_base, frame.pict_type = at - self._origin, self._form.base, 0
        self._take(self._encoder.encode(frame))

    def end_run(self) -> None:
        """What follows is of the other kind, or nothing."""
        if self._encoder is not None:
            self._take(self._encoder.encode(None))
            self._encoder = None

    def sound(self, block: Samples) -> None:
        self._sound.write(block)

    def finish(self) -> None:
        """Write what is left, and the index."""
        self.end_run()
        self._sound.finish()

    def _take(self, packets: Iterable["Packet[Any]"]) -> None:
        for packet in packets:
            bitstream = self._form.bitstream
            units = [unit for unit in bitstream.made_by_encoder(bytes(packet)) if not bitstream.is_left_out(unit)]
            assert packet.pts is not None
            is_key = any(bitstream.is_picture(unit) and bitstream.is_start(unit) for unit in units)
            self._write(bitstream.packed(units), packet.pts, is_key)

    def _write(self, data: bytes, at: int, is_key: bool) -> None:
        packet: Packet[Any] = Packet(data)
        packet.stream, packet.time_base = self._video, self._form.base
        packet.pts, packet.dts, packet.duration = at, self._clock.next(at), self._clock.step
        if packet.dts > at:
            raise NotCopyable("order")
        packet.is_keyframe = is_key
        self.written += 1
        self._container.mux(packet)


class _DecodingClock:
    """Times of decoding for pictures in that order: the same set of times as those of showing, `depth` earlier."""

    def __init__(self, depth: int, step: int) -> None:
        self.step = step
        self._depth = depth
        self._waiting: list[int] = []
        self._given = 0

    def next(self, shown_at: int) -> int:
        """The time of decoding of the picture that is shown then."""
        heappush(self._waiting, shown_at)
        self._given += 1
        if self._given <= self._depth:
            return (self._given - 1 - self._depth) * self.step
        return heappop(self._waiting)


def digest_of(bitstream: Bitstream, units: Iterable[bytes]) -> bytes:
    """A digest of the coded picture itself, without parameter sets and what an encoder says of itself."""
    made = blake2b(digest_size=8)
    for unit in bitstream.coded(units):
        made.update(unit)
    return made.digest()
