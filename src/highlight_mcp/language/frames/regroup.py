"""Tokens parted anew where a frame can tell what a span took too much or too little of."""

import re
from dataclasses import replace

from ..tokens import Token

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1}
_AMOUNT = re.compile(r"^(?P<clips>.+?),? (?:and|plus) (?P<n>\d+|one|two|three|four|five)$")
_EDGES = {"first": "head", "opening": "head", "last": "tail", "final": "tail", "closing": "tail"}
_SECOND_MS, _MINUTE_MS = 1000, 60_000
_MINUTES = re.compile(r"min|分")
_NTH_SECOND = re.compile(r"^([2-9]|\d\d) second$")
_BEHIND_EDGE = frozenset({"of", "is", "are", "was", "and"})
_ORDINALS = {
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "2nd": 2,
    "3rd": 3,
}
_TIMES = re.compile(r"^(\d+(?:\.\d+)?) times$")
_TAKEN_BACK = frozenset({"不", "不对", "不是", "错了", "说错了", "还"})
_FIRST = frozenset({"first", "firstly", "second", "secondly", "third", "lastly"})
_STARTS, _ENDS = ("START", "FRONT"), ("END", "BACK")
_COMPARED = frozenset({"as", "faster", "slower", "speed", "its", "the speed", "as fast"})


def regrouped(tokens: list[Token]) -> list[Token]:
    """`clip 5 and one off the end` names one clip and an amount, `the last second of clip 4` a length."""
    out: list[Token] = []
    tokens = _numbered(tokens)
    for i, token in enumerate(tokens):
        behind = tokens[i + 1] if i + 1 < len(tokens) else None
        if _edge_measured(out, token, behind):
            continue
        if token.text in ("是", "还是") and _opens_anew(out):
            continue  # `不对，是删第六段`
        if place := _placed(out, token, behind):
            out += place
            continue
        if token.text in _FIRST and (not out or out[-1].kind == "separator") and _is_comma(behind):
            out.append(replace(token, concepts=frozenset({"FILLER"})))  # `first, …; second, …`
        elif token.kind == "duration" and len(out) > 1 and out[-1].text == "那" and out[-2].is_a(*_STARTS, *_ENDS):
            out.pop()
            edge = out.pop()
            kind = "head" if edge.is_a(*_STARTS) else "tail"
            out.append(replace(token, kind=kind, start=edge.start, text=f"{edge.text}那{token.text}"))  # type: ignore[arg-type]
        elif token.kind == "clips" and behind is not None and behind.text in ("off", "off the", "off of", "from"):
            out += _parted(token)
        elif (
            token.text in ("second", "sec")
            and out
            and _last_word(out[-1]) in _EDGES
            and behind is not None
            and behind.text in ("of", "off", "from")
        ):
            edge = out.pop()
            kind = "head" if _EDGES[_last_word(edge)] == "head" else "tail"
            out.append(Token(kind, edge.start, token.end, f"{edge.text} {token.text}", value=_SECOND_MS))  # type: ignore[arg-type]
        elif (
            token.kind == "steps"
            and behind is not None
            and behind.text in _COMPARED
            and (found := _TIMES.match(token.text))
        ):
            out.append(replace(token, kind="factor", value=float(found[1])))
        elif token.text in _ORDINALS and behind is not None and behind.is_a("POSITION_WORD"):
            out.append(Token("number", token.start, token.end, token.text, value=float(_ORDINALS[token.text])))
        elif (
            token.text in _ORDINALS
            and out
            and out[-1].kind == "clips"
            and (behind is None or behind.kind == "separator")
        ):
            moves = frozenset({"MOVE", "POSITION_WORD"})
            out.append(Token("number", token.start, token.end, token.text, moves, float(_ORDINALS[token.text])))
        elif token.text.endswith(" between") and any(c.startswith("JOIN:") for c in token.concepts):
            middle = token.end - len(" between")
            out.append(replace(token, end=middle, text=token.text.removesuffix(" between")))
            out.append(Token("word", middle + 1, token.end, "between", frozenset({"BETWEEN", "FILLER"})))
        else:
            out.append(token)
    return out


