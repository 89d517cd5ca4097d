"""What of one group of pictures is copied, and in which order everything is shown. Pure.

A group can be entered at its first picture, in the order of decoding. From there a beginning of it may be copied and
the rest left out, where nothing that is copied refers to what is left out: in the order of decoding no picture that
others refer to is left out before the last one that is copied. What is copied is shown without a gap; pictures
between are encoded with the rest. Where pictures lead a group that others refer to, nothing of it is copied without
them: the numbers of its pictures would have a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

Use = Literal["copy", "encode", "drop"]
"""What a picture may be used for: as it is, only by what is drawn or encoded from it, or not at all."""


@dataclass(frozen=True)
class GroupPicture:
    """A picture of a group: when it is shown, whether others refer to it, what it may be used for."""

    stamp: int
    is_reference: bool
    use: Use


@dataclass(frozen=True)
class GroupPlan:
    """Places of pictures in their group, in the order in which they are shown, but `copied` in that of decoding.

    `leading` are encoded and shown first, then `copied` are, then `trailing`, which are encoded. `goes_on` tells that
    the copied ones follow those of the group before without a break in the stream, `is_whole` that the next may.
    """

    leading: tuple[int, ...]
    copied: tuple[int, ...]
    trailing: tuple[int, ...]
    goes_on: bool
    is_whole: bool


def plan_group(pictures: Sequence[GroupPicture], follows_whole: bool) -> GroupPlan:
    """The plan of a group, its pictures in the order of decoding; `follows_whole`: the one before was copied whole."""
    used = (place for place, each in enumerate(pictures) if each.use != "drop")
    shown = sorted(used, key=lambda place: pictures[place].stamp)
    entry = pictures[0].stamp
    leading = [place for place in range(len(pictures)) if pictures[place].stamp < entry]
    goes_on = follows_whole and all(pictures[place].use == "copy" for place in leading)
    begun = shown if goes_on else [place for place in shown if pictures[place].stamp >= entry]
    broken = not goes_on and any(pictures[place].is_reference for place in leading)
    copied = [] if broken else _longest(pictures, begun, set() if goes_on else set(leading))
    kept = set(copied)
    before = () if goes_on and copied else tuple(place for place in shown if pictures[place].stamp < entry)
    after = tuple(place for place in shown if place not in kept and place not in before)
    return GroupPlan(before, tuple(copied), after, goes_on and bool(copied), len(copied) == len(pictures))


def _longest(pictures: Sequence[GroupPicture], begun: Sequence[int], passed: set[int]) -> list[int]:
    """The most pictures, in the order of decoding, that can be copied; `passed` are of no interest to the others."""
    rank = {place: number for number, place in enumerate(begun)}
    if not begun or pictures[0].use != "copy":
        return []
    stored = [place for place in range(len(pictures)) if place not in passed]
    needed = takewhile(lambda place: pictures[place].use == "copy" or not pictures[place].is_reference, stored)
    candidates = [place for place in needed if pictures[place].use == "copy"]
    best, latest = 0, -1
    for count, place in enumerate(candidates, 1):
        latest = max(latest, rank[place])
        if latest == count - 1:
            best = count
    return candidates[:best]
