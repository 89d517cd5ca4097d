"""What a reel is made of: criterion, lengths, bounds, number of clips."""

from itertools import pairwise
from typing import Any

from ..context import ParseContext
from ..lexicon import is_wide
from ..spans.durations import pair_ms
from ..tokens import Clause, Token

_SCORING = ("goal", "score_change")
_LONGEST_CLIP_MS = 30_000
_ONE = frozenset({"moment", "one", "scene", "shot", "highlight", "play", "bit", "clip", "part", "goal"})
_ONE_ZH = frozenset({"一个", "一段", "一幕", "一条", "那个", "那段", "那一段", "那一个", "这一段", "一刻", "那一刻"})


def criterion_of(clause: Clause) -> tuple[str | None, frozenset[str]]:
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


def lengths(clause: Clause) -> dict[str, Any]:
    """Total and per-clip lengths; a length that describes the footage ("a 2 hour game") is neither."""
    facts: dict[str, Any] = {}
    for token in clause.values("duration", "time"):
        if _around_each(clause, token):
            facts.setdefault("clip_ms", token.value)
            continue
        if _describes_footage(clause, token):
            continue
        if _per_clip(clause, token) and (ends := pair_ms(token.text)):
            facts |= {"clip_min_ms": ends[0], "clip_max_ms": ends[1]}
            continue
        if _per_clip(clause, token) and not _leads(clause, token):
            name = (
                "clip_max_ms"
                if _bounded(clause, token, "AT_MOST")
                else "clip_min_ms"
                if _bounded(clause, token, "AT_LEAST")
                else "clip_ms"
            )
        elif any(t.text == "before" for t in _stretch(clause, token)) and any(
            t.text == "after" for t in _stretch(clause, token)
        ):
            facts.setdefault("clip_ms", 2 * token.value)
            continue
        else:
            name = "total_ms"
        facts.setdefault(name, token.value)
    return facts


def _around_each(clause: Clause, token: Token) -> bool:
    """`wherever the whistle blows keep four seconds`: a length to keep at each of many places."""
    return (
        clause.before(token, "KEEP", within=2)
        and clause.mentions("WHERE")
        and any(c.startswith("CRITERION:") for t in clause.tokens for c in t.concepts)
        and not clause.mentions("TOTAL")
        and token.value <= _LONGEST_CLIP_MS
    )


def _describes_footage(clause: Clause, token: Token) -> bool:
    i = clause.tokens.index(token)
    after = [t for t in clause.tokens[i + 1 : i + 4] if t.text not in ("的", "long", "长", "of")]
    if clause.before(token, "GAME", within=1) and not clause.before(token, "MAKE", within=3):
        return True
    if clause.before(token, "NARRATION", within=3) or any(
        t.is_a("NARRATION") for t in clause.tokens[max(0, i - 2) : i]
    ):
        return True
    if not after or not after[0].is_a("GAME") or after[0].is_a("REEL"):
        return False
    told = any(
        t.text in ("this", "my", "our", "the", "from", "of", "that", "your", "whole", "these")
        for t in clause.tokens[max(0, i - 2) : i]
    )
    return told or not clause.before(token, "MAKE", within=6)


def _leads(clause: Clause, token: Token) -> bool:
    """`a minute and a half highlights video with …`: the length right before the reel is the reel's."""
    i = clause.tokens.index(token)
    following = [t for t in clause.tokens[i + 1 : i + 4] if t.text not in ("的", "long", "of", "左右", "的高")]
    return bool(following) and following[0].is_a("REEL")


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
    if any(t.is_a("EACH", "BOTH_ENDS", "MARGIN") for t in near) or any(
        t.text in ("around", "on either side", "long") and t.is_a("EACH") for t in near
    ):
        return True
    if any(
        t.is_a("CLIP") and t.text in ("clips", "shots", "moments", "片段", "镜头") and stretch.index(t) < i
        for t in near
    ) and not any(t.kind == "number" for t in near[: near.index(token)]):
        return not any(t.is_a("TOTAL") for t in near)
    if any(t.is_a("CLIP") and t.text.endswith("s") for t in stretch[max(0, i - 4) : i]) and any(
        t.text == "of" for t in stretch[max(0, i - 3) : i]
    ):
        return True
    following = stretch[i + 1 : i + 2]
    return bool(
        following
        and following[0].is_a("CLIP")
        and token.text.endswith(("second", "sec", "s", "秒", "minute"))
        and following[0].text not in ("clip", "cut", "条", "个", "段")
    )


def _bounded(clause: Clause, token: Token, concept: str) -> bool:
    stretch = _stretch(clause, token)
    i = stretch.index(token)
    return any(t.is_a(concept) for t in stretch[max(0, i - 3) : i + 3])


