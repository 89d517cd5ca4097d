"""A closer look at what was found: one sense more, at the places where something seems to be."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from ...timeline.operations import Criterion
from .moment import Candidate

MOST = 40
"""Candidates that a sense which takes time looks at, best first; no source on record, not varied."""


class CloserLook(Protocol):
    """A sense that judges candidates of one recording. A next one is one file that has this method.

    It may put the reason in better words, add evidence, lower or raise score and confidence, leave out what is not
    what was looked for, or add what only it has found; the same input gives the same answer.
    """

    def judged(self, found: Sequence[Candidate], criterion: Criterion) -> list[Candidate]:
        """The candidates for a criterion as they are known now, best first. Raises EngineError."""
        ...


def looked_at(found: Sequence[Candidate], criterion: Criterion, looks: Iterable[CloserLook]) -> list[Candidate]:
    """The candidates after each of several looks in turn."""
    known = list(found)
    for look in looks:
        known = sorted(look.judged(known, criterion), key=lambda one: (-one.score, one.start_ms))
    return known