def _edge_measured(out: list[Token], token: Token, behind: Token | None) -> bool:
    """`the first 2 of clip 3` beside `3 seconds`, `the last sec and a half`: a length at an edge, put in its place."""
    if token.kind == "number" and out and _last_word(out[-1]) in _EDGES and token.value > 0:
        sized = next((t for t in out if t.kind in ("head", "tail", "duration")), None)
        if sized is None or not (behind is None or behind.kind == "separator" or behind.text in _BEHIND_EDGE):
            return False
        unit = _MINUTE_MS if _MINUTES.search(sized.text) else _SECOND_MS
        out.append(_at_edge(out.pop(), token, round(token.value * unit)))
        return True
    if out and token.text == "half" and [t.text for t in out[-2:]] == ["and", "a"] and len(out) > 3:
        unit = {"sec": _SECOND_MS, "second": _SECOND_MS, "minute": _MINUTE_MS, "min": _MINUTE_MS}.get(out[-3].text, 0)
        if unit and _last_word(out[-4]) in _EDGES:
            edge = out[-4]
            out[-4:] = [_at_edge(edge, token, unit * 3 // 2)]
            return True
    return False


def _at_edge(edge: Token, last: Token, ms: int) -> Token:
    kind = "head" if _EDGES[_last_word(edge)] == "head" else "tail"
    return Token(kind, edge.start, last.end, f"{edge.text} {last.text}", value=ms)  # type: ignore[arg-type]


def _placed(out: list[Token], token: Token, behind: Token | None) -> list[Token]:
    """`put clip 3 second`: a clip and a place, no length; empty for anything else."""
    found = _NTH_SECOND.match(token.text) if token.kind == "duration" and out else None
    if found is None or out[-1].text not in ("clip", "shot", "scene") or not (behind is None or _is_comma(behind)):
        return []
    noun, number = out.pop(), int(found[1])
    clip = Token("clips", noun.start, token.end, f"{noun.text} {number}", value=((number, number),))
    moves = frozenset({"MOVE", "POSITION_WORD"})
    return [clip, Token("number", token.end, token.end, "second", moves, 2.0)]


def _numbered(tokens: list[Token]) -> list[Token]:
    """`一四六留下`, `一和四对调`: figures beside a verb that only clips can be meant by."""
    out: list[Token] = []
    for i, token in enumerate(tokens):
        behind = next((t for t in tokens[i + 1 :] if not t.is_a("AND") and t.text not in _DIGITS), None)
        digits = token.kind == "unknown" and all(c in _DIGITS for c in token.text)
        if digits and behind is not None and behind.is_a(*_OF_CLIPS) and (i == 0 or tokens[0].text in _DIGITS):
            found = tuple((_DIGITS.index(c) + 1,) * 2 for c in token.text)
            out.append(replace(token, kind="clips", value=found))
        else:
            out.append(token)
    return out


_DIGITS = "一二三四五六七八九"
_OF_CLIPS = ("KEEP", "REMOVE", "SWAP", "MUTE")


def _opens_anew(out: list[Token]) -> bool:
    """Whether what stands before was only taken back: `不，…`, `还…`."""
    said = [t for t in out if t.kind != "separator" and t.text != ","]
    return bool(said) and said[-1].text in _TAKEN_BACK and (said[-1].text != "还" or len(said) == 1)


def _is_comma(token: Token | None) -> bool:
    return token is not None and token.kind == "separator" and token.value == "weak"


def _last_word(token: Token) -> str:
    return token.text.split()[-1] if token.kind in ("word", "clips") and token.text.strip() else ""


def _parted(token: Token) -> list[Token]:
    found = _AMOUNT.match(token.text)
    if found is None or len(token.value) < 2:
        return [token]
    said = found["n"]
    number = int(said) if said.isdigit() else _NUMBERS[said]
    clips = replace(token, end=token.start + found.end("clips"), text=found["clips"], value=token.value[:-1])
    link = Token("word", clips.end, token.start + found.start("n"), "and", frozenset({"AND", "FILLER"}))
    return [clips, link, Token("number", token.start + found.start("n"), token.end, said, value=float(number))]
