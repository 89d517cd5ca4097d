"""A wish and its denial in one sentence: what is to stay is compared with what each operation takes away or changes.

`remove clips 2-4 but keep 3` spares one of several and takes out the others. `take the music out and make sure the
music stays in` takes away the very thing that is to stay, and is asked about.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..timeline.operations import (
    Aspect,
    BgmRemove,
    ClipTarget,
    Fade,
    FilterAdd,
    Highlights,
    Remove,
    Reorder,
    Reset,
    Speed,
    TextEdit,
    TextRemove,
    Volume,
)
from .context import ParseContext
from .outcome import ParsedOperation, Unresolved
from .resolve import numbers
from .speech import said
from .tokens import VERBS, Token

# A word for a thing, and what an operation on it is about.
_THINGS = {
    "MUSIC": "music", "AUDIO": "sound", "SOURCE_SOUND": "sound", "VOLUME": "sound", "SPEED": "speed",
    "NORMAL_SPEED": "speed", "TITLE": "title", "CAPTION": "caption", "SUBTITLES": "caption", "FILTER": "look",
}  # fmt: skip
_TAKES = ("REMOVE", "CUT", "MUTE", "UNWANTED", "SKIP")
_SIZES = ("duration", "percent", "decibels", "factor", "head", "tail", "range", "time")
_DOES = {
    "volume": {"MUTE", "UNMUTE", "LOUDER", "QUIETER", "HALF_LOUD", "TWICE_LOUD"}, "flip": {"FLIP"},
    "speed": {"FASTER", "SLOWER", "HALF_SPEED", "DOUBLE_SPEED"}, "rotate": {"ROTATE"}, "stabilize": {"STABILIZE"},
    "reorder": {"MOVE", "SWAP"}, "remove": {"REMOVE", "CUT"}, "filter": {"DARKER", "BRIGHTER"},
    "trim": {"TRIM", "SHORTEN"}, "split": {"SPLIT"}, "fade": {"FADE", "FADE_IN", "FADE_OUT"}, "freeze": {"FREEZE"},
    "replay": {"REPLAY"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What one part of a sentence says is to stay: things, or clips; `as_is`: not even to be changed."""

    things: frozenset[str]
    clips: frozenset[int]
    as_is: bool
    denied: frozenset[str] = frozenset()


def resolve_contradictions(tokens: list[Token], scene: ParseContext) -> Unresolved | None:
    """Take what is spared out of the operations read; a question where nothing of one would be left."""
    kept = [k for part in _parts(tokens) if (k := _kept(part, scene))]
    kept += [shape for part in _parts(tokens) if (shape := _shape(part, tokens))]
    clips = frozenset[int]().union(*(k.clips for k in kept if not k.things))
    named = [c for part in _parts(tokens) for c in _things(part)]
    clash = _spared_and_taken(tokens, scene) or _brings_down(tokens, scene) or _takes_the_praised(tokens, scene)
    for i, deed in enumerate(scene.findings):
        if not isinstance(deed, ParsedOperation):
            continue
        rest = _without(deed, clips)
        if rest is not None and any(k.things == {"music"} for k in kept) and _mutes_all(rest):
            rest = replace(rest, op=Volume(target="source", level=0.0))
        against = rest is None or any(_opposed(rest, k, named) for k in kept)
        clash = clash or against
        scene.findings[i] = rest or deed
    return Unresolved(scene.source.given.strip(), 0, missing=("target", "operation")) if clash else None


def _brings_down(tokens: list[Token], scene: ParseContext) -> bool:
    """`2 more seconds of highlights` is no reel of two seconds in place of a longer one."""
    further = {t.value for t in tokens if t.kind == "duration" and said("FURTHER") & set(t.text.split())}
    wishes = (f.op for f in scene.findings if isinstance(f, ParsedOperation) and isinstance(f.op, Highlights))
    return any(op.mode == "replace" and op.total_ms in further and scene.count for op in wishes)


