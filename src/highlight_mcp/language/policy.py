"""From findings to one outcome: those that belong together are one; act where a sane default exists, else ask."""

from dataclasses import replace
from typing import Any, Protocol, TypedDict

from ..messages import Message, message
from ..timeline.operations import (
    Aspect,
    BeatSync,
    BgmAdd,
    ClipTarget,
    Fade,
    FilterAdd,
    Highlights,
    Keep,
    Redo,
    Remove,
    Reorder,
    Reset,
    Restore,
    Speed,
    TransitionAdd,
    Trim,
    Undo,
    Volume,
)
from . import doubts
from .context import ParseContext
from .outcome import ExportRequest, ParsedOperation, ParseResult, Query, SuggestedOperation, Unresolved, Unsupported
from .outcome import ExportRequest as Export
from .session_facts import ClipFact, SessionFacts
from .tokens import Token
from .versions import each_behind


def merge_findings(deeds: list[ParsedOperation]) -> list[ParsedOperation]:
    """The deeds with what belongs together put together; order is kept."""
    out: list[ParsedOperation] = []
    for deed in deeds:
        if out and (one := _neighbours(out[-1], deed)):
            out[-1] = one
            continue
        if any(_of_another_file(old.op, deed.op) for old in out):
            deed = replace(deed, op=deed.op.model_copy(update={"mode": "append"}))
        at = next((i for i, old in enumerate(out) if _singular(old, deed)), None)
        if at is not None and _of_another_stretch(out[at].op, deed.op):
            out.append(_added_to(out[at], deed))
        elif at is None:
            out.append(deed)
        else:
            out[at] = _united(out[at], deed)
    return out


def _singular(old: ParsedOperation, new: ParsedOperation) -> bool:
    """One sentence makes one reel, one export, and one frame shape."""
    a, b = old.op, new.op
    if isinstance(a, Aspect) and isinstance(b, Aspect):
        return a.ratio == b.ratio
    if isinstance(a, Highlights) and isinstance(b, Highlights) and "swap" in (a.mode, b.mode):
        return a == b
    if isinstance(a, Highlights) and isinstance(b, Highlights) and a.source != b.source:
        return not (a.source and b.source)
    if isinstance(a, Highlights) and isinstance(b, Highlights) and a.range_ms and b.range_ms and b.mode == "append":
        return a == b
    return type(a) is type(b) and isinstance(a, Highlights | ExportRequest)


def _of_another_file(old: object, new: object) -> bool:
    """`30 seconds from a.mp4 and 30 seconds from b.mov`: the second is added to the reel that the first begins."""
    if not (isinstance(old, Highlights) and isinstance(new, Highlights) and old.source and new.source):
        return False
    return old.source != new.source and new.mode == "replace"


def _of_another_stretch(old: object, new: object) -> bool:
    """`five from the first half and three from the second`: each stretch has its own measure."""
    if not (isinstance(old, Highlights) and isinstance(new, Highlights) and old.range_ms and new.range_ms):
        return False
    measured = all(one.count or one.total_ms for one in (old, new))
    return measured and old.range_ms != new.range_ms


def _added_to(old: ParsedOperation, new: ParsedOperation) -> ParsedOperation:
    """What the second of two stretches adds to the reel; what it does not say is as in the first."""
    shared = {k: v for k, v in _facts(old).items() if k not in ("count", "total_ms", "range_ms")}
    op = type(new.op).model_validate(shared | _facts(new) | {"mode": "append"})
    return ParsedOperation(op, new.at, new.assumed, old.caveats | new.caveats, targeted=True)


def _united(old: ParsedOperation, new: ParsedOperation) -> ParsedOperation:
    facts = _facts(old) | _facts(new)
    assumed = old.assumed | new.assumed
    if isinstance(old.op, Highlights):
        assumed -= {"total_s"} if facts.keys() & {"total_ms", "count"} else frozenset()
    return ParsedOperation(
        type(old.op).model_validate(facts), old.at, assumed, old.caveats | new.caveats, targeted=True
    )


def _facts(deed: ParsedOperation) -> dict[str, Any]:
    return deed.op.model_dump(exclude_unset=True, exclude_none=True)


def _drowned(heard: Volume, music: Volume) -> bool:
    """`说话都听不清，音乐轻一点`: what cannot be heard is the reason."""
    softer = (music.db or 0) < 0 or music.level is not None
    return (heard.db or 0) > 0 and heard.target in ("all", "source") and music.target == "bgm" and softer


