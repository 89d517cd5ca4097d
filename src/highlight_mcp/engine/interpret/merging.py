"""Deeds that say one thing together: a complaint and its remedy, one removal in three breaths."""

from typing import Any

from ...timeline.operations import Aspect, Clips, Fade, FilterAdd, Highlights, Keep, Remove, Speed, Trim, Undo, Volume
from .outcome import Deed, ExportWish


def merged(deeds: list[Deed]) -> list[Deed]:
    """The deeds with what belongs together put together; order is kept."""
    out: list[Deed] = []
    for deed in deeds:
        if out and (one := _neighbours(out[-1], deed)):
            out[-1] = one
            continue
        at = next((i for i, old in enumerate(out) if _singular(old, deed)), None)
        if at is None:
            out.append(deed)
        else:
            out[at] = _united(out[at], deed)
    return out


def _singular(old: Deed, new: Deed) -> bool:
    """One sentence makes one reel, one export, and one frame shape."""
    a, b = old.op, new.op
    if isinstance(a, Aspect) and isinstance(b, Aspect):
        return a.ratio == b.ratio
    if isinstance(a, Highlights) and isinstance(b, Highlights) and a.source != b.source:
        return not (a.source and b.source)
    if isinstance(a, Highlights) and isinstance(b, Highlights) and a.range_ms and b.range_ms and b.mode == "append":
        return a == b
    return type(a) is type(b) and isinstance(a, Highlights | ExportWish)


def _united(old: Deed, new: Deed) -> Deed:
    facts = _facts(old) | _facts(new)
    assumed = old.assumed | new.assumed
    if isinstance(old.op, Highlights):
        assumed -= {"total_s"} if facts.keys() & {"total_ms", "count"} else frozenset()
    return Deed(type(old.op).model_validate(facts), old.at, assumed, old.caveats | new.caveats, targeted=True)


def _facts(deed: Deed) -> dict[str, Any]:
    return deed.op.model_dump(exclude_unset=True, exclude_none=True)


def _neighbours(old: Deed, new: Deed) -> Deed | None:
    a, b = old.op, new.op
    if isinstance(a, Remove) and isinstance(b, Remove) and isinstance(a.target, Clips) and isinstance(b.target, Clips):
        clips = tuple(sorted({*a.target.clips, *b.target.clips}))
        return Deed(Remove(target=Clips(clips=clips)), old.at, targeted=True)
    if isinstance(a, Undo) and isinstance(b, Undo) and old.vague:
        return new  # `oops, take back the last two steps` goes back twice, not three times
    if old.vague and isinstance(a, Speed | Volume | Trim):
        if isinstance(b, Remove) and a.target == b.target:
            return new
        if type(a) is type(b) and isinstance(b, Speed | Volume | Trim) and (not new.targeted or a.target == b.target):
            facts = _facts(new) | {"target": a.target}
            return Deed(type(b).model_validate(facts), old.at, new.assumed, new.caveats, targeted=True, vague=new.vague)
    if (
        old.vague
        and isinstance(a, FilterAdd)
        and isinstance(b, FilterAdd)
        and a.name == b.name
        and not (new.targeted and b.target != a.target)
    ):
        facts = _facts(new) | ({"target": a.target} if a.target != "all" else {})
        return Deed(FilterAdd.model_validate(facts), old.at, new.assumed, targeted=old.targeted, vague=new.vague)
    if a == b or (isinstance(a, Keep) and a == Keep() and isinstance(b, Keep)):
        return old if a == b else new  # `all of it` gives way to what of it is to stay
    return _fades(old, new) if isinstance(a, Fade) and isinstance(b, Fade) else None


def _fades(old: Deed, new: Deed) -> Deed | None:
    """`fade in at the start and fade out at the end, 1 s each` is one fade with two ends."""
    a, b = _facts(old), _facts(new)
    if a.get("target") != b.get("target") or (a.keys() & b.keys()) - {"op", "target"}:
        return None
    if old.assumed and not new.assumed:
        size = b.get("out_ms") or b.get("in_ms")
        a = {k: size if k in ("in_ms", "out_ms") else v for k, v in a.items()}
    return Deed(Fade.model_validate(a | b), old.at, old.assumed & new.assumed, targeted=True)
