"""What a piece of a sentence leaves out because the one before has said it: its verb, a unit, a last word.

`trim clip 1 by 2 seconds and clip 6 by 3`, `clip 1 up 3 dB, clip 2 down 6`, `clip 2 at double speed, clip 4 at half`:
gapping and right node raising (Quirk et al., A Comprehensive Grammar of the English Language, 1985, ch. 13). Nothing is
made up: the words come from the piece before, and what is read must be an operation of the same kind.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ..corrections import unit_of
from ..numbers import value_of
from ..scanner import scan_part
from ..tokens import Token
from .frame import Filled, is_plain

EDGES = {"first": "head", "opening": "head", "last": "tail", "final": "tail", "closing": "tail"}
_MEASURED = ("duration", "decibels", "percent", "degrees", "factor", "time")
_JOINING = ("LINK", "SAME", "AND", "THEN", "ALSO")
_JOINT = re.compile(r"\s?(?P<joint>,|、|[^\W\d_]+)\s?(?P<rest>\S)")
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:-[^\W\d_]+)?")


def completions(
    piece: Sequence[Token], before: Filled, languages: tuple[str, ...]
) -> Iterator[tuple[list[Token], bool]]:
    """The piece with what it may have left out, the least added first, and whether the verb of `before` was added."""
    if not any(t.value is not None and t.kind not in ("word", "separator") for t in piece):
        return
    measured = [list(piece), *_with_units(piece, before, languages), *_with_last_word(piece, before, languages)]
    for verb in ((), before.of("")):
        for numbered in measured:
            if verb or numbered is not measured[0]:
                yield [*verb, *numbered], bool(verb)


def accounts(filled: Filled, before: Filled) -> bool:
    """Whether every word is in a role, joins two, or stood in the piece before: any other may be the verb left out."""
    starts, said = filled.starts, {t.text for t in before.tokens}
    return all(
        t.start in starts or t.kind == "separator" or is_plain(t, behind) or t.text in said
        for t, behind in zip(filled.tokens, [*filled.tokens[1:], None], strict=True)
    )


def is_parallel(piece: Sequence[Token], before: Filled) -> bool:
    """Whether a piece with a bare number has no other words than the one before: `… after 5 seconds, clip 3 after 4`.

    Then the number is measured as it was there, whatever else it might be by itself.
    """
    said = {word for t in before.tokens for word in t.text.split()}
    words = [t for t in piece if t.kind in ("word", "unknown") and not t.is_a(*_JOINING)]
    kinds = {t.kind for t in piece}
    measured = kinds >= {"number", "clips"} and all(t.kind != "number" for t in before.tokens)
    return measured and bool(words) and all(t.text in said for t in words)


def _with_units(piece: Sequence[Token], before: Filled, languages: tuple[str, ...]) -> Iterator[list[Token]]:
    """The piece with the units of the one before on its bare numbers: `… 2 seconds off clip 1 and 3 off 5`.

    As many values as before are of the same kinds in the same order; of fewer, those kinds are wanting that the piece
    does not name itself.
    """
    places = [i for i, t in enumerate(piece) if t.kind in _MEASURED or t.kind in ("number", "clips")]
    bare = [i for i in places if piece[i].kind == "number"]
    models = _models(before)
    if not bare or not models:
        return
    if len(places) != len(models):
        models = [m for m in models if all(piece[i].kind != m.kind for i in places)]
        places = bare
    if len(places) != len(models):
        yield from _placed(piece, before, languages)
        return
    lent = {i: _like(m, piece[i], languages) for i, m in zip(places, models, strict=True) if i in bare}
    fits = all(piece[i].kind in (m.kind, "number") for i, m in zip(places, models, strict=True))
    if fits and all(lent.values()):
        yield [lent.get(i) or t for i, t in enumerate(piece)]


def _models(before: Filled) -> list[Token]:
    """The values of the piece before, in their order; numbers that name clips there are one value (`one and two`)."""
    named = {t.start for t in before.of("target") if t.kind == "number" or t.text == "one"}
    found: list[Token] = []
    for token in before.tokens:
        if token.start in named and not (found and found[-1].start in named):
            found.append(replace(token, kind="clips", text="clip 1"))
        elif token.kind in _MEASURED or token.kind == "clips":
            found.append(token)
    return found


def _placed(piece: Sequence[Token], before: Filled, languages: tuple[str, ...]) -> Iterator[list[Token]]:
    """The piece with a bare number and the word ahead of it as a stretch: `after 4` behind `after 5 seconds`."""
    for model in before.tokens:
        for word, number in pairwise(piece):
            stretch = model.kind in ("range", "head", "tail") and number.kind == "number"
            if stretch and model.text.startswith(f"{word.text} ") and (lent := _like(model, number, languages)):
                at = piece.index(word)
                yield [*piece[:at], replace(lent, start=word.start), *piece[at + 2 :]]


def _like(model: Token, number: Token, languages: tuple[str, ...]) -> Token | None:
    """A bare number as a value of the kind of `model`: `6` behind `3 dB`. None where that makes none."""
    numeral = next((m for m in _NUMERAL.finditer(model.text) if _is_number(m.group(), languages)), None)
    if numeral is None:
        return None
    said = model.text[: numeral.start()] + f"{number.value:g}" + model.text[numeral.end() :]
    found = scan_part(said, languages)
    if [token.kind for token in found] != [model.kind]:
        return None
    return replace(found[0], start=number.start, end=number.end, text=number.text)


def _is_number(text: str, languages: tuple[str, ...]) -> bool:
    try:
        value_of(text, languages)
    except ValueError:
        return False
    return True


def _with_last_word(piece: Sequence[Token], before: Filled, languages: tuple[str, ...]) -> Iterator[list[Token]]:
    """The piece with the last word of a value before: `half` as `half speed` behind `double speed`."""
    last, verbs = piece[-1], {t.start for t in before.of("")}
    if last.kind not in ("word", "unknown", "number", "percent"):
        return
    said = [t for t in before.tokens if t.kind == "word" and (" " in t.text or t.start not in verbs)]
    for word in dict.fromkeys(words[-1] for t in reversed(said) if (words := t.text.split())):
        found = scan_part(f"{last.text} {word}", languages)
        if len(found) == 1 and found[0].kind not in ("unknown", "separator"):
            yield [*piece[:-1], replace(found[0], start=last.start, end=last.end)]


def loosened(tokens: Sequence[Token], languages: tuple[str, ...]) -> Iterator[list[Token]]:
    """The sentence with a list of clips parted that may be none: `clip 1 and 3 off the end of clip 4`.

    A list with nothing behind it is parted only where it may be a value: `clip 2 to 80`.
    """
    for i, token in enumerate(tokens):
        behind = tokens[i + 1] if i + 1 < len(tokens) else None
        closed = behind is None or behind.kind == "separator" or behind.is_a("AND")
        for parts in _parted(token, languages) if token.kind == "clips" else ():
            if not closed or parts[1].is_a("TO"):
                yield [*tokens[:i], *parts, *tokens[i + 1 :]]


def without_doubles(tokens: Sequence[Token], languages: tuple[str, ...]) -> list[Token]:
    """The tokens with each list parted before it names a clip twice: `clips 1, 2 and 5, 2 is dull`."""
    out: list[Token] = []
    for token in tokens:
        twice = token.kind == "clips" and _names_one_twice(token)
        parted = [parts for parts in _parted(token, languages) if not _names_one_twice(parts[0])] if twice else []
        out += sorted(parted, key=lambda parts: parts[0].end)[-1] if parted else [token]
    return out


def _names_one_twice(token: Token) -> bool:
    counted = [n for a, b in token.value for n in (range(a, b + 1) if 0 < a <= b else (a, b)[: 1 + (a != b)])]
    return len(counted) != len(set(counted))


_LONGEST_LIST = 80
"""Characters; nobody lists more clips in a breath, and each place to part them is scanned anew."""


def _parted(token: Token, languages: tuple[str, ...]) -> Iterator[list[Token]]:
    if len(token.text) > _LONGEST_LIST:
        return
    for joint in sorted(_JOINT.finditer(token.text), key=lambda m: m["joint"] not in ",、"):
        at = joint.start("rest")
        left, right = scan_part(token.text[: joint.start()], languages), scan_part(token.text[at:], languages)
        if [t.kind for t in left] == ["clips"] and right and right[0].kind in ("number", "clips"):
            parts = [*left, *scan_part(joint["joint"], languages, joint.start("joint")), *_moved(right, at)]
            yield _moved(parts, token.start)


def _moved(tokens: Sequence[Token], by: int) -> list[Token]:
    return [replace(t, start=t.start + by, end=t.end + by) for t in tokens]


def counted_edges(tokens: list[Token]) -> list[Token]:
    """`the first two and the last one` are clips, `the first two and the last three seconds` are lengths."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, rest = tokens[at], tokens[at + 1 :]
        number = token if token.kind == "clips" and _BARE_EDGE.match(token.text) else rest[0] if rest else None
        taken = 1 if number is token else 2
        edge = EDGES.get(token.text.removeprefix("the ").partition(" ")[0])
        behind = tokens[at + taken : at + taken + 3]
        if edge is None or number is None or not _ends_there(number, behind, alone=taken == 1):
            out.append(token)
            at += 1
            continue
        ahead = [t for t in out[-3:] if t.kind != "word" or not t.is_a("AND", "LINK")]
        beside = next((t for t in (*ahead[-1:], *behind) if t.kind in ("head", "tail")), None)
        count = number.value if taken == 2 else abs(number.value[0][0]) if edge == "tail" else number.value[0][1]
        if beside is not None and (unit := unit_of(beside)):
            length = round(count * unit)
            out.append(replace(token, kind="head" if edge == "head" else "tail", end=number.end, value=length))
        else:
            pair = (1, round(count)) if edge == "head" else (-round(count), -1)
            text = f"{token.text} {number.text}" if taken == 2 else token.text
            out.append(replace(token, kind="clips", end=number.end, text=text, concepts=frozenset(), value=(pair,)))
        at += taken
    return out


def _ends_there(number: Token, behind: list[Token], *, alone: bool) -> bool:
    """Whether nothing is counted by the number: an `and` or a mark follows, or the end where it stands `alone`."""
    if alone and (len(number.value) != 1 or (number.value[0][0] != 1 and number.value[0][1] != -1)):
        return False  # `the first half` of a clip that was split is one clip
    if not alone and (number.kind != "number" or number.value < _SEVERAL or number.value % 1):
        return False
    return behind[0].kind == "separator" or behind[0].is_a("AND") if behind else alone


_SEVERAL = 2


_BARE_EDGE = re.compile(r"^(?:the )?(?:first|opening|last|final|closing) (?:\w+)$")
