"""Waiting in tests: for a condition, never for a time. This file alone pauses (`test_habits.py`)."""

import inspect
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import anyio

STEP_S = 0.02


def eventually(what: str, condition: Callable[[], Any], limit_s: float = 60.0) -> Any:
    """The first true value of a condition of a file or another process. AssertionError with `what` after `limit_s`."""
    until = time.monotonic() + limit_s
    while not (found := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"after {limit_s} s still not: {what}")
        time.sleep(STEP_S)
    return found


async def until(condition: Callable[[], Any | Awaitable[Any]], limit_s: float = 30.0) -> Any:
    """The first true value of a condition, asked on the event loop. TimeoutError after `limit_s`."""
    with anyio.fail_after(limit_s):
        while not (found := await answered(condition)):  # noqa: ASYNC110 - there is no event in another process
            await anyio.sleep(STEP_S)
    return found


async def throughout(condition: Callable[[], Any | Awaitable[Any]], for_s: float) -> None:
    """A condition holds at every look for so long: for what must not happen, where nothing later would prove it."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        assert await answered(condition)
        await anyio.sleep(STEP_S)


def paced(pieces: Iterable[bytes], pause_s: float) -> Iterator[bytes]:
    """The pieces of a sender who takes his time, where the pace itself is what a test is about."""
    for piece in pieces:
        time.sleep(pause_s)
        yield piece


async def answered(condition: Callable[[], Any | Awaitable[Any]]) -> Any:
    """The value of a condition of either kind."""
    found = condition()
    return await found if inspect.isawaitable(found) else found
