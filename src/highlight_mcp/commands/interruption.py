"""Ctrl-C and SIGTERM at the shell: the first ends the work in good order and says so, the second leaves at once."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOTHING_MADE = "Stopped. Nothing was made."

StoppableRun = Callable[[argparse.Namespace], int]


class Stopped(KeyboardInterrupt):
    """The person at the shell, or the system, wants this command to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = status_of(number)


def status_of(number: int) -> int:
    """The exit status of a command that a signal ended: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + number


def say_stopped(text: str = NOTHING_MADE) -> None:
    """One line on stderr."""
    sys.stderr.write(f"highlight-mcp: {text}\n")


def stoppable(run: StoppableRun) -> StoppableRun:
    """A command that ends in good order: what it has started ends first, then it says so."""

    @wraps(run)
    def guarded(arguments: argparse.Namespace) -> int:
        try:
            with _raising():
                return run(arguments)
        except Stopped as stop:
            say_stopped()
            return stop.status

    return guarded


@contextmanager
def _raising() -> Iterator[None]:
    """Within it the first signal raises Stopped in the main thread."""

    def first(number: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, leave)
        raise Stopped(number)

    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone, and whoever runs a command beside it ends it as it likes
        return
    before = {each: signal.signal(each, first) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def leave(number: int, _frame: FrameType | None = None) -> None:
    """Leave at once. What we have started ends with us, since its life line closes."""
    os._exit(status_of(number))