def half_bounds(clause: Clause) -> dict[str, Any]:
    """`the first half, which ends at 52:30`: where the first half is said to end."""
    half = clause.find("FIRST_HALF")
    if half is None:
        return {}
    after = [t for t in clause.free() if t.start > half.start]
    said = [t for t in after if t.kind in ("time", "duration")]
    if not said or not any(
        t.is_a("END") and abs(clause.tokens.index(t) - clause.tokens.index(said[0])) <= 2 for t in after
    ):
        return {}
    clause.used.add(said[0].start)
    clause.take("FIRST_HALF", "END")
    return {"range_ms": (0, said[0].value)}


def within(clause: Clause, scene: ParseContext) -> dict[str, Any]:
    end = scene.situation.source_ms
    if head := clause.value("head"):
        if clause.has("SKIP", "REMOVE", "NOT", "EXCEPT", "UNWANTED"):
            clause.take("EXCEPT")
            return {"range_ms": (head.value, end)}
        return {"range_ms": (0, head.value)}
    if tail := clause.value("tail"):
        if clause.has("SKIP", "REMOVE", "EXCEPT", "NOT", "UNWANTED"):
            clause.take("EXCEPT")
            return {"range_ms": (0, max(0, end - tail.value))}
        return {"range_ms": (max(0, end - tail.value), end)}
    part = clause.value("range")
    if part and part.value[1] is not None and part.value[1] <= 60_000 and _per_clip(clause, part):
        return {"clip_min_ms": part.value[0], "clip_max_ms": part.value[1]}
    if part and _left_out(clause, part):
        start, stop = part.value[0], end if part.value[1] is None else part.value[1]
        return {"range_ms": (stop, end) if not start else (0, start) if stop >= end else (0, 0)}
    if part:
        clause.take("FIRST_HALF", "SECOND_HALF")
        return {
            "range_ms": (
                part.value[0],
                end if part.value[1] is None else min(part.value[1], end) if end else part.value[1],
            )
        }
    if not end or not clause.has("FIRST_HALF", "SECOND_HALF"):
        return {}
    second = clause.has("SECOND_HALF") and not (clause.has("FIRST_HALF") and clause.has("SKIP", "UNWANTED", "REMOVE"))
    dropped = clause.has("SKIP", "REMOVE", "EXCEPT", "NOT", "UNWANTED")
    clause.take("FIRST_HALF", "SECOND_HALF")
    return {"range_ms": (end // 2, end) if second != dropped else (0, end // 2)}


def _left_out(clause: Clause, part: Token) -> bool:
    """Whether a range stands beside a word that leaves it out."""
    return any(t.is_a("SKIP", "REMOVE", "NOT", "EXCEPT", "UNWANTED") for t in _stretch(clause, part))


def counts(clause: Clause) -> dict[str, Any]:
    for token in [t for t in clause.free() if t.kind in ("number", "clips")]:
        if token.kind == "clips":
            (first, last), *more = token.value
            if more or first != 1 or last < 2:
                continue
            clause.used.add(token.start)
            return {"count": last}
        clause.used.add(token.start)
        if clause.after(token, "VIDEO", "GAME", within=2) and not any(
            t.text in ("clip", "clips", "shots", "moments", "片段", "镜头", "瞬间") for t in clause.tokens
        ):
            continue
        if 1 <= token.value <= 500 and float(token.value).is_integer():
            return {"count": int(token.value)}
    return {"count": 1} if the_single_best(clause) else {}


def just_one(clause: Clause) -> Token | None:
    """`only one moment`, `a single highlight`: one, said of a singular noun."""
    for token, noun in pairwise(clause.tokens):
        if token.text in ("one", "single") and noun.text in ("moment", "highlight", "scene", "shot", "play"):
            return noun
    return None


def _singular(token: Token) -> bool:
    return token.text in _ONE or (token.is_a("SEMANTIC") and not token.text.endswith("s") and token.text.isascii())


def the_single_best(clause: Clause) -> bool:
    """`only the best moment`, `use the best one`: the noun says that there is one."""
    if just_one(clause):
        return True
    best = clause.find("BEST")
    if best is None or clause.has("REEL"):
        return False
    if not is_wide(best.text[0]):
        return any(_singular(token) and token.start > best.start for token in clause.tokens)
    said = any(token.text in _ONE_ZH for token in clause.tokens)
    wishes = [t for t in clause.tokens if t.is_a("ADD", "MAKE", "FIND") and t.text.endswith(("一个", "一段"))]
    return (said or bool(wishes)) and (clause.has("MOMENT", "CLIP", "ONLY", "KEEP") or said)
