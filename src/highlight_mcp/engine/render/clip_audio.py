"""The sound of one clip as stereo blocks at 48 kHz, cut to the sample; gaps are silence."""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from ..media.audio_samples import bounded
from ..media.decoding import begun, frames_of, origin
from ..media.opening import heard_track, open_media
from ..media.ratios import exact
from ..media.streams import sound_stream, sound_streams
from .denoise import denoised, noise_floor
from .paced_audio import HOP, REACH, paced
from .progress import ProgressTick, Warnings
from .sound_graph import Samples, audio_frame, pulled
from .sound_plan import SAMPLE_RATE, PlannedSound
from .video_reader import ContainerLease

_LEAD_S = Fraction(1, 4)
_JITTER = SAMPLE_RATE // 50
_LONG_GAP = SAMPLE_RATE // 4
_ATEMPO_BLOCK = 4096
_ATEMPO_HALF_WINDOW = 1024


class ClipSound:
    """Reads the sound of a clip in order; silence where there is none. Close it."""

    def __init__(self, sound: PlannedSound, borrowed: ContainerLease, notes: Warnings, beat: ProgressTick) -> None:
        start = round(sound.source_s * SAMPLE_RATE) - _lead(sound)
        self._sound = sound
        self._at = sound.first
        blocks = _recorded(borrowed, start, notes, beat)
        if sound.clip.denoise:
            blocks = denoised(blocks, sound.clip.denoise, _noise_of(sound, borrowed, beat))
        self._borrowed: ContainerLease | None = borrowed
        self._blocks = _paced(blocks, sound, start)
        self._rest: Samples = np.zeros((2, 0), np.float32)

    def read(self, count: int) -> Samples:
        """The next `count` samples, shape (2, count), with gain and fades applied."""
        self._at += count
        return self._plain(count) * self._sound.envelope(self._at - count, self._at)

    def _plain(self, count: int) -> Samples:
        """The next samples as recorded; silence after the end of the recording."""
        parts, have = [self._rest], self._rest.shape[1]
        while have < count:
            block = next(self._blocks, None)
            block = np.zeros((2, count - have), np.float32) if block is None else block
            parts.append(block)
            have += block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        self._rest = joined[:, count:]
        return joined[:, :count]

    def drain(self, count: int) -> None:
        """Read the last samples ahead, so that the container is free for the next segment."""
        rest = self._plain(count)
        self.close()
        self._rest, self._blocks = rest, iter(())

    @property
    def media_id(self) -> str | None:
        """The media whose container is held; None after `close`."""
        return self._borrowed.media_id if self._borrowed is not None else None

    def close(self) -> None:
        self._blocks = iter(())
        if self._borrowed is not None:
            self._borrowed.close()
            self._borrowed = None


def _recorded(borrowed: ContainerLease, start: int, notes: Warnings, beat: ProgressTick) -> Iterator[Samples]:
    """Consecutive samples of a media from `start` on: of the sound track that is heard, or of all of them together."""
    path, name = borrowed.source.path, borrowed.source.info.name
    if heard_track(path) != 0:
        yield from _Continuous(borrowed.container, sound_stream(borrowed.container), name, start, notes, beat).blocks()
        return
    with ExitStack() as stack:
        tracks = []
        for number in range(len(sound_streams(borrowed.container))):
            container = stack.enter_context(open_media(path))
            stream = sound_streams(container)[number]
            tracks.append(_Continuous(container, stream, name, start, notes, beat).blocks())
        yield from _summed(tracks)


