"""What commands share: how they end on Ctrl-C and SIGTERM, say why nothing was made, and where a reel is put."""

import argparse
import errno
import os
import secrets
import shutil
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType

from ..backend_locator import backend_config
from ..contract.addresses import UnknownHome, shell_path
from ..contract.errors import ApiError
from ..contract.exports import ExportChoice, choose_export
from ..files import move_to_new
from ..messages import InWords, Message, Refusal, message, say
from ..settings import LOCAL, Settings

SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOTHING_MADE = message("shell.stopped.nothing_made")

StoppableRun = Callable[[argparse.Namespace], int]


class Stopped(KeyboardInterrupt):
    """The person at the shell, or the system, wants this command to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = status_of(number)


def status_of(number: int) -> int:
    """The exit status of a command that a signal ended: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + number


def say_stopped(told: Message = NOTHING_MADE) -> None:
    """One line on stderr."""
    sys.stderr.write(f"highlight-mcp: {told}\n")


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
        # What is interrupted while it is made, or before it begins, may complain when it goes.
        sys.unraisablehook = lambda _: None
        warnings.simplefilter("ignore")
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


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it a signal waits for the end: for a step after which something has to be ended, too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _frame: came.append(number)) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if came:
        signal.raise_signal(came[0])


def leave(number: int, _frame: FrameType | None = None) -> None:
    """Leave at once. What we have started ends with us, since its life line closes."""
    os._exit(status_of(number))


class ShellError(Refusal):
    """A command cannot do what was asked."""


def target_of(output: str, preset: str | None = None) -> Path:
    """The file that `-o` names. Raises ShellError when it is there already, or promises another file than is made."""
    target = shell_path(output)
    choice_of(preset, target.name)
    if target.exists() or target.is_symlink():
        raise ShellError("shell.exists", target=str(target))
    return target


def choice_of(preset: str | None, name: str | None) -> ExportChoice:
    """The export that `--preset` and `-o` ask for. Raises ShellError when they do not agree."""
    try:
        return choose_export(preset, name)
    except ApiError as error:
        raise ShellError(error.fault.what.key, **error.fault.what.arguments) from None


def partial_of(target: Path) -> Path:
    """A name beside the target that no other run has."""
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def move_reel(made: Path, target: Path) -> Path:
    """Move a finished reel to where it is wanted, over file systems if need be; where it is then.

    When something has the name by now, the reel stays where it was made. Raises OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        move_to_new(made, target)
    except FileExistsError:
        return made
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return _move_across(made, target)
    return target


def _move_across(made: Path, target: Path) -> Path:
    """The same to another file system, where a copy beside the target is given its name."""
    partial = partial_of(target)
    try:
        shutil.copyfile(made, partial)
        move_to_new(partial, target)
    except FileExistsError:
        return made
    finally:
        partial.unlink(missing_ok=True)
    made.unlink()
    return target


def split_words(words: Sequence[str]) -> tuple[list[str], str]:
    """The files, and the wish: the last argument unless it names something that exists."""
    *head, last = words
    if _exists(last):
        return list(words), say("shell.wish")
    return head, last


def _exists(text: str) -> bool:
    """Whether words name a file; a wish may begin with `~`, and be longer than a name can be."""
    try:
        return shell_path(text).exists()
    except (UnknownHome, OSError):
        return False


def exit_with_error(why: InWords | Message) -> int:
    """Say on stderr why nothing was made."""
    sys.stderr.write(f"highlight-mcp: {why.text if isinstance(why, InWords) else why}\n")
    return 1


def agreed(question: str) -> bool:
    """Ask at the terminal; without one nobody agrees."""
    if not sys.stdin.isatty():
        return False
    return input(f"{say(question)} [y/N] ").strip().lower() in say("shell.yes").split()


def readable(settings: Settings) -> tuple[Path, ...] | None:
    """The folders that the local backend reads from; None where another backend serves."""
    return backend_config(settings).readable_roots if settings.backend == LOCAL else None
