"""Taking away and keeping: clips, ranges, heads, tails, silences; cutting in two."""

from collections.abc import Iterator
from typing import Any

from ....timeline.operations import Clips, Highlights, Keep, Remove, SilenceRemove, Span, Split, Trim
from .. import resolve
from ..clause import Clause
from ..outcome import Deed, Finding, Gap
from ..scene import Scene, aim, span

_TAKING = ("REMOVE", "CUT", "TRIM", "SKIP", "UNWANTED", "SHORTEN")


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
    """Silence, split, keep, trim, remove: the more specific first."""
    if clause.has("SILENCE") and clause.verb(*_TAKING, "TIGHTEN", "CHANGE") or clause.has("TIGHTEN") and not clause.has("FAST_PACE") and not clause.peek("clips"):
        yield _silence(clause)
        return
    if _splits(clause):
        yield _split(clause, scene)
        return
    if clause.has("KEEP", "ONLY", "EXCEPT", "REST") and (kept := _keep(clause, scene)):
        yield kept
        return
    if clause.has("LENGTHEN", "SHORTEN", "EARLIER", "LATER", "SHORTER", "LONGER", "TRIM", "CUT", "REMOVE", "SKIP", "MORE") and (trimmed := _trim(clause, scene)):
        yield trimmed
        return
    if clause.verb("REMOVE", "CUT", "UNWANTED", "SKIP", "TRIM"):
        yield from _remove(clause, scene)


def _silence(clause: Clause) -> Finding:
    token = clause.find("SILENCE", "TIGHTEN") or clause.tokens[0]
    lasting = clause.value("duration", "range", "time")
    clause.take("SILENCE", "TIGHTEN", *_TAKING, "OVER", "CHANGE", "ALL", "LONGER", "MOMENT", "A_BIT", "AT_MOST", "BETWEEN", "CRITERION:speech", "MUTE")
    least = lasting.value if lasting and isinstance(lasting.value, int) else None
    return Deed(SilenceRemove(min_ms=least) if least else SilenceRemove(), token.start, frozenset() if least else frozenset({"min_s"}), targeted=True)


def _splits(clause: Clause) -> bool:
    if clause.has("SPLIT") and not clause.has("REMOVE") and (clause.peek("time", "clips", "duration") or clause.has("MIDDLE", "THAT_CLIP")):
        return True
    cutting = clause.find("CUT")
    return bool(cutting and not clause.has("REMOVE", "REEL") and (clause.peek("time") or clause.peek("clips") and clause.has("MIDDLE")))


def _split(clause: Clause, scene: Scene) -> Finding:
    token = clause.find("SPLIT", "CUT") or clause.tokens[0]
    point = clause.value("time", "duration")
    pointed = aim(clause, scene, follow=False)
    if point is None and not pointed.clips and clause.has("THAT_CLIP"):
        pointed = aim(clause, scene)
    clause.take("SPLIT", "CUT", "MIDDLE", "HALF", "CHANGE", "ADD", "POINT", "POSITION:center", "BETWEEN", "MAKE")
    if pointed.gap:
        return pointed.gap
    facts: dict[str, Any] = {}
    if point:
        facts["at_ms"] = point.value
        if pointed.clips and scene.situation.clips:
            facts["at_ms"] += scene.situation.clips[pointed.clips[0] - 1].start_ms if clause.mentions("INTO_CLIP") else 0
    elif pointed.clips:
        facts |= {"target": pointed.target, "at": "middle"}
    elif scene.count == 1:
        facts |= {"target": Clips(clips=(1,)), "at": "middle"}
    else:
        return Gap(scene.words(clause), token.start, missing=("target",))
    return Deed(Split.model_validate(facts), token.start, targeted=True)


