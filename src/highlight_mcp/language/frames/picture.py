"""What is seen: shape, turning, looks, steadiness, zoom, transitions."""

from typing import Any

from ...timeline.operations import Aspect, FilterAdd, Flip, Rotate, Stabilize, TransitionAdd, ZoomAdd
from .. import resolve
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from . import aim
from .clips import SPARED, TARGET
from .frame import Filled, frame, role

_AMOUNT, _LOT = 0.2, 0.5
_GRADED = ("brightness", "contrast", "saturation")


def aspect(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.has("target") and not filled.says("target", "ALL", "VIDEO", "EVERYTHING", "THAT_CLIP"):
        return None
    said = filled.value("ratio", "ratio") or filled.value("", "ratio")
    named = filled.named("ratio", "SHAPE:") or filled.named("", "SHAPE:")
    shapes = {c for t in filled.tokens for c in t.concepts if c.startswith("SHAPE:")}
    if (said and named and said.value != named) or len(shapes) > 1 or len([t for t in filled.tokens if t.kind == "ratio"]) > 1:
        return None
    facts: dict[str, Any] = {"ratio": said.value if said else named}
    modes = [m for m, name in (("blur", "blur"), ("pad", "pad")) if filled.has(name)]
    if modes:
        facts["mode"] = modes[0]
    for focus in ("left", "right", "center"):
        if filled.has(focus):
            facts["focus"] = focus
    return [ParsedOperation(Aspect.model_validate(facts), filled.at, targeted=True)]


_ASPECT = frame(
    "aspect",
    ["SHAPE:*", "ratio"],
    [
        role("ratio", "ratio", "SHAPE:*"), role("target", "<target>"), role("as", "ASPECT", "CUT", "TO", "VERSION"),
        role("blur", "BLURRED_SIDES", "LOOK:blur", "PAD BLURRED_SIDES", "'with' BLURRED_SIDES"), role("pad", "PAD"),
        role("left", "FOCUS_LEFT"), role("right", "FOCUS_RIGHT"), role("center", "CENTRE_CROP", "POSITION:center"),
        role("auto", "FOLLOW_ACTION"), role("for", "'for' SHAPE:*"),
    ],
    aspect,
    light="CHANGE ADD VIDEO REEL ASPECT CUT TO VERSION",
)  # fmt: skip


def _to(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    found = aim.pointed(filled, scene)
    return None if found.gap else {"target": found.target} if found.clips else {}


def _rotate(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    to = _to(filled, scene)
    angle = filled.value("angle") or filled.value("", "degrees")
    upside = filled.says("", "UPSIDE_DOWN") or filled.has("upside")
    degrees = round(angle.value) if angle else (180 if upside else 90)
    degrees = -degrees if filled.has("back") else degrees
    turn = {-90: -90, 270: -90, -270: 90, 90: 90, 180: 180, -180: 180}.get(degrees)
    if to is None or turn is None:
        return None
    assumed = frozenset[str]() if angle or upside else frozenset({"deg"})
    return [ParsedOperation(Rotate.model_validate({"deg": turn} | to), filled.at, assumed, targeted=bool(to))]


_ROTATE = frame(
    "rotate",
    ["ROTATE", "UPSIDE_DOWN", "ROTATE UPSIDE_DOWN", "CHANGE UPSIDE_DOWN", "MAKE UPSIDE_DOWN", "CHANGE degrees", "MOVE degrees"],
    [
        TARGET, SPARED, role("angle", "degrees", "BY degrees", "number"), role("back", "COUNTERCLOCKWISE"), role("on", "CLOCKWISE"),
        role("upside", "UPSIDE_DOWN"),
    ],
    _rotate,
    light="CLIP CHANGE VIDEO",
    elliptic="target",
)  # fmt: skip


def _flip(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    to = _to(filled, scene)
    if to is None or filled.has("across") and filled.has("down"):
        return None
    vertical = filled.has("down") or any(s in t.text for t in filled.of("") for s in ("上下", "垂直", "vertical"))
    facts = {"axis": "vertical" if vertical else "horizontal"} | to
    return [ParsedOperation(Flip.model_validate(facts), filled.at, targeted=bool(to))]


_FLIP = frame(
    "flip",
    ["FLIP", "CHANGE FLIP"],
    [TARGET, SPARED, role("across", "HORIZONTALLY"), role("down", "VERTICALLY")],
    _flip,
    light="CLIP CHANGE VIDEO ROTATE",
    elliptic="target",
)


def _steady(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    found = aim.pointed(filled, scene)
    return None if found.gap else [ParsedOperation(Stabilize(target=found.target), filled.at, targeted=found.said)]


_STEADY = frame(
    "stabilize", ["STABILIZE"], [TARGET, SPARED], _steady, light="CLIP CHANGE VIDEO REMOVE ADD A_BIT", elliptic="target"
)


def _look(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    to = _to(filled, scene)
    if to is None:
        return None
    light = filled.says("", "DARKER", "BRIGHTER")
    name = "brightness" if light else filled.named("", "LOOK:")
    down = filled.says("", "DARKER") or (not light and filled.has("less"))
    facts: dict[str, Any] = {"name": name}
    invented = False
    if filled.says("", "REMOVE", "UNWANTED"):
        if len({c for c in scene.sentence_has if c.startswith("LOOK:")}) > 1:
            return []  # `no black and white, make it vintage`
        facts = {"name": "none"}
    elif token := filled.value("by"):
        facts["amount"] = round(max(-1.0, min(1.0, -token.value if down else token.value)), 4)
    elif name in _GRADED:
        size = _LOT if filled.has("lot") else _AMOUNT
        facts["amount"], invented = (-size if down else size), True
    elif down:
        return None
    assumed = frozenset({"amount"}) if invented else frozenset[str]()
    return [ParsedOperation(FilterAdd.model_validate(facts | to), filled.at, assumed, targeted=bool(to), vague=invented)]


_LOOK = frame(
    "look",
    ["LOOK:*", "DARKER", "BRIGHTER", "REMOVE|UNWANTED LOOK:*", "LOOK:* FILTER? REMOVE|UNWANTED"],
    [
        TARGET, SPARED, role("by", "BY? percent", "TO percent", "percent"), role("less", "LESS|QUIETER"), role("more", "MORE|LOUDER"),
        role("bit", "A_BIT"), role("lot", "A_LOT"),
    ],
    _look,
    light="CLIP CHANGE VIDEO ADD FILTER",
    elliptic="target",
)  # fmt: skip


def _plain(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    to = _to(filled, scene)
    return None if to is None else [ParsedOperation(FilterAdd.model_validate({"name": "none"} | to), filled.at, targeted=bool(to))]


_PLAIN = frame(
    "plain", ["REMOVE|UNWANTED|TRIM FILTER", "FILTER REMOVE|UNWANTED|OFF"], [TARGET, SPARED], _plain, light="CLIP ALL CHANGE"
)


def _zoom(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    part = aim.stretch(filled, scene, "part")
    found = aim.pointed(filled, scene)
    if found.gap and part is None:
        return None
    factor: float | None = None
    if token := filled.value("by"):
        value = float(token.value)
        factor = value if token.kind == "factor" or value > 1 else 1 + value
    facts: dict[str, Any] = {"target": part or found.target, "factor": factor, "point": filled.named("place", "POSITION:")}
    if factor is None and filled.has("half"):
        facts["factor"] = 2.0
    if filled.has("out") or filled.says("", "ZOOM_OUT"):
        facts["motion"] = "out"
    elif filled.trigger.text.startswith(("punch", "固定")) and not filled.has("slowly"):
        facts["motion"] = "still"
    given = {k: v for k, v in facts.items() if v is not None}
    return [ParsedOperation(ZoomAdd.model_validate(given), filled.at, targeted=found.said or part is not None)]


_ZOOM = frame(
    "zoom",
    ["ZOOM", "ZOOM_OUT"],
    [
        TARGET, SPARED, role("part", "range|head|tail"),
        role("by", "TO|BY|POINT|'at'? factor|percent", "'to'|'ending_at'|'up_to' factor|percent"),
        role("place", "POSITION:*", "TO|POINT|'on'|'in' POSITION:*"), role("half", "HALF", "'half'"),
        role("slowly", "GRADUAL", "SLOWER", "SLOW_PACE"), role("out", "ZOOM_OUT"), role("bit", "A_BIT"),
    ],
    _zoom,
    light="CLIP ADD CHANGE VIDEO TO POINT SIZED FILTER",
)  # fmt: skip


def _transition(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    kind = filled.named("", "JOIN:") or filled.named("kind", "JOIN:")
    removed = filled.has("off") or filled.says("", "REMOVE", "UNWANTED", "NOT")
    if removed:
        if kind == "none":
            return None
        kind = "none"
    if filled.says("", "FADE") and not filled.has("between", "cut"):
        return None
    facts: dict[str, Any] = {"type": kind or "crossfade"}
    lasting = filled.value("lasting")
    if lasting and kind != "none":
        facts["duration_ms"] = max(40, min(5000, lasting.value))
    where = _where(filled, scene)
    if where is None:
        return None
    facts["where"] = where or "all"
    assumed = {k for k, ok in (("type", kind), ("duration_s", lasting or kind == "none")) if not ok}
    return [ParsedOperation(TransitionAdd.model_validate(facts), filled.at, frozenset(assumed), targeted=True)]


def _where(filled: Filled, scene: ParseContext) -> tuple[int, ...] | None:
    """The clips before the cuts; empty for all of them, None where one does not exist."""
    cuts = scene.count - 1
    if filled.has("spared"):
        spared = _cuts(filled, "spared", scene)
        left = None if spared is None else resolve.complement(spared, cuts)
        return left or None
    return _cuts(filled, "cut", scene) if filled.has("cut") else ()


def _cuts(filled: Filled, name: str, scene: ParseContext) -> tuple[int, ...] | None:
    tokens = [t for t in filled.of(name) if t.kind == "clips"]
    if filled.says(name, "CUT_NOUN") and not filled.says(name, "BEFORE", "AFTER", "BETWEEN"):
        return resolve.union(tokens, scene.count - 1)
    chosen = resolve.union(tokens, scene.count)
    if not chosen:
        return None
    if filled.says(name, "BEFORE"):
        return tuple(n - 1 for n in chosen if n > 1) or None
    if filled.says(name, "AFTER"):
        return tuple(n for n in chosen if n < scene.count) or None
    if len(chosen) > 1:
        return tuple(n for n in chosen if n + 1 in chosen) or None
    if filled.says(name, "ADD_ONE") or name == "spared":
        return chosen if chosen[0] < scene.count else (scene.count - 1,)
    return None


_TRANSITION = frame(
    "transition",
    ["JOIN:*", "TRANSITION", "FADE", "JOIN:* TRANSITION", "REMOVE|UNWANTED|NOT TRANSITION", "TRANSITION REMOVE|UNWANTED"],
    [
        role("kind", "JOIN:*", "TO JOIN:*"),
        role("lasting", "duration", "'of' duration", "EACH duration"),
        role("cut", "BETWEEN clips AND? clips?", "'from' clips TO clips", "BEFORE clips", "AFTER clips", "clips BETWEEN",
             "clips AND clips BETWEEN", "clips BEFORE", "clips AFTER", "clips TO clips"),
        role("all", "BETWEEN? ALL|EACH CLIP|CUT_NOUN?", "BETWEEN CLIP", "POINT? CUT_NOUN", "BETWEEN EACH? CLIP", "EVERYTHING"),
        role("spared", "EXCEPT BEFORE|AFTER|BETWEEN? clips CUT_NOUN?", "EXCEPT NOT? BEFORE clips", "EXCEPT clips AND clips"),
        role("between", "BETWEEN CLIP|ALL|EACH", "BETWEEN"),
        role("off", "REMOVE|UNWANTED"),
    ],
    _transition,
    light="ADD MORE CHANGE CLIP TRANSITION EACH TO",
)  # fmt: skip

FRAMES = (_ASPECT, _ROTATE, _FLIP, _STEADY, _LOOK, _PLAIN, _ZOOM, _TRANSITION)
