"""One stereo sound track from all clips and music: mixed, ducked, brought to a loudness, limited.

Ducking is an envelope follower on the footage's sound: RMS of 10 ms, compared with a slowly rising noise floor,
so that a steady hum does not hold the music down for ever. Gains move in decibels: down within a tenth of a second,
up again over most of a second after a short hold.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .clip_audio import ClipSound
from .levelling import Level, level_for, limited, measured
from .plan import RenderPlan
from .progress import ProgressTick, Warnings, no_report
from .sound_graph import Samples
from .sound_plan import SAMPLE_RATE, PlannedSound
from .video_reader import ContainerPool, Sources

HOP = SAMPLE_RATE // 100
_QUIETEST_DB, _FULL_DB = -45.0, -33.0
_ABOVE_FLOOR_DB, _RANGE_DB = 6.0, 6.0
_FLOOR_RISE_DB = 0.01
_DOWN, _UP = 0.12, 0.018
_HOLD = 35


class Ducker:
    """Follows the footage; one instance per render, blocks in order."""

    def __init__(self) -> None:
        self._floor_db = -60.0
        self._amount = 0.0
        self._held = 0

    def amounts(self, ahead: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each sample of a block how far the music is ducked, 0 to 1.

        `ahead` is the footage's sound (2 × samples, a multiple of HOP) that far ahead of the block as
        the attack should begin early.
        """
        hops = ahead.reshape(2, -1, HOP)
        levels = 10 * np.log10(np.mean(hops.astype(np.float64) ** 2, axis=(0, 2)) + 1e-10)
        points = [self._amount]
        for level in levels:
            self._follow(float(level))
            points.append(self._amount)
        grid = np.arange(len(points)) * HOP
        return np.interp(np.arange(ahead.shape[1]), grid, points).astype(np.float32)

    def _follow(self, level_db: float) -> None:
        self._floor_db = min(level_db, self._floor_db + _FLOOR_RISE_DB) if level_db > -90 else self._floor_db
        over_floor = (level_db - self._floor_db - _ABOVE_FLOOR_DB) / _RANGE_DB
        over_quiet = (level_db - _QUIETEST_DB) / (_FULL_DB - _QUIETEST_DB)
        wanted = min(max(min(over_floor, over_quiet), 0.0), 1.0)
        if wanted >= self._amount:
            self._amount += (wanted - self._amount) * _DOWN
            self._held = _HOLD
        elif self._held > 0:
            self._held -= 1
        else:
            self._amount += (wanted - self._amount) * _UP


def gains(amounts: NDArray[np.float32], duck_db: float) -> NDArray[np.float32]:
    """Linear gains for amounts of ducking by `duck_db` (negative)."""
    return np.asarray(10.0 ** (amounts * duck_db / 20.0), np.float32)


BLOCK = SAMPLE_RATE // 10
"""Samples of one block: 100 ms, which is also how early ducking begins."""


class SoundTrack:
    """The mix of a plan, block by block from the start. `notes` fills up while it is read."""

    def __init__(
        self, plan: RenderPlan, sources: Sources, notes: Warnings | None = None, beat: ProgressTick = no_report
    ) -> None:
        self._plan = plan
        self._sources = sources
        self._notes = notes if notes is not None else Warnings()
        self._beat = beat
        self._sounds = [sound for sound in plan.sounds if sound.first < plan.samples and _has_sound(sound, sources)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is heard."""
        return not self._sounds

    def blocks(self, gain: float = 1.0) -> Iterator[Samples]:
        """Stereo blocks, in all `plan.samples` long, limited below full scale."""
        yield from limited(block * np.float32(gain) for block in self._mixed(self._notes))

    def level_for(
        self, lufs: float, report: Callable[[float], None] = lambda share: None, *, asked: bool = True
    ) -> Level:
        """The one gain that brings the whole mix to an integrated loudness (see `levelling`).

        `report` hears how far the measuring has come, 0 to 1.
        """
        level = level_for(measured(self._reported(report)), lufs, asked=asked)
        if level.warning is not None:
            self._notes.add(level.warning)
        return level

    def _reported(self, report: Callable[[float], None]) -> Iterator[Samples]:
        done = 0
        for block in self._mixed(Warnings()):
            done += block.shape[1]
            yield block
            report(done / self._plan.samples)

    def _mixed(self, notes: Warnings) -> Iterator[Samples]:
        """The mix before the limiter."""
        mixer = _Mixer(self._plan.samples, ContainerPool(self._sources), notes, self._beat)
        keys = [sound for sound in self._sounds if sound.keys]
        music = [sound for sound in self._sounds if not sound.keys]
        ducker = Ducker() if any(sound.duck_db for sound in music) else None
        try:
            ahead = mixer.sum_of(keys, 0)
            for start in range(0, self._plan.samples, BLOCK):
                footage, ahead = ahead, mixer.sum_of(keys, start + BLOCK)
                amounts = ducker.amounts(ahead) if ducker is not None else None
                yield (footage + mixer.sum_of(music, start, amounts))[:, : self._plan.samples - start]
        finally:
            mixer.close()


class _Mixer:
    """The clips that are playing."""

    def __init__(self, samples: int, library: ContainerPool, notes: Warnings, beat: ProgressTick) -> None:
        self._samples = samples
        self._library = library
        self._notes = notes
        self._beat = beat
        self._playing: dict[int, tuple[PlannedSound, ClipSound]] = {}

    def sum_of(self, sounds: list[PlannedSound], start: int, ducked: Samples | None = None) -> Samples:
        """One block of the given sounds, which are in order of their start."""
        total = np.zeros((2, BLOCK), np.float32)
        stop = min(start + BLOCK, self._samples)
        for sound in sounds:
            if sound.first >= stop:
                break
            first, last = max(sound.first, start), min(sound.last, stop)
            if first >= last:
                continue
            part = self._clip(sound, first).read(last - first)
            if ducked is not None and sound.duck_db:
                part = part * gains(ducked[first - start : last - start], sound.duck_db)
            total[:, first - start : last - start] += part
            if last >= min(sound.last, self._samples):
                self._playing.pop(id(sound))[1].close()
        return total

    def close(self) -> None:
        for _, clip in self._playing.values():
            clip.close()
        self._playing.clear()
        self._library.close()

    def _clip(self, sound: PlannedSound, now: int) -> ClipSound:
        if id(sound) not in self._playing:
            self._free(sound.media_id, now)
            clip = ClipSound(sound, self._library.borrow(sound.media_id), self._notes, self._beat)
            self._playing[id(sound)] = sound, clip
        return self._playing[id(sound)][1]

    def _free(self, media_id: str, now: int) -> None:
        """Neighbours overlap by milliseconds: read the earlier to its end, so that one container serves both."""
        for sound, clip in self._playing.values():
            if clip.media_id == media_id and sound.last - now <= BLOCK:
                clip.drain(sound.last - now)


def _has_sound(sound: PlannedSound, sources: Sources) -> bool:
    source = sources.get(sound.media_id)
    return source is not None and source.info.has_sound
