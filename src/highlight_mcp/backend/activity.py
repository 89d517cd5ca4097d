"""Is anybody using this backend; decides when it may exit."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """Counts requests and open streams. Only the event loop's thread uses it."""

    def __init__(self) -> None:
        self._open = 0
        self._last = time.monotonic()

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request, from its first byte to the last byte of its answer."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last = time.monotonic()

    @property
    def idle_before_this_s(self) -> float:
        """Seconds of quiet before the one request that is open now; 0.0 while there are more."""
        return 0.0 if self._open > 1 else time.monotonic() - self._last

    def touch(self) -> None:
        """Work goes on; the waiting starts anew."""
        self._last = time.monotonic()

    @property
    def idle_s(self) -> float:
        """Seconds since anything happened; 0.0 while a request is open."""
        return 0.0 if self._open else time.monotonic() - self._last
