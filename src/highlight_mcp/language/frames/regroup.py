"""Tokens parted anew where a frame can tell what a span took too much or too little of."""

import re
from dataclasses import replace

from ..numbers import value_of
from ..tokens import Token
from .clip_lists import numbered
from .ellipsis import EDGES, counted_edges
from .ranges import without_descriptions
from .targets import is_pronoun

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1}
_AMOUNT = re.compile(r"^(?P<clips>.+?),? (?:and|plus) (?P<n>\d+|one|two|three|four|five)$")
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
_TIMES = re.compile(r"^(\d+(?:\.\d+)?|\w+ point \w+(?: \w+)?) times$")
_SHARES = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_DENIED = frozenset({"不是", "不是要", "不是说", "没说", "没让", "没让你", "没叫你"})
_TAKEN_BACK = frozenset({"不", "不对", "不是", "错了", "说错了", "还"})
_FIRST = frozenset({"first", "firstly", "second", "secondly", "third", "lastly"})
_PLACED = frozenset({"MOVE", "POSITION_WORD"})
_SAY, _SIZES = frozenset({"say", "maybe", "like", "let's say"}), frozenset({"percent", "decibels", "factor", "degrees"})
_LINES = frozenset({480, 720, 1080, 1440, 2160})
_STARTS, _ENDS = ("START", "FRONT"), ("END", "BACK")
_COMPARED = frozenset({"as", "faster", "slower", "speed", "its", "the speed", "as fast"})


def regrouped(tokens: list[Token]) -> list[Token]:
    """`clip 5 and one off the end` names one clip and an amount, `the last second of clip 4` a length."""
    out: list[Token] = []
    tokens = without_descriptions(_named_after(numbered(counted_edges(_taken_off(tokens)))))
    if any(t.kind == "quote" for t in tokens) or _of_a_stretch(tokens):
        tokens = [_as_span(t) for t in tokens]
    for i, given in enumerate(tokens):
        token = replace(given, kind="unknown") if _alternative(given) else given
        behind = tokens[i + 1] if i + 1 < len(tokens) else None
        if unit := one_unit(out, token, behind):
            out.append(unit)
            continue
        if began := _begun(out, token):
            del out[-began[1] :]
            out.append(began[0])
            continue
        if (
            _and_a_half(out, token)
            or _edge_measured(out, token, behind)
            or (token.text in ("是", "还是", "而是") and _opens_anew(out))
        ):
            continue  # `不对，是删第六段`
        if (
            token.text in _SAY
            and behind is not None
            and behind.kind in _SIZES
            and (not out or out[-1].kind == "separator")
        ):
            continue  # `…, say ten percent`
        if token.kind == "number" and token.value in _LINES and any(t.is_a("EXPORT") or t.text == "file" for t in out):
            token = replace(token, kind="resolution", value=f"{token.value:.0f}p")
        if token.kind == "number" and behind is not None and behind.text == "frames" and _exported(tokens):
            token = replace(token, kind="rate")
        if token.kind == "duration" and _inside(out, tokens[i + 1 : i + 3]):
            out.append(replace(token, kind="time"))  # `a cut four seconds into clip 6`
            continue
        if _is_as_long(out, token):
            out[-1] = replace(out[-1], end=token.end, text="那段", concepts=frozenset({"THAT_CLIP"}))
            continue
        out += (
            _from_start(out, token)
            or _lasts(out, token)
            or _placed(out, token, behind)
            or _at_one_end(out, token, behind)
            or _counted(out, token, behind)
            or [token]
        )
    return out


def _taken_off(tokens: list[Token]) -> list[Token]:
    """`… off the head of 4 and one off its tail`: behind a length, what is taken off is one as well, and no clip."""
    out = list(tokens)
    for i, (ahead, token, behind) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False), 1):
        size = 1.0 if token.text == "one" else token.value if token.kind == "number" else 0
        short = any(t.kind == "duration" and t.value < _MINUTE_MS for t in tokens[:i])
        if size and short and ahead.is_a("AND") and behind.is_a("OFF"):
            length, text = round(size * _SECOND_MS), f"{token.text} seconds"
            out[i] = replace(token, kind="duration", text=text, concepts=frozenset(), value=length)
    return out


_FURTHER = frozenset({"another", "one more", "extra"})