def _keep(clause: Clause, scene: Scene) -> Finding | None:
    token = clause.find("KEEP", "ONLY", "EXCEPT", "REST") or clause.tokens[0]
    removing = clause.verb("REMOVE", "UNWANTED", "CUT", "SKIP", "NOT")
    refs = [t for t in clause.free() if t.kind == "clips"]
    if refs and scene.count:
        chosen = resolve.union(refs, scene.count)
        if chosen is None:
            clause.spend()
            return Gap(scene.words(clause), token.start, missing=("target",))
        if clause.has("EXCEPT", "REST") or clause.has("ONLY", "KEEP"):
            return _complement(clause, scene, chosen, removing, token.start)
        return None
    if clause.peek("range", "head", "tail") and clause.has("KEEP", "ONLY") and not clause.has("REEL", "BEST"):
        return _keep_range(clause, scene, token.start)
    return None


def _complement(clause: Clause, scene: Scene, chosen: tuple[int, ...], removing: bool, at: int) -> Finding | None:
    """`all but 2`, `only 2`, `drop the rest but 2`, and `keep all but 2`, which removes 2 itself."""
    others = resolve.complement(chosen, scene.count)
    keeps = clause.has("KEEP", "ONLY")
    excepted = clause.has("EXCEPT")
    if not excepted and not keeps and not (removing and clause.has("REST")):
        return None
    gone = chosen if excepted and keeps and not removing else others
    clause.values("clips")
    clause.take("KEEP", "ONLY", "EXCEPT", "REST", "ALL", *_TAKING, "CLIP", "NOT", "EVERYTHING", "CHANGE")
    scene.last = None
    return Deed(Remove(target=Clips(clips=gone)), at, targeted=True) if gone else Gap(scene.words(clause), at, missing=("target",))


def _keep_range(clause: Clause, scene: Scene, at: int) -> Finding | None:
    total = scene.situation.duration_ms if scene.situation.has_timeline else scene.situation.source_ms
    ranges = []
    for token in clause.values("range", "head", "tail"):
        if token.kind == "head":
            ranges.append((0, token.value))
        elif token.kind == "tail":
            ranges.append((max(0, total - token.value), total))
        else:
            ranges.append((token.value[0], total if token.value[1] is None else token.value[1]))
    clause.take("KEEP", "ONLY", "CRITERION:speech", "MOMENT", "MAKE", "ALL", "BETWEEN", "CHANGE")
    if any(a >= b for a, b in ranges):
        return Gap(scene.words(clause), at, missing=("target",))
    whole = scene.count <= 1
    facts: dict[str, Any] = {"ranges_ms": tuple(ranges), "ref": "source" if whole else "timeline"}
    return Deed(Keep.model_validate(facts), at, targeted=True)


def _trim(clause: Clause, scene: Scene) -> Finding | None:
    refs = clause.peek("clips") or (clause.has("EACH", "ALL") and clause.peek("duration", "head", "tail")) or clause.has("LONGEST", "SHORTEST") or (scene.last and clause.peek("duration"))
    if not refs:
        return None
    sized = clause.peek("duration", "head", "tail", "percent", "time") or (clause.has("HALF") and clause.has("SHORTEN", "SHORTER", "CUT", "TRIM"))
    relative = clause.has("SHORTEN", "SHORTER", "LONGER", "LENGTHEN", "TRIM", "EARLIER") and not clause.has("REMOVE", "UNWANTED")
    if not sized and not relative:
        return None
    if clause.has("ADD") and not clause.has("LENGTHEN", "LONGER", "SHORTEN", "SHORTER", "EARLIER", "LATER", "MORE", "TRIM", "CUT"):
        return None
    token = clause.find(*_TAKING, "LENGTHEN", "LONGER", "SHORTER", "EARLIER", "MORE") or clause.tokens[0]
    pointed = aim(clause, scene)
    if pointed.gap:
        return pointed.gap
    head, tail, invented = _ends(clause, scene, pointed.clips)
    clause.take(*_TAKING, "LENGTHEN", "LONGER", "SHORTER", "EARLIER", "LATER", "START", "END", "BOTH_ENDS", "OFF", "MORE", "A_BIT", "CHANGE", "BY", "MAKE", "KEEP", "ADD", "FRONT", "BACK", "HALF", "EACH", "ALL", "CLIP", "BEFORE", "AFTER")
    if not head and not tail:
        return Gap(scene.words(clause), token.start, missing=("target",))
    facts: dict[str, Any] = {"target": pointed.target} | ({"head_ms": head} if head else {}) | ({"tail_ms": tail} if tail else {})
    names = frozenset({"tail_s"} if tail else set()) | frozenset({"head_s"} if head else set()) if invented else frozenset[str]()
    return Deed(Trim.model_validate(facts), token.start, names, targeted=True, vague=invented)


