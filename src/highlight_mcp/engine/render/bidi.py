"""Which way letters run: the implicit part of the Unicode Bidirectional Algorithm (UAX 9, revision 50). Pure.

Explicit embeddings, overrides and isolates count as nothing (BN): texts of an edit hold none, they are taken out.
"""

import unicodedata
from collections.abc import Sequence
from itertools import groupby

_STRONG = ("L", "R", "AL")
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_IGNORED = frozenset({"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_PAIRS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "⟨": "⟩",
    "«": "»",
    "‹": "›",
    "「": "」",
    "『": "』",
    "（": "）",
    "〈": "〉",
    "《": "》",
}
_MOST_OPEN = 63


def levels(text: str) -> tuple[int, list[int]]:
    """(level of the paragraph, level of each character): even ones run to the right, odd ones to the left."""
    kinds = [unicodedata.bidirectional(sign) or "L" for sign in text]
    base = _base(kinds)
    if not any(kind in ("R", "AL", "AN") for kind in kinds):
        return base, [base] * len(text)
    resolved = list(kinds)
    places = [place for place, kind in enumerate(kinds) if kind not in _IGNORED]
    run = [resolved[place] for place in places]
    outer = "R" if base % 2 else "L"
    _weak(run, outer)
    _brackets(run, [text[place] for place in places], outer)
    _neutrals(run, outer)
    out = [base] * len(text)
    for place, kind in zip(places, run, strict=True):
        out[place] = _implicit(base, kind)
    _settle(kinds, out, base)
    return base, out


def visual_order(run_levels: Sequence[int]) -> list[int]:
    """The places of runs from left to right (rule L2)."""
    order = list(range(len(run_levels)))
    odd = [level for level in run_levels if level % 2]
    for level in range(max(run_levels, default=0), min(odd, default=1) - 1, -1):
        turned: list[int] = []
        for high, group in groupby(order, key=lambda place, level=level: run_levels[place] >= level):  # type: ignore[misc]
            stretch = list(group)
            turned += reversed(stretch) if high else stretch
        order = turned
    return order


def _base(kinds: Sequence[str]) -> int:
    """P2 and P3: the first strong character says which way a paragraph runs."""
    first = next((kind for kind in kinds if kind in _STRONG), "L")
    return 0 if first == "L" else 1


def _weak(run: list[str], outer: str) -> None:
    """W1 to W7, in place."""
    strong, before = outer, outer
    for place, kind in enumerate(run):
        if kind == "NSM":
            run[place] = kind = before
        before = kind
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "AL":
            run[place] = "AN"
    run[:] = ["R" if kind == "AL" else kind for kind in run]
    for place in range(1, len(run) - 1):
        left, kind, right = run[place - 1 : place + 2]
        if left == right and ((kind in ("ES", "CS") and left == "EN") or (kind == "CS" and left == "AN")):
            run[place] = left
    for start, end, kind in _stretches(run, frozenset({"ET"})):
        beside = run[start - 1 : start] + run[end : end + 1]
        run[start:end] = ["EN" if "EN" in beside else kind] * (end - start)
    run[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in run]
    strong = outer
    for place, kind in enumerate(run):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            run[place] = "L"


def _brackets(run: list[str], signs: Sequence[str], outer: str) -> None:
    """N0: both brackets of a pair run as what they hold does."""
    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for place, sign in enumerate(signs):
        if run[place] != "ON":
            continue
        if sign in _PAIRS:
            if len(opened) == _MOST_OPEN:
                break
            opened.append((_PAIRS[sign], place))
        elif any(close == sign for close, _ in opened):
            while opened[-1][0] != sign:
                opened.pop()
            pairs.append((opened.pop()[1], place))
    for start, end in sorted(pairs):
        held = {_strength(kind) for kind in run[start + 1 : end]} - {None}
        if outer in held:
            run[start] = run[end] = outer
        elif held:
            other = "L" if outer == "R" else "R"
            before = next((one for kind in reversed(run[:start]) if (one := _strength(kind))), outer)
            run[start] = run[end] = other if before == other else outer


def _neutrals(run: list[str], outer: str) -> None:
    """N1 and N2: what stands between two of one direction runs so, too; else as the paragraph does."""
    for start, end, _ in _stretches(run, _NEUTRAL):
        left = _strength(run[start - 1]) if start else outer
        right = _strength(run[end]) if end < len(run) else outer
        run[start:end] = [left if left == right and left else outer] * (end - start)


def _stretches(run: Sequence[str], kinds: frozenset[str]) -> list[tuple[int, int, str]]:
    """(start, end, first kind) of each longest stretch of these kinds."""
    out, at = [], 0
    for inside, group in groupby(run, key=lambda kind: kind in kinds):
        length = len(list(group))
        if inside:
            out.append((at, at + length, run[at]))
        at += length
    return out


def _strength(kind: str) -> str | None:
    """The direction that a kind counts as beside neutrals: numbers count as R."""
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else None


def _implicit(base: int, kind: str) -> int:
    """I1 and I2."""
    if base % 2:
        return base if kind == "R" else base + 1
    return base + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)


def _settle(kinds: Sequence[str], out: list[int], base: int) -> None:
    """What is ignored lies on the level before it (UAX 9, 5.2); spaces at the end on that of the paragraph (L1)."""
    for place, kind in enumerate(kinds):
        if kind in _IGNORED:
            out[place] = out[place - 1] if place else base
    for place in range(len(kinds) - 1, -1, -1):
        if kinds[place] not in ("WS", "S", "B") and kinds[place] not in _IGNORED:
            break
        out[place] = base
