"""What cannot be written or read, in words that name the line."""

from ..messages import Refusal


class InterchangeError(Refusal):
    """A list of cuts cannot be read, or a reel cannot be written in a format."""
