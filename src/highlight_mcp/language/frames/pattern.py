"""Patterns over the tokens of a sentence: what may stand where a role of a frame is filled.

A pattern is a line of elements. `TRIM|CUT` is a word with one of these concepts, `duration` a typed span of that kind,
`'of'` a word as it stands, `LOOK:*` a concept with a name behind its colon, `<target>` what an operation is done to,
`<unknown>` a word without an entry, `<words>` words to be shown as they are written, `<name>` a few words of
any kind, `~AFTER` a word of a script without spaces, which stands behind what it places. A `?` behind an
element makes it optional. Words that carry no meaning of their own may stand between two elements.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from ..lexicon import is_wide
from ..tokens import Token, is_head
from .passing import KINDS, passes
from .targets import target_ends

_DEGREES = frozenset({"A_BIT", "A_LOT"})
_BESIDE = frozenset({"FILLER", "AROUND", "MORE", "LESS", "BEST"})


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern."""

    kinds: frozenset[str]
    concepts: frozenset[str]
    prefixes: tuple[str, ...]
    words: frozenset[str]
    optional: bool
    target: bool = False
    wide: bool = False
    unknown: bool = False
    free: Literal["", "words", "name"] = ""

    @property
    def signs(self) -> frozenset[str]:
        """The signs of which a token must have one to stand here."""
        kinds = {f"kind {kind}" for kind in self.kinds}
        return frozenset(
            {*kinds, *self.concepts, *(f"prefix {p}" for p in self.prefixes), *(f"word {w}" for w in self.words)}
        )

    def takes(self, token: Token) -> bool:
        """Whether the token may stand here. A typed span stands only where its kind is asked for."""
        if token.kind in KINDS:
            return token.kind in self.kinds
        if token.kind == "unknown" and self.unknown:
            return True
        if token.kind == "separator" or (self.wide and not is_wide(token.text[0])):
            return False
        if self.concepts and self.concepts <= _DEGREES and token.concepts - _DEGREES - _BESIDE:
            return False  # `大声一点` means more than its degree
        if token.is_a("MUTE") and "SOURCE_SOUND" in self.concepts and "MUTE" not in self.concepts:
            return False  # `原声关掉` orders something, whatever else `原声` may stand for
        if token.text in self.words or not self.concepts.isdisjoint(token.concepts):
            return True
        return bool(self.prefixes) and any(c.startswith(self.prefixes) for c in token.concepts)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled line; `weight` is the number of its elements, for which the longer of two patterns goes first.

    `openings` are the signs of the tokens with which it may begin (`signs_of`); None when it may begin with any.
    `needs` are those of its places that cannot stay empty.
    """

    elements: tuple[Element, ...]
    weight: int = field(default=0)
    openings: frozenset[str] | None = field(default=None)
    needs: tuple[frozenset[str], ...] = field(default=())


@cache
def compiled(line: str) -> Pattern:
    """The pattern of a line. Raises ValueError for an element that is none."""
    elements = tuple(_element(text) for text in line.split())
    weight = sum(not e.optional for e in elements) * 2 + sum(e.optional for e in elements)
    needs = tuple(e.signs for e in elements if not (e.optional or e.target or e.free or e.unknown))
    return Pattern(elements, weight, _openings(elements), needs)


def _openings(elements: tuple[Element, ...]) -> frozenset[str] | None:
    signs: set[str] = set()
    for element in elements:
        if element.target or element.free or element.unknown:
            return None
        signs |= element.signs
        if not element.optional:
            break
    return frozenset(signs)


def signs_of(token: Token) -> frozenset[str]:
    """What patterns know a token by: its kind, its concepts and what stands before their colons, its wording."""
    if token.kind in KINDS:
        return frozenset({f"kind {token.kind}"})
    prefixes = {f"prefix {c.partition(':')[0]}:" for c in token.concepts if ":" in c}
    return frozenset({f"word {token.text}", *token.concepts, *prefixes})


def _element(text: str) -> Element:
    optional = text.endswith("?")
    body = text.removesuffix("?").removeprefix("~")
    wide = text.startswith("~")
    if body == "<unknown>":
        return Element(frozenset(), frozenset(), (), frozenset(), optional, unknown=True)
    if body == "<target>":
        return Element(frozenset(), frozenset(), (), frozenset(), optional, target=True)
    if body == "<words>":
        return Element(frozenset(), frozenset(), (), frozenset(), optional, free="words")
    if body == "<name>":
        return Element(frozenset(), frozenset(), (), frozenset(), optional, free="name")
    kinds, concepts, prefixes, words = set[str](), set[str](), [], set[str]()
    for part in body.split("|"):
        if part.startswith("'"):
            words.add(part.strip("'").replace("_", " "))
        elif part.endswith(":*"):
            prefixes.append(part[:-1])
        elif part in KINDS:
            kinds.add(part)
        elif part.isupper() or ":" in part:
            concepts.add(part)
        else:
            raise ValueError(f"no element of a pattern: {text!r}")
    return Element(frozenset(kinds), frozenset(concepts), tuple(prefixes), frozenset(words), optional, wide=wide)


def begins(pattern: Pattern, token: Token) -> bool:
    """Whether the pattern may match from this token on, whatever follows."""
    for element in pattern.elements:
        if element.target or element.takes(token):
            return True
        if not element.optional:
            return False
    return False


def matches(
    pattern: Pattern, tokens: list[Token], start: int, end: int, light: frozenset[str]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Ends of what the pattern matches from `start` on, each with the indices of the tokens taken; longest first."""
    yield from _from(pattern.elements, 0, tokens, start, end, light, ())


