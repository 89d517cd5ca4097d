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

KINDS = frozenset({
    "quote", "asset", "number", "duration", "time", "range", "head", "tail", "clips", "percent", "factor", "ratio",
    "decibels", "lufs", "resolution", "rate", "size", "degrees", "steps", "version", "named",
})  # fmt: skip
# What a word may mean beside carrying no meaning of its own, and still be passed over.
_PASSED = frozenset({
    "FILLER", "MAKE", "CHANGE", "DONE_WITH", "THEN", "AROUND", "VIDEO", "CLIP", "MOMENT", "POINT", "A_LOT", "GAME",
    "FILTER", "NARRATION", "WHERE", "HOW_TO",
})  # fmt: skip


# How a sentence goes on, beside whatever else a word means.
_MARKS = frozenset({"GOES_ON", "LINK", "BECAUSE", "AND_BEHIND"})
# Words that may stand for a clip or an amount, which nobody passes over.
_COUNTING = frozenset({"one", "ones", "two", "both", "half", "一", "两"})
_PLACING = frozenset({"BY", "TO"})
_PLACED = frozenset({"by", "to", "into"})  # elsewhere such a word is mostly an article: `a música`, `un clip`
_DEGREES = frozenset({"A_BIT", "A_LOT"})
_BESIDE = frozenset({"FILLER", "AROUND", "MORE", "LESS", "BEST"})
# What makes a question, a report or a condition of a sentence is never passed over.
_ASKING = frozenset({
    "了没有", "了吗", "了没", "没有", "already", "已经", "if", "whether", "when", "whenever", "如果",
    "要是", "假如", "的话", "是", "it's",
})  # fmt: skip


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
        if token.text in self.words or not self.concepts.isdisjoint(token.concepts):
            return True
        return bool(self.prefixes) and any(c.startswith(self.prefixes) for c in token.concepts)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled line; `weight` is the number of its elements, for which the longer of two patterns goes first.

    `openings` are the signs of the tokens with which it may begin (`signs_of`); None when it may begin with any. `needs`
    are those of its places that cannot stay empty.
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


def passes(token: Token, light: frozenset[str] = frozenset()) -> bool:
    """Whether a word may be passed over: it means nothing of its own, or only what is `light` in this frame."""
    if token.kind == "unknown" and token.text.endswith("ly") and token.text.isascii():
        return True  # a manner: `completely`, `smoothly`
    if token.kind not in ("word", "unknown") or not token.concepts or token.text in _COUNTING | _ASKING:
        return False
    if token.text == "再":
        return True
    meant = token.concepts - _MARKS
    if "FILLER" not in meant:
        return bool(meant) and meant <= light
    return meant - (_PLACING if token.text not in _PLACED else frozenset()) <= _PASSED | light


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


_NAMED = ("LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN")
_WHOLE = ("ALL", "EVERYTHING", "EACH")
_PRONOUNS = frozenset({
    "it", "that", "this", "them", "those", "these", "both", "both of them", "its", "它", "它们", "那个", "这个", "这段", "那段",
})  # fmt: skip
_BEHIND = ("以外", "之外", "除外", "以外的", "之外的")


def is_pronoun(token: Token) -> bool:
    """Whether a word only points at what was named before."""
    return token.kind == "word" and (token.is_a("THAT_CLIP") or token.text in _PRONOUNS)


def target_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """Ends of what an operation may be done to, from token `i` on; longest first."""
    first = tokens[i]
    yield from _whole_ends(tokens, i, end)
    if first.kind == "clips":
        for stop in _list_ends(tokens, i, end):
            if stop < end and tokens[stop].text in _BEHIND:
                yield from _after_exception(tokens, stop + 1, end)
            elif stop < end and tokens[stop].is_a("EXCEPT") and not tokens[stop].is_a("BUT"):
                yield from _list_ends(tokens, stop + 1, end)
            yield stop
    if first.is_a("NEXT_CLIP", "PREVIOUS_CLIP"):
        yield i + 1
    yield from _named_ends(tokens, i, end)
    yield from _sized_ends(tokens, i, end)
    yield from _bare_ends(tokens, i, end)


