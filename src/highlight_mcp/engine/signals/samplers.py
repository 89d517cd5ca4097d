"""Turns video packets into looks: a few frames at a keyframe, or every reference frame."""

from dataclasses import replace
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from ..media.decoding import CodingOrder
from ..media.ratios import exact
from ..media.streams import settled
from .frame_changes import FrameChanges
from .motion import STILL, MotionEstimate, estimate_motion
from .sample_frames import HEIGHT, WIDTH, SampleFrames
from .shots import boundaries
from .similarity import prepare, similarity

BURST_PACKETS = 3  # packets; 3 follow true motion at 0.75 (Spearman, 10 clips at 1 Mbit/s), 2 at 0.64, 5 at 0.75
_LOOK_EVERY_MS = 200  # ms; F1 -0.025 at worst
_SAME_PLACE = 0.62  # likeness 0..1, as cutaways._SAME; flat
# pixels. Where five looks a second are taken, every third or a rarer pixel of a large picture has to do for a mean over
# 25 of them: on 24 frames of 1080p no value of a look was further than 4 of 255 from that over all pixels (on average
# 0.5, as rounding alone)
_THINNED, _LARGE = (320, 180), (960, 540)
_PLANAR = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})


class _SampleSeries:
    """A decoder for one stream, and the looks collected so far; `order` times pictures that are stamped wrongly."""

    def __init__(self, stream: Any, origin_s: float, skip: str, order: CodingOrder | None = None) -> None:
        self._order = order
        self._base_ms = float(exact(stream.time_base) or 1) * 1000.0
        self._origin_ms = origin_s * 1000.0
        self._decoder = stream.codec_context
        if not self._decoder.is_open:
            self._decoder.thread_count = 1
            self._decoder.options = {"skip_loop_filter": "all"}
        self._decoder.skip_frame = skip
        self._thinner, self._scaler = VideoReformatter(), VideoReformatter()
        self._at: list[int] = []
        self._images: list[NDArray[np.uint8]] = []
        self._moved: list[MotionEstimate] = []

    def _ms(self, stamp: int) -> int:
        return round(stamp * self._base_ms - self._origin_ms)

    def _decode(self, packet: Any | None) -> list[tuple[int, Any]]:
        """Frames with their times; damaged packets yield none."""
        if self._order is not None and packet is not None:
            packet = self._order.sent(packet)
        try:
            frames = self._decoder.decode(packet)
        except (av.error.FFmpegError, OSError):
            if self._order is not None and packet is not None:
                self._order.lost(packet)
            return []
        if self._order is not None:
            for frame in frames:
                self._order.came(frame)
        return [(self._ms(frame.pts), frame) for frame in frames if frame.pts is not None]

    def _small(self, frame: Any, *, thinned: bool = False) -> NDArray[np.uint8]:
        picture = settled(frame)
        if thinned and frame.width >= _LARGE[0] and frame.height >= _LARGE[1]:
            picture = self._thinner.reformat(
                picture, *_THINNED, "yuv420p", interpolation=Interpolation.POINT, threads=1
            )
        small = self._scaler.reformat(picture, WIDTH, HEIGHT, "yuv420p", interpolation=Interpolation.AREA, threads=1)
        return small.to_ndarray().astype(np.uint8, copy=False)

    def _look(self, at_ms: int, image: NDArray[np.uint8], movement: MotionEstimate, over_ms: int) -> None:
        """A look; things moved so in the `over_ms` around it."""
        tenths = over_ms / 100.0
        residual, flow, centre, *camera = movement
        self._at.append(at_ms)
        self._images.append(image)
        self._moved.append(
            MotionEstimate(residual / tenths, flow / tenths, centre, *(part / tenths for part in camera))
        )

    def _pictures(self, cuts: NDArray[np.int64], seen_ms: NDArray[np.int64]) -> SampleFrames:
        empty = SampleFrames.none()
        movement = np.array(self._moved, np.float32).reshape(-1, len(MotionEstimate._fields))
        return replace(
            empty,
            at_ms=np.array(self._at, np.int64),
            images=np.stack(self._images) if self._images else empty.images,
            motion=movement[:, 0],
            flow=movement[:, 1],
            focus=movement[:, 2],
            camera=movement[:, 3:],
            cut_ms=cuts[:, 0],
            cut_after_ms=cuts[:, 1],
            seen_ms=seen_ms,
        )


