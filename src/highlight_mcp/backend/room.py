"""Free space of the disk, shared by all files that are on their way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .storage import LOOK_BYTES, Promise, require_space


class Room:
    """Knows what is promised to whom, so that many files at once do not fill what each alone would find free."""

    def __init__(self, folder: Path, floor: int) -> None:
        self._folder = folder
        self._floor = floor
        self._promises: list[Promise] = []

    @contextmanager
    def promised(self, size: int) -> Iterator[Promise]:
        """Room for a file of so many bytes, 0 when nobody knows. Raises ContractError `no_space`."""
        promise = Promise(size, self._check)
        self._check(size)
        self._promises.append(promise)
        try:
            yield promise
        finally:
            self._promises.remove(promise)

    def _check(self, more: int = LOOK_BYTES) -> None:
        """Raises ContractError `no_space` unless there is room for what is promised, for more, and the floor."""
        require_space(self._folder, self._floor + more + sum(promise.left for promise in self._promises))
