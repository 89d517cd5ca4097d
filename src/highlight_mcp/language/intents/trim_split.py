"""Heads and tails of clips cut off or given back, pauses taken out, clips cut in two."""

from typing import Any

from ...timeline.operations import ClipTarget, SilenceRemove, Split, Trim
from ..context import ParseContext, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token

_TAKING = ("REMOVE", "CUT", "TRIM", "SKIP", "UNWANTED", "SHORTEN")


def read_trim(clause: Clause, scene: ParseContext) -> list[Finding]:
    """What is cut off or given back; several findings when each clip needs an amount of its own."""
    found = _trim(clause, scene)
    return found if isinstance(found, list) else [found] if found else []


def _trim(clause: Clause, scene: ParseContext) -> Finding | list[Finding] | None:
    refs = (
        clause.peek("clips")
        or (
            (clause.has("EACH") or (clause.has("ALL") and clause.has("CLIP")))
            and clause.peek("duration", "head", "tail")
        )
        or clause.has("LONGEST", "SHORTEST")
        or ((scene.last or scene.told) and clause.peek("duration"))
        or (scene.last and clause.peek("head", "tail") and any(t.text == "its" for t in clause.tokens))
    )
    if not refs:
        return None
    sized = clause.peek("duration", "head", "tail", "percent", "time") or (
        clause.has("HALF") and clause.has("SHORTEN", "SHORTER", "CUT", "TRIM")
    )
    relative = clause.has("SHORTEN", "SHORTER", "LONGER", "LENGTHEN", "TRIM", "EARLIER") and not clause.has(
        "REMOVE", "UNWANTED"
    )
    given = clause.find("LENGTHEN")
    if given is not None and given.text in ("give", "gives", "giving", "leave") and not clause.has("MORE", "LONGER"):
        relative = False  # `give clip 2 a caption` gives no length
    if not sized and not relative:
        return None
    if clause.has("ADD") and not clause.has(
        "START", "END", "LENGTHEN", "LONGER", "SHORTEN", "SHORTER", "EARLIER", "LATER", "MORE", "TRIM", "CUT"
    ):
        return None
    token = clause.find(*_TAKING, "LENGTHEN", "LONGER", "SHORTER", "EARLIER", "MORE") or clause.tokens[0]
    if clause.has("AT_MOST") and clause.has("EACH") and clause.peek("duration"):
        return _each_to(clause, scene, tuple(clip.number for clip in scene.situation.clips), token.start)
    pointed = resolve_target(clause, scene)
    if pointed.gap:
        return pointed.gap
    many = pointed.clips or tuple(clip.number for clip in scene.situation.clips)
    if len(many) > 1 and (length := clause.peek("duration")) and _to_length(clause, length):
        return _each_to(clause, scene, many, token.start)
    head, tail, invented = _ends(clause, scene, pointed.clips)
    clause.take(
        *_TAKING,
        "LENGTHEN",
        "LONGER",
        "SHORTER",
        "EARLIER",
        "LATER",
        "START",
        "END",
        "BOTH_ENDS",
        "OFF",
        "MORE",
        "A_BIT",
        "CHANGE",
        "BY",
        "MAKE",
        "KEEP",
        "ADD",
        "FRONT",
        "BACK",
        "HALF",
        "EACH",
        "ALL",
        "CLIP",
        "BEFORE",
        "AFTER",
    )
    if not head and not tail:
        return Unresolved(scene.words(clause), token.start, missing=("target",))
    facts: dict[str, Any] = (
        {"target": pointed.target} | ({"head_ms": head} if head else {}) | ({"tail_ms": tail} if tail else {})
    )
    names = (
        frozenset({"tail_s"} if tail else set()) | frozenset({"head_s"} if head else set())
        if invented
        else frozenset[str]()
    )
    return ParsedOperation(Trim.model_validate(facts), token.start, names, targeted=True, vague=invented)


