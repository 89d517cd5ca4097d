"""Points at which a test can let the process die at once, as kill -9 would."""

import os

POINTS = frozenset({"before_child", "after_child", "before_move", "after_move", "after_settle", "after_edit"})


class FaultPoints:
    """Armed by the configuration; harmless otherwise."""

    def __init__(self, die_at: str | None) -> None:
        if die_at is not None and die_at not in POINTS:
            raise ValueError(f"no such fault point: {die_at!r}; points are {sorted(POINTS)}")
        self._die_at = die_at

    def reach(self, point: str) -> None:
        """Die here if told so."""
        if point == self._die_at:
            os._exit(137)
