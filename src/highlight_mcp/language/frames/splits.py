"""Clips cut in two."""

from ...timeline.operations import ClipTarget, Split
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause
from . import aim
from .clips import TARGET
from .frame import Filled, frame, role


def _asked(filled: Filled, scene: ParseContext, name: str) -> list[Finding]:
    return [Unresolved(scene.words(Clause(list(filled.tokens))), filled.at, missing=(name,))]


def _split(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.says("", "CUT") and not filled.has("middle", "parts") and not filled.value("at", "time"):
        return None
    chosen = aim.clips(filled, scene)
    if filled.has("at"):
        return _split_at(filled, scene, chosen)
    if not chosen and scene.count == 1:
        chosen = (1,)
    if not chosen or len(chosen) != 1:
        return None
    return [ParsedOperation(Split(target=ClipTarget(clips=chosen), at="middle"), filled.at, targeted=True)]


def _split_at(filled: Filled, scene: ParseContext, chosen: tuple[int, ...] | None) -> list[Finding] | None:
    token = filled.value("at")
    at = int(token.value) if token else 0
    if chosen and len(chosen) == 1:
        clip = scene.situation.clips[chosen[0] - 1]
        inside = clip.start_ms < at < clip.start_ms + clip.duration_ms
        if not inside and not 0 < at < clip.duration_ms:
            return _asked(filled, scene, "length")
        at = at if inside and at >= clip.duration_ms else clip.start_ms + at
    elif chosen:
        return None
    if not 0 < at < scene.situation.duration_ms:
        return None
    return [ParsedOperation(Split(at_ms=at), filled.at, targeted=True)]


_HALVES = "MIDDLE|HALF|'halves'|'in_two'|'two'|POSITION:center|SPLIT|BETWEEN"
_SPLIT = frame(
    "split",
    ["SPLIT", "CUT", "ADD|MAKE CUT", "CHANGE|MAKE"],
    [
        TARGET,
        role("at", "time", "POINT? duration"),
        role("middle", _HALVES, "'at'|'down'|'from'|'in'|POINT MIDDLE", many=True),
        role("parts", "'into'|'in'? number CLIP|MOMENT|HALF?", "MIDDLE"),
        role("be", "CHANGE|ADD|MOVE", "'apart'|'up'|'over'|'become'"),
    ],
    lambda filled, scene: _parted(filled, scene),
    light="CLIP CUT OVER VIDEO GAME POSITION_WORD MOMENT",
    required=["target|at|middle|parts"],
    own=False,
)


def _cut_between(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`cut between clips 2 and 3` takes nothing out; whether a transition is to go is asked."""
    return _asked(filled, scene, "operation")


_CUT_BETWEEN = frame(
    "cut_between",
    ["CUT"],
    [role("cut", "BETWEEN clips AND? clips?", "clips ~BETWEEN", "TO clips")],
    _cut_between,
    required=["cut"],
)


def _parted(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if (parts := filled.value("parts", "number")) and parts.value != 2:
        return None
    if (
        filled.says("", "CHANGE", "MAKE")
        and not filled.says("", "SPLIT")
        and not (filled.has("middle") and filled.has("target"))
    ):
        return None
    if filled.says("", "SPLIT") and not filled.has("at", "middle") and filled.says("", "CUT"):
        return None
    return _split(filled, scene)


FRAMES = (_SPLIT, _CUT_BETWEEN)
