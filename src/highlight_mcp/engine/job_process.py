"""The process that does one job: its bounds, the pipe to its parent, and the lines that it writes.

Decoders are untrusted code: memory, time, file size, core files and priority are bounded. The job and later answers
come through the pipe; when it closes, or on a signal, the job ends early and takes its partial output with it, never
one that is finished. What is written is progress, not too often and never backwards, questions, then one answer.
"""

import json
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from ..messages import Message

MEMORY_MB = 6 * 1024
PICTURE_MB = 2 * 1024
"""Of a job that looks at one still picture: half is what the libraries reserve (see `images.MOST_PIXELS`)."""
_MEMORY_MB_PER_CPU = 128
_CPU_GRACE_S = 10
"""Between the signal that the time is up and the end."""


def lower_priority() -> None:
    """Give way to what people do at this machine."""
    if sys.platform != "win32":
        os.nice(5)


def apply_limits(spec: Mapping[str, Any], *, picture: bool = False, spent_s: float = 0.0) -> None:
    """Bound this process to `limits` and `memory_mb` of its job; where the system has no limits, not at all.

    The default of memory (address space) is 6 GiB, 2 GiB for one still `picture`, and 128 MiB for each CPU, because
    every thread of a codec reserves address space for its stack and its heap. `spent_s` is processor time of
    earlier jobs. The bounds hold for good once `fix_limits` is called; until then another job may have others.
    """
    if sys.platform == "win32":
        return
    import resource

    limits = spec.get("limits") or {}
    default_mb = (PICTURE_MB if picture else MEMORY_MB) + _MEMORY_MB_PER_CPU * (os.cpu_count() or 1)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, int(spec.get("memory_mb") or limits.get("memory_mb") or default_mb) << 20)
    if limits.get("file_mb"):
        _lower(resource.RLIMIT_FSIZE, int(limits["file_mb"]) << 20)
    if limits.get("cpu_s"):
        _lower(resource.RLIMIT_CPU, int(limits["cpu_s"] + spent_s))


def fix_limits() -> None:
    """From here on nothing in this process can have more than its job: before footage is decoded."""
    if sys.platform == "win32":
        return
    import resource

    for which in (resource.RLIMIT_CORE, resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
        bound, hard = resource.getrlimit(which)
        if bound == resource.RLIM_INFINITY:
            continue
        most = bound + (_CPU_GRACE_S if which == resource.RLIMIT_CPU else 0)
        _set(which, bound, most if hard == resource.RLIM_INFINITY else min(most, hard))


def _lower(which: int, bound: int) -> None:
    """Set a limit, never above the hard one."""
    import resource

    _, hard = resource.getrlimit(which)
    _set(which, bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard)


def _set(which: int, bound: int, most: int) -> None:
    """macOS refuses RLIMIT_AS below what is in use."""
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(which, (bound, most))


FAILED, PARENT_GONE = 3, 4
_FIRST_LINE_LIMIT = 256 << 20
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_OUT_OF_TIME = getattr(signal, "SIGXCPU", None)


class ParentWatchdog:
    """Reads the job from a file descriptor, then watches it and the signals until the process ends."""

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self._partial: list[Path] = []
        self._ending = threading.RLock()
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._sockets: tuple[socket.socket, socket.socket] | None = None
        self._out_of_time: Callable[[], None] = lambda: None

    def first_line(self) -> bytes | None:
        """The first line, or None when the pipe closes (or goes on for ever) before one is complete."""
        line = bytearray()
        while len(line) < _FIRST_LINE_LIMIT:
            chunk = os.read(self._fd, 1 << 16)
            if not chunk:
                return None
            line += chunk
            if b"\n" in chunk:
                return bytes(line).split(b"\n", 1)[0]
        return None

    def owns(self, path: Path) -> None:
        """Name an output of the job: it, and files named like it with a suffix more, are removed on an early end.

        A file that exists already is somebody else's and stays.
        """
        if not path.exists():
            self._partial.append(path)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """While the answer is written no end comes between, and after it the outputs are the parent's."""
        with self._ending:
            yield
            self._partial.clear()

    def next_line(self) -> bytes:
        """What the parent writes next; to be called after `watch`. Waits for it; without a parent the process ends."""
        return self._lines.get()

    def line_within(self, limit_s: float) -> bytes | None:
        """The same, None when nothing comes within `limit_s`."""
        try:
            return self._lines.get(timeout=limit_s)
        except queue.Empty:
            return None

    def watch(self, out_of_time: Callable[[], None] = lambda: None) -> None:
        """Start watching. Works while the main thread is inside a codec: nothing waits for it.

        `out_of_time` is called before the end when the processor time is used up; a second call changes it.
        """
        self._out_of_time = out_of_time
        if self._sockets is not None:
            return
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in (*_SIGNALS, *(() if _OUT_OF_TIME is None else (_OUT_OF_TIME,))):
            signal.signal(number, _noted)
        self._sockets = (reader, writer)
        threading.Thread(target=self._watch_signals, args=(reader,), daemon=True, name="signals").start()
        threading.Thread(target=self._watch_parent, daemon=True, name="lifeline").start()

    def _watch_parent(self) -> None:
        rest = bytearray()
        while chunk := os.read(self._fd, 1 << 16):
            rest += chunk
            while b"\n" in rest:
                line, _, rest = rest.partition(b"\n")
                self._lines.put(bytes(line))
        self._leave(PARENT_GONE)

    def _watch_signals(self, reader: socket.socket) -> None:
        while signalled := reader.recv(1):
            if signalled[0] == _OUT_OF_TIME:
                self._out_of_time()
                self._leave(FAILED)
            if signalled[0] in _SIGNALS:
                self._leave(128 + signalled[0])

    def _leave(self, status: int) -> NoReturn:
        with self._ending:
            for path in self._partial:
                for file in (path, *path.parent.glob(f"{_literal(path.name)}.*")):
                    try:
                        file.unlink(missing_ok=True)
                    except OSError:
                        continue
            os._exit(status)


def _noted(number: int, frame: object) -> None:
    """The wake-up descriptor has told the watching thread already."""


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "[]*?" else sign for sign in name)


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
        """Report progress (`Progress`)."""
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

    def result(self, value: dict[str, Any], *, stays: bool = False) -> None:
        """Write the result: the last line, with `stays` where another job is taken. Raises ValueError if no JSON."""
        line = _line({"result": value, "stays": True} if stays else {"result": value})
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
