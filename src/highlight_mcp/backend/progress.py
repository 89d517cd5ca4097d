"""What goes on in this process: how far each running job has come, and when anybody last asked for anything."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..messages import Message, verbatim

_NOTHING = verbatim("")


@dataclass(frozen=True)
class Progress:
    """One progress report; `percent` never falls during a job. `at` is monotonic seconds."""

    stage: str = ""
    percent: int = 0
    message: Message = _NOTHING
    at: float = 0.0


class ProgressStore:
    """Thread-safe: jobs write from their event loop, requests read from theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: dict[str, Progress] = {}

    def report(self, job: str, stage: str, done: float, total: float, message: Message) -> Progress:
        """Write a report; a fall in per cent is levelled out."""
        percent = int(min(max(100 * done / total, 0), 100)) if total > 0 else 0
        with self._lock:
            before = self._steps.get(job, Progress())
            percent = max(before.percent, percent)
            step = replace(before, stage=stage, percent=percent, message=message, at=time.monotonic())
            self._steps[job] = step
            return step

    def read(self, job: str) -> Progress:
        """The last report; an empty one for a job that has not reported."""
        with self._lock:
            return self._steps.get(job, Progress())

    def forget(self, job: str) -> None:
        """The job is over."""
        with self._lock:
            self._steps.pop(job, None)


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