def _from(
    elements: tuple[Element, ...], k: int, tokens: list[Token], at: int, end: int, light: frozenset[str],
    taken: tuple[int, ...],
) -> Iterator[tuple[int, tuple[int, ...]]]:  # fmt: skip
    if k == len(elements):
        if taken:
            yield taken[-1] + 1, taken
        return
    element = elements[k]
    for i in _places(tokens, at, end, light, opening=not taken):
        if element.target or element.free:
            for stop in _stretch(element, tokens, i, end):
                yield from _from(elements, k + 1, tokens, stop, end, light, (*taken, *range(i, stop)))
        elif element.takes(tokens[i]):
            yield from _from(elements, k + 1, tokens, i + 1, end, light, (*taken, i))
    if element.optional:
        yield from _from(elements, k + 1, tokens, at, end, light, taken)


def _places(tokens: list[Token], at: int, end: int, light: frozenset[str], *, opening: bool) -> Iterator[int]:
    """Where the next element may stand: here, or behind words that are passed over."""
    while at < end:
        yield at
        if opening or not passes(tokens[at], light):
            return
        at += 1


_LONGEST_NAME = 6


def _stretch(element: Element, tokens: list[Token], i: int, end: int) -> Iterator[int]:
    if element.target:
        return target_ends(tokens, i, end)
    return words_ends(tokens, i, end) if element.free == "words" else _name_ends(tokens, i, end)


def _name_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    j = i
    while j < min(end, i + _LONGEST_NAME) and tokens[j].kind in ("word", "unknown", "number"):
        j += 1
    yield from range(j, i, -1)


_LEADING = frozenset({
    "in", "at", "for", "on", "from", "with", "the", "to", "near", "during", "over", "across", "and", "a", "between",
    "until", "till", "in the", "on the", "at the", "as", "as a", "as the", "在", "放", "放在", "显示", "显示在", "于",
})  # fmt: skip
_TIMED = ("range", "head", "tail", "time", "duration")
_ENDS = ("START", "END", "FRONT", "BACK")
_NOUNS = ("TITLE", "CAPTION", "SUBTITLES", "CARD")


def words_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """The end of words shown as they are written: before what says when, where or how, or what is asked next."""
    j = i
    while j < end and not _closes(tokens, i, j, end):
        j += 1
    while j > i and j < end and tokens[j - 1].text in _LEADING:
        j -= 1
    if j > i:
        yield j


def _closes(tokens: list[Token], i: int, j: int, end: int) -> bool:
    token = tokens[j]
    if token.kind in ("separator", "quote", "asset", *_TIMED):
        return True
    if token.is_a("COLON") and j > i:
        return True
    led = j > i and tokens[j - 1].text in _LEADING
    if token.kind == "clips":
        return led or is_wide(token.text[0])
    if token.is_a("AND", "THEN", "BUT"):
        return any(is_head(t) for t in tokens[j + 1 : min(end, j + 3)])
    if token.text == "as":
        return any(t.is_a(*_NOUNS) for t in tokens[j + 1 : min(end, j + 4)])
    if token.is_a("THROUGHOUT"):
        return True
    if j > i and any(c.startswith(("POSITION:", "COLOUR:")) for c in token.concepts):
        behind = tokens[j + 1] if j + 1 < end else None
        apart = behind is not None and (behind.kind in ("separator", *_TIMED) or behind.text in _LEADING)
        return led or apart or " " in token.text or is_wide(token.text[0])
    return token.is_a(*_ENDS) and j > i and (led or token.text.startswith(("at ", "to ")))
