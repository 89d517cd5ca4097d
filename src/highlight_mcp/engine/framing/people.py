"""People as subjects of a crop: faces that are looked for about once a second, joined to people, told by weight. Pure.

A shot in which faces are seen is planned by them, with head and shoulders, and by what moves where none is; a shot
without is planned by what moves. Who matters is told by size, place, how steadily a face is seen, and how much moves
there: who talks moves more than who listens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ...timeline.camera import Evidence
from ...timeline.time import TimeRange
from .planner import Box, SubjectLook

if TYPE_CHECKING:
    from ..extras.faces import Face

STEP_MS = 1000
"""ms between two looks for faces; who stands up or walks off takes longer."""
MOST_LOOKS = 600
"""For faces in one edit, beside the few that short shots get anyway: a look takes 0.08 (360p) to 0.13 CPU s (1080p)."""
_LEAST_STEP_MS, _LEAST_LOOKS = 300, 3  # ms; looks in a short shot, as many as the planner needs
_MOST_GAP_MS = 2500  # ms for which somebody who looks away is taken to be between two places
_FAR, _GROWN = 9.0, 2.0
"""Face sizes that a face may have moved since the last look (a walker, 1.4 m in 1 s), and times it may have grown."""
_STEADY = 0.3  # share of the looks of a shot in which a face is seen; what is seen in less comes by, or is chance
_MATTERS = 0.5  # of the weight of the one that matters most; who has less is in the background
_SIDE = 0.5  # of its weight that a face at the very side loses
_COVERED = 0.5  # share of a shot in which a face is known from which it is a shot of people
_SHOULDERS = 1.0
"""Face widths to both sides: shoulders are some 2.9 times as wide as a face (ANSUR 1988: biacromial, bizygomatic)."""


@dataclass(frozen=True)
class FacesLook:
    """The faces of one picture."""

    at_ms: int
    faces: "tuple[Face, ...]"


@dataclass(frozen=True)
class _Person:
    """One face through the looks of a shot, in order of time."""

    seen: "tuple[tuple[int, Face], ...]"

    def at(self, at_ms: int) -> tuple[float, float] | None:
        """From where to where it reaches across the picture; None where it is not known."""
        times = [at for at, _ in self.seen]
        place = int(np.searchsorted(times, at_ms))
        before, after = self.seen[max(0, place - 1)], self.seen[min(place, len(times) - 1)]
        if before[0] < at_ms < after[0] <= before[0] + _MOST_GAP_MS:
            part = (at_ms - before[0]) / (after[0] - before[0])
            (left, right), (next_left, next_right) = ((one.left, one.right) for one in (before[1], after[1]))
            return left + part * (next_left - left), right + part * (next_right - right)
        near_ms, near = min((before, after), key=lambda one: abs(one[0] - at_ms))
        return (near.left, near.right) if abs(near_ms - at_ms) <= STEP_MS else None


def times_of_looks(cuts_ms: Sequence[int], span: TimeRange, all_ms: int = 0) -> list[int]:
    """When to look for faces: evenly within each shot, about once a second, oftener in short ones.

    The looks lie wider apart where `all_ms`, the length of all that one edit looks at, would take too many.
    """
    step = max(STEP_MS, all_ms // MOST_LOOKS)
    return [
        start + (end - start) * (2 * place + 1) // (2 * count)
        for start, end in _shots(cuts_ms, span)
        for count in (max(1, round((end - start) / step), min(_LEAST_LOOKS, (end - start) // _LEAST_STEP_MS)),)
        for place in range(count)
    ]


def with_people(
    moving: Sequence[SubjectLook], faces: Sequence[FacesLook], cuts_ms: Sequence[int], span: TimeRange, share: float
) -> tuple[list[SubjectLook], Evidence]:
    """The subjects for a crop of this share of the width, and what most of the time of the range is planned by."""
    subjects: list[SubjectLook] = []
    by_faces_ms = 0
    for start, end in _shots(cuts_ms, span):
        looks = [look for look in moving if start <= look.at_ms < end]
        people = _mattering([look for look in faces if start <= look.at_ms < end], looks)
        known = [(look, _boxes(people, look.at_ms, share)) for look in looks]
        if sum(bool(boxes) for _, boxes in known) <= _COVERED * len(looks):
            subjects += looks
            continue
        subjects += [SubjectLook(look.at_ms, boxes or look.boxes) for look, boxes in known]
        by_faces_ms += end - start
    return subjects, "faces" if 2 * by_faces_ms > span.duration_ms else "motion"


def _shots(cuts_ms: Sequence[int], span: TimeRange) -> Iterator[tuple[int, int]]:
    inside = sorted({cut for cut in cuts_ms if span.start_ms < cut < span.end_ms})
    return pairwise([span.start_ms, *inside, span.end_ms])


def _mattering(faces: Sequence[FacesLook], moving: Sequence[SubjectLook]) -> list[tuple[_Person, float]]:
    """The people of a shot that it is about, with their weights up to 1, heaviest first."""
    steady = [one for one in _joined(faces) if len(one.seen) >= _STEADY * len(faces)]
    lively = [_motion_at(one, moving) for one in steady]
    most = max(lively, default=0.0) or 1.0
    weights = [
        _size_and_place(one) * len(one.seen) / len(faces) * (1 + moved / most)
        for one, moved in zip(steady, lively, strict=True)
    ]
    heaviest = max(weights, default=0.0)
    ranked = sorted(zip(steady, weights, strict=True), key=lambda pair: -pair[1])
    return [(one, weight / heaviest) for one, weight in ranked if weight >= _MATTERS * heaviest]


def _joined(faces: Sequence[FacesLook]) -> list[_Person]:
    """Faces of following looks that are near each other and of a size are one person; the nearest pairs first."""
    people: list[list[tuple[int, Face]]] = []
    for look in faces:
        pairs = sorted(
            (apart, number, place)
            for number, seen in enumerate(people)
            for place, face in enumerate(look.faces)
            if (apart := _apart(seen[-1][1], face)) is not None
        )
        taken: dict[int, int] = {}
        for _, number, place in pairs:
            if place not in taken and number not in taken.values():
                taken[place] = number
        for place, face in enumerate(look.faces):
            if place in taken:
                people[taken[place]].append((look.at_ms, face))
            else:
                people.append([(look.at_ms, face)])
    return [_Person(tuple(seen)) for seen in people]


def _apart(before: "Face", after: "Face") -> float | None:
    """How many face sizes are between two faces; None where they cannot be the same."""
    (wide, tall), (next_wide, next_tall) = ((one.right - one.left, one.bottom - one.top) for one in (before, after))
    across = (before.left + before.right - after.left - after.right) / (wide + next_wide)
    up = (before.top + before.bottom - after.top - after.bottom) / (tall + next_tall)
    grown = max(tall, next_tall) / max(1e-6, min(tall, next_tall))
    apart = float(np.hypot(across, up))
    return apart if apart <= _FAR and grown <= _GROWN else None


def _size_and_place(person: _Person) -> float:
    tall = float(np.median([face.bottom - face.top for _, face in person.seen]))
    middle = float(np.median([(face.left + face.right) / 2 for _, face in person.seen]))
    return tall * (1 - _SIDE * 2 * abs(middle - 0.5))


def _motion_at(person: _Person, moving: Sequence[SubjectLook]) -> float:
    """How much moves where a person is, head and shoulders, in all looks of a shot."""
    total = 0.0
    for look in moving:
        if (reach := person.at(look.at_ms)) is not None:
            beside = _SHOULDERS * (reach[1] - reach[0])
            total += sum(box.weight for box in look.boxes if reach[0] - beside <= box.middle <= reach[1] + beside)
    return total


def _boxes(people: Sequence[tuple[_Person, float]], at_ms: int, share: float) -> tuple[Box, ...]:
    """Heads and shoulders at a time; only so much of the shoulders that all faces that fit the crop keep fitting it."""
    here = [(reach, weight) for one, weight in people if (reach := one.at(at_ms)) is not None]
    if not here:
        return ()
    widest = max(right - left for (left, right), _ in here)
    room = share - (max(right for (_, right), _ in here) - min(left for (left, _), _ in here))
    room = room if room >= 0 else max(0.0, share - widest)
    beside = min(_SHOULDERS, room / (2 * widest)) if widest > 0 else 0.0
    return tuple(
        Box(max(0.0, left - beside * (right - left)), min(1.0, right + beside * (right - left)), weight)
        for (left, right), weight in here
    )
