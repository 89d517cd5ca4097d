"""Which recordings of a session show the same: copies that were encoded again, cut, or put into another container.

Two recordings are the same where their sound lines up at one offset, and their pictures at that offset are equal. The
sound proposes the offset: stretches of one are looked up in the other by how the levels of nine bands go up and down
(the idea of Haitsma and Kalker, 2002, with correlation in place of bits). The pictures decide: a second camera at the
same event hears the same and shows something else. Without sound the looks at the pictures propose it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...timeline.media import UsedRange
from ..errors import EngineError
from ..media.frames import FrameReader, frame_readers_of
from ..signals.sample_frames import HEIGHT, WIDTH, luma
from ..signals.series import CELL_MS, rolling_mean
from ..signals.sound import SoundSeries
from ..transcripts.subtitles import keep_bytes
from .moment import RecordingSignals, SharedStretch

Floats = NDArray[np.float32]

_STRETCH = 100  # cells looked up at once, 10 s: shorter ones fit at many places
_STRETCHES = 24  # looked up per pair of recordings, evenly spread
_AROUND = 100  # cells whose mean is taken off, so that neither gain nor a steady hum matters
_QUIETEST_DB = -70.0  # dB; below is the noise of codecs
_SMOOTH = 5  # cells averaged: codecs delay by parts of a cell, half a one takes a tenth off the correlation
_LEAST_MOVING_DB = 0.3  # dB, deviation below which a stretch has nothing to line up
_LINED_UP = 0.8  # correlation; copies 0.85 to 1.00, other recordings of one kind 0.3 to 0.95
_OFF_CELLS = 2  # cells by which offsets of one copy differ
_FEWEST, _MOST_OF = 3, 0.6  # stretches that agree, and their share of those that could
_LOOKS = 600  # looks compared per recording
_EQUAL_LOOKS = 0.97  # correlation of two looks that propose an offset
_BIN_MS, _CLEAR_SHARE = 500, 0.5  # ms; share of all proposals that the best offset needs
_FLAT = 4.0  # deviation of brightness, 0..255, below which a picture shows nothing
_SAME_PICTURE = 0.9  # correlation of pictures of one time; encoded again 0.97 and more, another camera 0.7 at most
_ABOUT = 2_000  # ms by which the same recording is longer in another container
_PICTURES = 5  # compared of a stretch
_OFFS_MS = (0, -150, 150)  # by as much the offset found in the sound may be wrong


@dataclass(frozen=True)
class _Alignment:
    """`first` shows from `start_ms` to `end_ms` what `second` shows `offset_ms` earlier."""

    start_ms: int
    end_ms: int
    offset_ms: int


def with_copies(
    sources: Sequence[RecordingSignals], paths: Mapping[str, Path], cache: Path | None
) -> list[RecordingSignals]:
    """The recordings, each with what of it another one shows as well, which then counts there alone.

    The better one counts: the larger picture, else the longer one. Some pictures are decoded where a copy is likely,
    once: the verdict is kept in `cache`.
    """
    ranked = sorted(sources, key=lambda one: (-one.info.width * one.info.height, -(one.analysis.duration_ms // _ABOUT)))
    told: list[RecordingSignals] = []
    for worse in ranked:
        for better in [one for one in told if one.analysis.fingerprint != worse.analysis.fingerprint]:
            if not worse.own_parts(0, worse.analysis.duration_ms):
                break
            found = _known(better, worse, paths, cache)
            if found is not None:
                start, end = max(0, found.start_ms - found.offset_ms), found.end_ms - found.offset_ms
                worse = worse.also_in(SharedStretch(start, end, better.media_id, better.name, found.offset_ms))
        told.append(worse)
    return sorted(told, key=lambda one: [source.media_id for source in sources].index(one.media_id))


def also_used(avoid: Sequence[UsedRange], sources: Sequence[RecordingSignals]) -> tuple[UsedRange, ...]:
    """What a reel shows, and the same of the recordings that count for its copies."""
    stretches = [(one.media_id, stretch) for one in sources for stretch in one.shown_elsewhere]
    twins = [
        UsedRange(media_id=stretch.media_id, start_ms=max(0, low + stretch.offset_ms), end_ms=high + stretch.offset_ms)
        for used in avoid
        for name, stretch in stretches
        if name == used.media_id
        and (low := max(used.start_ms, stretch.start_ms)) < (high := min(used.end_ms, stretch.end_ms))
    ]
    return (*avoid, *(twin for twin in twins if twin.end_ms > twin.start_ms))


def _known(
    first: RecordingSignals, second: RecordingSignals, paths: Mapping[str, Path], cache: Path | None
) -> _Alignment | None:
    """How two recordings line up, from the cache where it was found before."""
    proposal = _by_sound(first, second) if _heard(first) and _heard(second) else _by_looks(first, second)
    if proposal is None or not (len(first.analysis.pictures) and len(second.analysis.pictures)):
        return proposal
    names = f"{first.analysis.fingerprint} {second.analysis.fingerprint} {asdict(proposal)}"
    file = cache / f"{hashlib.sha256(names.encode()).hexdigest()}.copies1.json" if cache is not None else None
    verdict = _read(file)
    if verdict is None:
        verdict = _same_pictures(paths[first.media_id], paths[second.media_id], proposal)
        if file is not None:
            keep_bytes(file, json.dumps(verdict).encode())
    return proposal if verdict else None


def _read(file: Path | None) -> bool | None:
    try:
        return bool(json.loads(file.read_bytes())) if file is not None else None
    except (OSError, ValueError):
        return None


def _heard(one: RecordingSignals) -> bool:
    sound = one.analysis.sound
    return sound is not None and bool((sound.loudness > _QUIETEST_DB).any())


def _by_sound(first: RecordingSignals, second: RecordingSignals) -> _Alignment | None:
    """The offset on which most stretches of the shorter recording agree."""
    assert first.analysis.sound is not None and second.analysis.sound is not None
    ours, theirs = _ups_and_downs(first.analysis.sound), _ups_and_downs(second.analysis.sound)
    swapped = len(theirs) > len(ours)
    long, short = (theirs, ours) if swapped else (ours, theirs)
    places = list(_looked_up(long, short))
    if not places:
        return None
    offsets = np.array([offset for _, offset in places])
    best = int(offsets[np.argmax([(np.abs(offsets - offset) <= _OFF_CELLS).sum() for offset in offsets])])
    agreeing = [start for start, offset in places if abs(offset - best) <= _OFF_CELLS]
    possible = [start for start, _ in places if 0 <= start + best <= len(long) - _STRETCH]
    if len(agreeing) < min(_FEWEST, len(places)) or len(agreeing) < _MOST_OF * len(possible):
        return None
    offset_ms = (-best if swapped else best) * CELL_MS
    end = min(first.analysis.duration_ms, second.analysis.duration_ms + offset_ms)
    return _Alignment(max(0, offset_ms), end, offset_ms)


def _ups_and_downs(sound: SoundSeries) -> Floats:
    """(cells, 9) levels of the bands in dB, smoothed, against their mean of ten seconds."""
    bands = [rolling_mean(band, _SMOOTH) for band in np.maximum(sound.bands, np.float32(_QUIETEST_DB)).T]
    return np.stack([band - rolling_mean(band, _AROUND) for band in bands], axis=1)


def _looked_up(long: Floats, short: Floats) -> Iterator[tuple[int, int]]:
    """For stretches of `short` with something to line up: (where it begins, how much later `long` has the same).

    Where `long` has nothing like it the offset is one that no other stretch has.
    """
    length = min(_STRETCH, len(short))
    if length < _STRETCH // 2 or len(long) < length:
        return
    size = 1 << (len(long) + length).bit_length()
    spectrum = np.fft.rfft(long, size, axis=0)
    power = np.concatenate([[0.0], np.cumsum(np.square(long, dtype=np.float64).sum(axis=1))])
    around = power[length:] - power[:-length]
    starts = np.unique(np.linspace(0, len(short) - length, _STRETCHES).astype(int))
    for start in starts.tolist():
        piece = short[start : start + length]
        energy = float(np.square(piece, dtype=np.float64).sum())
        if energy < _LEAST_MOVING_DB**2 * piece.size:
            continue
        crossed = (spectrum * np.conj(np.fft.rfft(piece, size, axis=0))).sum(axis=1)
        alike = np.fft.irfft(crossed, size)[: len(around)] / np.sqrt(np.maximum(around * energy, 1e-9))
        at = int(alike.argmax())
        yield start, at - start if alike[at] >= _LINED_UP else -(10**9) - 10 * start


def _by_looks(first: RecordingSignals, second: RecordingSignals) -> _Alignment | None:
    """The offset that most pairs of equal looks propose, where it stands out: one place alone proposes them all."""
    if min(len(first.analysis.pictures), len(second.analysis.pictures)) < _FEWEST:
        return None
    (our_ms, ours), (their_ms, theirs) = _sharp_looks(first), _sharp_looks(second)
    if len(ours) < _FEWEST or len(theirs) < _FEWEST:
        return None
    equal = ours @ theirs.T >= _EQUAL_LOOKS
    weight = equal / np.maximum(equal.sum(axis=1, keepdims=True), 1) / np.maximum(equal.sum(axis=0, keepdims=True), 1)
    here, there = np.nonzero(equal)
    if len(here) < _FEWEST:
        return None
    offsets, counts = our_ms[here] - their_ms[there], weight[here, there]
    places, index = np.unique(np.round(offsets / _BIN_MS).astype(np.int64), return_inverse=True)
    votes = np.bincount(index, counts)
    around = np.array([votes[np.abs(places - place) <= 1].sum() for place in places])
    best = int(places[around.argmax()])
    near = np.abs(offsets / _BIN_MS - best) <= 1.5
    if around.max() < _CLEAR_SHARE * votes.sum() or len(np.unique(here[near])) < _FEWEST:
        return None
    order = np.argsort(offsets[near])
    middle = int(np.searchsorted(np.cumsum(counts[near][order]), counts[near].sum() / 2))
    offset_ms = int(offsets[near][order][min(middle, len(order) - 1)])
    end = min(first.analysis.duration_ms, second.analysis.duration_ms + offset_ms)
    return _Alignment(max(0, offset_ms), end, offset_ms)


def _sharp_looks(one: RecordingSignals) -> tuple[NDArray[np.int64], Floats]:
    """Times and brightness, mean 0 and length 1, of the looks that show something, at most 600."""
    pictures = one.analysis.pictures
    some = np.unique(np.linspace(0, len(pictures) - 1, min(_LOOKS, len(pictures))).astype(int))
    plain = luma(pictures.images[some]).reshape(len(some), -1).astype(np.float32)
    plain -= plain.mean(axis=1, keepdims=True)
    clear = plain.std(axis=1) >= _FLAT
    plain = plain[clear]
    return pictures.at_ms[some][clear], plain / np.linalg.norm(plain, axis=1, keepdims=True)


def _same_pictures(first: Path, second: Path, found: _Alignment) -> bool:
    """Whether the pictures that should be the same are, of as many as decode and show something."""
    step = (found.end_ms - found.start_ms) / _PICTURES
    alike = []
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(frame_readers_of(path)) for path in (first, second))
        for number in range(_PICTURES):
            at_ms = round(found.start_ms + (number + 0.5) * step)
            try:
                shown = _small(ours, at_ms)
                near = (_small(theirs, at_ms - found.offset_ms + off) for off in _OFFS_MS)
                likeness = _likeness(shown, near)
            except EngineError:  # damage there
                continue
            if likeness is not None:
                alike.append(likeness)
    return len(alike) >= _FEWEST and float(np.median(alike)) >= _SAME_PICTURE


def _small(reader: FrameReader, at_ms: int) -> Floats:
    picture = reader.at(max(0, at_ms), (4 * WIDTH, 4 * HEIGHT))
    return np.asarray(picture.convert("L").resize((WIDTH, HEIGHT)), np.float32)


def _likeness(shown: Floats, near: Iterator[Floats]) -> float | None:
    """Correlation with the most alike, at most as many as it takes to find an equal; None where nothing is shown."""
    best: float | None = None
    for other in near:
        if min(shown.std(), other.std()) < _FLAT:
            continue
        best = max(best or -1.0, float(np.corrcoef(shown.ravel(), other.ravel())[0, 1]))
        if best >= _SAME_PICTURE:
            break
    return best
