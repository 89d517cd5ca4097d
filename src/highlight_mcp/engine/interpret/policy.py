"""From findings to one outcome: act where a sane default exists, ask or refuse otherwise."""

from ...timeline.operations import Aspect, BeatSync, BgmAdd, Highlights, Keep, Remove, Speed, Trim, Volume
from .outcome import Ask, Deed, ExportWish, Finding, Gap, Outcome, Suggested, Unsupported
from .scene import Scene

_STANDALONE = (Highlights, BgmAdd)
_EXPORT_TEXT = {"zh": "导出", "en": "export"}


def decide(scene: Scene, not_understood: tuple[str, ...], *, batch: bool, vague: bool) -> Outcome:
    """The outcome of one sentence."""
    deeds = _merged([f for f in scene.findings if isinstance(f, Deed)])
    gaps = [f for f in scene.findings if isinstance(f, Gap)]
    asks = [f for f in scene.findings if isinstance(f, Ask)]
    common = {"language": scene.language, "not_understood": not_understood}
    deeds, missing = _possible(deeds, scene)
    gaps += missing
    if deeds:
        return _plan(deeds, gaps, asks, common, batch)
    if refusal := next((g for g in gaps if g.code and not g.missing), None):
        return Outcome(kind="refuse", code=refusal.code, unsupported=_unsupported(gaps), **common)  # type: ignore[arg-type]
    if gaps:
        names = tuple(dict.fromkeys(n for g in gaps for n in g.missing))
        return Outcome(kind="clarify", missing=names, code=gaps[0].code, unsupported=_unsupported(gaps), **common)  # type: ignore[arg-type]
    if asks:
        return Outcome(kind="query", topic=asks[0].topic, clips=asks[0].clips, **common)  # type: ignore[arg-type]
    return Outcome(kind="clarify", missing=("operation",) if scene.situation.media else ("operation", "media"), **common)  # type: ignore[arg-type]


def _possible(deeds: list[Deed], scene: Scene) -> tuple[list[Deed], list[Gap]]:
    """Without footage nothing can be done; without a reel only what makes one."""
    if not deeds:
        return [], []
    if not scene.situation.media:
        return [], [Gap("", d.at, missing=("media",) if isinstance(d.op, _STANDALONE + (Keep,)) else ("media", "target")) for d in deeds]
    makes = any(isinstance(d.op, _STANDALONE + (Keep,)) for d in deeds)
    if scene.situation.has_timeline or makes:
        return deeds, []
    return [], [Gap("", d.at, missing=("target",)) for d in deeds]


def _plan(deeds: list[Deed], gaps: list[Gap], asks: list[Ask], common: dict[str, object], batch: bool) -> Outcome:
    export = next((d for d in deeds if isinstance(d.op, ExportWish)), None)
    acts = sorted((d for d in deeds if not isinstance(d.op, ExportWish)), key=_order)
    suggested = [Suggested(tool="export", text=_EXPORT_TEXT["zh" if common["language"] == "zh" else "en"])] if export else []
    if batch:
        text = "每个视频单独一个会话，再各自导出" if common["language"] == "zh" else "one session and one export per video"
        suggested.append(Suggested(tool="upload", text=text))
    return Outcome(
        kind="plan",
        operations=tuple(d.op for d in acts if not isinstance(d.op, ExportWish)),
        export=export.op if export and isinstance(export.op, ExportWish) else None,
        assumed=tuple(sorted({n for d in deeds for n in d.assumed})),
        caveats=tuple(sorted({n for d in deeds for n in d.caveats})),
        unsupported=_unsupported(gaps),
        topic=asks[0].topic if asks else None,
        suggested=tuple(suggested),
        **common,  # type: ignore[arg-type]
    )


def _order(deed: Deed) -> tuple[int, int]:
    return (0 if isinstance(deed.op, Highlights) else 2 if isinstance(deed.op, BeatSync) else 1, deed.at)


def _unsupported(gaps: list[Gap]) -> tuple[Unsupported, ...]:
    return tuple(Unsupported(what=g.what, code=g.code or "clarify:" + ",".join(g.missing)) for g in gaps)


def _merged(deeds: list[Deed]) -> list[Deed]:
    out: list[Deed] = []
    for deed in deeds:
        joined = _join(out[-1], deed) if out else None
        if joined:
            out[-1] = joined
            continue
        if isinstance(deed.op, ExportWish) and (old := next((d for d in out if isinstance(d.op, ExportWish)), None)):
            facts = old.op.model_dump(exclude_none=True) | deed.op.model_dump(exclude_none=True)
            out[out.index(old)] = Deed(ExportWish(**facts), old.at)
            continue
        if isinstance(deed.op, Highlights) and (old := next((d for d in out if isinstance(d.op, Highlights)), None)):
            out[out.index(old)] = _reels(old, deed)
            continue
        if isinstance(deed.op, Aspect) and (old := next((d for d in out if isinstance(d.op, Aspect)), None)) and old.op.ratio == deed.op.ratio:  # type: ignore[union-attr]
            facts = old.op.model_dump(exclude_unset=True) | deed.op.model_dump(exclude_unset=True)
            out[out.index(old)] = Deed(Aspect.model_validate(facts), old.at)
            continue
        out.append(deed)
    return out


def _reels(old: Deed, new: Deed) -> Deed:
    facts = old.op.model_dump(exclude_unset=True, exclude_none=True) | new.op.model_dump(exclude_unset=True, exclude_none=True)
    total = {"total_s"} if not facts.keys() & {"total_ms", "count"} else set()
    assumed = (old.assumed | new.assumed) - {"total_s"} | total
    return Deed(Highlights.model_validate(facts), old.at, frozenset(assumed), old.caveats | new.caveats)


def _join(old: Deed, new: Deed) -> Deed | None:
    """Neighbouring deeds of one kind that say one thing."""
    a, b = old.op, new.op
    if isinstance(a, ExportWish) or isinstance(b, ExportWish) or (type(a) is not type(b) and not isinstance(b, Remove)):
        return None
    if isinstance(a, Remove) and isinstance(b, Remove) and hasattr(a.target, "clips") and hasattr(b.target, "clips"):
        clips = tuple(sorted({*a.target.clips, *b.target.clips}))  # type: ignore[union-attr]
        return Deed(Remove.model_validate({"target": {"clips": clips}}), old.at, targeted=True)
    if old.vague and isinstance(a, Speed | Volume | Trim) and (not new.targeted or b.target == a.target):  # type: ignore[union-attr]
        facts = b.model_dump(exclude_unset=True) | {"target": a.target}
        return Deed(type(b).model_validate(facts), old.at, new.assumed, new.caveats, targeted=True, vague=new.vague)
    if old.vague and isinstance(b, Remove) and getattr(a, "target", None) == b.target:
        return new
    if a == b:
        return old
    facts_a, facts_b = a.model_dump(exclude_unset=True), b.model_dump(exclude_unset=True)
    if a.op == "fade" and facts_a.get("target") == facts_b.get("target") and not facts_a.keys() & facts_b.keys() - {"op", "target"}:
        both = _fades(facts_a, facts_b, old, new)
        return Deed(type(a).model_validate(both), old.at, old.assumed & new.assumed, targeted=True)
    return None


def _fades(a: dict[str, object], b: dict[str, object], old: Deed, new: Deed) -> dict[str, object]:
    both = a | b
    if old.assumed and not new.assumed:
        both["in_ms" if "in_ms" in a else "out_ms"] = next(v for k, v in b.items() if k.endswith("_ms"))
    return both


__all__ = ["decide"]

FindingList = list[Finding]
