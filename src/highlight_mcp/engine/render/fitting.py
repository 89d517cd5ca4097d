"""How a reel of some length gets into a number of bytes: bits for the sound, bits and size for the picture. Pure."""

from dataclasses import dataclass
from math import ceil

from ..errors import EngineError
from .task import RenderTask

_SPARE = 0.98
"""Share of the bytes that is planned with: the index, and what the encoder misses."""
_PACKET_BITS = 16 * 8
"""What the index of an MP4 keeps of one packet: its size, offset, time and whether one can seek to it."""
_SOUND_SHARE = 0.2
_SOUND_STEPS = (192_000, 128_000, 96_000, 64_000, 48_000)
"""Bits per second of stereo AAC; 64 kbit/s is fair for speech, 48 the least that is worth hearing."""
_LEAST_SOUND = 32_000
_FAIR, _LEAST = 0.6, 0.12
"""Share of the bits that the quality wanted takes: from where on a smaller picture looks better, and nothing does."""
_BY_PIXELS = 0.7
"""Power of the number of pixels with which the bits grow at one quality: 0.65 to 0.76 from 720p down, three reels."""
_SIDES = (1080, 720, 540, 480, 360, 240)


@dataclass(frozen=True)
class PictureBudget:
    """Bits per second of picture and sound together, and of the sound."""

    total_bps: int
    sound_bps: int

    @property
    def picture_bps(self) -> int:
        return self.total_bps - self.sound_bps


def picture_budget(task: RenderTask, most_bytes: int) -> PictureBudget:
    """What the bytes of a file allow, with room for its index."""
    packets = float(task.plan.rate) + 48_000 / 1024
    total = _SPARE * 8 * most_bytes / task.seconds - packets * _PACKET_BITS
    steps = [bps for bps in _SOUND_STEPS if bps <= task.preset.sound_bps]
    sound = next((bps for bps in steps if bps <= _SOUND_SHARE * total), _SOUND_STEPS[-1])
    return PictureBudget(int(total), sound)


def side_for(task: RenderTask, budget: PictureBudget, wanted_bps: float) -> int:
    """The largest short side, in pixels, at which the bits are fair for these pictures.

    `wanted_bps` is what they took at their own size and the quality wanted. Raises EngineError where no size will do.
    """
    own = min(task.arrangement.size)
    sides = [own, *(side for side in _SIDES if side < own)]
    takes = {side: wanted_bps * (side / own) ** (2 * _BY_PIXELS) for side in sides}
    side = next((side for side in sides if budget.picture_bps >= _FAIR * takes[side]), sides[-1])
    if budget.picture_bps < _LEAST * takes[side]:
        most = f"{(task.preset.most_bytes or 0) / 1e6:g} MB"
        needs = (_LEAST * takes[side] + budget.sound_bps) * task.seconds / 8 / _SPARE
        raise EngineError("limit", "engine.needs_more_bytes", most=most, needs=f"{ceil(needs / 1e4) / 100:g} MB")
    return side


def sound_bps(task: RenderTask) -> int | None:
    """Bits per second of a file of sound; None for one that is not compressed. Raises EngineError."""
    assert task.coding.sound is not None
    usual, most = task.coding.sound.bps, task.preset.most_bytes
    if most is None:
        return usual
    fits = _SPARE * 8 * most / task.seconds
    needed = _LEAST_SOUND if usual is not None else 2 * 16 * 48_000
    if fits < needed:
        facts = {"most": f"{most / 1e6:g} MB", "needs": f"{ceil(needed * task.seconds / 8 / _SPARE / 1e4) / 100:g} MB"}
        raise EngineError("limit", "engine.needs_more_bytes", **facts)
    if usual is None:
        return None
    return max(step for step in (usual, *_SOUND_STEPS, _LEAST_SOUND) if step <= min(usual, fits))
