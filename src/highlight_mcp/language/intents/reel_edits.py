"""Changes to the reel at hand: shorter, longer, another pace, more of something."""

import re
from typing import Any

from ...timeline.operations import Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from .reel_options import criterion_of


def read_reel_edit(clause: Clause, scene: ParseContext) -> Finding | None:
    now = scene.situation.duration_ms
    if any(t.kind == "clips" for t in clause.tokens) or scene.uncut:
        return None
    token = (
        clause.find(
            "SHORTER", "LONGER", "SHORTEN", "LENGTHEN", "MORE", "FAST_PACE", "SLOW_PACE", "ADD", "MAKE", "CHANGE"
        )
        or clause.tokens[0]
    )
    wants = clause.has("MOMENT", "CLIP", "SEMANTIC", "BEST") or clause.names("CRITERION:") or _moment(clause)
    if clause.has("MORE") and wants and not clause.has("LONGER", "SHORTER"):
        return _more(clause, token)
    shorter = clause.has("SHORTER", "SHORTEN")
    longer = clause.has("LONGER") or _lengthens(clause)
    if (
        clause.has("ADD", "MORE")
        and clause.peek("duration")
        and not shorter
        and _sets_length(clause)
        and not clause.has("REPLAY", "SLOWER", "FASTER")
    ):
        longer = True
    if (shorter or longer) and not clause.has("MUSIC", "TITLE", "CAPTION"):
        return _resize(clause, now, shorter, token)
    if clause.has("FAST_PACE", "SLOW_PACE") and not clause.has("REEL", "BEST"):
        words = scene.words(clause)
        clause.spend()
        return Unresolved(words, token.start, missing=("operation", "anew"))
    if (
        (length := clause.peek("duration"))
        and clause.has("MAKE", "CHANGE", "CUT", "TO", "AT_MOST", "TOTAL")
        and _sets_length(clause)
    ):
        if not any(t.is_a("MAKE", "CHANGE", "TO", "AT_MOST", "TOTAL") and not t.is_a("CUT") for t in clause.free()):
            words, at = scene.words(clause), clause.at
            clause.spend()
            return Unresolved(words, at, missing=("target", "total_s"))  # `cut 4 seconds`: off, or down to?
        clause.used.add(length.start)
        clause.take("MAKE", "CHANGE", "CUT", "TO", "VIDEO", "AT_MOST", "TOTAL", "AROUND")
        return ParsedOperation(
            Highlights(total_ms=length.value, mode="extend"),
            token.start,
        )
    return None


_ONES = frozenset({"one more", "another", "another one", "an extra", "one extra", "one additional", "one further"})
_ONES_ZH = ("一个", "一段", "一条", "一处", "一幕")


def _moment(clause: Clause) -> bool:
    """`another highlight`, `一个精彩瞬间`: the name of a reel, said of one moment to add."""
    named = any(t.is_a("REEL") and (t.text.startswith("highlight") or t.text[-2:] in _MOMENTS) for t in clause.tokens)
    return named and clause.has("ADD", "MORE") and not clause.peek("duration")


_MOMENTS = ("瞬间", "时刻", "片段", "镜头")


def _one(clause: Clause) -> bool:
    """`one more`, `another`, `再加一个`: exactly one."""
    words = " ".join(t.text for t in clause.tokens)
    plural = any(t.is_a("MOMENT", "CLIP", "REEL") and t.text.endswith("s") for t in clause.tokens)
    said = any(re.search(rf"\b{phrase}\b", words) for phrase in _ONES) and not plural
    return said or any(t.text.endswith(_ONES_ZH) or t.text in _ONES_ZH for t in clause.tokens)


def _lengthens(clause: Clause) -> bool:
    """`give it a title` gives no length; `give it five seconds more` does."""
    token = clause.find("LENGTHEN")
    if token is None or token.text not in ("give", "leave", "gives", "giving"):
        return token is not None
    return bool(clause.peek("duration", "percent", "factor") or clause.has("MORE")) and not clause.mentions(
        "TITLE", "CAPTION", "CARD", "MUSIC", "FADE", "FADE_IN", "FADE_OUT", "TRANSITION", "FILTER"
    )


