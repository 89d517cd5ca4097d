"""Less steady noise, such as hiss and hum, by FFmpeg's afftdn, set to the noise that was measured in the clip."""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from .sound_graph import Samples, audio_frame, pulled, sound_graph
from .sound_plan import SAMPLE_RATE

MOST_DB = 24.0
"""Reduction at full strength; beyond it speech begins to sound hollow."""
LISTENED_S = 30
"""Seconds of a clip that are listened to for its noise."""
_DELAY = SAMPLE_RATE // 40  # half a window of afftdn, by which its output is late
_HOP = SAMPLE_RATE // 20
_QUIETEST, _LOUDEST = -80.0, -20.0  # bounds of afftdn's `nf`
_DIGITAL_SILENCE_DB = -90.0
_SHARE = 0.1  # of all hops, the quietest: pauses, where only the noise is heard


def noise_floor(blocks: Iterator[Samples]) -> float:
    """Level in dB of the quietest tenth of some sound; digital silence does not count."""
    parts: list[Samples] = []
    have = 0
    for block in blocks:
        parts.append(block)
        have += block.shape[1]
        if have >= LISTENED_S * SAMPLE_RATE:
            break
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)
    hops = joined[:, : joined.shape[1] // _HOP * _HOP].reshape(2, -1, _HOP)
    levels = 10 * np.log10(np.mean(hops.astype(np.float64) ** 2, axis=(0, 2)) + 1e-12)
    heard = levels[levels > _DIGITAL_SILENCE_DB]
    return float(np.quantile(heard, _SHARE)) if heard.size else _QUIETEST


def denoised(blocks: Iterator[Samples], strength: float, floor_db: float) -> Iterator[Samples]:
    """The sound with its noise reduced; as long as before and not delayed. `strength` runs from 0 to 1."""
    floor = min(max(floor_db, _QUIETEST), _LOUDEST)
    graph = sound_graph("afftdn", f"nr={max(0.01, MOST_DB * strength):.2f}:nf={floor:.1f}")
    taken = late = 0
    for block in chain(blocks, (np.zeros((2, _DELAY), np.float32),)):
        graph.push(audio_frame(block, taken))
        taken += block.shape[1]
        for part in pulled(graph):
            skipped = min(part.shape[1], _DELAY - late)
            late += skipped
            if skipped < part.shape[1]:
                yield part[:, skipped:]
    graph.push(None)
    yield from pulled(graph)
