"""The reel: which moments, how long, in what order, at what pace."""

from collections.abc import Iterator
from typing import Any

from ....timeline.operations import Highlights
from ..clause import Clause
from ..outcome import Deed, Finding, Gap
from ..scene import Scene
from ..token import Token

_SCORING = ("goal", "score_change")
_CHOOSING = ("FIND", "MAKE", "KEEP", "CUT", "ONLY", "ADD", "SHORTEN", "TRIM")


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
    """A new reel, or a change to the reel at hand."""
    if not scene.uncut and (change := _change(clause, scene)):
        yield change
        return
    if _asks(clause, scene) or (scene.reel_wanted and _describes(clause)):
        yield _reel(clause, scene)


def wanted(clause: Clause, scene: Scene) -> bool:
    """Whether the clause asks for a reel where there is none yet; its neighbours may then describe it."""
    return scene.uncut and bool(scene.situation.footage) and _asks(clause, scene)


def _describes(clause: Clause) -> bool:
    """Bounds, lengths, order or pace of a reel that another clause asks for."""
    details = clause.peek("duration", "head", "tail", "range", "number") or clause.has(
        "FIRST_HALF", "SECOND_HALF", "FAST_PACE", "SLOW_PACE", "BEST_FIRST", "COUNTDOWN", "CHRONO"
    )
    other = clause.has(
        "MUSIC", "TITLE", "CAPTION", "SUBTITLES", "TRANSITION", "FADE", "FADE_IN", "FADE_OUT", "CARD", "STABILIZE", "FREEZE", "SILENCE", "TIGHTEN", "AUDIO",
        "MUTE", "EXPORT", "ROTATE", "FLIP", "SPLIT", "VOLUME", "LOUDNESS",
    ) or clause.peek("quote", "clips", "asset")
    if other or any(clause.names(p) for p in ("LOOK:", "JOIN:")):
        return False
    return bool(details) or clause.names("CRITERION:") is not None


def _asks(clause: Clause, scene: Scene) -> bool:
    if clause.has("REEL", "BORING") and not clause.has("ASPECT_ONLY"):
        return not (clause.has("REEL") and scene.situation.has_timeline and _only_names_it(clause, scene))
    told = clause.verb(*_CHOOSING)
    content = clause.has("BEST", "SEMANTIC") or clause.names("CRITERION:")
    if content and (told or scene.uncut and (clause.has("MOMENT", "ALL", "EACH") or clause.peek("number", "duration", "clips"))):
        return True
    if not scene.uncut:
        return False
    if scene.situation.has_timeline and not clause.has("REEL", "MAKE", "SHORTEN"):
        return False
    length = clause.peek("duration", "number", "factor")
    return bool(clause.has("MAKE", "CUT", "SHORTEN", "FIND") and (length or clause.peek("range")) and not clause.peek("clips")) or bool(
        clause.has("MAKE") and clause.has("VAGUE", "FAST_PACE", "VIDEO") and not scene.situation.has_timeline and clause.has("REEL")
    )


def _only_names_it(clause: Clause, scene: Scene) -> bool:
    """`make the reel vertical`: the word names what is there, it asks for no new one."""
    return not clause.peek("duration", "number", "range", "head", "tail") and not clause.names("CRITERION:") and not clause.has("BEST", "SEMANTIC", "MAKE", "FIND", "ADD")


