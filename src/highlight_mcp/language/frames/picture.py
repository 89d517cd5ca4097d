"""What is seen: shape, turning, looks, steadiness, zoom."""

from typing import Any

from ...timeline.operations import Aspect, FilterAdd, Flip, Keep, Rotate, Stabilize, ZoomAdd
from ..context import ParseContext
from ..outcome import ExportRequest, Finding, ParsedOperation, Unresolved
from . import aim, amounts
from .clips import BE, PART, SPARED, TARGET
from .frame import Filled, frame, role

_AMOUNT, _LOT = 0.2, 0.5
_LEAST_ZOOM, _MOST_ZOOM = 1, 10
_GRADED = ("brightness", "contrast", "saturation")


def aspect(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.has("target") and not _whole(filled, scene):
        return None
    was = {t.start for t in filled.of("was")}
    said = filled.value("ratio", "ratio") or filled.value("", "ratio")
    named = filled.named("ratio", "SHAPE:") or filled.named("", "SHAPE:")
    if said and said.value == "21:9" and any(t.text in ("widescreen", "宽屏") for t in filled.tokens):
        named = None
    shapes = {c for t in filled.tokens for c in t.concepts if c.startswith("SHAPE:") and t.start not in was}
    shapes -= {"SHAPE:16:9"} if said and not named else set()
    if (
        (said and named and said.value != named)
        or len(shapes) > 1
        or len([t for t in filled.tokens if t.kind == "ratio" and t.start not in was]) > 1
    ):
        return None
    laid = _laid_first(filled, scene)
    if laid is None:
        return None
    facts: dict[str, Any] = {"ratio": said.value if said else named}
    modes = [m for m, name in (("blur", "blur"), ("pad", "pad"), ("pad", "uncut")) if filled.has(name)]
    if modes:
        facts["mode"] = modes[0]
    elif filled.has("cropped"):
        facts["mode"] = "crop"
    for focus in ("left", "right", "center"):
        if filled.has(focus):
            facts["focus"] = focus
    found: list[Finding] = [*laid, ParsedOperation(Aspect.model_validate(facts), filled.at, targeted=True)]
    if filled.has("export"):
        size = filled.value("export", "resolution")
        found.append(ParsedOperation(ExportRequest(resolution=size.value if size else None), filled.at))
    return found


def _laid_first(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`make b.mov vertical`: with nothing cut yet, that file is laid down; None for a file that cannot be meant."""
    token = filled.value("file", "asset")
    if token is None:
        return []
    media = next((m for m in scene.situation.footage if m.name.casefold() == str(token.value).casefold()), None)
    if media is None or scene.situation.has_timeline or scene.findings:
        return None
    return [ParsedOperation(Keep(source=media.name), filled.at, targeted=True)]


def _whole(filled: Filled, scene: ParseContext) -> bool:
    """A shape is that of the whole picture, however it is called; after a removal also `the rest`."""
    if filled.says("target", "REST") and scene.removed and not any(t.kind == "clips" for t in filled.of("target")):
        return True
    last, scene.last = scene.last, None
    found = aim.pointed(filled, scene)
    scene.last = last
    return not found.gap and not found.clips


_SIDES = "HORIZONTALLY|VERTICALLY|'两边'|'边上'|'左右'|'上下'|'两侧'"
_ASPECT = frame(
    "aspect",
    ["SHAPE:*", "ratio", "MAKE REEL|VIDEO '是'|'要是' SHAPE:*|ratio"],
    [
        role("ratio", "ratio", "SHAPE:*"),
        role("target", "<target>"),
        role("as", "ASPECT", "CUT", "TO", "VERSION", "'cinematic'"),
        role("blur", "BLURRED_SIDES", "LOOK:blur", "PAD BLURRED_SIDES", "'with' BLURRED_SIDES"),
        role("pad", "PAD", many=True),
        role("cropped", f"{_SIDES}? CUT|TRIM|REMOVE|UNWANTED MATTERS", f"{_SIDES} CUT|TRIM|REMOVE '也' '行'|'可以'"),
        role("uncut", "NOT|'instead_of'|'without' ASPECT|CUT|TRIM"),
        role("was", "SHAPE:*|ratio CHANGE|TO", "'from' SHAPE:*|ratio"),
        role("edges", "HORIZONTALLY|VERTICALLY", "'两边'|'sides'"),
        BE,
        role("merely", "ONLY"),
        role("but", "BUT"),
        role("left", "FOCUS_LEFT"),
        role("right", "FOCUS_RIGHT"),
        role(
            "center",
            "CENTRE_CROP",
            "POSITION:center",
            "ASPECT|CUT|KEEP|ONLY AROUND|WHERE|TO|'in'|'around'? MIDDLE|POSITION:center",
        ),
        role("auto", "FOLLOW_ACTION"),
        role("for", "'for' SHAPE:*"),
        role("file", "asset"),
        role("export", "EXPORT", "EXPORT resolution", "resolution EXPORT"),
    ],
    aspect,
    light="ADD VIDEO REEL ASPECT CUT TO VERSION MOMENT FIND GAME OFF",
)


def _framed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`转竖屏，讲者站左边，焦点就放左边`: what of the picture the shape asked for before keeps."""
    last = scene.findings[-1] if scene.findings else None
    sides = [name for name in ("left", "right", "center") if filled.has(name)]
    if not isinstance(last, ParsedOperation) or not isinstance(last.op, Aspect) or len(sides) != 1:
        return None
    op = last.op.model_dump(exclude_unset=True) | {"focus": sides[0]}
    scene.findings[-1:] = [ParsedOperation(Aspect.model_validate(op), last.at, targeted=True)]
    return []


_FRAMED = frame(
    "framed",
    ["FOCUS_LEFT|FOCUS_RIGHT|CENTRE_CROP"],
    [role("left", "FOCUS_LEFT"), role("right", "FOCUS_RIGHT"), role("center", "CENTRE_CROP"), BE],
    lambda filled, scene: _framed(_sided(filled), scene),
    light="VIDEO ASPECT CUT KEEP",
    operation="aspect",
)


def _sided(filled: Filled) -> Filled:
    """The trigger as the role that it names."""
    sides = {"FOCUS_LEFT": "left", "FOCUS_RIGHT": "right", "CENTRE_CROP": "center"}
    filled.roles |= {name: [filled.of("")] for concept, name in sides.items() if filled.says("", concept)}
    return filled


def _to(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    found = aim.pointed(filled, scene)
    return None if found.gap else {"target": found.target} if found.clips else {}


def _rotate(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    to = _to(filled, scene)
    angle = filled.value("angle") or filled.value("", "degrees")
    upside = filled.says("", "UPSIDE_DOWN") or filled.has("upside")
    if not angle and not upside and not filled.says("", "ROTATE") and not filled.has("turn"):
        return None
    upside = upside or any(t.text == "half" for t in filled.of("turn"))
    degrees = round(angle.value) if angle else (180 if upside else 90)
    degrees = -degrees if filled.has("back") or filled.says("", "COUNTERCLOCKWISE") else degrees
    turn = {-90: -90, 270: -90, -270: 90, 90: 90, 180: 180, -180: 180}.get(degrees)
    if to is None:
        return None
    if turn is None:
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]
    assumed = frozenset[str]() if angle or upside else frozenset({"deg"})
    return [ParsedOperation(Rotate.model_validate({"deg": turn} | to), filled.at, assumed, targeted=bool(to))]


_ROTATE = frame(
    "rotate",
    [
        "ROTATE",
        "UPSIDE_DOWN",
        "CLOCKWISE|COUNTERCLOCKWISE degrees",
        "ROTATE UPSIDE_DOWN",
        "CHANGE UPSIDE_DOWN",
        "MAKE UPSIDE_DOWN",
        "CHANGE degrees",
        "MOVE degrees",
        "'turn'|'spin'|'转' degrees",
        "CHANGE|'turn'|'spin'",
    ],
    [
        TARGET,
        SPARED,
        role("angle", "degrees", "BY degrees|number", "number"),
        role("back", "COUNTERCLOCKWISE", "'left'|'leftward'|'leftwards'"),
        role("on", "CLOCKWISE", "'right'|'rightward'|'rightwards'"),
        role("upside", "UPSIDE_DOWN"),
        role("turn", "'quarter'|'half' 'turn'|'turns'|CHANGE"),
        BE,
        role("only", "ONLY"),
        role("round", "'round'|'around'|'over'|'picture'|'image'"),
    ],
    _rotate,
    light="CLIP CHANGE VIDEO ADD ASPECT MOMENT",
    elliptic="target",
)


def _flip(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    to = _to(filled, scene)
    if to is None or (filled.has("across") and filled.has("down")):
        return None
    vertical = filled.has("down") or any(s in t.text for t in filled.of("") for s in ("上下", "垂直", "vertical"))
    facts = {"axis": "vertical" if vertical else "horizontal"} | to
    return [ParsedOperation(Flip.model_validate(facts), filled.at, targeted=bool(to))]


_FLIP = frame(
    "flip",
    ["FLIP", "CHANGE FLIP"],
    [TARGET, SPARED, BE, role("only", "ONLY"), role("across", "HORIZONTALLY"), role("down", "VERTICALLY")],
    _flip,
    light="CLIP CHANGE VIDEO ROTATE ADD ASPECT MOMENT",
    elliptic="target",
)


def _steady(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.says("verb", "REMOVE", "UNWANTED") and filled.trigger.text.endswith("y"):
        return None  # `bin clip 2 its shaky` takes out the clip, `take out the wobble` what is wrong with it
    found = aim.pointed(filled, scene)
    return None if found.gap else [ParsedOperation(Stabilize(target=found.target), filled.at, targeted=found.said)]


_STEADY = frame(
    "stabilize",
    ["STABILIZE"],
    [
        TARGET,
        SPARED,
        BE,
        role("verb", "REMOVE|TRIM|UNWANTED|LESS|ADD", "'out'"),
        role("bit", "A_BIT|A_LOT"),
        role("only", "ONLY"),
    ],
    _steady,
    light="CLIP VIDEO MOMENT",
    elliptic="target",
)


def _look(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    part = aim.part(filled, scene)
    to = {"target": part} if part else _to(filled, scene)
    if to is None or (filled.has("part") and part is None):
        return None
    light = filled.says("", "DARKER", "BRIGHTER")
    name = "brightness" if light else filled.named("", "LOOK:")
    down = filled.says("", "DARKER") or (not light and filled.has("less"))
    facts: dict[str, Any] = {"name": name}
    assumed = frozenset[str]()
    if filled.says("", "REMOVE", "UNWANTED"):
        if len({c for c in scene.sentence_has if c.startswith("LOOK:")}) > 1:
            return []  # `no black and white, make it vintage`
        facts = {"name": "none"}
    elif token := filled.value("by"):
        wish = -token.value if down != amounts.is_negative(filled, token) else token.value
        facts["amount"], assumed = amounts.within(round(wish, 4), -1.0, 1.0, "amount")
    elif name in _GRADED:
        size = _LOT if filled.has("lot") else _AMOUNT
        facts["amount"], assumed = (-size if down else size), frozenset({"amount"})
    elif down:
        return None
    vague = bool(assumed) and not filled.has("by")
    return [ParsedOperation(FilterAdd.model_validate(facts | to), filled.at, assumed, targeted=bool(to), vague=vague)]


_LOOK = frame(
    "look",
    ["LOOK:*", "DARKER", "BRIGHTER", "REMOVE|UNWANTED LOOK:*", "LOOK:* FILTER? REMOVE|UNWANTED"],
    [
        TARGET,
        SPARED,
        role("part", PART),
        role("by", "BY? percent", "TO percent", "percent"),
        role("over", "ALL 'over'", "'all_over'"),
        role("less", "LESS|QUIETER|'down'|'减'|'降'|'低'"),
        role("more", "MORE|LOUDER"),
        role("bit", "A_BIT"),
        role("lot", "A_LOT"),
        BE,
        role("verb", "ADD"),
        role("only", "ONLY"),
    ],
    _look,
    light="CLIP VIDEO FILTER",
    elliptic="target",
)


def _plain(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if aim.takes_clips_first(filled, "filter", scene):
        return None  # `delete clip 1, clip 2 black and white`
    to = _to(filled, scene)
    if len({c for c in scene.sentence_has if c.startswith("LOOK:")}) > 1:
        return [] if to is not None else None  # `no black and white, make it vintage`
    return (
        None
        if to is None
        else [ParsedOperation(FilterAdd.model_validate({"name": "none"} | to), filled.at, targeted=bool(to))]
    )


_PLAIN = frame(
    "plain",
    ["REMOVE|UNWANTED|TRIM|SKIP"],
    [TARGET, SPARED, role("filter", "FILTER", "LOOK:* FILTER?"), role("off", "OFF|'off'|'from'")],
    _plain,
    light="CLIP ALL",
    required=["filter"],
)


def _zoom(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    part = aim.part(filled, scene)
    found = aim.pointed(filled, scene)
    if (found.gap and part is None) or (filled.has("part") and part is None):
        return None
    factor: float | None = None
    if token := filled.value("by"):
        value = float(token.value)
        factor = value if token.kind == "factor" or value > 1 else 1 + value
        before = scene.source.work[: token.start].rstrip()[-1:]
        if before in ("-", "−") or not _LEAST_ZOOM <= factor <= _MOST_ZOOM:
            said = ("-" if before in ("-", "−") else "") + scene.source.verbatim(token.start, token.end)
            return [Unresolved(f"zoom:{said}", filled.at, code="limit")]
    facts: dict[str, Any] = {
        "target": part or found.target,
        "factor": factor,
        "point": filled.named("place", "POSITION:"),
    }
    if factor is None and (filled.has("half") or any("half" in t.text or "半" in t.text for t in filled.of("place"))):
        facts["factor"] = 2.0
    if filled.has("out") or filled.says("", "ZOOM_OUT"):
        facts["motion"] = "out"
    elif filled.trigger.text.startswith(("punch", "固定")) and not filled.has("slowly"):
        facts["motion"] = "still"
    if filled.says("", "REMOVE", "UNWANTED", "TRIM", "SKIP"):
        facts = {"target": part or found.target, "factor": 1.0}
    given = {k: v for k, v in facts.items() if v is not None}
    return [ParsedOperation(ZoomAdd.model_validate(given), filled.at, targeted=found.said or part is not None)]


_ZOOM = frame(
    "zoom",
    ["ZOOM", "ZOOM_OUT", "REMOVE|UNWANTED|TRIM|SKIP ZOOM", "ZOOM REMOVE|UNWANTED|SKIP"],
    [
        TARGET,
        SPARED,
        role("part", "range|head|tail"),
        role("by", "TO|BY|POINT|'at'? factor|percent", "'to'|'ending_at'|'up_to' factor|percent"),
        role("place", "POSITION:*", "TO|POINT|'on'|'in' POSITION:*"),
        role("half", "HALF", "'half'"),
        role("slowly", "GRADUAL", "SLOWER", "SLOW_PACE"),
        role("out", "ZOOM_OUT"),
        role("bit", "A_BIT"),
        BE,
        role("verb", "ADD"),
        role("only", "ONLY"),
    ],
    _zoom,
    light="CLIP ADD CHANGE VIDEO TO POINT SIZED FILTER",
)


FRAMES = (_ASPECT, _FRAMED, _ROTATE, _FLIP, _STEADY, _LOOK, _PLAIN, _ZOOM)
