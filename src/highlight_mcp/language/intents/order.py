"""The order of clips: sort, swap, move."""

from collections.abc import Iterator

from ...timeline.operations import Reorder
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import Numbers, numbers
from ..tokens import Clause, Token

_SORTS = {
    "COUNTDOWN": "countdown",
    "BEST_FIRST": "rank",
    "REVERSE_ORDER": "reverse",
    "SHUFFLE": "shuffle",
    "CHRONO": "time",
}


def read_order(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Sorting words first, then swaps, then moves."""
    if (counting := clause.find("COUNTDOWN")) and _counted(clause, counting):
        words, at = scene.words(clause), counting.start
        clause.spend()
        yield Unresolved(words, at, code="unsupported_op")
        return
    if (
        not clause.has("REEL")
        and not scene.reel_wanted
        and (found := next((s for s in _SORTS if clause.has(s)), None))
        and not (scene.planned("highlights"))
    ):
        token = clause.take(found)
        clause.take(
            "SORT",
            "MOVE",
            "CHANGE",
            "MAKE",
            "ALL",
            "CLIP",
            "BEST",
            "REVERSE_ORDER",
            "ADD",
            "PLAY_BACKWARDS",
            "MOMENT",
            "CHRONO",
        )
        yield ParsedOperation(
            Reorder.model_validate({"sort": _SORTS[found]}), token.start if token else clause.at, targeted=True
        )
        return
    refs = [t for t in clause.free() if t.kind == "clips"]
    if (
        (end := next((t for t in refs if t.text.endswith(("opener", "closer"))), None))
        and len(refs) == 2
        and not clause.has("SWAP", "REMOVE")
    ):
        yield _to_end(
            clause, scene, next(t for t in refs if t is not end), 1 if end.text.endswith("opener") else scene.count
        )
        return
    if (place := _becomes(refs)) and clause.has("MAKE") and not clause.has("SWAP", "REMOVE"):
        yield _to_end(clause, scene, refs[0], 1 if place == "first" else scene.count)
        return
    if clause.has("SORT") and scene.count > 1 and (listed := _listed(clause)):
        yield _as_listed(clause, scene, listed)
        return
    if _swapping(clause, scene, refs):
        yield _swap(clause, scene)
    elif (
        (refs and clause.verb("MOVE", "CHANGE", "ADD", "MAKE", "SWAP", "ITS_PLACE") and _place(clause, scene))
        or (refs and clause.has("FRONT", "BACK") and clause.verb("MOVE"))
        or (len(refs) == 1 and clause.has("FRONT", "BACK") and _only(clause, "FRONT", "BACK"))
        or (clause.verb("MOVE") and clause.has("THAT_CLIP") and scene.last and clause.has("FRONT", "BACK"))
    ):
        yield _move(clause, scene)


def _counted(clause: Clause, token: Token) -> bool:
    """`add a countdown 3-2-1 at the start`: figures to be shown, not an order of the clips."""
    if token.text not in ("countdown", "count down", "倒计时"):
        return False
    shown = clause.has("START", "FRONT", "CARD", "TITLE", "CAPTION") or clause.peek(
        "number", "clips", "duration", "quote"
    )
    return bool(shown) or (clause.has("ADD") and not clause.has("SORT", "MOVE", "CLIP"))


def _listed(clause: Clause) -> list[int]:
    """`in this order: 3, 1, 2`: the numbers as listed, empty when fewer than two stand there."""
    listed: list[int] = []
    for token in clause.free():
        if token.kind == "clips" and all(first == last > 0 for first, last in token.value):
            listed += [first for first, _ in token.value]
        elif token.kind == "number" and float(token.value).is_integer():
            listed.append(int(token.value))
    return listed if len(listed) > 1 else []


def _as_listed(clause: Clause, scene: ParseContext, listed: list[int]) -> Finding:
    at, words = clause.at, scene.words(clause)
    clause.values("clips", "number")
    clause.take("SORT", "CHANGE", "MAKE", "ADD", "MOVE", "CLIP", "THAT_CLIP", "COLON", "CHRONO")
    if sorted(listed) != list(range(1, scene.count + 1)):
        return Unresolved(words, at, missing=("target",))
    return ParsedOperation(Reorder(order=tuple(listed)), at, targeted=True)


def _place(clause: Clause, scene: ParseContext) -> bool:
    refs = [t for t in clause.free() if t.kind == "clips"]
    if len(refs) > 1 and clause.has("BEFORE", "AFTER", "POSITION_WORD", "BETWEEN", "FRONT"):
        return True
    if clause.has("POSITION_WORD") and clause.peek("number"):
        return True
    if clause.has("ITS_PLACE") and scene.removed:
        return True
    ends = clause.find("FRONT", "BACK") or _at_an_end(clause)
    return bool(
        ends and not clause.has("TRIM", "CUT", "REMOVE") and not clause.peek("quote", "duration", "head", "tail")
    )


def _at_an_end(clause: Clause) -> Token | None:
    """`put clip 2 at the end`: a place, where the clause is about moving and nothing else."""
    end = clause.find("START", "END")
    return end if end and clause.has("MOVE") and clause.before(end, "POINT", within=2) else None


def _to_end(clause: Clause, scene: ParseContext, moved: Token, to: int) -> Finding:
    """`make clip 3 the opener`."""
    clause.values("clips")
    clause.take("MAKE", "CHANGE", "MOVE")
    chosen = numbers(moved.value, scene.count)
    if not chosen or len(chosen) != 1:
        return Unresolved(scene.words(clause), moved.start, missing=("target",))
    return ParsedOperation(Reorder(move=chosen[0], to=to), moved.start, targeted=True)


def _swapping(clause: Clause, scene: ParseContext, refs: list[Token]) -> bool:
    """A word for it, or `换` said of two clips and of nothing else."""
    numbered = len([t for t in clause.free() if t.kind == "number"]) == 2
    if clause.has("SWAP"):
        return bool(refs) or numbered or _swaps_some(clause, scene)
    change = clause.find("CHANGE")
    pair = scene.count == 2 and [t.value for t in clause.free() if t.kind == "number"] == [2] and clause.has("CLIP")
    two = len(refs) == 2 or [len(t.value) for t in refs] == [2] or numbered or pair
    return (
        change is not None
        and change.text in ("换", "switch")
        and two
        and _only(clause, "CHANGE", "AND", "CLIP", "AROUND")
    )


def _swaps_some(clause: Clause, scene: ParseContext) -> bool:
    """`swap the two clips`, `swap them`: which ones is plain only where there are just two."""
    said = ("SWAP", "FILLER", "CLIP", "ALL", "THAT_CLIP", "POSITION_WORD", "SORT", "MOMENT", "VIDEO")
    pointed = clause.has("CLIP", "THAT_CLIP", "SORT") or clause.peek("number") or scene.count == 2
    return bool(scene.count > 1 and pointed) and all(
        token.is_a(*said) or token.kind == "separator" or (token.kind == "number" and token.value == 2)
        for token in clause.tokens
    )


def _only(clause: Clause, *concepts: str) -> bool:
    """Whether the clause says nothing besides clips and words of these concepts."""
    return all(t.kind in ("clips", "number", "separator") or t.is_a("FILLER", *concepts) for t in clause.tokens)


def _becomes(refs: list[Token]) -> str | None:
    """`make the last one the first`: the second mention is a place."""
    if len(refs) != 2:
        return None
    word = refs[1].text.split()[-1]
    return word if word in ("first", "last") else None


def _swap(clause: Clause, scene: ParseContext) -> Finding:
    token = clause.find("SWAP") or clause.tokens[0]
    refs = clause.values("clips")
    clause.take("SWAP", "CHANGE", "SORT", "POSITION_WORD", "MOVE")
    chosen: list[int] = [] if refs else [int(t.value) for t in clause.values("number")]
    for ref in refs:
        chosen += numbers(ref.value, scene.count) or (0,)
    if scene.count == 2 and chosen in ([], [2]):
        chosen = [1, 2]
    if len(chosen) != 2 or not scene.count or not all(1 <= n <= scene.count for n in chosen):
        return Unresolved(scene.words(clause), token.start, missing=("target",))
    order = list(range(1, scene.count + 1))
    a, b = (n - 1 for n in chosen)
    order[a], order[b] = order[b], order[a]
    return ParsedOperation(Reorder(order=tuple(order)), token.start, targeted=True)


def _move(clause: Clause, scene: ParseContext) -> Finding:
    token = clause.find("MOVE", "CHANGE", "ADD", "SWAP", "MAKE") or clause.tokens[0]
    refs = clause.values("clips")
    gap = Unresolved(scene.words(clause), token.start, missing=("target",))
    count = scene.count
    moved = (numbers(refs[0].value, count) if refs else scene.last) or ()
    if len(moved) != 1 or not count:
        return gap
    to = _destination(clause, refs, moved[0], count, scene.removed)
    clause.take(
        "MOVE",
        "CHANGE",
        "ADD",
        "FRONT",
        "BACK",
        "BEFORE",
        "AFTER",
        "POSITION_WORD",
        "START",
        "END",
        "THAT_CLIP",
        "SORT",
        "MAKE",
    )
    if to is None or not 1 <= to <= count:
        return gap
    return ParsedOperation(Reorder(move=moved[0], to=to), token.start, targeted=True)


def _destination(clause: Clause, refs: list[Token], moved: int, count: int, gone: Numbers | None) -> int | None:
    if len(refs) > 1:
        anchor = (numbers(refs[1].value, count) or (0,))[0]
        if anchor == 0:
            return None
        if clause.has("AFTER"):
            return anchor if moved < anchor else anchor + 1
        if clause.has("BEFORE"):
            return anchor - 1 if moved < anchor else anchor
        return anchor
    if gone and clause.take("ITS_PLACE"):
        return gone[0]
    if number := clause.value("number"):
        return int(number.value)
    if clause.has("FRONT"):
        return 1
    if clause.has("BACK"):
        return count
    end = _at_an_end(clause)
    return None if end is None else 1 if end.is_a("START") else count
