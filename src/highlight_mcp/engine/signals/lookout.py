"""Turns video packets into looks: a few frames at keyframes, or every reference frame."""

from abc import ABC, abstractmethod
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from .cost import Purse, picture_seconds
from .cuts import boundaries, difference
from .motion import moved
from .pictures import HEIGHT, WIDTH, Pictures
from .similarity import likeness, prepare

_LOOK_EVERY_MS = 200
_BURST_PACKETS = 3
_SAME_PLACE = 0.62
_DEBT_LOOKS = 6
_PLANAR = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})


class Lookout(ABC):
    """Takes the packets of one video stream between two times, in decoding order."""

    def __init__(self, stream: Any, origin_s: float, start_ms: int, end_ms: int, rate: float) -> None:
        self.done = False
        self._stream = stream
        self._origin_s = origin_s
        self._start_ms, self._end_ms = start_ms, end_ms
        self._decoder = stream.codec_context
        self._decoder.thread_count = 1
        self._decoder.options = {"skip_loop_filter": "all"}
        self._scaler = VideoReformatter()
        self._pixels = (stream.width or 0) * (stream.height or 0)
        self._purse = Purse(rate=rate, held=rate * 30.0)
        self._at: list[int] = []
        self._images: list[NDArray[np.uint8]] = []
        self._motion: list[float] = []
        self._focus: list[float] = []
        self._keys: list[tuple[int, int]] = []

    def take(self, packet: Any) -> None:
        """Consider one packet; sets `done` once nothing before the end can follow."""
        if packet.size == 0 or (packet.dts is None and packet.pts is None):
            return
        if packet.dts is not None and self._ms(packet.dts) >= self._end_ms:
            self.done = True
            return
        if packet.is_keyframe:
            at_ms = self._ms(packet.pts if packet.pts is not None else packet.dts)
            if self._start_ms <= at_ms < self._end_ms:
                self._keys.append((at_ms, packet.size))
        self._take(packet)

    @abstractmethod
    def _take(self, packet: Any) -> None: ...

    @abstractmethod
    def finish(self) -> Pictures:
        """All looks, once no more packets come."""

    def _ms(self, stamp: int) -> int:
        return round((float(stamp * self._stream.time_base) - self._origin_s) * 1000)

    def _decode(self, packet: Any | None) -> list[tuple[int, Any]]:
        """Frames with their times; damaged packets yield none."""
        try:
            frames = self._decoder.decode(packet)
        except (av.error.FFmpegError, OSError):
            return []
        return [(self._ms(frame.pts), frame) for frame in frames if frame.pts is not None]

    def _small(self, frame: Any) -> NDArray[np.uint8]:
        small = self._scaler.reformat(frame, WIDTH, HEIGHT, "yuv420p", interpolation=Interpolation.AREA)
        return small.to_ndarray().astype(np.uint8, copy=False)

    def _look(self, at_ms: int, image: NDArray[np.uint8], motion: float, focus: float) -> None:
        self._at.append(at_ms)
        self._images.append(image)
        self._motion.append(motion)
        self._focus.append(focus)

    def _looks(self, cuts: NDArray[np.int64], seen_ms: NDArray[np.int64]) -> Pictures:
        keys = np.array(self._keys, np.int64).reshape(-1, 2)
        empty = Pictures.none()
        return Pictures(
            at_ms=np.array(self._at, np.int64),
            images=np.stack(self._images) if self._images else empty.images,
            motion=np.array(self._motion, np.float32),
            focus=np.array(self._focus, np.float32),
            cut_ms=cuts[:, 0],
            cut_after_ms=cuts[:, 1],
            seen_ms=seen_ms,
            key_ms=keys[:, 0],
            key_bytes=keys[:, 1],
        )