def _change(clause: Clause, scene: Scene) -> Finding | None:
    now = scene.situation.duration_ms
    if clause.peek("clips") or len(scene.situation.clips) < 2:
        return None
    token = clause.find("SHORTER", "LONGER", "SHORTEN", "LENGTHEN", "MORE", "FAST_PACE", "SLOW_PACE", "ADD", "MAKE", "CHANGE") or clause.tokens[0]
    wants = clause.has("MOMENT", "CLIP", "SEMANTIC", "BEST") or clause.names("CRITERION:")
    if clause.has("MORE") and wants and not clause.has("LONGER", "SHORTER"):
        return _more(clause, token)
    shorter = clause.has("SHORTER", "SHORTEN")
    longer = clause.has("LONGER", "LENGTHEN")
    if (shorter or longer) and not clause.has("MUSIC", "TITLE", "CAPTION", "REEL_NEW"):
        return _resize(clause, now, shorter, token)
    if clause.has("FAST_PACE", "SLOW_PACE") and not clause.has("REEL", "BEST"):
        pace = "fast" if clause.take("FAST_PACE") else "slow"
        clause.take("SLOW_PACE", "CHANGE", "MAKE", "A_BIT", "MORE", "FASTER")
        return Deed(Highlights.model_validate({"pace": pace, "total_ms": now}), token.start, frozenset({"total_s"}))
    if (length := clause.peek("duration")) and clause.has("MAKE", "CHANGE", "CUT", "TO", "AT_MOST", "TOTAL") and _sets_length(clause):
        clause.used.add(length.start)
        clause.take("MAKE", "CHANGE", "CUT", "TO", "VIDEO", "AT_MOST", "TOTAL", "AROUND")
        return Deed(Highlights(total_ms=length.value, mode="extend") if length.value > now else Highlights(total_ms=length.value), token.start)
    return None


def _sets_length(clause: Clause) -> bool:
    busy = ("REEL", "BEST", "MUSIC", "TITLE", "CAPTION", "TRANSITION", "FADE", "FREEZE", "CARD", "SPLIT", "REMOVE", "TRIM", "SILENCE", "AUDIO", "FADE_IN", "FADE_OUT", "SEMANTIC", "EACH")
    return not clause.has(*busy) and not any(clause.names(p) for p in ("JOIN:", "CRITERION:", "LOOK:")) and clause.peek("quote") is None


def _more(clause: Clause, token: Token) -> Finding:
    criterion, caveats = _criterion(clause)
    count = clause.value("number")
    clause.take("MORE", "MOMENT", "CLIP", "ADD", "BEST", "MAKE", "FIND")
    facts: dict[str, Any] = {"mode": "append"} | ({"criterion": criterion} if criterion else {})
    if count:
        facts["count"] = int(count.value)
    return Deed(Highlights.model_validate(facts), token.start, frozenset() if count else frozenset({"count", "total_s"}), caveats)


def _resize(clause: Clause, now: int, shorter: bool, token: Token) -> Finding:
    length, percent, factor = clause.value("duration", "time", "head", "tail"), clause.value("percent"), clause.value("factor")
    by = length is not None and (clause.before(length, "BY", within=1) or clause.after(length, "SHORTER", "LONGER", within=1) or _zh_by(clause, length))
    invented = frozenset[str]()
    if length and by and length.value < now:
        total = now - length.value if shorter else now + length.value
    elif length:
        total = length.value
    elif percent:
        total = round(now * (percent.value if clause.before(percent, "TO", within=1) or percent.text and _ends_to(clause, percent) else 1 - percent.value if shorter else 1 + percent.value))
    elif clause.has("HALF"):
        total = now // 2 if shorter else now * 3 // 2
    elif factor or clause.has("DOUBLE_SPEED"):
        total = round(now * (factor.value if factor else 2)) if not shorter else round(now / (factor.value if factor else 2))
    else:
        share = 0.1 if clause.has("A_BIT") else 0.5 if clause.has("A_LOT") and shorter else 0.25
        total = round(now * (1 - share if shorter else 1 + share) / 1000) * 1000
        invented = frozenset({"total_s"})
    clause.take("SHORTER", "LONGER", "SHORTEN", "LENGTHEN", "A_BIT", "A_LOT", "HALF", "BY", "TO", "MAKE", "CHANGE", "VIDEO", "MORE", "CUT", "AT_MOST", "TOTAL", "TRIM")
    total = max(1000, total)
    keep = invented or by or total > now
    facts: dict[str, Any] = {"total_ms": total} | ({"mode": "extend"} if keep else {})
    return Deed(Highlights.model_validate(facts), token.start, invented, vague=bool(invented))


