"""Tokens, the pieces of a sentence, and clauses, tokens of which some have been accounted for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

TokenKind = Literal[
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

    kind: TokenKind
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
class MaskedText:
    """The working text with what has been recognised so far painted over."""

    text: str
    masked: str
    tokens: list[Token]

    def paint(self, token: Token) -> None:
        """Record a token and hide its characters from later recognisers."""
        self.tokens.append(token)
        self.masked = self.masked[: token.start] + MASK * (token.end - token.start) + self.masked[token.end :]


@dataclass(slots=True)
class Clause:
    """Tokens with a tally of which have been accounted for."""

    tokens: list[Token]
    used: set[int] = field(default_factory=set)

    @property
    def at(self) -> int:
        return self.tokens[0].start if self.tokens else 0

    def free(self) -> Iterable[Token]:
        """Tokens nobody has accounted for yet."""
        return (t for t in self.tokens if t.start not in self.used)

    def find(self, *concepts: str) -> Token | None:
        """The first free token with one of the concepts."""
        return next((t for t in self.free() if t.is_a(*concepts)), None)

    def has(self, *concepts: str) -> bool:
        return self.find(*concepts) is not None

    def take(self, *concepts: str) -> Token | None:
        """Account for all free tokens with one of the concepts; the first of them."""
        first = self.find(*concepts)
        for token in list(self.free()):
            if token.is_a(*concepts):
                self.used.add(token.start)
        return first

    def peek(self, *kinds: str) -> Token | None:
        """The first free token of a kind."""
        return next((t for t in self.free() if t.kind in kinds), None)

    def value(self, *kinds: str) -> Token | None:
        """Account for the first free token of a kind."""
        token = self.peek(*kinds)
        if token:
            self.used.add(token.start)
        return token


VERBS = frozenset(
    {
        "REMOVE", "UNWANTED", "CUT", "KEEP", "TRIM", "LENGTHEN", "SHORTEN", "SHORTER", "LONGER", "ADD", "MAKE",
        "CHANGE", "FIND", "MOVE", "SWAP", "SORT", "REVERSE_ORDER", "SHUFFLE", "CHRONO", "BEST_FIRST",
        "COUNTDOWN", "SPLIT", "FASTER", "SLOWER", "HALF_SPEED", "HALF_FASTER", "HALF_SLOWER", "QUARTER_SPEED",
        "DOUBLE_SPEED", "NORMAL_SPEED",
        "REPLAY", "FREEZE", "LOUDER", "QUIETER", "MUTE", "UNMUTE", "HALF_LOUD", "HALF_LOUDER", "TWICE_LOUD", "DUCK",
        "LOUDNESS", "BEAT", "FADE", "ROTATE", "FLIP", "STABILIZE", "ZOOM", "DARKER", "BRIGHTER", "UNDO", "REDO",
        "RESTORE", "RESET", "EXPORT", "SKIP", "WHY", "TIGHTEN", "FAST_PACE", "SLOW_PACE", "LEAVE_ALONE",
        "VAGUE", "CREDITS", "STATUS", "STATE", "HOW_TO", "NUMBER_CLIPS", "WHEN_TALK", "PAD", "BLURRED_SIDES",
        "CENTRE_CROP", "FOLLOW_ACTION", "ASSEMBLE",
    }
)  # fmt: skip
NOUNS = frozenset(
    {
        "MUSIC", "TITLE", "CAPTION", "SUBTITLES", "CARD", "TRANSITION", "REEL", "SILENCE", "AUDIO",
        "SOURCE_SOUND", "FILTER", "OVERLAY",
    }
)  # fmt: skip
PREFIXES = ("SHAPE:", "JOIN:", "LOOK:", "UNSUPPORTED:", "ASR:")


def is_head(token: Token) -> bool:
    """Whether a token can carry a request of its own."""
    return bool(token.concepts & VERBS) or is_object(token)


def is_object(token: Token) -> bool:
    return bool(token.concepts & NOUNS) or any(c.startswith(PREFIXES) for c in token.concepts)
