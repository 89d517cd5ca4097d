"""Lists of clips that no word calls so (`一四六留下`, `把二挪到五后面`), or that only their orders part.

`mute 1 and 2, 3 and 4 faster` has two of them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from .. import folders, speech
from ..scanner import scan_part
from ..speech import said
from ..tokens import Token, is_head

_DIGITS = "一二三四五六七八九"
_LED = frozenset({
    "把", "将", "给", "就", "只", "先", "再", "是", "而是", "我说的是", "我是说", "我的意思是", "应该是",
    "是说", "我指的是", "我讲的是",
})  # fmt: skip
# What is done to clips, or can be said of nothing else.
_OF_CLIPS = (
    "KEEP", "REMOVE", "SWAP", "MUTE", "BETWEEN", "FASTER", "SLOWER", "STABILIZE", "FLIP", "ROTATE", "HALF_SPEED",
    "DOUBLE_SPEED", "NORMAL_SPEED", "LOUDER", "QUIETER", "HALF_LOUD", "UNMUTE", "UNWANTED", "DARKER", "BRIGHTER",
    "AUDIO", "VOLUME", "LEAVE_ALONE", "MOVE", "TRIM", "CUT", "SHORTEN", "LENGTHEN", "SHORTER", "LONGER", "FREEZE",
    "REPLAY", "SPLIT", "BORING",
)  # fmt: skip
_PACES = frozenset({"快", "慢"})
_OWNED = ("AUDIO", "VOLUME", "SOURCE_SOUND", "FIRST_HALF", "SECOND_HALF", "POSITION_WORD", "SPEED")
_ROW = 2


def numbered(tokens: list[Token]) -> list[Token]:
    """The tokens with figures as clips beside a verb, an end or a sound that only clips can be meant by."""
    out: list[Token] = []
    at, opening = 0, True
    tokens = _listed(tokens)
    while at < len(tokens):
        token = tokens[at]
        if is_row(token) and _names_clips(tokens, at, out, opening=opening):
            found = tuple((_DIGITS.index(c) + 1,) * 2 for c in token.text)
            out.append(replace(token, kind="clips", concepts=frozenset(), value=found))
            at = _stop(tokens, at)
            continue
        opening = token.kind == "separator" or (opening and (token.text in _LED or token.is_a("AND")))
        out.append(token)
        at += 1
    return out


def is_row(token: Token) -> bool:
    """Whether a token is nothing but Chinese figures, each by itself: `二四`."""
    return token.kind == "unknown" and all(c in _DIGITS for c in token.text)


def _names_clips(tokens: list[Token], at: int, out: list[Token], *, opening: bool) -> bool:
    token, stop = tokens[at], _stop(tokens, at)
    several = len(token.text) >= _ROW
    if several and out and out[-1].is_a(*_OF_CLIPS) and _ends(tokens, stop):
        return True
    if out and out[-1].is_a("EXCEPT") and not out[-1].is_a("FILLER"):
        return True  # `除了一三五`
    near = tokens[stop : stop + 2]
    moved = any(t.is_a("MOVE", "ADD") for t in out[-2:]) and bool(near) and near[0].is_a("BEFORE", "AFTER")
    if moved and _ends(tokens, stop + 1):
        return True  # `把二挪到五后面`
    if not opening:
        return False
    behind = _behind(tokens, stop)
    if behind is None or (token.text == _DIGITS[0] and _as_soon_as(tokens, stop)):
        return False
    if several and behind.is_a("KEEP") and tokens[stop - 1].is_a("CLIP"):
        return False  # `三五段留下就行` wants a few
    return _is_of_clips(behind) or _is_owned(tokens, stop) or _is_a_place(tokens, stop)


def _stop(tokens: list[Token], at: int) -> int:
    """Where the token behind the figures stands, past words that sum them up or say what is counted."""
    size = len(tokens[at].text)
    summed = _summed_up(tokens[at + 1 : at + 4], size)
    noun = not summed and size >= _ROW and at + 1 < len(tokens) and tokens[at + 1].is_a("CLIP")
    return at + 1 + (summed or int(noun))


def _behind(tokens: list[Token], stop: int) -> Token | None:
    """The first token that says what is done, past further figures, words that join them and words of a topic."""
    for token in tokens[stop:]:
        joins = token.is_a("AND") or token.text in speech.said("TOPIC") | speech.said("POSSESSIVE")
        if not (is_row(token) or joins or token.is_a("EACH", "ALL")):
            return token
    return None


def _as_soon_as(tokens: list[Token], stop: int) -> bool:
    """`一静音就没气氛了`: no clip, but what would come of it."""
    end = next((i for i in range(stop, len(tokens)) if tokens[i].kind == "separator"), len(tokens))
    return any(t.text in speech.said("AT_ONCE") for t in tokens[stop:end])


def _is_of_clips(token: Token) -> bool:
    looks = any(c.startswith("LOOK:") for c in token.concepts)
    return token.is_a(*_OF_CLIPS) or looks or token.text in _PACES


def _is_owned(tokens: list[Token], stop: int) -> bool:
    """`三的前两秒`, `二的声音`, `五后半段`."""
    at = stop + 1 if tokens[stop].text in speech.said("POSSESSIVE") else stop
    return at < len(tokens) and (tokens[at].kind in ("head", "tail") or tokens[at].is_a(*_OWNED))


def _is_a_place(tokens: list[Token], stop: int) -> bool:
    """`三放五后面`, `四后面加个叠化`: a clip beside which something is put, or one that is put there."""
    first, *rest = tokens[stop:]
    if first.is_a("BEFORE", "AFTER"):
        return any(t.is_a("TRANSITION") or any(c.startswith("JOIN:") for c in t.concepts) for t in rest[:3])
    put = first.is_a("ADD", "MOVE") and len(rest) > 1 and (is_row(rest[0]) or rest[0].kind == "clips")
    return put and rest[1].is_a("BEFORE", "AFTER")


def _ends(tokens: list[Token], at: int) -> bool:
    return at == len(tokens) or tokens[at].kind == "separator" or tokens[at].is_a("THEN")


def _summed_up(behind: list[Token], count: int) -> int:
    """How many tokens say once more how many there are: `一四六这仨`, `二五这两段`, `二四俩`."""
    pointed = int(bool(behind) and behind[0].text in ("这", "那"))
    if len(behind) <= pointed or behind[pointed].kind != "number" or behind[pointed].value != count:
        return 0
    noun = len(behind) > pointed + 1 and behind[pointed + 1].is_a("CLIP")
    return pointed + 1 + int(noun) if pointed or noun or behind[pointed].text in speech.said("SUMS") else 0


def _listed(tokens: list[Token]) -> list[Token]:
    """`2、3之间`: the mark of a list joins figures as an `and` does."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:-1], 1):
        beside = (tokens[i - 1], tokens[i + 1])
        if token.kind == "separator" and token.text.strip() == "、" and all(map(_is_figure, beside)):
            out[i] = replace(token, kind="word", concepts=frozenset({"AND", "FILLER"}), value=None)
    return out


