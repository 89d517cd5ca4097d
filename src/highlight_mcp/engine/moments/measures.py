"""What was measured at a candidate, as numbers that its likelihood is learned from (`likelihood.py`)."""

import numpy as np

from ..signals.cutaways import Cutaway
from ..signals.motion import Burst
from ..signals.series import SERIES_HZ, rolling_deviation
from ..signals.sound import SoundSeries
from ..signals.sound_activity import CrowdReaction

Measured = dict[str, float]


def of_reaction(
    one: CrowdReaction, sound: SoundSeries, shown: Cutaway | None, act: Burst | None, motion: float
) -> Measured:
    """`strength` of a rise in dB-like units, `rise_db`, `seconds`, `noise` and `pitch` (upper fifth) 0..1, `unsteady`
    dB of deviation within a second, `ripple` dB from one 25 ms to the next, `elsewhere` 1 where the picture leaves
    its place, `act` clearness of a burst of movement, `motion` before it in octaves."""
    part = slice(one.first, one.last)
    return {
        "strength": one.score, "rise_db": one.rise_db, "seconds": (one.last - one.first) / SERIES_HZ,
        "likeness": one.likeness, "noise": one.noise,
        "pitch": float(np.percentile(sound.voicing[part], 80)),
        "unsteady": float(np.median(rolling_deviation(sound.level[part], SERIES_HZ))),
        "ripple": float(np.median(sound.ripple[part])),
        "elsewhere": float(shown is not None), "act": act.clear if act is not None else 0.0,
        "motion": float(np.clip(np.log2(max(motion, 0.1)), -1.0, 2.0)),
    }  # fmt: skip


def of_departure(one: Cutaway, ratio: float, louder_db: float, heard: CrowdReaction | None, *, sound: bool) -> Measured:
    """`unlike` and `share` 0..1, `motion` in octaves over that around, `cuts` per s, `seconds`, `soft` 1 without a
    clear cut, `louder_db` inside, `heard` strength of a reaction with it, `silent` 1 where there is sound but no
    reaction."""
    return {
        "unlike": one.unlike, "share": one.share, "motion": float(np.log2(ratio + 0.1)),
        "cuts": one.shots / (one.length_ms / 1000.0), "seconds": one.length_ms / 1000.0, "soft": float(one.soft),
        "louder_db": louder_db, "heard": heard.score if heard is not None else 0.0,
        "silent": float(sound and heard is None),
    }  # fmt: skip


def of_burst(one: Burst, answer: CrowdReaction | None, worth: float) -> Measured:
    """`clear` times what a burst must have at least, `motion` in octaves over the usual, `seconds`, `heard` strength
    of a reaction with it, `worth` 0..1 of bursts in this recording."""
    return {
        "clear": one.clear, "motion": float(np.log2(max(one.times, 0.1))), "seconds": one.length_ms / 1000.0,
        "heard": answer.score if answer is not None else 0.0, "worth": worth,
    }  # fmt: skip
