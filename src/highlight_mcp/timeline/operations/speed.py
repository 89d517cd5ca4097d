"""Speed, replays, held frames."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import ClassVar, Literal

from ..layout import Pace, is_footage, slice_clip, source_at, with_fields, with_source
from ..model import Clip
from ..time import Milliseconds, TimeRange, format_length, format_time, frame_ms, write_rate
from .base import Factor, Operation, Positive, Target
from .context import EditContext, rejected
from .footage import is_card
from .sentences import chinese, decimal, english, moment
from .targets import ClipRange, clip_number, locate, replace_ranges, seen_length, seen_ranges, shortest_piece

REPLAY_SPEED = Fraction(1, 2)
LONGEST_FREEZE_MS = 60_000


class Speed(Operation):
    """Play faster (factor above 1) or slower (below 1); with `to`, evenly from `factor` to that speed."""

    example: ClassVar = {"op": "speed", "target": {"clips": [2]}, "factor": 0.5}
    settles = ("target",)

    op: Literal["speed"] = "speed"
    target: Target = "all"
    factor: Factor
    to: Factor | None = None

    def apply(self, edit: EditContext) -> None:
        """Play clips or a range at a speed; 1 is as recorded. A ramp runs through clips that follow one another."""
        fastest = max(self.factor, self.to or self.factor)
        chosen = _long_enough(edit, seen_ranges(edit, self.target), fastest)
        paces = iter(ramped(edit, chosen, self.factor, self.factor if self.to is None else self.to))
        before = edit.length_ms
        edit.set_clips(replace_ranges(edit, chosen, lambda clip: [_at_pace(clip, next(paces))]))
        times = {"before": format_time(before), "total": format_time(edit.length_ms)}
        factor, to = factor_words(self.factor), factor_words(self.to or self.factor)
        edit.record_change("speed.done" if factor == to else "speed.ramped", factor=factor, to=to, **times)

    def in_english(self) -> str:
        if self.to is None:
            return f"Play {english.target(self.target)} at {english.times(self.factor)} speed"
        way = f"from {english.times(self.factor)} to {english.times(self.to)}"
        return f"Ramp the speed of {english.target(self.target)} evenly {way}"

    def in_chinese(self) -> str:
        if self.to is None:
            return f"把{chinese.target(self.target)}以{decimal(self.factor)}倍速播放"
        return f"把{chinese.target(self.target)}的速度从{decimal(self.factor)}倍渐变到{decimal(self.to)}倍"


class Replay(Operation):
    """Repeat a clip right after itself, usually slower."""

    example: ClassVar = {"op": "replay", "target": {"clips": [1]}, "factor": 0.5}

    op: Literal["replay"] = "replay"
    target: Target
    factor: Factor | None = None

    def apply(self, edit: EditContext) -> None:
        """Show clips or a range again right after, in slow motion unless another factor is given."""
        factor = self.factor or REPLAY_SPEED
        if self.factor is None:
            edit.record_assumption("replay.at_speed", factor=factor_words(factor))
        chosen = _long_enough(edit, seen_ranges(edit, self.target), factor)
        before = edit.length_ms
        again = 0

        def twice(clip: Clip) -> list[Clip]:
            nonlocal again
            if is_card(clip):
                return [clip]
            again += 1
            copy = with_fields(edit.duplicate(clip, same_footage=False), transition=None)
            return [clip, _at_pace(copy, Pace(factor, 0.0))]

        edit.set_clips(replace_ranges(edit, chosen, twice))
        slots = {"factor": factor_words(factor), "before": format_time(before), "total": format_time(edit.length_ms)}
        edit.record_change("replay.done", n=again, **slots)

    def in_english(self) -> str:
        pace = "" if self.factor is None else f" at {english.times(self.factor)} speed"
        return f"Replay {english.target(self.target)}{pace}"

    def in_chinese(self) -> str:
        pace = "" if self.factor is None else f"以{decimal(self.factor)}倍速"
        return f"把{chinese.target(self.target)}{pace}重放"


class Freeze(Operation):
    """Hold one frame of the timeline for a while."""

    example: ClassVar = {"op": "freeze", "at_ms": 4000, "duration_ms": 1500}

    op: Literal["freeze"] = "freeze"
    at_ms: Milliseconds
    duration_ms: Positive = 2000

    def apply(self, edit: EditContext) -> None:
        """Hold the frame at a time of the reel."""
        place, offset = locate(edit, self.at_ms)
        clip = edit.clips[place]
        if is_card(clip):
            raise rejected("limit", "freeze.card")
        length = min(seen_length(edit, self.duration_ms), LONGEST_FREEZE_MS)
        if length < self.duration_ms:
            edit.record_assumption("freeze.longest", length=format_length(length))
        held = _held(edit, clip, offset, length)
        if offset < shortest_piece(edit):
            around = [held, clip]
        elif offset > clip.duration_ms - shortest_piece(edit):
            around = [clip, held]
        else:
            around = [slice_clip(clip, 0, offset), held, edit.duplicate(slice_clip(clip, offset, clip.duration_ms))]
        edit.set_clips([*edit.clips[:place], *around, *edit.clips[place + 1 :]])
        edit.record_change(
            "freeze.done", at=format_time(self.at_ms), length=format_length(length), total=format_time(edit.length_ms)
        )

    def in_english(self) -> str:
        return f"Freeze the frame at {moment(self.at_ms)} for {english.seconds(self.duration_ms)}"

    def in_chinese(self) -> str:
        return f"在{moment(self.at_ms)}定格{chinese.seconds(self.duration_ms)}"


def _long_enough(edit: EditContext, chosen: Sequence[ClipRange], factor: Fraction) -> list[ClipRange]:
    """The stretches that last a frame at a speed; others are told. Raises OperationRejected when there are none."""
    long = []
    for piece in chosen:
        clip, length_ms = edit.clips[piece.place], piece.end_ms - piece.start_ms
        if not is_footage(clip) or length_ms * clip.speed >= factor * (edit.shortest_ms + 1):  # 1 ms is for rounding
            long.append(piece)
            continue
        slots: dict[str, str | int] = {"n": clip_number(edit, clip), "length": format_length(length_ms)}
        if len(chosen) == 1:
            raise rejected("limit", "too_fast", factor=factor_words(factor), **slots)
        edit.record_assumption("assumed.too_short_for_speed", **slots)
    if not long:
        raise rejected("limit", "all_too_fast", "too_fast.next", factor=factor_words(factor))
    return long


def _at_pace(clip: Clip, pace: Pace) -> Clip:
    if not is_footage(clip) or clip.source is None:
        return clip
    return with_source(clip, clip.source, pace)


def ramped(edit: EditContext, chosen: Sequence[ClipRange], start: Fraction, end: Fraction) -> list[Pace]:
    """The pace of each stretch, where the speed goes evenly in time from `start` to `end`.

    Through stretches that follow one another the ramp goes on: its square grows evenly with what has played.
    """
    if start == end:
        return [Pace(start, 0.0)] * len(chosen)
    paces: list[Pace] = []
    for run in _runs(edit, chosen):
        lengths = [_played(edit, piece) for piece in run]
        total, done = sum(lengths) or 1, 0
        marks = [start]
        for length in lengths:
            done += length
            square = start**2 + (end**2 - start**2) * Fraction(done, total)
            marks.append(end if done == total else Fraction(sqrt(square)).limit_denominator(_FINEST))
        paces += [Pace.between(*ends) for ends in pairwise(marks)]
    return paces


_FINEST = 10_000


def _runs(edit: EditContext, chosen: Sequence[ClipRange]) -> list[list[ClipRange]]:
    """Stretches in groups that follow one another without a gap."""
    runs: list[list[ClipRange]] = []
    ends_ms: int | None = None
    for piece in sorted(chosen):
        at_ms = edit.clips[piece.place].start_ms
        if ends_ms is None or at_ms + piece.start_ms - ends_ms > shortest_piece(edit):
            runs.append([])
        runs[-1].append(piece)
        ends_ms = at_ms + piece.end_ms
    return runs


def _played(edit: EditContext, piece: ClipRange) -> int:
    """How much source a stretch plays, in ms."""
    clip = edit.clips[piece.place]
    return source_at(clip, piece.end_ms) - source_at(clip, piece.start_ms) if is_footage(clip) else 0


def factor_words(factor: Fraction) -> str:
    """`1.5`, `0.333`: a factor for people."""
    return write_rate(factor) if factor.denominator == 1 else f"{float(factor):.3f}".rstrip("0").rstrip(".")


def _held(edit: EditContext, clip: Clip, offset: int, length: int) -> Clip:
    assert clip.source is not None
    at = clip.source.start_ms if clip.freeze else source_at(clip, offset)
    frame = max(1, frame_ms(1, edit.timeline.frame_rate))
    end = edit.source_end(clip) or at + frame
    start = max(0, min(at, end - frame))
    fields = {"fade_in_ms": 0, "fade_out_ms": 0, "picture_fade_in_ms": 0, "picture_fade_out_ms": 0, "transition": None}
    still = None if clip.zoom is None else clip.zoom.between(offset / clip.duration_ms, offset / clip.duration_ms)
    held = with_fields(
        edit.duplicate(clip, same_footage=False), zoom=still, freeze=True, speed=Fraction(1), ramp=0.0, **fields
    )
    return with_fields(held, source=TimeRange(start_ms=start, end_ms=min(end, start + frame)), duration_ms=length)
