"""Keeping some of it: clips, all but some clips, ranges."""

from typing import Any

from ....timeline.operations import Clips, Keep, Remove
from .. import exceptions, resolve
from ..clause import Clause
from ..outcome import Deed, Finding, Gap
from ..scene import Scene
from ..token import Token
from .ranges import footage_named, of_footage

_TAKING = ("REMOVE", "CUT", "TRIM", "SKIP", "UNWANTED", "SHORTEN")


def keep(clause: Clause, scene: Scene) -> Finding | None:
    token = clause.find("KEEP", "ONLY", "EXCEPT", "REST") or clause.tokens[0]
    removing = clause.verb("REMOVE", "UNWANTED", "CUT", "SKIP", "NOT")
    refs, spared = exceptions.parted(clause)
    if spared and refs and scene.count:
        return _less(clause, scene, refs, spared, removing, token.start)
    refs = refs or spared
    if refs and not clause.has("REST", "EXCEPT") and _of_a_clip(clause, refs):
        clause.spend()
        return Gap(scene.words(clause), token.start, missing=("operation", "target"))
    if refs and scene.count:
        chosen = resolve.union(refs, scene.count)
        if chosen is None:
            clause.spend()
            return Gap(scene.words(clause), token.start, missing=("target",))
        if clause.has("EXCEPT", "REST") or clause.has("ONLY", "KEEP"):
            return _complement(clause, scene, chosen, removing, token.start)
        return None
    outside = removing and clause.has("EXCEPT") and clause.has("ALL", "EVERYTHING")
    if (
        clause.peek("range", "head", "tail")
        and (outside or clause.has("KEEP") or (clause.has("ONLY") and not clause.verb("REMOVE", "UNWANTED", "SKIP")))
        and not clause.has("REEL", "BEST")
    ):
        return _keep_range(clause, scene, token.start)
    return None


def _of_a_clip(clause: Clause, refs: list[Token]) -> bool:
    """`只要第三段的声音`, `keep only the sound of clip 3`: its sound is to stay, which is not the clip alone."""
    told = [i for i, t in enumerate(clause.tokens) if t.is_a("AUDIO", "SOURCE_SOUND", "VOLUME")]
    places = [clause.tokens.index(t) for t in refs if t in clause.tokens]
    near = [(i, j) for i in told for j in places]
    return any(
        (j < i <= j + 2 and clause.tokens[j + 1].text == "的")
        or (i < j <= i + 2 and clause.tokens[j - 1].text in ("of", "in"))
        for i, j in near
    )


def _less(
    clause: Clause, scene: Scene, refs: list[Token], spared: list[Token], removing: bool, at: int
) -> Finding | None:
    """`remove 2-4 except 3`, `keep 2-5 but not 3`; to keep one clip and not another says nothing of the others."""
    keeps = clause.has("KEEP", "ONLY")
    if not keeps and not removing:
        return None
    chosen = exceptions.remaining(refs, spared, scene.count)
    inside = set(resolve.union(spared, scene.count) or ()) <= set(resolve.union(refs, scene.count) or ())
    words = scene.words(clause)
    clause.used |= {t.start for t in (*refs, *spared)}
    clause.take("KEEP", "ONLY", "EXCEPT", "REST", "ALL", *_TAKING, "CLIP", "NOT", "EVERYTHING", "CHANGE")
    scene.last = None
    if not chosen or (keeps and not inside):
        return Gap(words, at, missing=("target",))
    gone = resolve.complement(chosen, scene.count) if keeps else chosen
    return Deed(Remove(target=Clips(clips=gone)), at, targeted=True)


def _complement(clause: Clause, scene: Scene, chosen: tuple[int, ...], removing: bool, at: int) -> Finding | None:
    """`all but 2`, `only 2`, `drop the rest but 2`, and `keep all but 2`, which removes 2 itself."""
    others = resolve.complement(chosen, scene.count)
    keeps = clause.has("KEEP", "ONLY")
    excepted = clause.has("EXCEPT")
    if not keeps and not (excepted and removing):
        return None
    if keeps and removing and not excepted and not clause.has("REST", "ONLY", "NOT"):
        words = scene.words(clause)
        clause.spend()
        return Gap(words, at, missing=("target",))
    gone = chosen if excepted and keeps and not removing else others
    clause.used |= {t.start for t in exceptions.parted(clause)[1]}
    clause.values("clips")
    clause.take("KEEP", "ONLY", "EXCEPT", "REST", "ALL", *_TAKING, "CLIP", "NOT", "EVERYTHING", "CHANGE")
    scene.last = None
    return (
        Deed(Remove(target=Clips(clips=gone)), at, targeted=True)
        if gone
        else Gap(scene.words(clause), at, missing=("target",))
    )


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
    clause.take(
        "KEEP", "ONLY", "CRITERION:speech", "MOMENT", "MAKE", "ALL", "BETWEEN", "CHANGE", "EXCEPT", "EVERYTHING"
    )
    clause.take(*_TAKING)
    if any(a >= b for a, b in ranges):
        return Gap(scene.words(clause), at, missing=("target",))
    sources = footage_named(clause, scene)
    whole = scene.count <= 1 or bool(sources) or any(of_footage(t) for t in clause.tokens)
    facts: dict[str, Any] = {"ranges_ms": tuple(ranges), "ref": "source" if whole else "timeline"}
    if len(sources) == 1:
        facts["source"] = sources[0].name
        clause.used |= {t.start for t in clause.tokens if t.kind == "asset"}
    return Deed(Keep.model_validate(facts), at, targeted=True)