class KeyframeSampler(_SampleSeries):
    """Short bursts of frames, each from a keyframe on."""

    def __init__(self, stream: Any, origin_s: float) -> None:
        super().__init__(stream, origin_s, "DEFAULT")

    def take(self, burst: list[Any]) -> None:
        """Decode the packets of one burst, a keyframe first; a look at the first picture, motion up to the last."""
        frames = [pair for packet in burst for pair in self._decode(packet)] + self._decode(None)
        self._decoder.flush_buffers()
        if not frames:
            return
        frames.sort(key=lambda pair: pair[0])
        (first_ms, first), (last_ms, last) = frames[0], frames[-1]
        image = self._small(first)
        over_ms = last_ms - first_ms
        movement = estimate_motion(image[:HEIGHT], self._small(last)[:HEIGHT]) if over_ms > 0 else STILL
        self._look(first_ms, image, movement, max(1, over_ms))

    def finish(self) -> SampleFrames:
        """All looks taken, in order of time."""
        return self._pictures(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))


class DenseSampler(_SampleSeries):
    """Every reference frame between two times: shot boundaries to the frame, looks five times a second."""

    def __init__(
        self, stream: Any, origin_s: float, start_ms: int, end_ms: int, order: CodingOrder | None = None
    ) -> None:
        # Pictures can only be timed by their order where none is left out.
        super().__init__(stream, origin_s, "NONREF" if order is None else "DEFAULT", order)
        if order is not None:
            order.begin()
        self.done = False
        self._start_ms, self._end_ms = start_ms, end_ms
        self._keys: set[int] = set()
        self._changes = FrameChanges()
        self._last: tuple[int, NDArray[np.uint8]] | None = None
        self._due_ms = start_ms
        self._times: list[int] = []

    def take(self, packet: Any) -> None:
        """Consider one packet, in decoding order; sets `done` once nothing before the end can follow."""
        if packet.size == 0 or (packet.dts is None and packet.pts is None):
            return
        if packet.dts is not None and self._ms(packet.dts) >= self._end_ms:
            self.done = True
            return
        if packet.is_keyframe:
            self._keys.add(self._ms(packet.pts if packet.pts is not None else packet.dts))
        for at_ms, frame in self._decode(packet):
            self._see(at_ms, frame)

    def _see(self, at_ms: int, frame: Any) -> None:
        inside = self._start_ms <= at_ms < self._end_ms
        self._changes.take(self._plane(frame), asked=inside)
        if not inside:
            return
        self._times.append(at_ms)
        if at_ms < self._due_ms:
            return
        self._due_ms = at_ms - at_ms % _LOOK_EVERY_MS + _LOOK_EVERY_MS
        image = self._small(frame, thinned=True)
        movement, over_ms = STILL, _LOOK_EVERY_MS
        if self._last is not None and 0 < at_ms - self._last[0] <= 3 * _LOOK_EVERY_MS:
            movement, over_ms = estimate_motion(self._last[1][:HEIGHT], image[:HEIGHT]), at_ms - self._last[0]
        self._last = (at_ms, image)
        self._look(at_ms, image, movement, over_ms)

    def _plane(self, frame: Any) -> NDArray[np.uint8]:
        """A coarse luma picture, sampled rather than averaged: one is needed of every frame."""
        name = frame.format.name
        if name not in _PLANAR or frame.width < WIDTH or frame.height < HEIGHT:
            return self._small(frame)[:HEIGHT]
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        down, across = frame.height // HEIGHT, frame.width // WIDTH
        sampled = rows[down // 2 : down * HEIGHT : down, across // 2 : across * WIDTH : across]
        return sampled.copy()

    def finish(self) -> SampleFrames:
        """All looks, once no more packets come."""
        for at_ms, frame in self._decode(None):
            self._see(at_ms, frame)
        times = np.array(self._times, np.int64)
        clear_ms, doubtful_ms = boundaries(times, *self._changes.finish())
        cut_ms = np.union1d(clear_ms, self._confirmed(doubtful_ms))
        before = times[np.maximum(np.searchsorted(times, cut_ms) - 1, 0)] if len(times) else cut_ms
        # An encoder that opens a group of pictures at a cut does so at its first frame.
        exact = np.isin(cut_ms, np.array(sorted(self._keys), np.int64))
        cuts = np.stack([cut_ms, np.where(exact, cut_ms, before)], axis=1)
        self._forget_motion_across(cut_ms)
        seen = [[int(times[0]), int(times[-1])]] if len(times) else []
        return self._pictures(cuts, np.array(seen, np.int64).reshape(-1, 2))

    def _forget_motion_across(self, cut_ms: NDArray[np.int64]) -> None:
        """A look that is the first of a new shot has nothing to be compared with."""
        for index in np.searchsorted(np.array(self._at, np.int64), cut_ms).tolist():
            if index < len(self._at):
                self._moved[index] = STILL

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
        alike = similarity(views, place[: len(before)], place[len(before) :])
        return cut_ms[alike < _SAME_PLACE]