class SparseLookout(Lookout):
    """A burst of frames at those keyframes that the decoding time earned so far can pay for."""

    def __init__(self, stream: Any, origin_s: float, start_ms: int, end_ms: int, rate: float) -> None:
        super().__init__(stream, origin_s, start_ms, end_ms, rate)
        self._open = 0
        self._frames: list[tuple[int, Any]] = []
        self._usual_gap_ms = 0

    def _take(self, packet: Any) -> None:
        if self._open:
            self._frames += self._decode(packet)
            self._open -= 1
            if self._open == 0 or packet.is_keyframe:
                self._close()
            return
        if not packet.is_keyframe or not self._keys or self._keys[-1][0] < self._start_ms:
            return
        price = picture_seconds(packet.size, self._pixels) + 2 * picture_seconds(0, self._pixels)
        debt = _DEBT_LOOKS * price if self._early() else 0.0
        if self._purse.affords((self._keys[-1][0] - self._start_ms) / 1000.0, price, debt):
            self._frames = self._decode(packet)
            self._open = _BURST_PACKETS - 1

    def _early(self) -> bool:
        """Whether the last keyframe came before its time: encoders open a group where the shot changes."""
        if len(self._keys) < 2:
            return True
        gap = self._keys[-1][0] - self._keys[-2][0]
        self._usual_gap_ms = max(self._usual_gap_ms, gap)
        return gap < 0.85 * self._usual_gap_ms

    def _close(self) -> None:
        self._open = 0
        self._frames += self._decode(None)
        self._decoder.flush_buffers()
        if not self._frames:
            return
        self._frames.sort(key=lambda pair: pair[0])
        (first_ms, first), (last_ms, last) = self._frames[0], self._frames[-1]
        image = self._small(first)
        motion, focus = float("nan"), 0.5
        if last_ms > first_ms:
            residual, focus = moved(image[:HEIGHT], self._small(last)[:HEIGHT])
            motion = residual * 100.0 / (last_ms - first_ms)
        if self._start_ms <= first_ms < self._end_ms:
            self._look(first_ms, image, motion, focus)

    def finish(self) -> Pictures:
        if self._open:
            self._close()
        return self._looks(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))


class DenseLookout(Lookout):
    """Every reference frame: shot boundaries to the frame, looks five times a second."""

    def __init__(self, stream: Any, origin_s: float, start_ms: int, end_ms: int, rate: float) -> None:
        super().__init__(stream, origin_s, start_ms, end_ms, rate)
        self._decoder.skip_frame = "NONREF"
        self._previous: NDArray[np.float32] | None = None
        self._last: tuple[int, NDArray[np.uint8]] | None = None
        self._due_ms = start_ms
        self._times: list[int] = []
        self._unlike: list[float] = []

    def _take(self, packet: Any) -> None:
        for at_ms, frame in self._decode(packet):
            self._see(at_ms, frame)

    def _see(self, at_ms: int, frame: Any) -> None:
        probe = self._probe(frame)
        unlike = 0.0 if self._previous is None else difference(self._previous, probe)
        self._previous = probe
        if not self._start_ms <= at_ms < self._end_ms:
            return
        self._times.append(at_ms)
        self._unlike.append(unlike)
        if at_ms < self._due_ms:
            return
        self._due_ms = at_ms - at_ms % _LOOK_EVERY_MS + _LOOK_EVERY_MS
        image = self._small(frame)
        motion, focus = float("nan"), 0.5
        if self._last is not None and 0 < at_ms - self._last[0] <= 3 * _LOOK_EVERY_MS:
            residual, focus = moved(self._last[1][:HEIGHT], image[:HEIGHT])
            motion = residual * 100.0 / (at_ms - self._last[0])
        self._last = (at_ms, image)
        self._look(at_ms, image, motion, focus)

    def _probe(self, frame: Any) -> NDArray[np.float32]:
        """A coarse luma picture, sampled rather than averaged: one is needed of every frame."""
        name = frame.format.name
        if name not in _PLANAR or frame.width < WIDTH or frame.height < HEIGHT:
            return self._small(frame)[:HEIGHT].astype(np.float32)
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        down, across = frame.height // HEIGHT, frame.width // WIDTH
        sampled = rows[down // 2 : down * HEIGHT : down, across // 2 : across * WIDTH : across]
        return sampled.astype(np.float32)

    def finish(self) -> Pictures:
        for at_ms, frame in self._decode(None):
            self._see(at_ms, frame)
        times = np.array(self._times, np.int64)
        clear_ms, doubtful_ms = boundaries(times, np.array(self._unlike, np.float32))
        cut_ms = np.union1d(clear_ms, self._confirmed(doubtful_ms))
        before = times[np.maximum(np.searchsorted(times, cut_ms) - 1, 0)] if len(times) else cut_ms
        # An encoder that opens a group of pictures at a cut does so at its first frame.
        exact = np.isin(cut_ms, np.array([at_ms for at_ms, _ in self._keys], np.int64))
        cuts = np.stack([cut_ms, np.where(exact, cut_ms, before)], axis=1)
        seen = [[int(times[0]), int(times[-1])]] if len(times) else []
        return self._looks(cuts, np.array(seen, np.int64).reshape(-1, 2))

    def _confirmed(self, cut_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some possible cuts that have different places before and after."""
        at_ms = np.array(self._at, np.int64)
        before = np.searchsorted(at_ms, cut_ms) - 1
        after = before + 2
        inside = (before >= 0) & (after < len(at_ms))
        cut_ms, before, after = cut_ms[inside], before[inside], after[inside]
        if not len(cut_ms):
            return cut_ms
        needed, place = np.unique(np.concatenate([before, after]), return_inverse=True)
        views = prepare(np.stack([self._images[index] for index in needed]))
        alike = likeness(views, place[: len(before)], place[len(before) :])
        return cut_ms[alike < _SAME_PLACE]
