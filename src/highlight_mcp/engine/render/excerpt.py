"""A part of a plan: its sound, moved to the start, and what is seen in it. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from .plan import Cue, RenderPlan
from .soundplan import SAMPLE_RATE, Ramp, Sound


def heard_between(plan: RenderPlan, first: int, last: int) -> RenderPlan:
    """The plan of what is heard during the output frames [first, last), its sounds beginning at sample 0.

    Levels and fades are those of the whole plan. The pictures of the result are not to be drawn: their
    frames keep their own numbers.
    """
    start, stop = sample_at(first, plan.rate), sample_at(last, plan.rate)
    sounds = (_moved(sound, start) for sound in plan.sounds if sound.first < stop and sound.last > start)
    ordered = tuple(sorted(sounds, key=lambda sound: sound.first))
    return replace(plan, frames=last - first, samples=stop - start, sounds=ordered)


def seen_at(plan: RenderPlan, frames: Sequence[int]) -> RenderPlan:
    """The plan without texts that make no difference to these output frames, given in ascending order.

    A text on screen then may stand elsewhere because of an earlier one that shares the screen with it at another
    time; that one stays too, and so on. Frames keep their numbers.
    """
    needed: list[Cue] = []
    for cue in reversed(plan.cues):
        on_screen = bisect_left(frames, cue.first) < bisect_left(frames, cue.last)
        if on_screen or any(cue.first < later.last and later.first < cue.last for later in needed):
            needed.append(cue)
    return replace(plan, cues=tuple(reversed(needed)))


def sample_at(frame: int, rate: Fraction) -> int:
    """The sample of the 48 kHz grid nearest to the start of a frame (half rounds up)."""
    exact = frame * SAMPLE_RATE / rate
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _moved(sound: Sound, by: int) -> Sound:
    """The sound `by` samples earlier, without what lies before sample 0."""
    skipped = max(0, by - sound.first)
    return replace(
        sound,
        first=sound.first + skipped - by,
        last=sound.last - by,
        source_s=sound.source_s + Fraction(skipped, SAMPLE_RATE) * sound.clip.speed,
        ramps=tuple(Ramp(ramp.start - by, ramp.stop - by, ramp.rising, ramp.curve) for ramp in sound.ramps),
    )