def _neighbours(old: ParsedOperation, new: ParsedOperation) -> ParsedOperation | None:
    a, b = old.op, new.op
    if (
        isinstance(a, Remove)
        and isinstance(b, Remove)
        and isinstance(a.target, ClipTarget)
        and isinstance(b.target, ClipTarget)
    ):
        clips = tuple(sorted({*a.target.clips, *b.target.clips}))
        return ParsedOperation(Remove(target=ClipTarget(clips=clips)), old.at, targeted=True)
    if isinstance(a, Undo) and isinstance(b, Undo) and old.vague:
        return new  # `oops, take back the last two steps` goes back twice, not three times
    if old.vague and isinstance(a, Volume) and isinstance(b, Volume) and _drowned(a, b):
        return new
    if old.vague and isinstance(a, Speed | Volume | Trim):
        if isinstance(b, Remove) and a.target == b.target:
            return new
        bare = not old.targeted and new.targeted and isinstance(a, Speed) and isinstance(b, Speed)
        if (
            bare
            and not new.vague
            and isinstance(a, Speed)
            and isinstance(b, Speed)
            and (a.factor < 1) == (b.factor < 1)
        ):
            return new  # `slower! clip 5 at three quarters speed`
        if type(a) is type(b) and isinstance(b, Speed | Volume | Trim) and (not new.targeted or a.target == b.target):
            facts = _facts(new) | {"target": a.target}
            return ParsedOperation(
                type(b).model_validate(facts), old.at, new.assumed, new.caveats, targeted=True, vague=new.vague
            )
    if (
        old.vague
        and isinstance(a, FilterAdd)
        and isinstance(b, FilterAdd)
        and a.name == b.name
        and not (new.targeted and b.target != a.target)
    ):
        facts = _facts(new) | ({"target": a.target} if a.target != "all" else {})
        return ParsedOperation(
            FilterAdd.model_validate(facts), old.at, new.assumed, targeted=old.targeted, vague=new.vague
        )
    if a == b or (isinstance(a, Keep) and a == Keep() and isinstance(b, Keep)):
        return old if a == b else new  # `all of it` gives way to what of it is to stay
    return _fades(old, new) if isinstance(a, Fade) and isinstance(b, Fade) else None


def _fades(old: ParsedOperation, new: ParsedOperation) -> ParsedOperation | None:
    """`fade in at the start and fade out at the end, 1 s each` is one fade with two ends."""
    a, b = _facts(old), _facts(new)
    if a.get("target") != b.get("target") or (a.keys() & b.keys()) - {"op", "target"}:
        return None
    if old.assumed and not new.assumed:
        size = b.get("out_ms") or b.get("in_ms")
        a = {k: size if k in ("in_ms", "out_ms") else v for k, v in a.items()}
    return ParsedOperation(Fade.model_validate(a | b), old.at, old.assumed & new.assumed, targeted=True)


_MAKING = (Highlights, BgmAdd, Keep)


class _Common(TypedDict):
    language: str
    not_understood: tuple[str, ...]


def decide(scene: ParseContext, not_understood: tuple[str, ...], *, batch: bool) -> ParseResult:
    """The outcome of one sentence. What can be done is done, and the rest is named beside it."""
    gaps = [f for f in scene.findings if isinstance(f, Unresolved)]
    asks = [f for f in scene.findings if isinstance(f, Query)]
    agreed, clashes = doubts.resolve_conflicts([f for f in scene.findings if isinstance(f, ParsedOperation)])
    deeds, missing = _possible(merge_findings(agreed), scene)
    gaps += [*clashes, *missing]
    common = _Common(language=scene.language, not_understood=not_understood)
    if deeds:
        return _plan(deeds, gaps, asks, common, batch)
    if refusal := next((g for g in gaps if g.code and not g.missing), None):
        return ParseResult(
            kind="refuse", code=refusal.code, unsupported=_unsupported([g for g in gaps if g.what]), **common
        )
    if gaps:
        names = tuple(dict.fromkeys(n for g in gaps for n in g.missing))
        return ParseResult(kind="clarify", missing=names, code=gaps[0].code, unsupported=_unsupported(gaps), **common)
    if asks:
        return ParseResult(kind="query", topic=asks[0].topic, clips=asks[0].clips, **common)
    return ParseResult(
        kind="clarify", missing=("operation",) if scene.situation.media else ("operation", "media"), **common
    )


def _possible(deeds: list[ParsedOperation], scene: ParseContext) -> tuple[list[ParsedOperation], list[Unresolved]]:
    """Without footage nothing can be done; without a reel only what makes one."""
    if not scene.situation.media:
        return [], [
            Unresolved("", d.at, missing=("media",) if isinstance(d.op, _MAKING) else ("media", "target"))
            for d in deeds
        ]
    if scene.situation.has_timeline or any(isinstance(d.op, _MAKING) for d in deeds):
        return deeds, []
    return [], [Unresolved("", d.at, missing=("target",)) for d in deeds]


def _as_export(export: ExportRequest) -> Message:
    """The export that was asked for, with what was said of the file."""
    told = [export.resolution, f"{export.fps:g} fps" if export.fps else None, export.preset]
    told += [export.container if export.container != export.preset else None]
    told += [f"≤ {export.max_mb:g} MB" if export.max_mb else None]
    said = ", ".join(one for one in told if one)
    return message("engine.suggest.export_as", what=said) if said else message("engine.suggest.export")


