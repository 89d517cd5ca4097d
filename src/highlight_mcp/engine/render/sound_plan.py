"""Timeline → plan of the sound: what is heard at each sample of a 48 kHz grid. Pure.

Neighbouring clips are joined by a short cross-fade centred on the cut, fed from the material beyond
their ends. So no cut clicks, and where one recording simply goes on, its samples come out unchanged.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...timeline.layout import pace_of, passed_ms
from ...timeline.model import AudioTrack, Clip, Timeline, VideoTrack

SAMPLE_RATE = 48_000
EDGE = SAMPLE_RATE // 100
"""Samples of the fade at every edge: 10 ms."""

_PER_MS = SAMPLE_RATE // 1000
_CUTTING = ("fade_black", "fade_white")
Curve = Literal["linear", "power"]


@dataclass(frozen=True)
class Ramp:
    """A gain that goes from 0 to 1 (or, falling, from 1 to 0) between two samples of the grid."""

    start: int
    stop: int
    rising: bool
    curve: Curve = "linear"

    def gain(self, at: NDArray[np.int64]) -> NDArray[np.float32]:
        """The gain at sample positions."""
        share = np.clip((at - self.start + 0.5) / max(1, self.stop - self.start), 0.0, 1.0)
        share = share if self.rising else 1.0 - share
        return (np.sin(share * (np.pi / 2)) if self.curve == "power" else share).astype(np.float32)


@dataclass(frozen=True)
class PlannedSound:
    """One stretch of sound on the sample grid, in [first, last) of the output at 48 kHz.

    The clip begins at sample `starts`, which may lie outside. `keys` tells that music ducks under it; `duck_db`
    that it ducks. `offset_s` is that of its pictures (`PlacedClip`).
    """

    clip: Clip
    first: int
    last: int
    starts: int
    gain: float
    ramps: tuple[Ramp, ...] = ()
    keys: bool = True
    duck_db: float | None = None
    offset_s: Fraction = Fraction(0)

    @property
    def media_id(self) -> str:
        return self.clip.media_id or ""

    @property
    def source_s(self) -> Fraction:
        """Where the media is at `first`, in seconds; below 0 before its beginning, which is silent."""
        return self.source_at(self.first)

    def source_at(self, sample: int) -> Fraction:
        """Where the media is at a sample of the output, in seconds."""
        begin = Fraction(self.clip.source.start_ms if self.clip.source else 0)
        return (begin + passed_ms(self.clip, Fraction(sample - self.starts, _PER_MS))) / 1000 + self.offset_s

    def envelope(self, first: int, last: int) -> NDArray[np.float32]:
        """The gain for samples of the output in [first, last)."""
        at = np.arange(first, last)
        total = np.full(last - first, self.gain, np.float32)
        for ramp in self.ramps:
            total *= ramp.gain(at)
        return total


@dataclass
class _Edge:
    """What happens at one end of a clip: how far it reaches beyond, and its ramp."""

    beyond: int
    ramp: Ramp


def sounds_of(timeline: Timeline) -> tuple[PlannedSound, ...]:
    """All sound of a timeline in order of its start. Whether a media has sound is left to the reader."""
    sounds: list[PlannedSound] = []
    for track in timeline.tracks:
        if isinstance(track, VideoTrack):
            sounds += _footage(track)
        elif isinstance(track, AudioTrack):
            sounds += [_alone(track, clip) for clip in track.clips if _heard(clip, _level(track, clip))]
    return tuple(sorted((sound for sound in sounds if sound.last > sound.first), key=lambda sound: sound.first))


def _footage(track: VideoTrack) -> list[PlannedSound]:
    clips = sorted(track.clips, key=lambda clip: clip.start_ms)
    sounds = []
    for number, clip in enumerate(clips):
        if not _heard(clip, clip.volume * track.volume):
            continue
        before = clips[number - 1] if number else None
        after = clips[number + 1] if number + 1 < len(clips) else None
        head, tail = _head(before, clip), _tail(clip, after)
        sounds.append(_sound(clip, clip.volume * track.volume, head, tail, keys=True, duck_db=None))
    return sounds


def _alone(track: AudioTrack, clip: Clip) -> PlannedSound:
    keys = track.role == "voice"
    duck = track.duck_db if not keys else None
    return _sound(clip, _level(track, clip), _head(None, clip), _tail(clip, None), keys, duck)


def _level(track: AudioTrack, clip: Clip) -> float:
    """A clip's own level counts; the track's is its stand-in where the clip has none (contract, 9.4)."""
    return clip.volume if clip.volume != 1.0 else track.volume


def _heard(clip: Clip, level: float) -> bool:
    return clip.media_id is not None and level > 0 and not clip.freeze


def _sound(clip: Clip, gain: float, head: _Edge, tail: _Edge, keys: bool, duck_db: float | None) -> PlannedSound:
    start, stop = clip.start_ms * _PER_MS, clip.end_ms * _PER_MS
    ramps = [head.ramp, tail.ramp]
    if clip.fade_in_ms:
        ramps.append(Ramp(start, start + clip.fade_in_ms * _PER_MS, rising=True))
    if clip.fade_out_ms:
        ramps.append(Ramp(stop - clip.fade_out_ms * _PER_MS, stop, rising=False))
    beyond = min(head.beyond, start)
    return PlannedSound(
        clip=clip,
        first=start - beyond,
        last=stop + tail.beyond,
        starts=start,
        gain=gain,
        ramps=tuple(ramps),
        keys=keys,
        duck_db=duck_db,
    )


def _head(before: Clip | None, clip: Clip) -> _Edge:
    start, stop = clip.start_ms * _PER_MS, clip.end_ms * _PER_MS
    if before is None or before.end_ms != clip.start_ms:
        return _Edge(0, Ramp(start, min(stop, start + EDGE), rising=True))
    half, cutting = _half(before, clip)
    if cutting:
        return _Edge(0, Ramp(start, start + half, rising=True))
    return _Edge(half, Ramp(start - half, start + half, rising=True, curve=_curve(before, clip, half)))


def _tail(clip: Clip, after: Clip | None) -> _Edge:
    start, stop = clip.start_ms * _PER_MS, clip.end_ms * _PER_MS
    if after is None or after.start_ms != clip.end_ms:
        return _Edge(0, Ramp(max(start, stop - EDGE), stop, rising=False))
    half, cutting = _half(clip, after)
    if cutting:
        return _Edge(0, Ramp(stop - half, stop, rising=False))
    return _Edge(half, Ramp(stop - half, stop + half, rising=False, curve=_curve(clip, after, half)))


def _half(before: Clip, after: Clip) -> tuple[int, bool]:
    """Half the length of the cross-fade at a cut, and whether it goes through silence instead."""
    shortest = min(before.duration_ms, after.duration_ms)
    if after.transition is None:
        return min(EDGE, shortest * _PER_MS) // 2, False
    length = min(after.transition.duration_ms, shortest) * _PER_MS
    return length // 2, after.transition.kind in _CUTTING


def _curve(before: Clip, after: Clip, half: int) -> Curve:
    """Equal power for long cross-fades of different material; linear where the same material goes on."""
    return "linear" if half <= EDGE or _goes_on(before, after) else "power"


def _goes_on(before: Clip, after: Clip) -> bool:
    return (
        before.media_id == after.media_id
        and pace_of(before).ends[1] == pace_of(after).ends[0]
        and before.source is not None
        and after.source is not None
        and before.source.end_ms == after.source.start_ms
    )