def _takes_the_praised(tokens: list[Token], scene: ParseContext) -> bool:
    """`delete everything, I love clip 5`: of what is all to go, one is spoken of that no order is about."""
    deeds = [f for f in scene.findings if isinstance(f, ParsedOperation)]
    told = [t for t in (*scene.mentioned, *tokens) if t.kind == "clips"]
    for every in (t for t in tokens if t.is_a("ALL", "RESET")):
        mark = next((t.end for t in tokens if t.start > every.start and t.kind == "separator"), None)
        if mark is None or any(deed.at >= mark for deed in deeds):
            continue
        behind = {n for t in told if t.start >= mark for n in numbers(t.value, scene.count) or ()}
        if any(behind & _taken(deed, scene.count) for deed in deeds):
            return True
    return False


def _taken(deed: ParsedOperation, count: int) -> set[int]:
    """Numbers of the clips that an operation takes out or mutes."""
    op = deed.op
    if not (isinstance(op, Reset | Remove) or (isinstance(op, Volume) and op.level == 0)):
        return set()
    target = getattr(op, "target", "all")
    return set(target.clips) if isinstance(target, ClipTarget) else set(range(1, count + 1))


def _spared_and_taken(tokens: list[Token], scene: ParseContext) -> bool:
    """`drop all but clip 2, and drop clip 2`, `keep clips 1 and 2, delete 2 and 3`: what was to stay is taken out."""
    if not any(t.is_a("EXCEPT", "ONLY", "KEEP", "REST") for t in tokens):
        return False
    named = [(t, frozenset(numbers(t.value, scene.count) or ())) for t in tokens if t.kind == "clips"]
    if any(t.is_a("EXCEPT") for t in tokens) and any(len(set(t.value)) < len(t.value) for t, _ in named):
        return True  # `everything except clip 3, and clip 3 too`
    taken = [
        (deed.at, frozenset(deed.op.target.clips))
        for deed in scene.findings
        if isinstance(deed, ParsedOperation) and isinstance(deed.op, Remove) and isinstance(deed.op.target, ClipTarget)
    ]
    every = frozenset(range(1, scene.count + 1))
    if len(taken) > 1 and any(every - gone in (clips for _, clips in named) for _, gone in taken):
        return True
    stated = [(part[-1].end, kept) for part in _parts(tokens) if part and (kept := _kept(part, scene))]
    first = [(end, kept.clips) for end, kept in stated if not kept.things]
    return any(end <= at and clips & gone and not clips <= gone for end, clips in first for at, gone in taken)


def _without(deed: ParsedOperation, spared: frozenset[int]) -> ParsedOperation | None:
    """The removal of the clips that are not spared; None when there are no others."""
    if not isinstance(deed.op, Remove) or not isinstance(deed.op.target, ClipTarget):
        return deed
    left = tuple(n for n in deed.op.target.clips if n not in spared)
    return replace(deed, op=Remove(target=ClipTarget(clips=left))) if left else None


def _mutes_all(deed: ParsedOperation) -> bool:
    return isinstance(deed.op, Volume) and deed.op.target == "all" and deed.op.level == 0


def _opposed(deed: ParsedOperation, kept: Kept, named: Sequence[str]) -> bool:
    """Whether an operation takes away, or changes, the thing that is kept; a title has to be named in both parts."""
    if isinstance(deed.op, Remove) and kept.clips and kept.things and not kept.denied:
        return isinstance(deed.op.target, ClipTarget) and bool(kept.clips & set(deed.op.target.clips))
    thing, takes = _about(deed)
    if kept.denied & _DOES.get(getattr(deed.op, "op", ""), set()) and (not kept.things or thing in kept.things):
        return _same_clips(deed, kept)
    if thing not in kept.things or not (takes or kept.as_is) or (thing == "title" and named.count(thing) < 2):
        return False
    return _same_clips(deed, kept)


def _same_clips(deed: ParsedOperation, kept: Kept) -> bool:
    target = getattr(deed.op, "target", None)
    return not kept.clips or not isinstance(target, ClipTarget) or bool(kept.clips & set(target.clips))


def _about(deed: ParsedOperation) -> tuple[str, bool]:
    """The thing that an operation is about, and whether it takes it away."""
    op = deed.op
    if isinstance(op, BgmRemove):
        return "music", True
    if isinstance(op, Volume):
        return ("music" if op.target == "bgm" else "sound"), op.level == 0
    if isinstance(op, TextRemove | TextEdit):
        return "title", isinstance(op, TextRemove)
    if isinstance(op, FilterAdd):
        return "look", False
    if isinstance(op, Fade):
        return "music" if op.target == "bgm" else "", False
    if isinstance(op, Aspect):
        return "shape", False
    if isinstance(op, Reorder):
        return "order", False
    return ("speed" if isinstance(op, Speed) else ""), False


