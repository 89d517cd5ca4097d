"""The reel at hand made shorter or longer, given more moments, or clips of another length. Totals are of the reel."""

import re
from typing import Any

from ...timeline.operations import Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import amounts, reel_facts, subjects
from .frame import Filled, frame, role

_LEAST_MS = 1000
_NO_LENGTH = 0  # what is said leaves no length that can be meant: a question
_BIT, _SOME, _LOT = 0.1, 0.25, 0.5
_OF_LENGTH = ("short", "long", "length", "trim", "cut", "extend", "短", "长", "剪", "缩", "减")
_RATES = ("速", "speed")
_LENGTH = "duration|time"
_IT = role("target", "VIDEO|REEL|GAME", "ALL|EVERYTHING", "'it'|'this'|'that'|'它'|'这个'|'这版'|'这一版'", many=True)


def _is_of_a_clip(filled: Filled, scene: ParseContext) -> bool:
    """`mute clip 3 and make it shorter`: the pronoun means what was named before."""
    return scene.last is not None or any(t.kind == "clips" for t in (*filled.tokens, *scene.beside))


def _each(token: Token) -> bool:
    """`每段`, `所有片段`: of each clip, and not of the reel."""
    return token.is_a("EACH") or any(noun in token.text for noun in ("片段", "镜头", "clips"))


def _follows_another(filled: Filled, scene: ParseContext) -> bool:
    """`crossfade at every cut, 1 second long`, `add a title and make it 5 seconds`: a length of something else."""
    others = [f for f in scene.findings if not (isinstance(f, ParsedOperation) and isinstance(f.op, Highlights))]
    return bool(others) and not any(
        t.is_a("REEL", "GAME") or t.text in ("video", "film", "movie", "视频", "片子") for t in filled.tokens
    )


_OF_A_FILE = re.compile(r"\d\s?(?:mb|megs?|megabytes?|gb)\b")  # `too long for mail, under 25 MB`: how large it is


