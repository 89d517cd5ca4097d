"""What work says while it goes on: how far it has come, and what it needs to know."""

from collections.abc import Callable
from typing import Any

from ..messages import Message

Progress = Callable[[str, int, int, Message], None]
"""`progress(stage, done, total, message)`: done and total in any unit, the message for a person."""

Ask = Callable[[dict[str, Any]], dict[str, Any]]
"""`ask(question)` waits for the answer of who ordered the job; both are JSON objects."""


def quiet(stage: str, done: int, total: int, message: Message) -> None:
    """A progress that nobody watches."""


def part(progress: Progress, start: int, end: int) -> Progress:
    """A progress whose whole is the stretch from `start` to `end` per cent of another."""

    def report(stage: str, done: int, total: int, message: Message) -> None:
        share = min(max(done, 0), total) / total if total > 0 else 0.0
        progress(stage, start + round((end - start) * share), 100, message)

    return report
