"""Clips taken out, kept, cut shorter or longer, cut in two, put in another order."""

from ...timeline.operations import ClipTarget, Remove, Reorder, Split, Trim
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..resolve import complement, numbers
from ..tokens import Token
from . import aim
from .frame import Filled, frame, role

_TAKING = "REMOVE|CUT|TRIM|SKIP|SHORTEN"
_START, _END = "START|FRONT", "END|BACK"
TARGET = role("target", "<target>", "'of'|'from'|'in'|'on'|'to'|'for' <target>", "<target> 'the'? CLIP")
SPARED = role("spared", "EXCEPT NOT? 'the'? clips", "EXCEPT clips AND clips", "clips EXCEPT")


def _remove(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.says("", "LEFT_OUT"):
        return None
    if filled.has("part"):
        parts = aim.stretches(filled, scene, "part")
        whole = scene.situation.duration_ms
        if not parts or filled.has("target") or filled.trigger.text.endswith(("到", "成", "至")):
            return None
        if any(p.ref == "timeline" and whole and p.range_ms[0] >= whole for p in parts):
            return None
        return [ParsedOperation(Remove(target=p), filled.at + n, targeted=True) for n, p in enumerate(parts)]
    chosen = aim.clips(filled, scene)
    if not chosen or len(chosen) == scene.count > 1:
        return None
    scene.last, scene.removed = None, chosen
    return [ParsedOperation(Remove(target=ClipTarget(clips=chosen)), filled.at, targeted=True)]


_REMOVE = frame(
    "remove",
    ["REMOVE", "UNWANTED", "CUT", "SKIP", "REMOVE|CUT 'out'|'away'|OFF"],
    [TARGET, SPARED, role("part", "range|head|tail", many=True), role("file", "'of'|'from'|'in'? asset")],
    _remove,
    light="CLIP MOMENT VIDEO OFF ALL",
    required=["target|part"],
    elliptic="target",
)


def _keep(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    kept = aim.clips(filled, scene, follow=False)
    if not kept or not scene.count or filled.says("target", "EXCEPT") or scene.findings:
        return None
    gone = complement(kept, scene.count)
    scene.last = None
    return [ParsedOperation(Remove(target=ClipTarget(clips=gone)), filled.at, targeted=True)] if gone else None


_KEEP = frame(
    "keep",
    ["ONLY KEEP", "KEEP ONLY", "ONLY", "KEEP"],
    [
        TARGET,
        role("rest", "REMOVE|UNWANTED|SKIP REST", "REST REMOVE|UNWANTED|SKIP", "NOT REST", "REST NOT|UNWANTED"),
        role("nothing", "'nothing_else'"),
    ],
    _keep,
    light="CLIP",
    required=["target"],
)


def _length(clip: int, scene: ParseContext) -> int:
    return scene.situation.clips[clip - 1].duration_ms if 1 <= clip <= scene.count else 0


def _trim(filled: Filled, scene: ParseContext, sign: int = 1) -> list[Finding] | None:
    pointed = aim.pointed(filled, scene)
    chosen = pointed.clips
    if pointed.gap or (not chosen and not filled.says("target", "EACH", "ALL")):
        return None
    head, tail = (_amount(filled, name) for name in ("head", "tail"))
    if both := _amount(filled, "both"):
        head, tail = head or both, tail or both
    if not head and not tail:
        return None
    if sign > 0 and any(_length(n, scene) <= head + tail for n in chosen or ()):
        return None
    facts = {"target": pointed.target, **({"head_ms": sign * head} if head else {}), **({"tail_ms": sign * tail} if tail else {})}  # fmt: skip
    return [ParsedOperation(Trim.model_validate(facts), filled.at, targeted=True)]


def _amount(filled: Filled, name: str) -> int:
    token = filled.value(name, "duration", "head", "tail", "time")
    return int(token.value) if token else 0


def _give(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    return _trim(filled, scene, sign=-1)


def _ends(concepts: str, kind: str) -> tuple[str, ...]:
    return (
        f"duration OFF|'from'|'at'|POINT|'on'|'in'|'of'|TO|'off_of'? {concepts}",
        f"duration {concepts}",
        f"{concepts} BY|'of'? duration",
        f"{concepts} {_TAKING}|LENGTHEN|LONGER|MORE|ADD duration",
        kind,
    )


_TRIM = frame(
    "trim",
    [_TAKING, "LONGER|SHORTER", f"{_TAKING} OFF|'out'|'away'"],
    [
        TARGET,
        role("head", *_ends(_START, "head")),
        role("tail", *_ends(_END, "tail")),
        role("both", "duration OFF|'from'|'at'|POINT? BOTH_ENDS", "BOTH_ENDS duration"),
    ],
    _trim,
    light="OFF CLIP BY EACH",
    required=["head|tail|both"],
    elliptic="target head tail both",
)
_LENGTHEN = frame(
    "lengthen",
    ["LENGTHEN", "MORE", "ADD", "LONGER", "LENGTHEN MORE", "ADD MORE"],
    [
        TARGET,
        role("head", *_ends(_START, "head"), "duration MORE START"),
        role("tail", *_ends(_END, "tail"), "duration LONGER", "BY duration", "LONGER BY? duration"),
        role("both", "duration OFF|'from'|'at'|POINT? BOTH_ENDS", "BOTH_ENDS duration"),
    ],
    _give,
    light="CLIP BY MORE KEEP",
    required=["head|tail|both"],
    elliptic="target head tail both",
)


def _to_length(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    pointed = aim.pointed(filled, scene)
    size = _amount(filled, "length")
    if pointed.gap or not size or (not pointed.said and not pointed.clips):
        return None
    many = pointed.clips or tuple(c.number for c in scene.situation.clips)
    keep_end = filled.has("keeps_end")
    out: list[Finding] = []
    for n in many:
        excess = _length(n, scene) - size
        if excess == 0 or (excess < 0 and len(many) > 1):
            continue
        facts = {"target": ClipTarget(clips=(n,)), "head_ms" if keep_end else "tail_ms": excess}
        out.append(ParsedOperation(Trim.model_validate(facts), filled.at, targeted=True))
    return out or None


_LENGTH = frame(
    "length",
    [_TAKING, "MAKE", "CHANGE", "SHORTER"],
    [
        TARGET,
        role("length", "TO duration", "'down_to' duration", "AT_MOST duration", "TO AT_MOST duration"),
        role("keeps_end", "KEEP END"),
        role("each", "EACH"),
    ],
    _to_length,
    light="CLIP CHANGE ONLY",
    required=["target", "length"],
)


def _split(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    chosen = aim.clips(filled, scene)
    if filled.has("at"):
        token = filled.value("at")
        at = int(token.value) if token else 0
        if chosen and len(chosen) == 1:
            clip = scene.situation.clips[chosen[0] - 1]
            at = clip.start_ms + at if at < clip.duration_ms else at
        if not 0 < at < scene.situation.duration_ms:
            return None
        return [ParsedOperation(Split(at_ms=at), filled.at, targeted=True)]
    if not chosen or len(chosen) != 1:
        return None
    return [ParsedOperation(Split(target=ClipTarget(clips=chosen), at="middle"), filled.at, targeted=True)]


_SPLIT = frame(
    "split",
    ["SPLIT", "CUT MIDDLE", "SPLIT MIDDLE", "SPLIT HALF", "CUT SPLIT"],
    [TARGET, role("at", "time", "POINT? duration"), role("middle", "MIDDLE", "HALF", "'in_two'|'two'")],
    _split,
    light="CLIP CUT OVER",
    required=["target|at"],
)


def _one(token: Token | None, scene: ParseContext) -> int | None:
    chosen = numbers(token.value, scene.count) if token is not None and token.kind == "clips" else None
    return chosen[0] if chosen and len(chosen) == 1 else None


def _move(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    chosen = aim.clips(filled, scene)
    if not chosen or len(chosen) != 1 or scene.count < 2:
        return None
    moved, to = chosen[0], None
    if anchor := _one(filled.value("before", "clips"), scene):
        to = anchor - 1 if moved < anchor else anchor
    elif anchor := _one(filled.value("behind", "clips"), scene):
        to = anchor if moved < anchor else anchor + 1
    elif filled.has("between"):
        pair = [n for t in filled.of("between") if t.kind == "clips" for n in (numbers(t.value, scene.count) or ())]
        if len(pair) == 2 and pair[1] == pair[0] + 1:
            to = pair[0] if moved < pair[0] else pair[1]
    elif place := filled.value("place", "number"):
        to = int(place.value)
    elif anchor := _one(filled.value("place", "clips"), scene):
        to = anchor
    elif filled.has("front"):
        to = 1
    elif filled.has("back"):
        to = scene.count
    if to is None or not 1 <= to <= scene.count or to == moved and filled.has("before", "behind"):
        return None
    return [ParsedOperation(Reorder(move=moved, to=to), filled.at, targeted=True)]


_MOVE = frame(
    "move",
    ["MOVE", "CHANGE", "ADD", "MAKE"],
    [
        role("target", "<target>"),
        role("before", "BEFORE clips", "clips ~BEFORE", "TO|POINT clips ~BEFORE"),
        role("behind", "AFTER clips", "clips ~AFTER", "TO|POINT clips ~AFTER"),
        role("between", "BETWEEN clips AND? clips?", "clips AND? clips? ~BETWEEN"),
        role("place", "POSITION_WORD number", "TO? POSITION_WORD 'number'? number", "number POSITION_WORD?"),
        role("front", "TO|POINT|'in'|'as'? FRONT|START", "FRONT"),
        role("back", "TO|POINT|'as'? BACK|END", "BACK"),
    ],
    _move,
    light="MOVE CLIP TO POINT 'right'",
    required=["target", "before|behind|between|place|front|back"],
    own=False,
)
_PLACED = frame(
    "placed",
    ["FRONT", "BACK"],
    [role("target", "<target>"), role("front", "FRONT"), role("back", "BACK")],
    lambda filled, scene: _placed(filled, scene),
    light="MOVE MAKE",
    required=["target"],
)


def _placed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    chosen = aim.clips(filled, scene, follow=False)
    if not chosen or len(chosen) != 1 or scene.count < 2 or filled.has("front", "back"):
        return None
    to = 1 if filled.says("", "FRONT") else scene.count
    return [ParsedOperation(Reorder(move=chosen[0], to=to), filled.at, targeted=True)]


def _swap(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    chosen = [n for t in filled.of("pair") if t.kind == "clips" for n in (numbers(t.value, scene.count) or (0,))]
    if len(chosen) != 2 or chosen[0] == chosen[1] or 0 in chosen:
        return None
    order = list(range(1, scene.count + 1))
    a, b = (n - 1 for n in chosen)
    order[a], order[b] = order[b], order[a]
    return [ParsedOperation(Reorder(order=tuple(order)), filled.at, targeted=True)]


_SWAP = frame(
    "swap",
    ["SWAP", "CHANGE SWAP", "SWAP POSITION_WORD", "CHANGE POSITION_WORD"],
    [role("pair", "clips AND|'with'|'for' clips", "clips")],
    _swap,
    light="CLIP POSITION_WORD CHANGE SORT MOVE",
    required=["pair"],
)

_SORTS = {"COUNTDOWN": "countdown", "BEST_FIRST": "rank", "REVERSE_ORDER": "reverse", "SHUFFLE": "shuffle", "CHRONO": "time"}


def _sort(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if scene.reel_wanted or not scene.situation.has_timeline or scene.count < 2:
        return None
    kinds = {value for concept, value in _SORTS.items() if filled.says("sort", concept)}
    if len(kinds) != 1 or (filled.says("sort", "COUNTDOWN") and not filled.has("")):
        return None
    return [ParsedOperation(Reorder.model_validate({"sort": kinds.pop()}), filled.at, targeted=True)]


_SORT = frame(
    "sort",
    ["SORT", "MOVE", "ADD", "CHANGE", "MAKE", "REVERSE_ORDER|SHUFFLE"],
    [role("sort", "|".join(_SORTS)), role("target", "ALL", "CLIP", "EVERYTHING", "THAT_CLIP", "<target>")],
    _sort,
    light="CLIP ALL",
    required=["sort"],
    own=False,
)


def _listed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    listed: list[int] = []
    for token in filled.of("list"):
        if token.kind == "clips" and all(first == last > 0 for first, last in token.value):
            listed += [first for first, _ in token.value]
        elif token.kind == "number" and float(token.value).is_integer():
            listed.append(int(token.value))
    if sorted(listed) != list(range(1, scene.count + 1)):
        return None
    return [ParsedOperation(Reorder(order=tuple(listed)), filled.at, targeted=True)]


_LISTED = frame(
    "listed",
    ["SORT"],
    [role("list", "clips", "number", many=True), role("as", "COLON", "THAT_CLIP", "CHRONO", "TO")],
    _listed,
    light="CLIP ALL ADD MOVE CHANGE",
    required=["list"],
)

FRAMES = (_REMOVE, _KEEP, _TRIM, _LENGTHEN, _LENGTH, _SPLIT, _MOVE, _PLACED, _SWAP, _SORT, _LISTED)