def _ends(clause: Clause, scene: Scene, clips: tuple[int, ...] | None) -> tuple[int, int, bool]:
    growing = clause.has("LENGTHEN", "LONGER", "MORE", "EARLIER", "LATER") and not clause.has("REMOVE", "CUT", "SHORTEN", "SHORTER", "TRIM")
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
    at_head = (token is not None and token.kind == "head") or clause.has("START", "FRONT", "EARLIER", "BEFORE") or any(t.text in ("前面", "往前", "提前", "前") for t in clause.free())
    at_tail = (token is not None and token.kind == "tail") or clause.has("END", "BACK", "LATER", "AFTER")
    if clause.has("BOTH_ENDS") or (at_head and at_tail and clause.has("BOTH_ENDS")):
        return sign * size, sign * size, invented
    if at_head and not (at_tail and not clause.has("START", "FRONT", "EARLIER")):
        return sign * size, 0, invented
    return 0, sign * size, invented


def _to_length(clause: Clause, token) -> bool:  # type: ignore[no-untyped-def]
    before = [t for t in clause.tokens if t.end <= token.start]
    return bool(before) and (before[-1].text.endswith(("to", "到", "成", "至", "为")) or before[-1].is_a("AT_MOST")) and token.kind in ("duration", "time")


def _remove(clause: Clause, scene: Scene) -> Iterator[Finding]:
    token = clause.find(*_TAKING) or clause.tokens[0]
    if clause.peek("range", "head", "tail") and not clause.has("REEL", "BEST", "MAKE_REEL"):
        while clause.peek("range", "head", "tail"):
            part = span(clause, scene)
            inside = part is not None and (not scene.situation.has_timeline or part.range_ms[0] < scene.situation.duration_ms)
            yield Deed(Remove(target=part), token.start, targeted=True) if part and inside else Gap(scene.words(clause), token.start, missing=("target",))
        clause.take(*_TAKING, "VIDEO", "MOMENT", "START", "END", "OFF", "ALL")
        return
    if clause.has("BORING"):
        clause.take("BORING", *_TAKING, "MOMENT", "ALL")
        yield Deed(Highlights(), token.start, frozenset({"total_s"}))
        return
    duration = clause.peek("duration")
    ends = clause.has("START", "END")
    if duration and ends and not clause.peek("clips") and not clause.has("REEL"):
        total = scene.situation.duration_ms
        clause.values("duration")
        bounds = (0, duration.value) if clause.has("START") else (max(0, total - duration.value), total)
        clause.take("START", "END", *_TAKING, "VIDEO", "OFF")
        if bounds[0] < bounds[1]:
            yield Deed(Remove(target=Span(range_ms=bounds)), token.start, targeted=True)
            return
    if clause.peek("clips") or clause.has("THAT_CLIP", "LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN") or (scene.last and not clause.has("REEL", "MUSIC")):
        pointed = aim(clause, scene)
        clause.take(*_TAKING, "CLIP", "CHANGE", "ALL", "VIDEO")
        if pointed.gap or not pointed.clips:
            yield pointed.gap or Gap(scene.words(clause), token.start, missing=("target",))
        else:
            yield Deed(Remove(target=Clips(clips=pointed.clips)), token.start, targeted=True)
            scene.last = None
        return
    if clause.has("REMOVE", "UNWANTED") and not clause.peek("quote") and not clause.has("REEL", "BEST") and not scene.planned("highlights"):
        clause.take("REMOVE", "UNWANTED")
        yield Gap(scene.words(clause), token.start, missing=("target",))
