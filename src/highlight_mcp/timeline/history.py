"""Versions of a timeline, and where undo and redo lead. Content 0 is the empty timeline before the first edit."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from .frozen_model import FrozenModel
from .model import Timeline
from .time import Milliseconds

EMPTY_REVISION = 0


class HistoryEntry(FrozenModel):
    """One accepted version. `content` is the version that it equals: itself, or an older one after an undo."""

    rev: Milliseconds
    parent: Milliseconds | None = None
    content: Milliseconds
    timeline: Timeline


@dataclass(frozen=True)
class _Place:
    """Where a version stands: the contents that undo and redo lead to, nearest last."""

    past: tuple[int, ...] = ()
    now: int = EMPTY_REVISION
    future: tuple[int, ...] = ()

    def moved_to(self, version: HistoryEntry) -> "_Place":
        """After `version` was accepted. What is neither past nor future is a new edit."""
        target = version.content
        if target in self.past:
            at = len(self.past) - 1 - self.past[::-1].index(target)
            return _Place(self.past[:at], target, (*self.future, self.now, *reversed(self.past[at + 1 :])))
        if target in self.future:
            at = len(self.future) - 1 - self.future[::-1].index(target)
            return _Place((*self.past, self.now, *reversed(self.future[at + 1 :])), target, self.future[:at])
        return _Place((*self.past, self.now), target)


@dataclass(frozen=True)
class History:
    """The versions of one session; `head` is the current one, by default the newest.

    `base` is what lies before the first of them: nothing, or a timeline whose past is not known.
    """

    versions: tuple[HistoryEntry, ...] = ()
    head: int | None = None
    base: Timeline = field(default_factory=Timeline)

    @classmethod
    def of(cls, versions: Iterable[HistoryEntry]) -> "History":
        """The history of versions in any order."""
        return cls(tuple(sorted(versions, key=lambda version: version.rev)))

    @property
    def revisions(self) -> tuple[int, ...]:
        return tuple(version.rev for version in self.versions)

    def extended(self, timeline: Timeline, content: int | None) -> "History":
        """With one more version on top: a new edit, or the return to `content`."""
        newest = self.versions[-1].rev if self.versions else None
        rev = (newest or EMPTY_REVISION) + 1
        version = HistoryEntry(rev=rev, parent=newest, content=rev if content is None else content, timeline=timeline)
        return replace(self, versions=(*self.versions, version))

    def undo(self, steps: int | None) -> tuple[int, int]:
        """(content to return to, steps really taken); no `steps` means back to the beginning."""
        return _walk(self._place.past, self._place.now, steps)

    def redo(self, steps: int | None) -> tuple[int, int]:
        """(content to return to, steps really taken)."""
        return _walk(self._place.future, self._place.now, steps)

    def timeline(self, rev: int) -> Timeline | None:
        """The timeline of a version; empty for version 0, None when there is no such version."""
        if rev == EMPTY_REVISION:
            return self.base
        return next((version.timeline for version in self.versions if version.rev == rev), None)

    def content(self, rev: int) -> int:
        """The version whose content a version has."""
        return next((version.content for version in self.versions if version.rev == rev), rev)

    @cached_property
    def _place(self) -> _Place:
        places: dict[int | None, _Place] = {None: _Place()}
        for version in self.versions:
            places[version.rev] = places.get(version.parent, _Place()).moved_to(version)
        newest = self.versions[-1].rev if self.versions else None
        return places.get(newest if self.head is None else self.head, _Place())


def _walk(stack: tuple[int, ...], now: int, steps: int | None) -> tuple[int, int]:
    taken = len(stack) if steps is None else min(steps, len(stack))
    return (stack[-taken], taken) if taken else (now, 0)
