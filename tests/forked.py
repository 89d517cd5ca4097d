"""Processes of the product for the tests, forked by one that has loaded what they need: that saves 2 CPU s each.

How a process starts by itself is what other tests are about; those start one in the ordinary way.
"""

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from highlight_mcp.backend_locator import START_LOG
from highlight_mcp.cli import main

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "highlight_mcp.backend.process",
        *(f"highlight_mcp.commands.{name}" for name in ("stdio", "workspaces", "http", "call", "reel", "engine")),
        *(f"highlight_mcp.server.{name}" for name in ("app", "stdio")),
    ]
)


class Forked:
    """A process that is forked to call `target`, used like a `subprocess.Popen`."""

    def __init__(self, target: Callable[..., Any], *arguments: Any) -> None:
        # At the end of the tests it is ended, and not waited for.
        self._process = FORKS.Process(target=target, args=arguments, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, that of a signal negative. AssertionError when it goes on after `timeout`."""
        self._process.join(timeout)
        assert self._process.exitcode is not None, f"the process goes on after {timeout} s"
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Backend(Forked):
    """In place of `backend_locator.start_process`."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        super().__init__(_backend, home, dict(environment))


class Command(Forked):
    """`highlight-mcp` with some words, or what else `run` does with them, its streams, and a session of its own."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path | None = None,
        run: Callable[[list[str]], Any] = main,
    ) -> None:  # fmt: skip
        pairs = [socket.socketpair() for _ in range(3)]
        ours, theirs = zip(*pairs, strict=True)
        super().__init__(_command, run, list(words), dict(environment), folder, *theirs)
        self.stdin = ours[0].makefile("w", encoding="utf-8")
        self.stdout, self.stderr = (one.makefile("r", encoding="utf-8") for one in ours[1:])
        for one in (*ours, *theirs):
            one.close()

    def communicate(self, timeout: float) -> tuple[str, str]:
        """End its input; what it still says, once it has ended. AssertionError when it goes on after `timeout`."""
        self.stdin.close()
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(stream.read) for stream in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
            finally:
                self.kill()
        return said[0].result(), said[1].result()


def _backend(home: Path, environment: dict[str, str]) -> None:
    """Be the backend, until it ends."""
    output = os.open(home / START_LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    _become(environment, home, os.open(os.devnull, os.O_RDONLY), output, output)
    sys.exit(main(["backend"]))


def _command(
    run: Callable[[list[str]], Any], words: list[str], environment: dict[str, str], folder: Path | None,
    *streams: socket.socket,
) -> None:  # fmt: skip
    """Be the command, until it ends."""
    _become(environment, folder, *(stream.detach() for stream in streams))
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - that of the process that forks is closed
    sys.exit(run(words))


def _become(environment: dict[str, str], folder: Path | None, *streams: int) -> None:
    """Lead a session of its own, with an environment, a folder and standard streams of its own."""
    os.setsid()
    for descriptor, stream in enumerate(streams):
        os.dup2(stream, descriptor)
    for stream in set(streams):
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    if folder is not None:
        os.chdir(folder)
