"""Why pictures cannot be copied."""

from ...messages import Argument, Message, message

UNREADABLE = (ValueError, EOFError, LookupError)
"""What reading and rewriting coded units raises where they are damaged or of a form that is not handled."""


class NotCopyable(Exception):
    """The reel is encoded instead; `reason` is told with the result."""

    def __init__(self, why: str, **facts: Argument) -> None:
        super().__init__(why)
        self.reason: Message = message(f"engine.copying.{why}", **facts)
