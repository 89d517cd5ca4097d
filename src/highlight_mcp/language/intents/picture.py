"""Shape, turning, colour, steadiness."""

from collections.abc import Iterator
from typing import Any

from ...timeline.operations import Aspect, FilterAdd, Flip, Rotate, Stabilize
from ..context import ParseContext, ResolvedTarget, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token

_AMOUNT, _LOT = 0.2, 0.5
_GRADED = ("brightness", "contrast", "saturation")


def read_picture(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """One clause may shape, turn and colour at once."""
    if (
        clause.peek("ratio")
        or clause.names("SHAPE:")
        or (
            clause.has("PAD", "BLURRED_SIDES", "CENTRE_CROP", "FOLLOW_ACTION", "FOCUS_LEFT", "FOCUS_RIGHT")
            and scene.planned("aspect")
        )
    ):
        yield from _aspect(clause, scene)
    if clause.has("FLIP"):
        yield from _flip(clause, scene)
    if (clause.has("ROTATE", "UPSIDE_DOWN") and not scene.planned("aspect")) or clause.peek("degrees"):
        yield from _rotate(clause, scene)
    if clause.has("STABILIZE"):
        yield from _stabilize(clause, scene)
    if clause.has("FILTER") and clause.verb("REMOVE", "UNWANTED", "TRIM") and not clause.names("LOOK:"):
        yield _unfiltered(clause, scene)
    _remedy(clause, scene)
    while clause.names("LOOK:") or clause.has("DARKER", "BRIGHTER"):
        yield from _look(clause, scene)


def _unfiltered(clause: Clause, scene: ParseContext) -> Finding:
    """`remove the filter of clip 2`."""
    at = clause.at
    pointed = resolve_target(clause, scene)
    clause.take("FILTER", "REMOVE", "UNWANTED", "TRIM", "SKIP", "CHANGE", "ALL", "OFF")
    return pointed.gap or ParsedOperation(FilterAdd(name="none", target=pointed.target), at, targeted=pointed.said)


def _aspect(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = next(
        (t for t in clause.free() if t.kind == "ratio" or any(c.startswith("SHAPE:") for c in t.concepts)),
        clause.tokens[0],
    )
    said = clause.value("ratio")
    ratio = said.value if said else None
    ratio = ratio or _shape(clause)
    while clause.prefixed("SHAPE:"):
        pass
    facts: dict[str, Any] = {}
    if clause.has("LOOK:blur") and not clause.peek("clips"):
        clause.take("LOOK:blur")
        facts["mode"] = "blur"
        clause.take("PAD")
    elif clause.take("BLURRED_SIDES"):
        facts["mode"] = "blur"
        clause.take("PAD")
    elif clause.take("PAD"):
        facts["mode"] = "pad"
    if clause.take("FOCUS_LEFT"):
        facts["focus"] = "left"
    elif clause.take("FOCUS_RIGHT"):
        facts["focus"] = "right"
    elif clause.take("CENTRE_CROP") or (clause.has("ASPECT") and clause.has("POSITION:center")):
        facts["focus"] = "center"
    clause.take("FOLLOW_ACTION", "ASPECT", "CHANGE", "CUT", "POSITION:center")
    if ratio is None:
        last = next(
            i
            for i, f in reversed(list(enumerate(scene.findings)))
            if isinstance(f, ParsedOperation) and isinstance(f.op, Aspect)
        )
        before = scene.findings[last]
        assert isinstance(before, ParsedOperation) and isinstance(before.op, Aspect)
        scene.findings[last] = ParsedOperation(
            Aspect.model_validate(before.op.model_dump(exclude_unset=True) | facts), before.at, targeted=True
        )
        clause.take("NOT", "VIDEO")
        return
    if clause.has("VIDEO", "MAKE"):
        clause.take("VERSION")
    yield ParsedOperation(Aspect.model_validate({"ratio": ratio} | facts), token.start, targeted=True)


def _shape(clause: Clause) -> str | None:
    """The shape asked for: in "from landscape to vertical" the one after the change."""
    shapes = [
        (t.start, c.removeprefix("SHAPE:")) for t in clause.free() for c in sorted(t.concepts) if c.startswith("SHAPE:")
    ]
    change = next(
        (t.start for t in clause.free() if t.is_a("CHANGE", "TO") and any(at < t.start for at, _ in shapes)), -1
    )
    return next((s for at, s in shapes if at > change), shapes[0][1] if shapes else None)


def _flip(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find("FLIP") or clause.tokens[0]
    vertical = clause.take("VERTICALLY") is not None or any(s in token.text for s in ("上下", "垂直", "vertical"))
    clause.take("FLIP", "HORIZONTALLY", "CHANGE", "VIDEO", "MAKE", "ROTATE")
    pointed = resolve_target(clause, scene)
    if pointed.gap:
        yield pointed.gap
        return
    facts: dict[str, Any] = {"axis": "vertical" if vertical else "horizontal"}
    yield ParsedOperation(Flip.model_validate(facts | _targeted(pointed)), token.start, targeted=pointed.said)


def _targeted(pointed: ResolvedTarget) -> dict[str, Any]:
    return {"target": pointed.target} if pointed.clips else {}


def _rotate(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find("ROTATE", "UPSIDE_DOWN") or clause.peek("degrees") or clause.tokens[0]
    angle = clause.value("degrees", "number")
    back = clause.take("COUNTERCLOCKWISE") is not None
    upside = clause.take("UPSIDE_DOWN") is not None
    clause.take("CLOCKWISE", "ROTATE", "CHANGE", "VIDEO")
    degrees = round(angle.value) if angle else (180 if upside else 90)
    degrees = -degrees if back else degrees
    turn = {-90: -90, 270: -90, -270: 90, 90: 90, 180: 180, -180: 180}.get(degrees)
    pointed = resolve_target(clause, scene)
    if pointed.gap:
        yield pointed.gap
    elif turn is None:
        yield Unresolved(scene.words(clause), token.start, code="unsupported_op")
    else:
        assumed = frozenset() if angle or upside else frozenset({"deg"})
        yield ParsedOperation(
            Rotate.model_validate({"deg": turn} | _targeted(pointed)), token.start, assumed, targeted=pointed.said
        )


def _stabilize(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.take("STABILIZE") or clause.tokens[0]
    clause.take("CHANGE", "VIDEO", "REMOVE", "MAKE", "A_BIT")
    pointed = resolve_target(clause, scene)
    if pointed.gap:
        yield pointed.gap
    else:
        yield ParsedOperation(Stabilize(target=pointed.target), token.start, targeted=pointed.said)


def _look(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = next(
        t for t in clause.free() if t.is_a("DARKER", "BRIGHTER") or any(c.startswith("LOOK:") for c in t.concepts)
    )
    name, sign = None, 1.0
    light = token.is_a("DARKER", "BRIGHTER")
    if light:
        name, sign = "brightness", -1.0 if token.is_a("DARKER") else 1.0
    else:
        name = next(c.removeprefix("LOOK:") for c in sorted(token.concepts) if c.startswith("LOOK:"))
        sign = -1.0 if clause.verb("LESS", "QUIETER") and not clause.has("LOUDER", "MORE") else 1.0
    clause.used.add(token.start)
    later = _next_value(clause, token)
    removed = clause.verb("REMOVE", "UNWANTED") and not clause.has("ADD") and not light
    clause.take("DARKER" if light and sign < 0 else "BRIGHTER") if light else None
    amount: float | None = None
    invented = False
    if later is not None:
        amount = max(-1.0, min(1.0, sign * later))
    elif name in _GRADED:
        amount, invented = sign * (_LOT if clause.has("A_LOT") else _AMOUNT), True
    if clause.has("UNWANTED", "NOT") and not light and _another_look(scene, clause):
        clause.spend()
        return
    pointed = resolve_target(clause, scene)
    clause.take("FILTER", "ADD", "CHANGE", "MORE", "LESS", "A_BIT", "A_LOT", "LOUDER", "QUIETER", "VIDEO", "BY")
    if pointed.gap:
        yield pointed.gap
        return
    facts: dict[str, Any] = {"name": "none" if removed else name} | (
        {"amount": round(amount, 4)} if amount is not None and not removed else {}
    )
    yield ParsedOperation(
        FilterAdd.model_validate(facts | _targeted(pointed)),
        token.start,
        frozenset({"amount"}) if invented else frozenset(),
        targeted=pointed.said,
        vague=invented,
    )


def _remedy(clause: Clause, scene: ParseContext) -> None:
    """`it is too bright, tone it down by 10 %`: the size belongs to the complaint."""
    last = scene.findings[-1] if scene.findings else None
    if not (isinstance(last, ParsedOperation) and isinstance(last.op, FilterAdd) and last.vague and last.op.amount):
        return
    if (
        clause.names("LOOK:")
        or clause.has("AUDIO", "MUSIC", "FASTER", "SLOWER", "DARKER", "BRIGHTER", "VOLUME")
        or clause.peek("clips")
    ):
        return
    if (percent := clause.value("percent")) is None:
        return
    amount = percent.value if last.op.amount > 0 else -percent.value
    facts = last.op.model_dump(exclude_unset=True) | {"amount": max(-1.0, min(1.0, amount))}
    scene.findings[-1] = ParsedOperation(FilterAdd.model_validate(facts), last.at, targeted=last.targeted)
    clause.take("QUIETER", "LOUDER", "LESS", "MORE", "BY")


def _another_look(scene: ParseContext, clause: Clause) -> bool:
    here = {c for t in clause.tokens for c in t.concepts if c.startswith("LOOK:")}
    return any(c.startswith("LOOK:") for c in scene.sentence_has - here)


def _next_value(clause: Clause, token: Token) -> float | None:
    """The percentage that belongs to this look: the nearest free one."""
    free = [t for t in clause.free() if t.kind == "percent"]
    if not free:
        return None
    near = min(free, key=lambda t: abs(t.start - token.start))
    clause.used.add(near.start)
    return float(near.value)
