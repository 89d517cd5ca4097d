"""From findings to one outcome: act where a sane default exists, ask or refuse otherwise."""

from typing import TypedDict

from ...messages import message
from ...timeline.operations import BeatSync, BgmAdd, Highlights, Keep
from . import doubts
from .merging import merged
from .outcome import Ask, Deed, Gap, Outcome, Suggested, Unsupported
from .outcome import ExportWish as Export
from .scene import Scene

_MAKING = (Highlights, BgmAdd, Keep)


class _Common(TypedDict):
    language: str
    not_understood: tuple[str, ...]


def decide(scene: Scene, not_understood: tuple[str, ...], *, batch: bool) -> Outcome:
    """The outcome of one sentence. What can be done is done, and the rest is named beside it."""
    gaps = [f for f in scene.findings if isinstance(f, Gap)]
    asks = [f for f in scene.findings if isinstance(f, Ask)]
    agreed, clashes = doubts.agreeing([f for f in scene.findings if isinstance(f, Deed)])
    deeds, missing = _possible(merged(agreed), scene)
    gaps += [*clashes, *missing]
    common = _Common(language=scene.language, not_understood=not_understood)
    if deeds:
        return _plan(deeds, gaps, asks, common, batch)
    if refusal := next((g for g in gaps if g.code and not g.missing), None):
        return Outcome(
            kind="refuse", code=refusal.code, unsupported=_unsupported([g for g in gaps if g.what]), **common
        )
    if gaps:
        names = tuple(dict.fromkeys(n for g in gaps for n in g.missing))
        return Outcome(kind="clarify", missing=names, code=gaps[0].code, unsupported=_unsupported(gaps), **common)
    if asks:
        return Outcome(kind="query", topic=asks[0].topic, clips=asks[0].clips, **common)
    return Outcome(
        kind="clarify", missing=("operation",) if scene.situation.media else ("operation", "media"), **common
    )


def _possible(deeds: list[Deed], scene: Scene) -> tuple[list[Deed], list[Gap]]:
    """Without footage nothing can be done; without a reel only what makes one."""
    if not scene.situation.media:
        return [], [
            Gap("", d.at, missing=("media",) if isinstance(d.op, _MAKING) else ("media", "target")) for d in deeds
        ]
    if scene.situation.has_timeline or any(isinstance(d.op, _MAKING) for d in deeds):
        return deeds, []
    return [], [Gap("", d.at, missing=("target",)) for d in deeds]


def _plan(deeds: list[Deed], gaps: list[Gap], asks: list[Ask], common: _Common, batch: bool) -> Outcome:
    export = next((d.op for d in deeds if isinstance(d.op, Export)), None)
    suggested = [Suggested(tool="export", text=message("engine.suggest.export"))] if export else []
    if batch:
        suggested.append(Suggested(tool="upload", text=message("engine.suggest.batch")))
    return Outcome(
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


def _order(deed: Deed) -> tuple[int, int]:
    """As said; but a reel must exist before it is changed, and music before the cuts follow it."""
    return (0 if isinstance(deed.op, Highlights) else 2 if isinstance(deed.op, BeatSync) else 1, deed.at)


def _unsupported(gaps: list[Gap]) -> tuple[Unsupported, ...]:
    return tuple(Unsupported(what=g.what, code=g.code or "clarify:" + ",".join(g.missing)) for g in gaps)