def _exported(tokens: list[Token]) -> bool:
    return any(t.is_a("EXPORT") or t.kind == "resolution" for t in tokens)


def one_unit(out: list[Token], token: Token, behind: Token | None) -> Token | None:
    """`another second`, `the funniest minute`: a length of one unit behind what counts or chooses it."""
    size = {"second": _SECOND_MS, "sec": _SECOND_MS, "minute": _MINUTE_MS, "min": _MINUTE_MS}.get(token.text, 0)
    if not size or not out or token.kind != "word" or (behind is not None and behind.is_a("CLIP", "MOMENT", "VIDEO")):
        return None
    ahead = out[-1]
    chosen = ahead.is_a("BEST") or any(c.startswith("CRITERION:") and "est" in ahead.text for c in ahead.concepts)
    if ahead.text not in _FURTHER and not (chosen and size == _MINUTE_MS):
        return None
    return replace(token, kind="duration", concepts=frozenset(), value=size)


def _and_a_half(out: list[Token], token: Token) -> bool:
    """`another second and a half`."""
    if token.text != "half" or [t.text for t in out[-2:]] != ["and", "a"] or len(out) < 4:
        return False
    length = out[-3]
    if length.kind != "duration" or out[-4].text not in _FURTHER:
        return False
    out[-3:] = [replace(length, end=token.end, value=length.value * 3 // 2)]
    return True


def _begun(out: list[Token], token: Token) -> tuple[Token, int] | None:
    """`…, which kicks off at 1:04:30`: the stretch from there on, and how many words it takes the place of."""
    if token.kind != "time" or not out:
        return None
    size = 2 if not out[-1].is_a("POINT") or out[-1].is_a(*_STARTS) else 3
    words = out[-size:]
    if len(words) < size or words[0].text not in ("which", "that") or not words[1].is_a(*_STARTS):
        return None
    text = " ".join(t.text for t in (*words, token))
    return replace(token, kind="range", start=words[0].start, text=text, value=(token.value, None)), size


def _lasts(out: list[Token], token: Token) -> list[Token]:
    """`make clip 3 last six seconds`: a verb and a length, no end of the clip."""
    if token.kind != "tail" or not token.text.startswith("last ") or not out:
        return []
    ahead = out[-2] if out[-1].text in ("should", "to", "must", "will", "only", "just") and len(out) > 1 else out[-1]
    caused = out[-1] is not ahead or any(t.is_a("MAKE", "CHANGE") or t.text == "let" for t in out)
    if ahead.kind != "clips" or not caused:
        return []
    middle = token.start + len("last")
    verb = replace(token, kind="word", end=middle, text="last", value=None, concepts=frozenset({"CHANGE"}))
    return [verb, replace(token, kind="duration", start=middle + 1, text=token.text.removeprefix("last "))]


def _as_span(token: Token) -> Token:
    """`文字“…”，5到9秒`: beside words to be shown, when they are to be seen."""
    found = _SPANNED.match(token.text) if token.kind == "duration" else None
    if found is None:
        return token
    unit = _SECOND_MS if found[3].startswith("秒") else _MINUTE_MS
    begin, end = (round(float(part) * unit) for part in found.groups()[:2])
    return replace(token, kind="range", value=(begin, end)) if begin < end else token


_SPANNED = re.compile(r"^(\d+(?:\.\d+)?)\s?(?:到|至|-|~)\s?(\d+(?:\.\d+)?)\s?(秒钟?|分钟?)$")


def _of_a_stretch(tokens: list[Token]) -> bool:
    """`只保留10到25分钟`, `10到15秒删掉`: a stretch, where no reel and no clip is brought to a length."""
    taken = any(t.is_a("KEEP", "REMOVE", "UNWANTED") for t in tokens)
    return taken and not any(t.kind == "clips" or t.is_a("REEL", "BEST", "FIND", "SHORTEN", "LENGTHEN") for t in tokens)


def _from_start(out: list[Token], token: Token) -> list[Token]:
    """`开头到六分半`, `一开始主持人致词到6:30`: a stretch from the start of the film on; empty for anything else."""
    if token.kind not in ("duration", "time") or len(out) < 2 or out[-1].text not in ("到", "至"):
        return []
    place = len(out) - 2
    while place > max(0, len(out) - 4) and (out[place].kind == "unknown" or out[place].is_a("SHOWN")):
        place -= 1
    edge = out[place]
    if not edge.is_a(*_STARTS) or edge.kind != "word" or (place and out[place - 1].kind == "clips"):
        return []
    text = "".join(t.text for t in out[place:]) + token.text
    del out[place:]
    return [replace(token, kind="range", start=edge.start, text=text, value=(0, token.value), concepts=frozenset())]


def _is_as_long(out: list[Token], token: Token) -> bool:
    """`15秒到18秒有人挡镜头，就那三秒不要`: what was named before, called by its length."""
    if token.kind != "duration" or not out or out[-1].text not in ("那", "这"):
        return False
    spans = [t for t in out if t.kind in ("range", "head", "tail")]
    return len(spans) == 1 and _span_ms(spans[0]) == token.value


def _span_ms(token: Token) -> int | None:
    if token.kind != "range":
        return int(token.value)
    start, end = token.value
    return None if end is None else int(end - start)


def _inside(out: list[Token], ahead: list[Token]) -> bool:
    cut = any(t.is_a("CUT", "SPLIT") for t in out) and not any(t.is_a("TRIM") for t in out)
    return cut and len(ahead) > 1 and ahead[0].text in ("into", "in") and ahead[1].kind == "clips"


def _at_one_end(out: list[Token], token: Token, behind: Token | None) -> list[Token]:
    """`开头那三秒`, `the last second of clip 4`, `clip 5 and one off the end`; empty for anything else."""
    if token.kind == "duration" and len(out) > 1 and out[-1].text == "那" and out[-2].is_a(*_STARTS, *_ENDS):
        out.pop()
        edge = out.pop()
        kind = "head" if edge.is_a(*_STARTS) else "tail"
        return [replace(token, kind=kind, start=edge.start, text=f"{edge.text}那{token.text}")]  # type: ignore[arg-type]
    if behind is None:
        return []
    if token.kind == "clips" and behind.text in ("off", "off the", "off of", "from"):
        return _parted(token)
    led = bool(out) and _last_word(out[-1]) in EDGES
    if token.text in ("second", "sec") and led and behind.text in ("of", "off", "from"):
        return [_at_edge(out.pop(), token, _SECOND_MS)]
    return []


def _share(out: list[Token], token: Token, behind: Token | None) -> Token | None:
    """`… at a fifth`, `down to a quarter`: a share of the whole, where nothing follows that it could count."""
    if behind is not None and not (behind.kind == "separator" or behind.is_a("AND", "BUT") or behind.text == "volume"):
        return None
    article, _, part = token.text.rpartition(" ")
    if not article and len(out) > 1 and out[-1].text == "a":
        article = "a"
        ahead, start = out[-2], out[-1].start
    else:
        ahead, start = (out[-1] if out else token), token.start
    if article != "a" or part not in _SHARES or not (ahead.text in ("at", "to", "down to") or ahead.is_a("POINT")):
        return None
    if start < token.start:
        out.pop()
    return Token("percent", start, token.end, f"a {part}", value=_SHARES[part])


def _counted(out: list[Token], token: Token, behind: Token | None) -> list[Token]:
    """`1.5 times as fast`, `in second place`, `first, …; second, …`; empty for anything else."""
    compared = behind is not None and behind.text in _COMPARED
    parted = "point" in token.text or "." in token.text
    if token.kind == "steps" and (compared or parted) and (found := _TIMES.match(token.text)):
        return [replace(token, kind="factor", value=value_of(found[1], ("en",)))]
    if share := _share(out, token, behind):
        return [share]
    if token.text in _FIRST and (not out or out[-1].kind == "separator") and _is_comma(behind):
        counting = any(t.text in _FIRST and t.concepts == {"FILLER"} for t in out)
        if token.kind != "clips" or counting:
            return [replace(token, kind="word", concepts=frozenset({"FILLER"}), value=None)]
    if token.text in _ORDINALS and behind is not None and behind.is_a("POSITION_WORD"):
        return [Token("number", token.start, token.end, token.text, value=float(_ORDINALS[token.text]))]
    after_clip = bool(out) and out[-1].kind == "clips"
    if token.text in _ORDINALS and after_clip and (behind is None or behind.kind == "separator"):
        return [Token("number", token.start, token.end, token.text, _PLACED, float(_ORDINALS[token.text]))]
    if token.text.endswith(" between") and any(c.startswith("JOIN:") for c in token.concepts):
        middle = token.end - len(" between")
        join = replace(token, end=middle, text=token.text.removesuffix(" between"))
        return [join, Token("word", middle + 1, token.end, "between", frozenset({"BETWEEN", "FILLER"}))]
    return []


def _named_after(tokens: list[Token]) -> list[Token]:
    """`remove the clip where he falls, its number 4`: the number stands for what was described."""
    *ahead, being, clips = tokens[-3:] if len(tokens) > _APPOSED else [None, None, None]
    if not ahead or ahead[0] is None or being is None or clips is None:
        return tokens
    if ahead[0].kind != "separator" or being.text not in _BEING or clips.kind != "clips":
        return tokens
    nouns = ("clip", "one", "shot")
    first = next((i for i, t in enumerate(tokens) if t.is_a("THAT_CLIP") and t.text.endswith(nouns)), 0)
    told = tokens[first + 1 : -3]
    plain = all(t.kind in ("word", "unknown") and not t.is_a("AND", "BUT", "NOT") for t in told)
    return [*tokens[:first], clips] if first and told and told[0].is_a("WHERE") and plain else tokens


_APPOSED = 5
_BEING = frozenset({"its", "it's", "it is", "that's", "thats", "number"})


_OR = (" or ", "或", " oder ", " ou ", " o ")


def _alternative(token: Token) -> bool:
    """`clip 2 or clip 3` names neither."""
    return token.kind == "clips" and any(word in token.text for word in _OR)


def _edge_measured(out: list[Token], token: Token, behind: Token | None) -> bool:
    """`the first 2 of clip 3` beside `3 seconds`, `the last sec and a half`: a length at an edge, put in its place."""
    if token.kind == "number" and out and _last_word(out[-1]) in EDGES and token.value > 0:
        sized = next((t for t in out if t.kind in ("head", "tail", "duration", "range")), None)
        if sized is None or not (behind is None or behind.kind == "separator" or behind.text in _BEHIND_EDGE):
            return False
        unit = _MINUTE_MS if _MINUTES.search(sized.text) else _SECOND_MS
        out.append(_at_edge(out.pop(), token, round(token.value * unit)))
        return True
    if out and token.text == "half" and [t.text for t in out[-2:]] == ["and", "a"] and len(out) > 3:
        unit = {"sec": _SECOND_MS, "second": _SECOND_MS, "minute": _MINUTE_MS, "min": _MINUTE_MS}.get(out[-3].text, 0)
        if unit and _last_word(out[-4]) in EDGES:
            edge = out[-4]
            out[-4:] = [_at_edge(edge, token, unit * 3 // 2)]
            return True
    return False


def _at_edge(edge: Token, last: Token, ms: int) -> Token:
    kind = "head" if EDGES[_last_word(edge)] == "head" else "tail"
    return Token(kind, edge.start, last.end, f"{edge.text} {last.text}", value=ms)  # type: ignore[arg-type]


def _placed(out: list[Token], token: Token, behind: Token | None) -> list[Token]:
    """`put clip 3 second`, `put it third`: a clip and a place, no length; empty for anything else."""
    if token.kind == "clips" and token.text in _ORDINALS and out and (behind is None or _is_comma(behind)):
        named = out[-2:-1] if out[-1].is_a("TO") else out[-1:]
        if not named or not (is_pronoun(named[0]) or (named[0].kind == "clips" and out[-1].is_a("TO"))):
            return []
        if out[-1].is_a("TO"):
            out.pop()
        return [replace(token, kind="number", concepts=_PLACED, value=float(_ORDINALS[token.text]))]
    found = _NTH_SECOND.match(token.text) if token.kind == "duration" and out else None
    if found is None or out[-1].text not in ("clip", "shot", "scene") or not (behind is None or _is_comma(behind)):
        return []
    noun, number = out.pop(), int(found[1])
    clip = Token("clips", noun.start, token.end, f"{noun.text} {number}", value=((number, number),))
    return [clip, Token("number", token.end, token.end, "second", _PLACED, 2.0)]


def _opens_anew(out: list[Token]) -> bool:
    """Whether what stands before was only taken back: `不，…`, `还…`."""
    if out and out[-1].kind == "separator" and any(t.text in _DENIED for t in out):
        return True  # `不是让你删第二段，是让你静音`
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
