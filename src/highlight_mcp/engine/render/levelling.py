"""How loud a reel becomes: one gain for all of it, and peaks kept below a ceiling that holds between samples, too.

Loudness is integrated over the whole reel (EBU R 128); what is far too quiet is raised by a bounded gain, because its
noise would come along. The limiter looks ahead: the gain that each sample needs is held, and spread by a moving mean,
so that it is never more than needed and never jumps (as in Zölzer, DAFX, 4.3). Peaks between samples are found on a
grid four times as fine (ITU-R BS.1770, annex 2).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from ...messages import Message, message
from .sound_graph import Samples, audio_frame, pulled_frames, sound_graph
from .sound_plan import SAMPLE_RATE

USUAL_LUFS = -14.0
"""What video services play reels at (YouTube, TikTok and others turn louder ones down to about this)."""

CEILING_DB = -1.0
_ENCODER_ROOM_DB = 0.7  # dB; what AAC and MP3 at 128 to 192 kbit/s add to the peaks of dense sound
SILENT_LUFS = -69.0
_MOST_ASKED_DB = 24.0
_MOST_DB = 15.0  # dB by default: a microphone's noise at -60 LUFS stays below the -45 of a quiet room
_NOISE_LUFS = -50.0  # a camera in an empty room; speech from across a hall is -45
_MOST_LIMITED_DB = 6.0  # dB that the limiter may take off what carries the sound; more is heard as dull
_LEAST_DB = 0.5  # dB; less is not heard

Gains = NDArray[np.float32]


@dataclass(frozen=True)
class Level:
    """The gain of a reel, in dB, and what there is to say of it: `told` what was done, `warning` what could not be."""

    db: float = 0.0
    told: Message | None = None
    warning: Message | None = None

    @property
    def gain(self) -> float:
        """The factor for samples."""
        return float(10 ** (self.db / 20))


@dataclass(frozen=True)
class Measured:
    """Integrated loudness in LUFS, -70 for silence; `peak_db` what the tenths of a second reach in which half
    of its energy lies: that of its knocks where it consists of them, that of the crowd where somebody claps once."""

    lufs: float
    peak_db: float = 0.0


def level_for(mix: Measured, lufs: float, *, asked: bool) -> Level:
    """What brings a mix to `lufs`; more carefully where nobody has `asked` for it."""
    if mix.lufs <= SILENT_LUFS:
        return Level(warning=message("engine.reel.silent") if asked else None)
    wanted = lufs - mix.lufs
    if asked:
        db = min(wanted, _MOST_ASKED_DB)
        quiet = message("engine.reel.too_quiet", measured=mix.lufs, lufs=lufs) if db < wanted else None
        return Level(db, None if quiet else _levelled(lufs, db), quiet)
    if mix.lufs < _NOISE_LUFS:
        return Level(told=message("engine.check.left_quiet", measured=mix.lufs))
    room = max(0.0, CEILING_DB + _MOST_LIMITED_DB - mix.peak_db)
    db = min(wanted, _MOST_DB, room)
    if abs(db) < _LEAST_DB:
        return Level()
    if db == wanted:
        return Level(db, _levelled(lufs, db))
    if db == room:
        return Level(db, message("engine.check.levelled_for_peaks", db=f"{db:+.1f}"))
    return Level(db, _levelled(mix.lufs + db, db, "levelled_for_noise"))


def _levelled(lufs: float, db: float, how: str = "levelled") -> Message:
    return message(f"engine.check.{how}", lufs=f"{round(lufs, 1):g}".replace("-", "\u2212"), db=f"{db:+.1f}")


def measured(blocks: Iterator[Samples]) -> Measured:
    """How loud a mix is."""
    graph = sound_graph("ebur128", "metadata=1")
    at, value = 0, -70.0
    peaks, energies = [0.0], [0.0]
    for block in blocks:
        graph.push(audio_frame(block, at))
        at += block.shape[1]
        value = _latest(pulled_frames(graph), value)
        peaks.append(float(np.abs(block).max(initial=0.0)))
        energies.append(float(np.square(block, dtype=np.float64).sum()))
    graph.push(None)
    order = np.argsort(peaks)
    sums = np.cumsum(np.array(energies)[order])
    usual = peaks[order[min(int(np.searchsorted(sums, sums[-1] / 2)), len(peaks) - 1)]]
    return Measured(_latest(pulled_frames(graph), value), 20 * float(np.log10(max(usual, 1e-5))))


def _latest(frames: Iterator[AudioFrame], value: float) -> float:
    for frame in frames:
        value = float(frame.metadata.get("lavfi.r128.I", value))
    return value


_AHEAD = SAMPLE_RATE // 200  # samples, 5 ms, over which the gain goes down
_HOLD = SAMPLE_RATE // 20  # samples, 50 ms, for which it stays there: less would follow the waves of a bass
_REACH = 2 * _AHEAD + _HOLD
_PHASES = 4
_TAPS = 12


def _between() -> NDArray[np.float32]:
    """Filters for the three points between two samples: windowed sinc, 12 taps as BS.1770 has them."""
    at = np.arange(_TAPS) - (_TAPS / 2 - 1)
    shifts = np.arange(1, _PHASES)[:, None] / _PHASES
    window = np.cos(np.pi * (at - shifts) / (_TAPS + 1)) ** 2
    taps = np.sinc(at - shifts) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)


_BETWEEN = _between()
_LARGEST = 1.5  # times the largest sample that a peak between samples may be; all but made-up signals stay below


def limited(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """The same blocks with peaks below -1 dB of full scale, the encoder's share included; as long and not delayed."""
    ceiling = float(10 ** ((CEILING_DB - _ENCODER_ROOM_DB) / 20))
    held = np.zeros((2, _REACH), np.float32)  # what lies before, whose gain may still matter
    waiting: list[Samples] = []
    for block in blocks:
        waiting.append(block)
        if sum(part.shape[1] for part in waiting) > _REACH + _TAPS + block.shape[1]:
            held, ready, waiting = _settled(held, waiting, ceiling)
            yield ready
    total = sum(part.shape[1] for part in waiting)
    if total:
        waiting.append(np.zeros((2, _REACH + _TAPS), np.float32))
        yield _settled(held, waiting, ceiling)[1]