def _sets_length(clause: Clause) -> bool:
    busy = (
        "REEL",
        "BEST",
        "MUSIC",
        "TITLE",
        "CAPTION",
        "TRANSITION",
        "FADE",
        "FREEZE",
        "CARD",
        "SPLIT",
        "REMOVE",
        "TRIM",
        "SILENCE",
        "AUDIO",
        "FADE_IN",
        "FADE_OUT",
        "SEMANTIC",
        "EACH",
    )
    return (
        not clause.has(*busy)
        and not any(clause.names(p) for p in ("JOIN:", "CRITERION:", "LOOK:"))
        and clause.peek("quote") is None
    )


def _more(clause: Clause, token: Token) -> Finding:
    criterion, caveats = criterion_of(clause)
    said = clause.value("number")
    count = int(said.value) if said else 1 if _one(clause) else None
    clause.take("REEL", "MORE", "MOMENT", "CLIP", "ADD", "BEST", "MAKE", "FIND")
    facts: dict[str, Any] = {"mode": "append"} | ({"criterion": criterion} if criterion else {})
    if count:
        facts["count"] = count
    return ParsedOperation(
        Highlights.model_validate(facts),
        token.start,
        frozenset() if count else frozenset({"count", "total_s"}),
        caveats,
    )


def _resize(clause: Clause, now: int, shorter: bool, token: Token) -> Finding:
    length, percent, factor = (
        clause.value("duration", "time", "head", "tail"),
        clause.value("percent"),
        clause.value("factor"),
    )
    by = length is not None and (
        clause.before(length, "BY", within=1)
        or clause.after(length, "SHORTER", "LONGER", within=1)
        or _zh_by(clause, length)
        or (clause.has("ADD", "MORE") and not shorter and not clause.has("LONGER"))
    )
    invented = frozenset[str]()
    if length and by and length.value < now:
        total = now - length.value if shorter else now + length.value
    elif length:
        total = length.value
    elif percent:
        total = round(
            now
            * (
                percent.value
                if clause.before(percent, "TO", within=1) or (percent.text and _ends_to(clause, percent))
                else 1 - percent.value
                if shorter
                else 1 + percent.value
            )
        )
    elif clause.has("HALF"):
        total = now // 2 if shorter else now * 3 // 2
    elif (factor and factor.value > 0) or clause.has("DOUBLE_SPEED"):
        total = (
            round(now * (factor.value if factor else 2))
            if not shorter
            else round(now / (factor.value if factor else 2))
        )
    else:
        share = 0.1 if clause.has("A_BIT") else 0.5 if clause.has("A_LOT") and shorter else 0.25
        total = round(now * (1 - share if shorter else 1 + share) / 1000) * 1000
        invented = frozenset({"total_s"})
    clause.take(
        "SHORTER",
        "LONGER",
        "SHORTEN",
        "LENGTHEN",
        "A_BIT",
        "A_LOT",
        "HALF",
        "BY",
        "TO",
        "MAKE",
        "CHANGE",
        "VIDEO",
        "MORE",
        "CUT",
        "AT_MOST",
        "TOTAL",
        "TRIM",
    )
    total = max(1000, total)
    facts: dict[str, Any] = {"total_ms": total, "mode": "extend"}
    return ParsedOperation(Highlights.model_validate(facts), token.start, invented, vague=bool(invented))


def _ends_to(clause: Clause, token: Token) -> bool:
    before = [t for t in clause.tokens if t.end <= token.start]
    return bool(before) and before[-1].text.endswith(("to", "到", "成", "至"))


def _zh_by(clause: Clause, length: Token) -> bool:
    before = [t for t in clause.tokens if t.end <= length.start]
    after = [t for t in clause.tokens if t.start >= length.end]
    if (
        before
        and before[-1].is_a("SHORTEN", "LENGTHEN", "LONGER", "SHORTER", "MORE")
        and not before[-1].text.endswith(("到", "成", "至", " to", "在"))
    ):
        return any("\u4e00" <= c <= "\u9fff" for c in before[-1].text)
    return bool(after and after[0].is_a("SHORTER", "LONGER"))