def _resize(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    now = scene.situation.duration_ms
    if any(t.is_a("REEL") for t in filled.tokens) and filled.says("", "ADD", "MORE") and not filled.has("by"):
        return None
    if scene.uncut or not now or _is_of_a_clip(filled, scene) or any(map(_each, filled.of("target"))):
        return None
    total, invented = _total(filled, now)
    if total is None or (invented and _OF_A_FILE.search(scene.source.work)):
        return None
    if total <= 0:
        return [Unresolved("", filled.at, missing=("length",))]
    facts = {"total_ms": max(_LEAST_MS, total), "mode": "extend"}
    assumed = frozenset({"total_s"}) if invented else frozenset[str]()
    return [
        ParsedOperation(Highlights.model_validate(facts), filled.at, assumed, targeted=not invented, vague=invented)
    ]


def _total(filled: Filled, now: int) -> tuple[int | None, bool]:
    """The new length of the reel, and whether it was invented; None where what is said makes none."""
    shorter, longer = _sense(filled)
    if token := filled.value("to", "duration", "time"):
        shorter = shorter or any(t.is_a("AT_MOST") for t in (*filled.of(""), *filled.of("to")))
        return (_NO_LENGTH if _against(token.value, now, shorter=shorter, longer=longer) else token.value), False
    if shorter == longer:
        return None, False
    sign = -1 if shorter else 1
    if token := filled.value("by", "duration"):
        return _total_by(filled, token, now, sign), False
    if token := filled.value("percent", "percent"):
        lengthy = filled.says("", "SHORTER", "LONGER") or any(w in filled.trigger.text for w in _OF_LENGTH)
        if not lengthy and not filled.has("target"):
            return None, False  # `音乐盖过人声了，压到一成五吧`
        risen = filled.trigger.text.endswith(("到", "成", "至"))
        if risen or filled.says("percent", "TO") or token.text.startswith("到"):
            return round(now * token.value), False
        return round(now * (1 + sign * token.value)), False
    if filled.says("", "TWICE_LONG", "HALF_LONG"):
        return (now * 2 if longer else now // 2), False
    if filled.has("half"):
        return (now // 2 if shorter else now * 3 // 2), False
    if filled.has("factor") or filled.says("half", "DOUBLE_SPEED"):
        return _times(filled, now, shorter=shorter), False
    if not filled.says("", "SHORTER", "LONGER", "SHORTEN") and not _lengthens(filled):
        return None, False
    share = _BIT if filled.has("bit") or filled.says("", "A_BIT") else _LOT if filled.has("lot") and shorter else _SOME
    return round(now * (1 + sign * share) / _LEAST_MS) * _LEAST_MS, True


def _times(filled: Filled, now: int, *, shorter: bool) -> int | None:
    """The new length by a factor; None where that is one of something else."""
    if filled.says("", "LENGTHEN") and not _lengthens(filled):
        return None  # `leave it at 2x`
    times = filled.value("factor", "factor")
    factor = times.value if times else 2
    if factor <= 0 or (times is not None and any(rate in times.text for rate in _RATES)):
        return None  # `整条两倍速` is a speed
    return round(now / factor) if shorter else round(now * factor)


def _against(total: int, now: int, *, shorter: bool, longer: bool) -> bool:
    """`shorten it to 100 seconds`, where it lasts 75: the length said lies on the other side of the one there is."""
    return (shorter and total > now) or (longer and total < now)


def _total_by(filled: Filled, token: Token, now: int, sign: int) -> int | None:
    """The new length where a length is said that may be the change or what is left."""
    size: int = token.value
    if any(t.text.endswith((" under", " below", " to")) for t in filled.of("")):
        return size  # `get it under a minute`
    if any(t.is_a("SHORTEN") and amounts.becomes(t) for t in filled.of("")):
        return _NO_LENGTH if size > now else size  # `砍到40秒`
    if _is_loose(filled, token):
        return None
    if _is_total(filled, token):
        return size if (sign < 0) == (size < now) else None
    return total if (total := now + sign * size) >= _LEAST_MS else _NO_LENGTH


def _is_total(filled: Filled, token: Token) -> bool:
    """`短一点，一分钟吧`, `太长了，三十秒就行`: a length behind a comma, with `吧` or `就` behind it."""
    at = filled.tokens.index(token)
    behind = filled.tokens[at + 1] if at + 1 < len(filled.tokens) else None
    return bool(at) and filled.tokens[at - 1].kind == "separator" and behind is not None and behind.text in ("吧", "就")


def _is_loose(filled: Filled, token: Token) -> bool:
    """`make it shorter, a minute`: by as much, or down to that?"""
    at = filled.tokens.index(token)
    alone = at + 1 == len(filled.tokens) or filled.tokens[at + 1].kind == "separator"
    latin = token.text.isascii() and not any(t.is_a("BY") for t in filled.of("by"))
    return bool(at) and filled.tokens[at - 1].kind == "separator" and alone and latin


def _sense(filled: Filled) -> tuple[bool, bool]:
    """Shorter, longer. `太短了，再加十秒`: of a fault and its cure the cure counts."""
    said = [t for t in filled.tokens if t in (*filled.of(""), *filled.of("by"), *filled.of("more"), *filled.of("how"))]
    shorter = any(
        t.is_a("SHORTER", "SHORTEN", "HALF_LONG") or (t.is_a("CUT", "TRIM", "REMOVE") and not t.is_a("MAKE"))
        for t in said
    )
    longer = any(t.is_a("TWICE_LONG", "LONGER", "LENGTHEN", "ADD", "MORE") for t in said)
    return shorter, longer and not shorter


def _lengthens(filled: Filled) -> bool:
    """`extend it`, where `give it …` and `leave it …` want a length."""
    return any(
        t.is_a("LENGTHEN") and not t.is_a("FILLER", "MORE") and t.text not in ("give", "gives", "leave")
        for t in filled.of("")
    )


# Where what makes the reel longer comes from, which is where it comes from anyway.
_WITH_MORE = role(
    "filling",
    "'with'|BY MORE? BEST|MOMENT",
    "'with'|BY FIND|ADD|MAKE MORE? BEST? MOMENT|BEST|CLIP",
    "'using'|'by_using' MORE? BEST|MOMENT",
)
_RESIZE = frame(
    "resize",
    [
        "SHORTER|LONGER|SHORTEN|LENGTHEN",
        "MAKE SHORTER|LONGER",
        "SHORTER SHORTEN",
        "LONGER LENGTHEN|ADD",
        "MORE ADD",
        "ADD",
        "MAKE|CHANGE? TWICE_LONG|HALF_LONG",
    ],
    [
        _IT,
        role(
            "to",
            f"TO AT_MOST? {_LENGTH} TOTAL?",
            f"AT_MOST {_LENGTH} TOTAL?",
            f"{_LENGTH} AT_MOST",
            f"TO {_LENGTH} AT_MOST",
            f"{_LENGTH} TOTAL|ALL",
            f"AROUND {_LENGTH}",
            f"'到'|'成'|'至'|'为'|'在' {_LENGTH} AT_MOST?",
        ),
        role("by", "BY duration", "duration"),
        role("percent", "TO percent", "BY? percent"),
        role("half", "BY|TO? HALF", "DOUBLE_SPEED"),
        role("factor", "factor"),
        role("bit", "A_BIT"),
        role("lot", "A_LOT"),
        role("how", "SHORTER|LONGER", "CUT|TRIM OFF?"),
        role("more", "MORE"),
        role("made", "MAKE|CHANGE"),
        role("being", "'it's'|'it_is'|'it'"),
        _WITH_MORE,
    ],
    _resize,
    light="AROUND TO CHANGE",
    own=False,
)


def _to_length(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`make it 45 seconds`."""
    named = [t for t in filled.tokens if t.is_a("REEL")]
    if (
        scene.uncut
        or _is_of_a_clip(filled, scene)
        or _follows_another(filled, scene)
        or not all(reel_facts.is_the_one(filled.tokens, t) for t in named)
    ):
        return None
    said = [t for t in filled.of("to") if t.kind in ("duration", "time")]
    if filled.says("target", "EACH") or filled.says("", "EACH"):
        return None  # `no clip longer than 12 seconds`
    if filled.says("", "CUT") and any(t.kind == "time" for t in said) and not filled.says("to", "TO"):
        return None  # `cut the reel at 30 seconds` parts it there
    if filled.trigger.text in ("剪", "切") and not filled.has("target"):
        return None  # `剪5秒`: off, or down to?
    if len({t.value for t in said}) > 1:
        return [Unresolved("", filled.at, missing=("total_s",))]
    if not said:
        return None
    shorter = filled.says("", "SHORTEN", "TRIM", "QUIETER") and not filled.says("", "MAKE", "AT_MOST", "TOTAL")
    shorter = shorter or any(t.is_a("AT_MOST") for t in (*filled.of(""), *filled.of("to")))  # `at most two minutes`
    if _against(said[0].value, scene.situation.duration_ms, shorter=shorter, longer=False):
        return [Unresolved("", filled.at, missing=("length",))]
    if said[0].value <= 0:
        return [Unresolved(said[0].text.strip(), said[0].start, missing=("length",))]
    op = Highlights(total_ms=said[0].value, mode="extend")
    return [ParsedOperation(op, filled.at, targeted=True)]


_TO_LENGTH = frame(
    "to_length",
    [
        "MAKE|CHANGE|SHORTEN|KEEP",
        "MOVE|TRIM|CUT TO",
        "QUIETER TO",
        "MAKE|FIND|CUT VIDEO|REEL",
        "CUT VIDEO? TO",
        "AT_MOST|TOTAL",
    ],
    [
        _IT,
        role(
            "to",
            f"TO? AT_MOST? {_LENGTH} TOTAL|AT_MOST|ALL?",
            f"TOTAL {_LENGTH}",
            f"TOTAL AT_MOST {_LENGTH}",
            many=True,
        ),
        _WITH_MORE,
    ],
    _to_length,
    light="AROUND CHANGE MAKE TO TOTAL",
    required=["to"],
    own=False,
)


def _clip_length(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`the clips are too long, max 8 seconds each`: the moments once more, each shorter."""
    token = filled.value("each", "duration")
    if scene.uncut or token is None or token.value <= 0 or not filled.says("each", "EACH"):
        return None
    name = "clip_max_ms" if filled.says("each", "AT_MOST") else "clip_ms"
    return [ParsedOperation(Highlights.model_validate({name: token.value}), filled.at, targeted=True)]


_CLIP_LENGTH = frame(
    "clip_length",
    ["CLIP SHORTER"],
    [role("each", "AT_MOST duration EACH", "EACH AT_MOST duration", "EACH CLIP? AT_MOST duration", "AT_MOST duration")],
    _clip_length,
    light="CLIP ALL",
    required=["each"],
)

_ONES = frozenset(
    {
        "one",
        "another",
        "a",
        "an",
        "one extra",
        "加一个",
        "加一段",
        "来一个",
        "来一段",
        "一个",
        "一段",
        "一条",
        "一处",
        "一幕",
        "再来一个",
        "加个",
        "来个",
        "多来一个",
    }
)


def _more(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`add one more moment`, `more goals`: moments put behind those there are."""
    if scene.uncut or not scene.situation.footage or any(t.kind == "clips" for t in filled.tokens):
        return None
    if not (filled.says("", "MORE") or filled.has("more", "count") or _is_one(filled)):
        return None
    if somebody := subjects.somebody(filled.tokens):
        return [Unresolved(somebody, filled.at, code="needs_extra:vision")]
    criterion, caveats = reel_facts.criterion(filled)
    found = reel_facts.search(filled, scene)
    if isinstance(found, Unresolved):
        return [found]
    facts: dict[str, Any] = {"mode": "append", **found} | ({"criterion": criterion} if criterion else {})
    said = filled.value("count", "number")
    if said is not None and not float(said.value).is_integer():
        return None
    if count := int(said.value) if said else 1 if _is_one(filled) else 0:
        facts["count"] = count
    assumed = frozenset[str]() if count else frozenset({"count", "total_s"})
    return [ParsedOperation(Highlights.model_validate(facts), filled.at, assumed, caveats, targeted=True)]


def _is_one(filled: Filled) -> bool:
    nouns = [
        t
        for t in filled.tokens
        if t.is_a("MOMENT", "REEL", "CLIP", "SEMANTIC") or any(c.startswith("CRITERION:") for c in t.concepts)
    ]
    if any(t.text.isascii() and t.text.endswith("s") for t in nouns):
        return False
    return any(t.text in _ONES or t.text.endswith(("一个", "一段", "一条", "一处", "一幕")) for t in filled.tokens)


_MORE = frame(
    "more",
    ["MORE", "ADD", "ADD MORE", "MORE ADD", "FIND|MAKE MORE", "FIND|MAKE ADD? MORE"],
    [
        role("count", "number MORE?"),
        role("one", "'one'"),
        role("more", "MORE"),
        role("best", "BEST", many=True),
        role("named", "SOURCE_SOUND? CRITERION:*", many=True),
        role("meant", "SEMANTIC"),
        role("search", "named"),
        role("thing", "MOMENT|CLIP"),
        role("reel", "REEL"),
        role("to", "TO? VIDEO|REEL|END|BACK", "POINT END|BACK", "ASSEMBLE END|BACK?"),
    ],
    _more,
    light="MOMENT CLIP CHANGE FIND MAKE ADD MORE THEN A_BIT VIDEO GAME",
    required=["best|named|meant|thing|reel|search"],
)


def _weakest(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`…, let the weakest moments go`: a shorter reel loses those anyway."""
    shorter = [f.op for f in scene.findings if isinstance(f, ParsedOperation) and isinstance(f.op, Highlights)]
    return [] if any(op.mode == "extend" for op in shorter) else None


_WEAKEST = frame(
    "weakest",
    ["WORST REMOVE|UNWANTED|SKIP|'go'", "REMOVE|SKIP|CUT|UNWANTED WORST"],
    [],
    _weakest,
    light="MOMENT CLIP CHANGE ALL",
)

FRAMES = (_RESIZE, _TO_LENGTH, _CLIP_LENGTH, _MORE, _WEAKEST)
