"""How long work tells how far it has come."""

from collections.abc import Callable

from ..messages import Message

Progress = Callable[[str, int, int, Message], None]
"""`progress(stage, done, total, message)`: done and total in any unit, the message for a person."""


def quiet(stage: str, done: int, total: int, message: Message) -> None:
    """A progress that nobody watches."""


def part(progress: Progress, start: int, end: int) -> Progress:
    """A progress whose whole is the stretch from `start` to `end` per cent of another."""

    def report(stage: str, done: int, total: int, message: Message) -> None:
        share = min(max(done, 0), total) / total if total > 0 else 0.0
        progress(stage, start + round((end - start) * share), 100, message)

    return report
