"""What is left out of an operation, and what is to stay as it is beside one.

`接点都用叠化，但最后一个不要`, `全部黑白，只有第一段不用`, `前一半保持彩色，后一半黑白`.
"""

from dataclasses import replace

from ...timeline.operations import TransitionAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..resolve import Numbers, complement, union
from ..speech import said
from . import aim, clips
from .clips import PART
from .frame import Filled, frame, role


def _exempt(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    deed = aim.done_to_all(scene)
    if deed is None or not _is_meant(filled, deed, scene):
        return None
    changed: list[Finding] | None
    if isinstance(deed.op, TransitionAdd):
        left = _other_cuts(filled, scene)
        changed = [replace(deed, op=deed.op.model_copy(update={"where": left}))] if left else None
    else:
        spared = None if filled.says("target", "CUT_NOUN") else aim.listed(filled, "target", scene)
        changed = aim.without(deed, spared, scene) if spared else None
    if changed is None:
        return None
    scene.findings[-1:] = changed
    return []


def _is_meant(filled: Filled, deed: ParsedOperation, scene: ParseContext) -> bool:
    """Whether the no is one to the operation before, and to no other."""
    verbs = [t for t in filled.of("") if not t.is_a("NOT") or t.is_a("UNWANTED")]
    if any(t.is_a("UNWANTED") for t in verbs):
        led = filled.has("only") or "BUT" in scene.sentence_has
        return led and all(t.text in said("BARELY_UNWANTED") for t in verbs)
    own = clips.DOES.get(getattr(deed.op, "op", ""), ())
    return all(t.is_a(*own) or t.text in said("BARE_CHANGE") for t in verbs)


def _other_cuts(filled: Filled, scene: ParseContext) -> Numbers | None:
    spared = union([t for t in filled.of("target") if t.kind == "clips"], scene.count - 1)
    return (complement(spared, scene.count - 1) or None) if spared else None


_EXEMPT = frame(
    "exempt",
    ["NOT", "UNWANTED", "EXCEPT", "NOT CHANGE|MAKE|ADD|ROTATE|MUTE|FASTER|SLOWER|LOOK:*|TRANSITION"],
    [role("target", "clips CUT_NOUN|MOMENT|TRANSITION?"), role("only", "ONLY|EXCEPT|'只有'|'只是'|'单单'|'就'")],
    _exempt,
    light="CLIP CHANGE",
    required=["target"],
    operation="keep",
)


def _rest(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`… and leave the others as they are` asks for nothing."""
    if not scene.situation.has_timeline and filled.says("", "ALL", "EVERYTHING"):
        return None  # of footage it is a wish
    return None if filled.says("whole", "ALL", "EVERYTHING") and not scene.sentence_has & set(clips.TAKING) else []


_LET_BE = frame(
    "let_be",
    [
        "LEAVE_ALONE",
        f"REST ALL? KEEP? {clips.PLAINLY}",
        "KEEP|LENGTHEN|'leave' REST|ALL|EVERYTHING",
        "ALL|EVERYTHING KEEP",
        "LEAVE_ALONE REST",
        "NOT CHANGE|MOVE|'touch' REST",
        "REST ALL? '不用'|'不必'|'甭'|'别'|'不需要'",
        "'nothing_else'",
    ],
    [
        role("whole", "ALL|EVERYTHING|REST", "REST CLIP"),
        role("as", clips.PLAINLY, many=True),
        role("leave", "'leave'|KEEP|LENGTHEN"),
    ],
    _rest,
    light="CLIP VIDEO GAME",
)


def _unchanged(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Nothing to do; what is done beside it must not reach the stretch (`clashes`)."""
    parts = aim.stretches(filled, scene, "part")
    if not parts or any(part.ref != "timeline" for part in parts):
        return None
    scene.unchanged = (*scene.unchanged, *(part.range_ms for part in parts))
    return []


_UNCHANGED = frame(
    "unchanged",
    ["LEAVE_ALONE", "LEAVE_ALONE LEAVE_ALONE", "'彩色'|'原色'"],
    [
        role("part", PART, many=True),
        role("as", "AUDIO|SOURCE_SOUND|VOLUME|SPEED|NORMAL_SPEED", "'normal'|'colour'|'color'|'彩色'|'正常'"),
    ],
    _unchanged,
    light="CLIP MOMENT VIDEO",
    required=["part"],
)

FRAMES = (_EXEMPT, _LET_BE, _UNCHANGED)