def _each_to(clause: Clause, scene: ParseContext, numbers: tuple[int, ...], at: int) -> list[Finding]:
    """`cut them to 6 seconds each`: every longer clip loses what it has too much."""
    size = clause.value("duration")
    assert size is not None
    clause.take(*_TAKING, "EACH", "ALL", "CLIP", "REST", "CHANGE", "MAKE", "TO", "SHORTER", "KEEP", "AT_MOST", "LONGER")
    lengths = {clip.number: clip.duration_ms for clip in scene.situation.clips}
    longer = [(number, lengths[number] - size.value) for number in numbers if lengths.get(number, 0) > size.value]
    if not longer:
        return [Unresolved(scene.words(clause), at, missing=("target",))]
    return [
        ParsedOperation(Trim(target=ClipTarget(clips=(number,)), tail_ms=excess), at, targeted=True)
        for number, excess in longer
    ]


def _ends(clause: Clause, scene: ParseContext, clips: tuple[int, ...] | None) -> tuple[int, int, bool]:
    growing = clause.has("LENGTHEN", "LONGER", "MORE", "EARLIER", "LATER", "ADD", "KEEP") and not clause.has(
        "REMOVE", "CUT", "SHORTEN", "SHORTER", "TRIM"
    )
    token = clause.value("head", "tail", "duration", "time")
    percent = clause.value("percent") if token is None else None
    length = scene.situation.clips[clips[0] - 1].duration_ms if clips and scene.situation.clips else None
    to = token is not None and (_to_length(clause, token))
    invented = token is None and percent is None
    if percent is not None and length:
        size = round(length * percent.value)
    elif clause.has("HALF") and length and token is None:
        size, invented = length // 2, False
    else:
        size = token.value if token else 2000
    if to and length is not None:
        return 0, length - size, False
    sign = -1 if growing else 1
    at_head = (
        (token is not None and token.kind == "head")
        or clause.has("START", "FRONT", "EARLIER", "BEFORE")
        or any(t.text in ("前面", "往前", "提前", "前") for t in clause.free())
    )
    at_tail = (token is not None and token.kind == "tail") or clause.has("END", "BACK", "LATER", "AFTER")
    if clause.has("BOTH_ENDS") or (at_head and at_tail and clause.has("BOTH_ENDS")):
        return sign * size, sign * size, invented
    if at_head and not (at_tail and not clause.has("START", "FRONT", "EARLIER")):
        return sign * size, 0, invented
    return 0, sign * size, invented


def _to_length(clause: Clause, token: Token) -> bool:
    before = [t for t in clause.tokens if t.end <= token.start]
    return (
        bool(before)
        and (before[-1].text.endswith(("to", "到", "成", "至", "为")) or before[-1].is_a("AT_MOST"))
        and token.kind in ("duration", "time")
    )


def read_silence_removal(clause: Clause) -> Finding:
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
    return ParsedOperation(
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


def _on_timeline(ms: int, clips: tuple[int, ...] | None, scene: ParseContext) -> int:
    """`split clip 4 at 5 seconds`: a point outside the clip's place on the timeline counts from its start."""
    if not clips or not scene.situation.clips:
        return ms
    clip = scene.situation.clips[clips[0] - 1]
    inside = clip.start_ms < ms < clip.start_ms + clip.duration_ms
    return ms if inside or ms >= clip.duration_ms else clip.start_ms + ms


def read_split(clause: Clause, scene: ParseContext) -> Finding:
    token = clause.find("SPLIT", "CUT", "CHANGE", "MAKE") or clause.tokens[0]
    clause.values("number")
    point = clause.value("time", "duration")
    pointed = resolve_target(clause, scene, follow=False)
    if point is None and not pointed.clips and clause.has("THAT_CLIP"):
        pointed = resolve_target(clause, scene)
    clause.take("SPLIT", "CUT", "MIDDLE", "HALF", "CHANGE", "ADD", "POINT", "POSITION:center", "BETWEEN", "MAKE")
    if pointed.gap:
        return pointed.gap
    facts: dict[str, Any] = {}
    if point:
        facts["at_ms"] = _on_timeline(point.value, pointed.clips, scene)
    elif pointed.clips:
        facts |= {"target": pointed.target, "at": "middle"}
    elif scene.count == 1:
        facts |= {"target": ClipTarget(clips=(1,)), "at": "middle"}
    else:
        return Unresolved(scene.words(clause), token.start, missing=("target",))
    return ParsedOperation(Split.model_validate(facts), token.start, targeted=True)