def _plan(
    deeds: list[ParsedOperation], gaps: list[Unresolved], asks: list[Query], common: _Common, batch: bool
) -> ParseResult:
    export = next((d.op for d in deeds if isinstance(d.op, Export)), None)
    suggested = [SuggestedOperation(tool="export", text=_as_export(export))] if export else []
    if batch:
        suggested.append(SuggestedOperation(tool="upload", text=message("engine.suggest.batch")))
    return ParseResult(
        kind="plan",
        operations=tuple(d.op for d in sorted(deeds, key=_order) if not isinstance(d.op, Export)),
        export=export,
        assumed=tuple(sorted({n for d in deeds for n in d.assumed})),
        caveats=tuple(sorted({n for d in deeds for n in d.caveats})),
        unsupported=_unsupported(gaps),
        topic=asks[0].topic if asks else None,
        suggested=tuple(suggested),
        **common,
    )


def _order(deed: ParsedOperation) -> tuple[int, int]:
    """As said; but a reel must exist before it is changed, and music before the cuts follow it."""
    return (0 if isinstance(deed.op, Highlights) else 2 if isinstance(deed.op, BeatSync) else 1, deed.at)


def _unsupported(gaps: list[Unresolved]) -> tuple[Unsupported, ...]:
    return tuple(Unsupported(what=g.what, code=g.code or "clarify:" + ",".join(g.missing)) for g in gaps)


_WHOLE = ("ALL", "EVERYTHING", "THROUGHOUT", "UNCUT")
_BETWEEN, _JOINED = (TransitionAdd, Reorder), 2
_NOT_AFTER = (Highlights, Undo, Redo, Restore, Reset)


class Read(Protocol):
    """A reading of the sentence at hand: outcome and tokens. `by_file`: a file's name stands for its clips."""

    def __call__(self, now: SessionFacts, *, by_file: bool = False) -> tuple[ParseResult, list[Token]]: ...


def instead(read: Read, situation: SessionFacts) -> ParseResult:
    """What is read in a situation; as if the footage lay there whole, where without a reel there is only a question.

    Wishes that name clips, the places between them, or each file for itself, stay a question. The name of a file may
    stand for what of it is on the timeline.
    """
    outcome, said = read(situation)
    if outcome.kind != "clarify" or not situation.footage:
        return outcome
    if situation.has_timeline:
        again = read(situation, by_file=True)[0] if any(t.kind == "asset" for t in said) else outcome
        return again if again.kind == "plan" else outcome
    if _needs_a_cut(said):
        return outcome
    known = {media.name.casefold(): media.name for media in situation.footage}
    names = [str(t.value).casefold() for t in said if t.kind == "asset"]
    sources = tuple(dict.fromkeys(known[name] for name in names if name in known))
    return _of_whole(read, situation, sources) or _of_whole(read, situation, by_file=bool(sources)) or outcome


def _of_whole(
    read: Read, situation: SessionFacts, sources: tuple[str, ...] = (), *, by_file: bool = False
) -> ParseResult | None:
    """The plan with all of some files, or of all of them, laid down before it; None where there is none."""
    whole = laid_whole(situation, sources)
    again, said = read(whole, by_file=by_file)
    if again.kind != "plan" or any(map(_starts_anew, again.operations)):
        return None
    if not again.operations and not any(t.is_a(*_WHOLE) for t in said):
        return None  # `export it`: what?
    if by_file and any(isinstance(op, Remove) and isinstance(op.target, ClipTarget) for op in again.operations):
        return None  # `delete a.mp4`: the file, or what of it would be in a reel?
    if len(whole.clips) < _JOINED and any(isinstance(op, _BETWEEN) for op in again.operations):
        return None
    kept = tuple(Keep(source=name) for name in sources) or (Keep(),)
    return again.model_copy(update={"operations": each_behind(kept, again.operations)})


def laid_whole(situation: SessionFacts, sources: tuple[str, ...] = ()) -> SessionFacts:
    """The situation with all footage, or that of the given names, on the timeline in full."""
    clips: list[ClipFact] = []
    at = 0
    for media in situation.footage:
        if not sources or media.name in sources:
            length = media.duration_ms
            clips.append(ClipFact(number=len(clips) + 1, start_ms=at, duration_ms=length, media_id=media.media_id))
            at += length
    return situation.model_copy(update={"clips": tuple(clips), "duration_ms": at, "has_timeline": True})


def _needs_a_cut(tokens: list[Token]) -> bool:
    """Whether a wish is about clips, which there are none of yet, or about each file for itself."""
    return any(t.kind == "clips" or t.is_a("BATCH") for t in tokens)


def _starts_anew(operation: object) -> bool:
    of_footage = isinstance(operation, Keep) and operation.ref == "source" and operation.mode == "replace"
    return of_footage or isinstance(operation, _NOT_AFTER)
