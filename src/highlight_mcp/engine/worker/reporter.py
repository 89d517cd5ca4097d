"""The lines that a job writes: progress, not too often and never backwards, questions, then one answer."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from ...messages import Message

INTERVAL_S = 0.25


class Reporter:
    """Writes JSON lines to one stream; after the answer it is silent.

    Progress is coalesced to four lines a second; within one stage `done` never decreases.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._last = float("-inf")
        self._pending: dict[str, Any] | None = None
        self._timer: threading.Timer | None = None
        self._done: dict[tuple[str, int], int] = {}
        self._answered = False

    def progress(self, stage: str, done: int, total: int, message: Message) -> None:
        """Report progress (`highlight_mcp.engine.worker.reporter.Progress`)."""
        with self._lock:
            key = (stage, total)
            done = max(min(done, total), self._done.get(key, 0))
            self._done[key] = done
            self._pending = {"stage": stage, "done": done, "total": total, "message": Message.read(message).dump()}
            if self._timer is not None:
                return
            wait_s = self._last + INTERVAL_S - time.monotonic()
            if wait_s <= 0:
                self._write_pending()
            else:
                self._timer = threading.Timer(wait_s, self._flush)
                self._timer.daemon = True
                self._timer.start()

    def ask(self, question: dict[str, Any]) -> None:
        """Write a question to the parent."""
        with self._lock:
            self._write(_line({"ask": question}))

    def result(self, value: dict[str, Any]) -> None:
        """Write the result: the last line. Raises ValueError when it is not JSON."""
        line = _line({"result": value})
        with self._lock:
            self._answer(line)

    def error(self, value: dict[str, Any]) -> None:
        """Write the error: the last line."""
        with self._lock:
            self._answer(_line({"error": value}))

    def _flush(self) -> None:
        with self._lock:
            self._timer = None
            self._write_pending()

    def _write_pending(self) -> None:
        if self._pending is not None and not self._answered:
            self._last = time.monotonic()
            self._write(_line({"progress": self._pending}))
        self._pending = None

    def _answer(self, line: bytes) -> None:
        if not self._answered:
            self._answered = True
            self._write(line)

    def _write(self, line: bytes) -> None:
        self._stream.write(line)
        self._stream.flush()


def _line(value: dict[str, Any]) -> bytes:
    """ASCII only, so that no reader's encoding matters."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


Progress = Callable[[str, int, int, Message], None]
"""`progress(stage, done, total, message)`: done and total in any unit, the message for a person."""

Ask = Callable[[dict[str, Any]], dict[str, Any]]
"""`ask(question)` waits for the answer of who ordered the job; both are JSON objects."""


def no_progress(stage: str, done: int, total: int, message: Message) -> None:
    """A progress that nobody watches."""


def scaled_progress(progress: Progress, start: int, end: int) -> Progress:
    """A progress whose whole is the stretch from `start` to `end` per cent of another."""

    def report(stage: str, done: int, total: int, message: Message) -> None:
        share = min(max(done, 0), total) / total if total > 0 else 0.0
        progress(stage, start + round((end - start) * share), 100, message)

    return report
