"""Words of Chinese that were typed by their sound and came out as others that sound alike: `净音` for `静音`.

A stretch with a character that means nothing here may stand for a word that is known and sounds the same, tones aside.
Such a word is taken only where the sentence cannot be read otherwise, and one reading alone comes of all there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Protocol

from . import folders
from .lexicon import index, is_wide
from .normalize import NormalizedText
from .outcome import ParseResult
from .tokens import Token

_SHORTEST, _LONGEST = 2, 4
_MOST_TRIED, _MOST_SLIPS = 4, 2
_NOTHING = frozenset({"FILLER", "LINK"})


@dataclass(frozen=True, slots=True)
class Respelling:
    """A word as it was written, the one that sounds alike, and the sentence with it."""

    was: str
    now: str
    sentence: str


def may_mend(text: str) -> bool:
    """Whether a text has a character whose sound is known."""
    return any(is_wide(char) and char in _sounds() for char in text)


class SlipReader(Protocol):
    """The way of a sentence through the interpreter, for what it may have been meant to be."""

    def scan(self, text: str) -> tuple[NormalizedText, list[Token]]:
        """The text as it is read, and its tokens."""

    def read(self, text: str) -> ParseResult:
        """The outcome of the text as it stands."""


def mended(text: str, reader: SlipReader, *, most: int = _MOST_SLIPS) -> ParseResult | None:
    """The plan of the text with up to `most` such words put right; None where none is, or several that differ."""
    source, tokens = reader.scan(text)
    plans: list[ParseResult] = []
    for one in islice(_respellings(source, tokens), _MOST_TRIED):
        outcome = reader.read(one.sentence)
        if outcome.kind == "clarify" and most > 1:
            outcome = mended(one.sentence, reader, most=most - 1) or outcome
        if outcome.kind == "plan" and not (outcome.not_understood or outcome.unsupported):
            plans.append(outcome.model_copy(update={"respelled": ((one.was, one.now), *outcome.respelled)}))
    return plans[0] if plans and all(plan.operations == plans[0].operations for plan in plans) else None


def _respellings(source: NormalizedText, tokens: Sequence[Token]) -> Iterator[Respelling]:
    """What may have been meant by stretches around characters that mean nothing, the longest words first."""
    strange = {i for t in tokens if t.kind == "unknown" for i in range(t.start, t.end) if is_wide(source.work[i])}
    taken = {i for t in tokens if t.kind not in ("word", "unknown") for i in range(t.start, t.end)}
    for size in range(_LONGEST, _SHORTEST - 1, -1):
        for start in range(max(0, len(source.work) - size + 1)):
            within = range(start, start + size)
            if strange.isdisjoint(within) or not taken.isdisjoint(within):
                continue
            was = source.work[start : start + size]
            for now in _sounding_like(was):
                a, b = source.origin[start], source.origin[start + size - 1] + 1
                yield Respelling(was, now, source.given[:a] + now + source.given[b:])


def _sounding_like(word: str) -> list[str]:
    """The known words that sound as a stretch of text does, but for itself."""
    sounds = [_sounds().get(char, ()) for char in word]
    found = {known for key in product(*sounds) for known in _words_by_sound().get(key, ())}
    return sorted(found - {word})


@folders.remembered
def _sounds() -> dict[str, tuple[str, ...]]:
    """Characters with their readings."""
    found: dict[str, list[str]] = {}
    for code in folders.codes():
        for sound, lines in folders.words(code, "sounds").items():
            for char in "".join(lines):
                found.setdefault(char, []).append(sound)
    return {char: tuple(sounds) for char, sounds in found.items()}


@folders.remembered
def _words_by_sound() -> dict[tuple[str, ...], tuple[str, ...]]:
    """The words that mean something, and clips by their place, by how each of their characters sounds."""
    found: dict[tuple[str, ...], set[str]] = {}
    known = [word for word, concepts in index(_languages()).items() if concepts - _NOTHING]
    for word in (*known, *_clips()):
        if _SHORTEST <= len(word) <= _LONGEST and all(map(is_wide, word)):
            for key in product(*(_sounds().get(char, ()) for char in word)):
                found.setdefault(key, set()).add(word)
    return {key: tuple(sorted(words)) for key, words in found.items()}


def _languages() -> tuple[str, ...]:
    return tuple(code for code in folders.codes() if folders.words(code, "sounds"))


def _clips() -> Iterator[str]:
    """`第二段`: the clips that a reel may have, as they are counted."""
    for code in _languages():
        book = folders.words(code, "speech")
        for opening, number, noun in product(book["COUNTED_OPENING"], book["COUNTED"], book["COUNTED_NOUN"]):
            yield f"{opening}{number}{noun}"
