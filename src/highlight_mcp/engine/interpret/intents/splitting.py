"""Pauses taken out, and clips cut in two."""

from typing import Any

from ....timeline.operations import Clips, SilenceRemove, Split
from ..clause import Clause
from ..outcome import Deed, Finding, Gap
from ..scene import Scene, aim

_TAKING = ("REMOVE", "CUT", "TRIM", "SKIP", "UNWANTED", "SHORTEN")


def silence(clause: Clause) -> Finding:
    token = clause.find("SILENCE", "TIGHTEN") or clause.tokens[0]
    margin = margin_of(clause)
    lasting = clause.value("duration", "range", "time")
    clause.take(
        "MARGIN",
        "SILENCE",
        "TIGHTEN",
        *_TAKING,
        "OVER",
        "CHANGE",
        "ALL",
        "LONGER",
        "MOMENT",
        "A_BIT",
        "AT_MOST",
        "BETWEEN",
        "CRITERION:speech",
        "MUTE",
    )
    least = lasting.value if lasting and isinstance(lasting.value, int) else None
    facts = ({"min_ms": least} if least else {}) | ({"margin_ms": margin} if margin is not None else {})
    return Deed(
        SilenceRemove.model_validate(facts), token.start, frozenset() if least else frozenset({"min_s"}), targeted=True
    )


def margin_of(clause: Clause) -> int | None:
    """What is to stay on both sides of a pause."""
    if not clause.has("MARGIN", "KEEP", "BOTH_ENDS", "LENGTHEN"):
        return None
    token = next(
        (
            t
            for t in clause.free()
            if t.kind == "duration"
            and (
                clause.after(t, "MARGIN", "BOTH_ENDS", within=3)
                or clause.before(t, "MARGIN", "KEEP", "BOTH_ENDS", "LENGTHEN", within=2)
            )
        ),
        None,
    )
    if token is None:
        return None
    clause.used.add(token.start)
    return int(token.value)


def splits(clause: Clause) -> bool:
    if (
        clause.has("SPLIT")
        and not clause.has("REMOVE")
        and (clause.peek("time", "clips", "duration") or clause.has("MIDDLE", "THAT_CLIP"))
    ):
        return True
    if (
        clause.peek("clips")
        and clause.has("MIDDLE")
        and clause.has("CHANGE", "MAKE", "SPLIT", "CUT")
        and not clause.has("REMOVE", "MOVE")
    ):
        return True
    cutting = clause.find("CUT")
    return bool(
        cutting
        and not clause.has("REMOVE", "REEL")
        and (clause.peek("time") or (clause.peek("clips") and clause.has("MIDDLE")))
    )


def _on_timeline(ms: int, clips: tuple[int, ...] | None, scene: Scene) -> int:
    """`split clip 4 at 5 seconds`: a point outside the clip's place on the timeline counts from its start."""
    if not clips or not scene.situation.clips:
        return ms
    clip = scene.situation.clips[clips[0] - 1]
    inside = clip.start_ms < ms < clip.start_ms + clip.duration_ms
    return ms if inside or ms >= clip.duration_ms else clip.start_ms + ms


def split(clause: Clause, scene: Scene) -> Finding:
    token = clause.find("SPLIT", "CUT", "CHANGE", "MAKE") or clause.tokens[0]
    clause.values("number")
    point = clause.value("time", "duration")
    pointed = aim(clause, scene, follow=False)
    if point is None and not pointed.clips and clause.has("THAT_CLIP"):
        pointed = aim(clause, scene)
    clause.take("SPLIT", "CUT", "MIDDLE", "HALF", "CHANGE", "ADD", "POINT", "POSITION:center", "BETWEEN", "MAKE")
    if pointed.gap:
        return pointed.gap
    facts: dict[str, Any] = {}
    if point:
        facts["at_ms"] = _on_timeline(point.value, pointed.clips, scene)
    elif pointed.clips:
        facts |= {"target": pointed.target, "at": "middle"}
    elif scene.count == 1:
        facts |= {"target": Clips(clips=(1,)), "at": "middle"}
    else:
        return Gap(scene.words(clause), token.start, missing=("target",))
    return Deed(Split.model_validate(facts), token.start, targeted=True)
