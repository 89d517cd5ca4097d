"""A process that has loaded what light jobs need, and forks itself for each: a warm start, one process per job.

`python -m highlight_mcp.engine.fork_server` takes requests from the Unix socket that is its standard input. A
request is one byte, `PLAIN` or `WITH_WORDS`, with three sockets (`SCM_RIGHTS`): standard input and output of the new
process, its standard error, and one on which the server writes two lines, the process id, and once the process has
ended, its exit code (that of a signal is negative). The new process leads a session of its own and is then what `python
-m highlight_mcp.engine` is: limits, a crash and memory are those of its job alone, and it ends when the pipe to its
parent closes. What reads words takes longest to load: that is done for the first job that needs it, or once nothing
was asked for `QUIET_S`. The server ends when the socket closes, or when it had nothing to do for `IDLE_S`.

For Linux: elsewhere libraries may start threads that a fork does not survive.
"""

import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from .__main__ import main
from .preloading import load_jobs, load_words

PLAIN, WITH_WORDS = b"\0", b"\1"
QUIET_S = 1.0
IDLE_S = 600.0
LIGHT_JOBS = ("probe", "preview")
SOCKETS = 3


class JobForker:
    """The requests, the processes that run, and the signal of their end; `load_words` is called once."""

    def __init__(self, requests: socket.socket, load_words: Callable[[], None]) -> None:
        self._requests = requests
        self._load_words: Callable[[], None] | None = load_words
        self._running: dict[int, socket.socket] = {}
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Serve until the requests end, or come no more."""
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _noted)
        self._selector.register(self._requests, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while True:
            patience_s = IDLE_S if self._load_words is None else QUIET_S
            ready = {key.fileobj for key, _ in self._selector.select(patience_s)}
            if self._woken in ready:
                self._woken.recv(1 << 10)
                self._report_ends()
            if self._requests in ready and not self._accept():
                return
            if not ready and self._load_words is not None:
                self._prepare()
            elif not ready and not self._running:
                return

    def _prepare(self) -> None:
        """Load what reads words, if that has not been done."""
        if self._load_words is not None:
            self._load_words()
            self._load_words = None

    def _accept(self) -> bool:
        """Take one request; False when there are no more."""
        message, handles, _, _ = socket.recv_fds(self._requests, 1, SOCKETS)
        sockets = [socket.socket(fileno=handle) for handle in handles]
        if message == WITH_WORDS:
            self._prepare()
        if len(sockets) == SOCKETS:
            talk, errors, status = sockets
            pid = os.fork()
            if pid == 0:
                self._become_engine(talk, errors, status)
            self._running[pid] = status
            _write(status, pid)
            sockets.remove(status)
        for each in sockets:
            each.close()
        return bool(message)

    def _report_ends(self) -> None:
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with self._running.pop(pid) as reader:
                    _write(reader, os.waitstatus_to_exitcode(status))

    def _become_engine(self, talk: socket.socket, errors: socket.socket, status: socket.socket) -> NoReturn:
        """Be the engine process of one job, with nothing left of the server."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for descriptor, other in enumerate((talk, talk, errors)):
                os.dup2(other.fileno(), descriptor)
            self._selector.close()
            for each in (talk, errors, status, self._woken, self._waker, *self._running.values()):
                each.close()
            code = main()
        finally:
            sys.stderr.flush()
            os._exit(code)


def _noted(number: int, frame: object) -> None:
    """The wake-up descriptor has told the loop already."""


def _write(reader: socket.socket, number: int) -> None:
    try:
        reader.sendall(b"%d\n" % number)
    except OSError:
        return


if __name__ == "__main__":
    load_jobs(LIGHT_JOBS)
    JobForker(socket.socket(fileno=0), load_words).serve()