def _summed(tracks: list[Iterator[Samples]]) -> Iterator[Samples]:
    """The sum of runs of blocks of any length, as long as the longest run."""
    waiting: dict[int, Samples] = {number: np.zeros((2, 0), np.float32) for number in range(len(tracks))}
    while waiting:
        for number in list(waiting):
            if not waiting[number].shape[1]:
                block = next(tracks[number], None)
                if block is None:
                    del waiting[number]
                else:
                    waiting[number] = block if block.shape[0] == 2 else np.repeat(block, 2, axis=0)
        count = min((block.shape[1] for block in waiting.values()), default=0)
        if count:
            yield np.sum([block[:, :count] for block in waiting.values()], axis=0, dtype=np.float32)
            waiting = {number: block[:, count:] for number, block in waiting.items()}


class _Continuous:
    """Decoded sound laid on the 48 kHz grid of its media from one position on, without holes."""

    def __init__(
        self,
        container: InputContainer,
        stream: AudioStream | None,
        name: str,
        start: int,
        notes: Warnings,
        beat: ProgressTick,
    ) -> None:
        self._container, self._stream, self._name = container, stream, name
        self._start = start
        self._notes = notes
        self._beat = beat
        self._origin = origin(container)

    def blocks(self) -> Iterator[Samples]:
        """Consecutive samples from the start; ends with the recording."""
        at = self._start
        for place, samples in self._chunks():
            if place + samples.shape[1] <= at:
                continue
            if place > at:
                if place - at > _LONG_GAP and at > self._start:
                    self._notes.gap(self._name, "sound_missing", at / SAMPLE_RATE)
                yield from _silence(place - at)
                at = place
            part = samples[:, at - place :]
            at += part.shape[1]
            yield part

    def _chunks(self) -> Iterator[tuple[int, Samples]]:
        """Resampled sound with its position; a jump of the time stamps starts a new run."""
        run: _Run | None = None
        for frame in self._frames():
            self._beat()
            place = self._place(frame)
            if run is None or not run.takes(frame, place):
                if run is not None:
                    yield from run.rest()
                run = _Run(frame, run.expected if place is None and run is not None else place or 0)
            yield from run.resampled(frame)
        if run is not None:
            yield from run.rest()

    def _place(self, frame: AudioFrame) -> int | None:
        base = exact(frame.time_base)
        if frame.pts is None or base is None:
            return None
        return round((frame.pts * base - self._origin) * SAMPLE_RATE)

    def _frames(self) -> Iterator[AudioFrame]:
        """Blocks from a little before the start on."""
        if self._stream is None:
            return
        wanted_s = Fraction(self._start, SAMPLE_RATE) - _LEAD_S
        yield from begun(self._container, self._stream, wanted_s, self._decoded, self._seconds)

    def _seconds(self, frame: AudioFrame) -> Fraction | None:
        place = self._place(frame)
        return Fraction(place, SAMPLE_RATE) if place is not None else None

    def _decoded(self) -> Iterator[AudioFrame]:
        assert self._stream is not None
        for frame in frames_of(self._container, self._stream, failed=self._failed):
            if isinstance(frame, AudioFrame) and frame.samples:
                yield frame

    def _failed(self) -> None:
        self._notes.error(self._name)


class _Run:
    """One stretch of sound in one form with time stamps that go on evenly."""

    def __init__(self, frame: AudioFrame, place: int) -> None:
        self._form = _form(frame)
        self._mono = frame.layout.nb_channels == 1
        layout = "mono" if self._mono else "stereo"
        self._resampler = AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE)
        self._first = place
        self._taken = 0
        self._made = place

    @property
    def expected(self) -> int:
        """Position on the 48 kHz grid at which the next block should begin."""
        return self._first + round(Fraction(self._taken * SAMPLE_RATE, self._form[1]))

    def takes(self, frame: AudioFrame, place: int | None) -> bool:
        """Whether a block continues this run, give or take the rounding of time stamps."""
        return _form(frame) == self._form and (place is None or abs(place - self.expected) <= _JITTER)

    def resampled(self, frame: AudioFrame) -> Iterator[tuple[int, Samples]]:
        self._taken += frame.samples
        frame.pts = None
        yield from self._placed(self._resampler.resample(frame))

    def rest(self) -> Iterator[tuple[int, Samples]]:
        yield from self._placed(self._resampler.resample(None))

    def _placed(self, frames: list[AudioFrame]) -> Iterator[tuple[int, Samples]]:
        for frame in frames:
            samples = np.asarray(frame.to_ndarray(), np.float32)
            if self._mono:
                samples = np.repeat(samples, 2, axis=0)
            yield self._made, bounded(samples)
            self._made += samples.shape[1]