def _settled(held: Samples, waiting: list[Samples], ceiling: float) -> tuple[Samples, Samples, list[Samples]]:
    """What comes before the next samples, those whose gain is known, and those that have to wait."""
    joined = np.concatenate([held, *waiting], axis=1)
    ready = joined.shape[1] - 2 * _REACH - _TAPS
    inner = joined[:, _REACH : _REACH + ready]
    made = inner
    if float(np.abs(joined).max(initial=0.0)) * _LARGEST > ceiling:
        made = inner * _gains(joined, ceiling)[_REACH : _REACH + ready]
    return joined[:, ready : ready + _REACH], made, [joined[:, ready + _REACH :]]


def _gains(samples: Samples, ceiling: float) -> Gains:
    """A gain for each sample, none larger than what keeps every peak below the ceiling; ends are not to be used."""
    peaks = _peaks(samples)
    if float(peaks.max()) <= ceiling:
        return np.ones(samples.shape[1], np.float32)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    low = _running_min(needed, _AHEAD + _HOLD)  # of [n, n + ahead + hold), to be shifted
    low = np.concatenate([np.full(_HOLD, low[0], np.float32), low])[: len(needed)]  # of [n - hold, n + ahead)
    sums = np.concatenate([[0.0], np.cumsum(low, dtype=np.float64)])
    out = np.ones(len(needed), np.float32)
    out[_AHEAD - 1 :] = ((sums[_AHEAD:] - sums[:-_AHEAD]) / _AHEAD).astype(np.float32)
    return out


def _peaks(samples: Samples) -> Gains:
    """The larger of both channels at and just after each sample, 1.0 being full scale."""
    peaks = np.abs(samples).max(axis=0)
    for taps in _BETWEEN:
        for channel in samples:
            near = np.abs(np.convolve(channel, taps[::-1], "valid"))
            first = _TAPS // 2 - 1
            np.maximum(peaks[first : first + len(near)], near, out=peaks[first : first + len(near)])
    peaks[1:] = np.maximum(peaks[1:], peaks[:-1])
    return np.asarray(peaks, np.float32)


def _running_min(values: Gains, window: int) -> Gains:
    """The least of each value and the `window` - 1 after it (van Herk, 1992)."""
    count = len(values)
    size = -(-count // window) * window
    padded = np.full(size + window, 1.0, np.float32)
    padded[:count] = values
    rows = padded.reshape(-1, window)
    ahead = np.minimum.accumulate(rows[:, ::-1], axis=1)[:, ::-1].ravel()
    behind = np.minimum.accumulate(rows, axis=1).ravel()
    return np.minimum(ahead[:count], behind[window - 1 : window - 1 + count])