def _is_figure(token: Token) -> bool:
    return is_row(token) or (token.kind == "number" and float(token.value).is_integer())


def with_lists_parted(tokens: Sequence[Token], languages: tuple[str, ...]) -> list[Token]:
    """The tokens with a list parted behind the clip that its `and` closes, where a verb stands on both sides of it."""
    for at, token in enumerate(tokens):
        found = _closed().match(token.text) if token.kind == "clips" else None
        if found is None or not any(map(is_head, _same(tokens[:at][::-1]))) or not _goes_on(tokens[at + 1 :], found):
            continue
        comma = found.start("comma")
        mark = Token("separator", token.start + comma, token.start + comma + 1, ",", value="strong")
        parts = [scan_part(found[name], languages, token.start + found.start(name)) for name in ("left", "right")]
        if [t.kind for t in parts[0]] == ["clips"] or parts[0][-1].kind in ("clips", "number"):
            return [*tokens[:at], *parts[0], mark, *parts[1], *tokens[at + 1 :]]
    return list(tokens)


def _goes_on(behind: Sequence[Token], found: re.Match[str]) -> bool:
    """Whether another list is closed behind the first, and something is said of it."""
    rest = _same(behind)
    closed = bool(rest) and rest[0].is_a("AND") and len(rest) > 1 and rest[1].kind == "number"
    return (closed or _closing().search(found["right"]) is not None) and any(map(is_head, rest))


def _same(tokens: Sequence[Token]) -> list[Token]:
    """The tokens up to the next mark."""
    end = next((i for i, t in enumerate(tokens) if t.kind == "separator"), len(tokens))
    return list(tokens[:end])


@folders.remembered
def _closing() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, said("LIST_AND"))))
    return re.compile(rf"(?:(?<![a-z])(?:{words})(?![a-z]))")


@folders.remembered
def _closed() -> re.Pattern[str]:
    return re.compile(
        rf"^(?P<left>[^,、]*(?:,[^,、]*)*?{_closing().pattern}[^,、]+?)\s*(?P<comma>[,、])\s*(?P<right>.+)$"
    )
