"""The pipe to the parent: the job, later answers, and the job's early end when it closes, as on a signal.

An early end takes the partial output of the job with it, never one that is finished.
"""

import os
import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

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

    def watch(self, out_of_time: Callable[[], None] = lambda: None) -> None:
        """Start watching. Works while the main thread is inside a codec: nothing waits for it.

        `out_of_time` is called before the end when the processor time is used up.
        """
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in (*_SIGNALS, *(() if _OUT_OF_TIME is None else (_OUT_OF_TIME,))):
            signal.signal(number, _noted)
        self._sockets = (reader, writer)
        threading.Thread(target=self._watch_signals, args=(reader, out_of_time), daemon=True, name="signals").start()
        threading.Thread(target=self._watch_parent, daemon=True, name="lifeline").start()

    def _watch_parent(self) -> None:
        rest = bytearray()
        while chunk := os.read(self._fd, 1 << 16):
            rest += chunk
            while b"\n" in rest:
                line, _, rest = rest.partition(b"\n")
                self._lines.put(bytes(line))
        self._leave(PARENT_GONE)

    def _watch_signals(self, reader: socket.socket, out_of_time: Callable[[], None]) -> None:
        while data := reader.recv(1):
            if data[0] == _OUT_OF_TIME:
                out_of_time()
                self._leave(FAILED)
            if data[0] in _SIGNALS:
                self._leave(128 + data[0])

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
