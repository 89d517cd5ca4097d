"""Taking away: clips, ranges, heads, tails; the more specific readings come first."""

import re
from collections.abc import Iterator

from ...timeline.operations import ClipTarget, Highlights, RangeTarget, Remove, SilenceRemove, Trim
from ..context import ParseContext, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause
from .highlights import kept
from .keep import read_keep
from .source_ranges import span
from .trim_split import margin_of, read_silence_removal, read_split, read_trim, splits

_PRONOUN = re.compile(r"\b(?:it|them|that)\b|[它这]")
_AWAY = ("out", "off", "away")
_TAKING = ("REMOVE", "CUT", "TRIM", "SKIP", "UNWANTED", "SHORTEN")


def read_removals(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Silence, split, keep, trim, remove: the more specific first."""
    if (clause.has("SILENCE") and (clause.verb(*_TAKING, "TIGHTEN", "CHANGE") or _banned(clause, "SILENCE"))) or (
        clause.has("TIGHTEN") and not clause.has("FAST_PACE") and not clause.peek("clips")
    ):
        yield read_silence_removal(clause)
        return
    last = scene.findings[-1] if scene.findings else None
    if (
        isinstance(last, ParsedOperation)
        and isinstance(last.op, SilenceRemove)
        and not clause.peek("clips")
        and (margin := margin_of(clause)) is not None
    ):
        scene.findings[-1] = ParsedOperation(
            SilenceRemove.model_validate(last.op.model_dump(exclude_unset=True) | {"margin_ms": margin}),
            last.at,
            last.assumed,
            targeted=True,
        )
        clause.take("MARGIN", "KEEP", "LENGTHEN", "BOTH_ENDS", "EXCEPT")
        return
    if _other_end(clause, scene):
        return
    if splits(clause):
        yield read_split(clause, scene)
        return
    part = clause.peek("clips") and clause.peek("duration", "head", "tail") and not clause.has("EXCEPT", "ONLY")
    if clause.has("KEEP", "ONLY", "EXCEPT", "REST") and not part and (kept := read_keep(clause, scene)):
        yield kept
        return
    if clause.verb(
        "LENGTHEN",
        "SHORTEN",
        "EARLIER",
        "LATER",
        "SHORTER",
        "LONGER",
        "TRIM",
        "CUT",
        "REMOVE",
        "SKIP",
        "MORE",
        "ADD",
        "KEEP",
    ) and (trimmed := read_trim(clause, scene)):
        yield from trimmed
        return
    if clause.verb("REMOVE", "CUT", "UNWANTED", "SKIP") or (clause.verb("TRIM") and not clause.peek("clips")):
        yield from _remove(clause, scene)


def _other_end(clause: Clause, scene: ParseContext) -> bool:
    """`trim clip 2 to 5 seconds but keep the end`: what was to go at one end goes at the other."""
    last = scene.findings[-1] if scene.findings else None
    sized = clause.peek("clips", "duration", "head", "tail", "range", "time", "percent")
    if (
        not isinstance(last, ParsedOperation)
        or not isinstance(last.op, Trim)
        or not clause.has("KEEP", "LEAVE_ALONE")
        or sized
    ):
        return False
    if not clause.has("START", "END", "FRONT", "BACK"):
        return False
    head, tail = last.op.head_ms or 0, last.op.tail_ms or 0
    to_head = clause.has("END", "BACK")
    clause.take("KEEP", "LEAVE_ALONE", "START", "END", "FRONT", "BACK")
    amount = (tail if to_head else head) or (head if to_head else tail)
    op = Trim.model_validate({"target": last.op.target, "head_ms" if to_head else "tail_ms": amount})
    scene.findings[-1] = ParsedOperation(op, last.at, last.assumed, targeted=True)
    return True


def _banned(clause: Clause, thing: str) -> bool:
    """`no pauses`: a no right before the thing."""
    token = clause.find(thing)
    return token is not None and clause.before(token, "NOT", within=1)


def _dull(clause: Clause, scene: ParseContext, at: int) -> Finding:
    """`cut out the boring parts`: of footage, a reel of the others; of a cut, only when another one is asked for."""
    if not scene.uncut:
        return kept(clause, scene)
    clause.take("BORING", *_TAKING, "MOMENT", "ALL")
    return ParsedOperation(Highlights(), at, frozenset({"total_s"}))


def _either_way(clause: Clause) -> bool:
    """`trim the video from 0:10 to 0:20`: that part may be what goes or what stays; `trim out …` says which."""
    away = any(word in _AWAY for t in clause.tokens for word in t.text.split())
    part = clause.peek("range")
    return (
        part is not None
        and part.text.startswith("from ")
        and not away
        and not clause.verb("REMOVE", "CUT", "UNWANTED", "SKIP")
    )


def _remove_stretches(clause: Clause, scene: ParseContext, at: int) -> Iterator[Finding]:
    if _either_way(clause):
        yield Unresolved(scene.words(clause), at, missing=("target",))
        clause.spend()
        return
    while clause.peek("range", "head", "tail"):
        part = span(clause, scene)
        inside = part is not None and (
            part.ref == "source" or not scene.situation.has_timeline or part.range_ms[0] < scene.situation.duration_ms
        )
        yield (
            ParsedOperation(Remove(target=part), at, targeted=True)
            if part and inside
            else Unresolved(scene.words(clause), at, missing=("target",))
        )
    clause.take(*_TAKING, "VIDEO", "MOMENT", "START", "END", "OFF", "ALL")


def _remove(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find(*_TAKING) or clause.tokens[0]
    if clause.peek("range", "head", "tail") and not clause.has("REEL", "BEST"):
        yield from _remove_stretches(clause, scene, token.start)
        return
    if clause.has("BORING"):
        yield _dull(clause, scene, token.start)
        return
    duration = clause.peek("duration")
    ends = clause.has("START", "END")
    if duration and ends and not clause.peek("clips") and not clause.has("REEL"):
        total = scene.situation.duration_ms
        clause.values("duration")
        bounds = (0, duration.value) if clause.has("START") else (max(0, total - duration.value), total)
        clause.take("START", "END", *_TAKING, "VIDEO", "OFF")
        if bounds[0] < bounds[1]:
            yield ParsedOperation(Remove(target=RangeTarget(range_ms=bounds)), token.start, targeted=True)
            return
    if (
        clause.peek("clips")
        or clause.has("THAT_CLIP", "LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN")
        or (scene.last and not clause.has("REEL", "MUSIC"))
        or (scene.told and any(_PRONOUN.search(t.text) for t in clause.tokens))
    ):
        unclear = not clause.verb("REMOVE", "UNWANTED", "SKIP") and any(t.kind == "unknown" for t in clause.free())
        pointed = resolve_target(clause, scene)
        clause.take(*_TAKING, "CLIP", "CHANGE", "ALL", "VIDEO")
        if unclear:
            yield Unresolved(scene.words(clause), token.start, missing=("operation",))
            return
        if pointed.gap or not pointed.clips:
            yield pointed.gap or Unresolved(scene.words(clause), token.start, missing=("target",))
        else:
            yield ParsedOperation(Remove(target=ClipTarget(clips=pointed.clips)), token.start, targeted=True)
            scene.last, scene.removed = None, pointed.clips
        return
    if scene.removed and any(_PRONOUN.search(t.text) for t in clause.tokens):
        clause.take(*_TAKING)  # `i don't need clip 6, take it out` says one thing twice
        return
    if (
        clause.has("REMOVE", "UNWANTED")
        and not clause.peek("quote")
        and not clause.has("REEL", "BEST")
        and not scene.planned("highlights")
    ):
        clause.take("REMOVE", "UNWANTED")
        seen = clause.has("WHERE") and any(t.kind == "unknown" for t in clause.free())
        yield (
            Unresolved(scene.words(clause), token.start, code="needs_extra:vision")
            if seen
            else Unresolved(scene.words(clause), token.start, missing=("target",))
        )
