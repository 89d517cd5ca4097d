"""One piece of a sentence: where it stands, what kind it is, what it means."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "word", "unknown", "quote", "asset", "separator", "number", "duration", "time", "range", "head", "tail",
    "clips", "percent", "factor", "ratio", "decibels", "lufs", "resolution", "rate", "size", "degrees", "steps",
    "version", "colour", "named",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A span of the working text; `start` and `end` are offsets there.

    `concepts` are the lexicon's readings of a word; `value` is what a typed span means: milliseconds
    for times, a fraction for percentages, a tuple for ranges and clip numbers.
    """

    kind: Kind
    start: int
    end: int
    text: str
    concepts: frozenset[str] = frozenset()
    value: Any = None

    def is_a(self, *concepts: str) -> bool:
        """Whether any of the concepts is among the readings."""
        return not self.concepts.isdisjoint(concepts)


MASK = "\ue000"


@dataclass(slots=True)
class Canvas:
    """The working text with what has been recognised so far painted over."""

    text: str
    masked: str
    tokens: list[Token]

    def paint(self, token: Token) -> None:
        """Record a token and hide its characters from later recognisers."""
        self.tokens.append(token)
        self.masked = self.masked[: token.start] + MASK * (token.end - token.start) + self.masked[token.end :]