def _ends_to(clause: Clause, token: Token) -> bool:
    before = [t for t in clause.tokens if t.end <= token.start]
    return bool(before) and before[-1].text.endswith(("to", "到", "成", "至"))


def _zh_by(clause: Clause, length: Token) -> bool:
    before = [t for t in clause.tokens if t.end <= length.start]
    after = [t for t in clause.tokens if t.start >= length.end]
    if before and before[-1].is_a("SHORTEN", "LENGTHEN", "LONGER", "SHORTER", "MORE") and not before[-1].text.endswith(("到", "成", "至", " to", "在")):
        return any("\u4e00" <= c <= "\u9fff" for c in before[-1].text)
    return bool(after and after[0].is_a("SHORTER", "LONGER"))


def _criterion(clause: Clause) -> tuple[str | None, frozenset[str]]:
    found: list[str] = []
    while name := clause.prefixed("CRITERION:"):
        found.append(name)
    semantic = clause.take("SEMANTIC") is not None
    kinds = set(found)
    if {"applause", "laughter"} <= kinds:
        return "applause+laugh", frozenset()
    if kinds & set(_SCORING):
        best = "score_change" if "score_change" in kinds else "goal"
        return best, frozenset({"approx_semantic"})
    if "cheer" in kinds:
        return "cheer", frozenset({"approx_semantic"}) if semantic else frozenset()
    if semantic and not kinds:
        return None, frozenset({"approx_semantic"})
    return (found[0] if found else None), frozenset({"approx_semantic"}) if semantic else frozenset()


def _reel(clause: Clause, scene: Scene) -> Finding:
    token = clause.find("REEL", "BEST", "MAKE", "FIND", "CUT", "KEEP") or clause.tokens[0]
    at = token.start
    criterion, caveats = _criterion(clause)
    facts: dict[str, Any] = {"criterion": criterion} if criterion else {}
    assumed: set[str] = set()
    if clause.take("COUNTDOWN"):
        facts["order"] = "countdown"
    elif clause.take("BEST_FIRST"):
        facts["order"] = "rank"
    clause.take("CHRONO")
    if clause.has("FAST_PACE"):
        facts["pace"] = "fast"
    elif clause.has("SLOW_PACE"):
        facts["pace"] = "slow"
    clause.take("FAST_PACE", "SLOW_PACE")
    if asset := next((t for t in clause.free() if t.kind == "asset"), None):
        known = next((m for m in scene.situation.footage if m.name.casefold() == str(asset.value).casefold()), None)
        if known:
            clause.used.add(asset.start)
            facts["source"] = known.name
    facts |= _lengths(clause)
    facts |= _within(clause, scene)
    facts |= _counts(clause)
    total = facts.get("total_ms")
    available = scene.situation.source_ms
    if total and available and total > sum(m.duration_ms for m in scene.situation.footage):
        facts["total_ms"] = sum(m.duration_ms for m in scene.situation.footage)
        assumed.add("total_s")
    if not facts.keys() & {"total_ms", "count"} and not scene.planned("highlights"):
        assumed.add("total_s")
    clause.take("REEL", "BEST", "MAKE", "FIND", "CUT", "KEEP", "ONLY", "MOMENT", "CLIP", "WHERE", "GAME", "ALL", "EACH", "AT_MOST", "AT_LEAST", "AROUND", "TOTAL", "ADD", "VIDEO", "SHORTEN", "NARRATION", "BORING", "TO", "OVER", "REMOVE", "BETWEEN", "SORT", "TRIM", "A_LOT", "VAGUE", "SHORTER", "CHANGE", "AROUND", "WHEN_TALK", "AUDIO", "SKIP", "MORE")
    if facts.get("range_ms") and facts["range_ms"][0] >= facts["range_ms"][1]:
        return Gap(scene.words(clause), at, missing=("target",))
    return Deed(Highlights.model_validate(facts), at, frozenset(assumed), caveats)


