"""Tokens parted anew where a frame can tell what a span took too much or too little of."""

import re
from dataclasses import replace

from ..tokens import Token

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1}
_AMOUNT = re.compile(r"^(?P<clips>.+?),? (?:and|plus) (?P<n>\d+|one|two|three|four|five)$")
_EDGES = {"first": "head", "opening": "head", "last": "tail", "final": "tail", "closing": "tail"}
_SECOND_MS = 1000
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
    for i, token in enumerate(tokens):
        behind = tokens[i + 1] if i + 1 < len(tokens) else None
        if token.text in ("是", "还是") and _opens_anew(out):
            continue  # `不对，是删第六段`
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