def _named_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`the longest clip`, `that one`, `the video`: clips that are not called by number."""
    first = tokens[i]
    behind = tokens[i + 1] if i + 1 < end else None
    if first.is_a(*_NAMED):
        yield i + 2 if behind is not None and behind.is_a("CLIP") else i + 1
    if first.is_a("THAT_CLIP") or first.text in _PRONOUNS:
        yield i + 2 if behind is not None and behind.is_a("CLIP") and not behind.is_a("FILLER") else i + 1
    if (first.is_a("VIDEO") and not first.is_a("FILLER")) or first.text in FILMS:
        yield i + 1


FILMS = frozenset({
    "video", "film", "movie", "reel", "footage", "the footage", "recording", "the recording", "whole thing", "timeline",
    "视频", "影片", "片子", "整片", "成片", "录像",
})  # fmt: skip
_POINTERS = frozenset({"of", "for", "from", "on", "number", "no", "and", "把", "将", "给"})
_BARE_VERBS = ("MOVE", "SWAP", "SLOWER", "FASTER", "SPLIT")  # `mute 3` may mean three of them


def _sized_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`all clips longer than 12 seconds`, `超过12秒的片段`: clips chosen by their length."""
    j, named, bound = i, False, False
    while j < end and j < i + 8:
        token = tokens[j]
        if token.is_a("OVER", "AT_MOST"):
            bound = True
        elif token.kind == "duration" and (bound or (j + 1 < end and tokens[j + 1].is_a("OVER", "AT_MOST"))):
            j += 1
            while j < end and (
                tokens[j].is_a("CLIP", "OVER", "AT_MOST", "EACH", "ALL") or tokens[j].text in ("的", "in", "length")
            ):
                named = named or tokens[j].is_a("CLIP")
                j += 1
            if named:
                yield j
            return
        elif token.is_a("CLIP", "ALL", "EACH"):
            named = named or token.is_a("CLIP") or "clip" in token.text or "片段" in token.text or "段" in token.text
        elif not (j > i and passes(token)):
            return
        j += 1


def _bare_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`of 2 and of 3`, `speed up one and two`: numbers that name clips where a verb or a preposition says so."""
    j, count = i, 0
    while j < end and is_bare(tokens[j], listed=count > 0 or j + 2 < end):
        count, stop = count + 1, j + 1
        j += 1
        while j < end and (tokens[j].is_a("AND") or (tokens[j].kind == "separator" and tokens[j].value == "weak")):
            j += 1
    if not count or (stop < end and tokens[stop].is_a("CLIP", "MOMENT") and not is_wide(tokens[stop].text[0])):
        return
    before = tokens[i - 1] if i else None
    led = before is None or before.text in _POINTERS or (before.is_a(*_BARE_VERBS) and stop < end)
    if count > 1 or (led and tokens[i].kind == "number"):
        yield stop


def is_bare(token: Token, *, listed: bool = False) -> bool:
    """Whether a number may name a clip; `one` only in a list."""
    if token.kind == "number":
        return not token.concepts and float(token.value).is_integer() and 1 <= token.value <= 99
    return listed and token.text == "one"


def _whole_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`all the clips`, `everything except clip 3`, `the rest`."""
    first = tokens[i]
    whole = first.is_a(*_WHOLE) and (first.is_a("FILLER") or not first.is_a("MAKE"))
    if not (first.is_a("EXCEPT", "REST") or whole):
        return
    j = i
    while j < end and (
        tokens[j].is_a(*_WHOLE, "CLIP", "VIDEO", "GAME", "REST") or tokens[j].text in ("of", "the", "的")
    ):
        j += 1
    if j < end and tokens[j].is_a("EXCEPT"):
        for stop in _list_ends(tokens, j + 1, end):
            yield from _after_exception(tokens, stop, end)
            yield stop
    if j > i and (whole or first.is_a("REST")):
        yield j


def _list_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """Ends of a list of clips: `clip 1 and clip 3`; only the whole list, which no other role may share."""
    j = i
    while j < end and tokens[j].text in ("the", "of", "for"):
        j += 1
    if j >= end or not (tokens[j].kind == "clips" or (is_bare(tokens[j]) and i and tokens[i - 1].is_a("EXCEPT"))):
        return
    j += 1
    while j < end:
        k = j
        while k < end and (tokens[k].is_a("AND") or (tokens[k].kind == "separator" and tokens[k].value == "weak")):
            k += 1
        if k == j or k >= end or tokens[k].kind != "clips":
            break
        j = k + 1
    yield j


def _after_exception(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`除了第二段以外其他都`: words behind an exception that say once more that all others are meant."""
    j = i
    while j < end and (_excepts_on(tokens[j]) or _comma_before_rest(tokens, j, end)):
        j += 1
    if j > i:
        yield j


def _excepts_on(token: Token) -> bool:
    return token.text in _BEHIND or token.is_a("REST", "ALL") or token.text in ("的", "全部")


def _comma_before_rest(tokens: list[Token], j: int, end: int) -> bool:
    return (
        tokens[j].kind == "separator"
        and tokens[j].value == "weak"
        and j + 1 < end
        and tokens[j + 1].is_a("REST", "ALL")
    )


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
