"""How far each running job has come: in memory, for the streams and status calls of this process."""

import threading
import time
from dataclasses import dataclass, replace

from ..messages import Message, verbatim

_NOTHING = verbatim("")


@dataclass(frozen=True)
class Step:
    """One progress report; `percent` never falls during a job. `at` is monotonic seconds."""

    stage: str = ""
    percent: int = 0
    message: Message = _NOTHING
    at: float = 0.0


class Board:
    """Thread-safe: jobs write from their event loop, requests read from theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: dict[str, Step] = {}

    def report(self, job: str, stage: str, done: float, total: float, message: Message) -> Step:
        """Write a report; a fall in per cent is levelled out."""
        percent = int(min(max(100 * done / total, 0), 100)) if total > 0 else 0
        with self._lock:
            before = self._steps.get(job, Step())
            percent = max(before.percent, percent)
            step = replace(before, stage=stage, percent=percent, message=message, at=time.monotonic())
            self._steps[job] = step
            return step

    def read(self, job: str) -> Step:
        """The last report; an empty one for a job that has not reported."""
        with self._lock:
            return self._steps.get(job, Step())

    def forget(self, job: str) -> None:
        """The job is over."""
        with self._lock:
            self._steps.pop(job, None)