def _parts(tokens: list[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens:
        if token.kind == "separator" or token.is_a("BUT", "AND", "THEN"):
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _kept(part: list[Token], scene: ParseContext) -> Kept | None:
    """What a part keeps: `the music stays`, `don't change the speed of clip 3`, `音乐不能没有`."""
    if any(t.is_a("REST", "ONLY", "EXCEPT", "EACH", "ALL") or t.kind in _SIZES for t in part):
        return None
    if scene.unchanged and any(t.is_a("FIRST_HALF", "SECOND_HALF") for t in part):
        return None  # a stretch that is to stay, which is compared by its times
    if [t.kind for t in part] == ["clips", "word"] and part[1].text in said("STILL_WANTED"):
        return Kept(frozenset(), frozenset(numbers(part[0].value, scene.count) or ()), as_is=False)
    denials = [i for i, t in enumerate(part) if t.is_a("NOT") and not t.is_a("KEEP")]
    left = _left_on(part)
    keeps = left or any(t.is_a("KEEP", "LEAVE_ALONE") for t in part)
    as_is = any(t.is_a("LEAVE_ALONE") for t in part) or (left and not _left_in(part))
    if denials:
        verbs = [t for t in part[denials[0] + 1 :] if t.concepts & VERBS or t.is_a("NOT")]
        keeps = bool(verbs) and not keeps
        as_is = keeps and not any(t.is_a(*_TAKES, "NOT") for t in verbs)
    elif keeps and any(t.is_a(*_TAKES) for t in part):
        return None
    clips = frozenset(n for t in part if t.kind == "clips" for n in numbers(t.value, scene.count) or ())
    things = frozenset(_things(part))
    as_is = as_is or bool(things & {"speed", "look"})
    at_one_end = any(t.is_a("START", "END", "FRONT", "BACK") for t in part)  # `结尾就别淡了` denies no other fade
    deniable = _DENIABLE - _FADES if at_one_end else _DENIABLE
    if denials and (verbs_denied := frozenset(c for t in verbs for c in t.concepts) & deniable):
        return Kept(things, clips, as_is=True, denied=verbs_denied)
    return Kept(things, clips, as_is) if keeps and (things or (clips and not as_is)) else None


def _shape(part: list[Token], tokens: list[Token]) -> Kept | None:
    """`改成竖屏，但要保持横屏`: another shape is to stay than the one asked for."""
    shapes = {c for t in part for c in t.concepts if c.startswith("SHAPE:")}
    other = any(c.startswith("SHAPE:") and c not in shapes for t in tokens for c in t.concepts)
    keeps = any(t.is_a("KEEP", "LEAVE_ALONE") for t in part)
    return Kept(frozenset({"shape"}), frozenset(), as_is=True) if shapes and other and keeps else None


# Denied of a thing, or of clips; degrees (`not too fast`) are left out, for they deny no change.
_FADES = frozenset({"FADE", "FADE_IN", "FADE_OUT"})
_DENIABLE = _FADES | frozenset({"SPLIT", "ROTATE", "FLIP", "STABILIZE", "FREEZE", "REPLAY"})


def _left_on(part: list[Token]) -> bool:
    """`leave the music on`, `leave the speed of clip 2 alone`: a verb that else gives room here lets be."""
    words = [t.text for t in part if t.text not in said("SOFTENER")]
    return len(words) > 2 and words[0] in said("LEAVE") and words[-1] in said("LEFT_ON")


def _left_in(part: list[Token]) -> bool:
    return part[-1].text in said("LEFT_IN")


def _things(part: list[Token]) -> set[str]:
    found = {_THINGS[c] for t in part for c in t.concepts if c in _THINGS}
    found |= {"look" for t in part if t.text in said("COLOUR")}
    found |= {"order" for t in part if t.is_a("SORT") and any(o.is_a("NOT", "LEAVE_ALONE") for o in part)}
    return found - {"sound"} if "music" in found else found