def _lengths(clause: Clause) -> dict[str, Any]:
    """Total and per-clip lengths; a length that describes the footage ("a 2 hour game") is neither."""
    facts: dict[str, Any] = {}
    for token in clause.values("duration", "time"):
        if _describes_footage(clause, token):
            continue
        if _per_clip(clause, token):
            name = "clip_max_ms" if _bounded(clause, token, "AT_MOST") else "clip_min_ms" if _bounded(clause, token, "AT_LEAST") else "clip_ms"
        else:
            name = "total_ms"
        facts.setdefault(name, token.value)
    return facts


def _describes_footage(clause: Clause, token: Token) -> bool:
    i = clause.tokens.index(token)
    after = [t for t in clause.tokens[i + 1 : i + 4] if t.text not in ("的", "long", "长", "of")]
    if clause.before(token, "NARRATION", within=3) or any(t.is_a("NARRATION") for t in clause.tokens[max(0, i - 2) : i]):
        return True
    return bool(after and after[0].is_a("GAME") and not after[0].is_a("REEL") and not clause.before(token, "MAKE", within=1))


def _stretch(clause: Clause, token: Token) -> list[Token]:
    """The tokens of the same punctuation-free stretch."""
    i = clause.tokens.index(token)
    a = next((j for j in range(i, -1, -1) if clause.tokens[j].kind == "separator"), -1)
    b = next((j for j in range(i, len(clause.tokens)) if clause.tokens[j].kind == "separator"), len(clause.tokens))
    return clause.tokens[a + 1 : b]


def _per_clip(clause: Clause, token: Token) -> bool:
    stretch = _stretch(clause, token)
    i = stretch.index(token)
    near = stretch[max(0, i - 5) : i + 4]
    if any(t.is_a("EACH") for t in near) or any(t.text in ("around", "on either side", "long") and t.is_a("EACH") for t in near):
        return True
    following = stretch[i + 1 : i + 2]
    return bool(following and following[0].is_a("CLIP") and token.text.endswith(("second", "sec", "s", "秒", "minute")) and following[0].text not in ("clip", "cut", "条", "个", "段"))


def _bounded(clause: Clause, token: Token, concept: str) -> bool:
    stretch = _stretch(clause, token)
    i = stretch.index(token)
    return any(t.is_a(concept) for t in stretch[max(0, i - 3) : i + 3])


def _within(clause: Clause, scene: Scene) -> dict[str, Any]:
    end = scene.situation.source_ms
    if head := clause.value("head"):
        if clause.has("SKIP", "REMOVE", "NOT", "EXCEPT", "UNWANTED"):
            return {"range_ms": (head.value, end)}
        return {"range_ms": (0, head.value)}
    if tail := clause.value("tail"):
        if clause.has("SKIP", "REMOVE", "EXCEPT", "NOT", "UNWANTED"):
            return {"range_ms": (0, max(0, end - tail.value))}
        return {"range_ms": (max(0, end - tail.value), end)}
    if part := clause.value("range"):
        clause.take("FIRST_HALF", "SECOND_HALF")
        return {"range_ms": (part.value[0], end if part.value[1] is None else min(part.value[1], end) if end else part.value[1])}
    if end and clause.take("SECOND_HALF"):
        return {"range_ms": (end // 2, end)}
    if end and clause.take("FIRST_HALF"):
        return {"range_ms": (0, end // 2)}
    return {}


def _counts(clause: Clause) -> dict[str, Any]:
    for token in clause.values("number", "clips"):
        if token.kind == "clips":
            (first, last), *more = token.value
            if more or first != 1 or last < 2:
                continue
            return {"count": last}
        if 1 <= token.value <= 500 and float(token.value).is_integer():
            return {"count": int(token.value)}
    return {}