def _form(frame: AudioFrame) -> tuple[str, int, str]:
    return frame.format.name, frame.sample_rate, frame.layout.name


def _lead(sound: PlannedSound) -> int:
    """Samples of input that are needed before the first of the output."""
    if _is_as_recorded(sound):
        return 0
    if _is_evenly_paced(sound):
        return _tempo_lead(sound.clip.speed)
    return round((sound.source_s - sound.source_at(sound.first - HOP)) * SAMPLE_RATE) + REACH + 1


def _paced(blocks: Iterator[Samples], sound: PlannedSound, start: int) -> Iterator[Samples]:
    """The sound at the pace of its clip; the first sample of the blocks is `start` in the source."""
    if _is_as_recorded(sound):
        return blocks
    if _is_evenly_paced(sound):
        return _stretched(blocks, sound.clip.speed)
    return paced(blocks, lambda at: round(sound.source_at(sound.first + at) * SAMPLE_RATE) - start)


def _noise_of(sound: PlannedSound, borrowed: ContainerLease, beat: ProgressTick) -> float:
    """The noise of all of a clip, so that a preview of its middle reduces what the export does."""
    start = sound.clip.source.start_ms if sound.clip.source else 0
    return noise_floor(_recorded(borrowed, start * SAMPLE_RATE // 1000, Warnings(), beat))


def _is_evenly_paced(sound: PlannedSound) -> bool:
    """Whether FFmpeg's atempo fits better: our overlap-add doubles a click at half the speed.

    Below that atempo needs several stages, which are 140 ms off at a quarter; a ramp it cannot follow at all.
    """
    return not sound.clip.ramp and sound.clip.speed >= Fraction(1, 2)


def _is_as_recorded(sound: PlannedSound) -> bool:
    return sound.clip.speed == 1 and not sound.clip.ramp


def _stretched(blocks: Iterator[Samples], speed: Fraction) -> Iterator[Samples]:
    """Another tempo at the same pitch, through FFmpeg's atempo."""
    graph = Graph()
    buffer = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    tempos = [graph.add("atempo", f"{float(factor):.6f}") for factor in _tempos(speed)]
    planar = graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo")
    graph.link_nodes(buffer, *tempos, planar, graph.add("abuffersink"))
    graph.configure()
    at = 0
    for block in blocks:
        for start in range(0, block.shape[1], _ATEMPO_BLOCK):
            part = np.ascontiguousarray(block[:, start : start + _ATEMPO_BLOCK])
            graph.push(audio_frame(part, at))
            at += part.shape[1]
            yield from pulled(graph)
    graph.push(None)
    yield from pulled(graph)


def _tempo_lead(speed: Fraction) -> int:
    """Samples of input that atempo leaves out before its first output: half a window in each stage."""
    lead, passed = Fraction(0), Fraction(1)
    for tempo in _tempos(speed):
        lead += _ATEMPO_HALF_WINDOW * passed
        passed *= tempo
    return round(lead)


def _tempos(speed: Fraction) -> list[Fraction]:
    """Factors that atempo takes (at least one half each)."""
    tempos = []
    while speed < Fraction(1, 2):
        tempos.append(Fraction(1, 2))
        speed *= 2
    return [*tempos, speed]


def _silence(count: int) -> Iterator[Samples]:
    while count > 0:
        yield np.zeros((2, min(count, SAMPLE_RATE)), np.float32)
        count -= SAMPLE_RATE
