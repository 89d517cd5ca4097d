"""Versions of a timeline, and where undo and redo lead. Content 0 is the empty timeline before the first edit.

An edit needs neither the older versions nor their number: they are asked for (`VersionStore`) only when an operation
goes back to one, so that a session of thousands of versions costs no more than a new one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from .model import Timeline, items
from .schemas import FrozenModel
from .time import Milliseconds

EMPTY_REVISION = 0
_NUMBERED = re.compile(r"(?:seg|trk)_(\d{1,9})")

Stack = tuple[int, "Stack"] | None
"""A stack that shares its lower part with others: (top, rest)."""


class Revision(FrozenModel):
    """A node of the graph. `content` is the version that it equals: itself, or an older one after an undo."""

    rev: Milliseconds
    parent: Milliseconds | None = None
    content: Milliseconds


class HistoryEntry(Revision):
    """One accepted version."""

    timeline: Timeline


class StoredVersions(Protocol):
    """The accepted versions of one session, numbered from 1 on."""

    @property
    def newest(self) -> int:
        """The number of the newest version, `EMPTY` before the first."""

    @property
    def highest_id(self) -> int:
        """The highest number in an id that any of the versions uses (see `highest_id`)."""

    def revisions(self) -> Sequence[Revision]:
        """All of them, oldest first."""

    def timeline(self, rev: int) -> Timeline | None:
        """The timeline of a version, None when there is no such version."""


@dataclass(frozen=True)
class ListedVersions:
    """Versions at hand, oldest first. A `VersionStore`."""

    versions: tuple[HistoryEntry, ...] = ()

    @property
    def newest(self) -> int:
        return self.versions[-1].rev if self.versions else EMPTY_REVISION

    @property
    def highest_id(self) -> int:
        return max((highest_id(version.timeline) for version in self.versions), default=0)

    def revisions(self) -> Sequence[Revision]:
        return self.versions

    def timeline(self, rev: int) -> Timeline | None:
        return next((version.timeline for version in self.versions if version.rev == rev), None)


@dataclass(frozen=True)
class _Place:
    """Where a version stands: the contents that undo and redo lead to, nearest on top."""

    past: Stack = None
    now: int = EMPTY_REVISION
    future: Stack = None

    def moved_to(self, version: Revision) -> "_Place":
        """After `version` was accepted. What is neither past nor future is a new edit."""
        target = version.content
        if target != version.rev:  # a new edit is in neither; searching for it would take ever longer
            if undone := _shifted(self.past, self.now, self.future, target):
                return _Place(undone[0], target, undone[1])
            if redone := _shifted(self.future, self.now, self.past, target):
                return _Place(redone[1], target, redone[0])
        return _Place((self.now, self.past), target)


@dataclass(frozen=True)
class History:
    """The stored versions of one session, and those that a request has added; the newest is the current one.

    `base` is what lies before the first of them: nothing, or a timeline whose past is not known.
    """

    stored: StoredVersions = field(default_factory=ListedVersions)
    base: Timeline = field(default_factory=Timeline)
    added: tuple[HistoryEntry, ...] = ()

    @classmethod
    def of(cls, versions: Iterable[HistoryEntry]) -> "History":
        """The history of versions at hand, in any order."""
        return cls(ListedVersions(tuple(sorted(versions, key=lambda version: version.rev))))

    @property
    def newest(self) -> int:
        """The number of the newest version, `EMPTY` before the first."""
        return self.added[-1].rev if self.added else self.stored.newest

    def extended(self, timeline: Timeline, content: int | None) -> "History":
        """With one more version on top: a new edit, or the return to `content`."""
        rev = self.newest + 1
        version = HistoryEntry(
            rev=rev, parent=self.newest or None, content=rev if content is None else content, timeline=timeline
        )
        return replace(self, added=(*self.added, version))

    def undo(self, steps: int | None) -> tuple[int, int]:
        """(content to return to, steps really taken); no `steps` means back to the beginning."""
        return _walk(self._place.past, self._place.now, steps)

    def redo(self, steps: int | None) -> tuple[int, int]:
        """(content to return to, steps really taken)."""
        return _walk(self._place.future, self._place.now, steps)

    def timeline(self, rev: int) -> Timeline | None:
        """The timeline of a version; that before the first for version 0, None when there is no such version."""
        if rev == EMPTY_REVISION:
            return self.base
        own = (version.timeline for version in self.added if version.rev == rev)
        return next(own, None) or self.stored.timeline(rev)

    @cached_property
    def _place(self) -> _Place:
        places: dict[int | None, _Place] = {None: _Place()}
        for version in (*self.stored.revisions(), *self.added):
            places[version.rev] = places.get(version.parent, _Place()).moved_to(version)
        return places.get(self.newest, _Place())


def highest_id(timeline: Timeline) -> int:
    """The highest number in an id of a track or item; a new id is above those of all versions."""
    names = [getattr(track, "id", "") for track in timeline.tracks]
    names += [item.id for track in timeline.tracks for item in items(track)]
    return max((int(match[1]) for name in names if (match := _NUMBERED.fullmatch(name))), default=0)


def _shifted(source: Stack, now: int, other: Stack, target: int) -> tuple[Stack, Stack] | None:
    """Both stacks after moving from `now` into `source` as far as `target`; None when it is not there."""
    other = (now, other)
    while source is not None:
        top, source = source
        if top == target:
            return source, other
        other = (top, other)
    return None


def _walk(stack: Stack, now: int, steps: int | None) -> tuple[int, int]:
    taken = 0
    while stack is not None and taken != steps:
        now, stack = stack
        taken += 1
    return now, taken
