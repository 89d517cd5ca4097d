"""What the target role of a frame points at."""

from dataclasses import replace

from ...timeline.operations import ClipTarget, RangeTarget, TransitionAdd
from ..context import ParseContext, ResolvedTarget, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import Numbers, complement, union
from ..resolve import named as by_property
from ..speech import said
from ..stretches import span
from ..tokens import Clause, Token
from .frame import Filled
from .targets import FILMS, is_bare

TARGET = "target"
SEVERAL = frozenset(
    {
        "them",
        "both",
        "both of them",
        "those",
        "these",
        "they",
        "these clips",
        "those clips",
        "它们",
        "这几段",
        "那几段",
    }
)
_WHATEVER = frozenset({"it", "that", "this", "它", "这个", "那个", "them", "those", "these", "它们", "both"})
_HERE = frozenset({"this", "these", "这个"})  # may be the reel that is looked at
_AFTERWARDS = ("new", "now", "remaining", "新的", "现在的", "剩下的第")


def pointed(filled: Filled, scene: ParseContext, *, follow: bool = True) -> ResolvedTarget:
    """Clips, everything, or a gap. Nothing said means the clips named last in the sentence, with `follow`.

    Clips have the numbers that they had before the sentence. What points at nothing, at one of several, or at clips
    that the sentence itself has renumbered is a gap.
    """
    clause = Clause([_as_clip(_beside(t, scene)) for t in _without_ones(filled.clause(TARGET).tokens)])
    if not clause.tokens:
        clause = Clause(_unnamed(filled)[:1])
    gap = ResolvedTarget(gap=Unresolved(scene.words(clause), filled.at, missing=("target",)), said=True)
    if (left := _of_those_left(clause, scene)) is not None:
        return _remember(left, scene) or gap
    if _renumbered(filled) or severed(filled):
        return gap
    found = _chosen(clause, [_as_clip(t) for t in filled.of("spared")], scene, follow=follow)
    if found is None:
        lost = any(t.is_a("REST") or (t.is_a("THAT_CLIP") and t.text not in _WHATEVER) for t in clause.tokens)
        last = scene.last or ()
        lost = lost or (bool(scene.findings) and len(last) > 1 and [t.text for t in clause.tokens] in (["it"], ["它"]))
        if lost and scene.count and (not scene.findings or len(last) > 1):
            scene.gap = gap.gap  # `mute that clip`, with none spoken of: no other reading helps
        return gap
    if scene.topic and (found.gap or (found.clips and set(scene.topic).isdisjoint(found.clips))):
        return gap
    scene.topic = None
    return found


def takes_clips_first(filled: Filled, effect: str, scene: ParseContext) -> bool:
    """`delete clip 1, clip 2 black and white`: the clips go, and their look or pace is no part of that."""
    clips = [t for t in filled.of(TARGET) if t.kind in ("clips", "number")]
    worked = filled.of(effect)
    if not clips or not worked or not filled.trigger.start < clips[0].start < worked[0].start:
        return False
    between = scene.source.work[clips[-1].end : worked[0].start]
    return not any(word in between for word in said("POSSESSIVE"))


def _without_ones(tokens: list[Token]) -> list[Token]:
    """`the longest one` is one clip, not the first."""
    named = ("LONGEST", "SHORTEST", "MIDDLE_CLIP", "ODD", "EVEN")
    pairs = zip(tokens, [None, *tokens], strict=False)
    return [t for t, ahead in pairs if not (t.text in ("one", "ones") and ahead is not None and ahead.is_a(*named))]


def _unnamed(filled: Filled) -> list[Token]:
    """Pronouns that fill no role: words that are passed over, and those inside a verb (`slow it down`)."""
    passed = [t for t in filled.tokens if t.text in ("it", "them", "它", "它们") and t.start not in filled.starts]
    inner = [
        replace(verb, text=word, concepts=frozenset(), value=None)
        for verb in filled.of("")
        for word in verb.text.split()[1:]
        if word in said("IT") and verb.kind == "word"
    ]
    return passed or inner


def done_to_all(scene: ParseContext) -> ParsedOperation | None:
    """The operation read last if it is done to all clips, or at all cuts, and the words say so."""
    last = scene.findings[-1] if scene.findings else None
    if not isinstance(last, ParsedOperation) or not scene.sentence_has & {"ALL", "EACH", "EVERYTHING", "THROUGHOUT"}:
        return None
    reached = last.op.where if isinstance(last.op, TransitionAdd) else getattr(last.op, "target", None)
    return last if reached == "all" else None


def _less(clause: Clause, spared: Numbers | None, scene: ParseContext) -> Numbers | None:
    """What is named without the exceptions that another role names; all others where nothing is."""
    numbered = union([t for t in clause.tokens if t.kind == "clips"], scene.count)
    if spared is None or numbered is None or not scene.count:
        return None
    if any(t.kind == "duration" for t in clause.tokens):
        numbered = _by_length(clause.tokens, scene) or ()
    else:
        numbered = numbered or by_property(Clause(list(clause.tokens)), scene.situation) or complement((), scene.count)
    return tuple(n for n in numbered if n not in spared)


def _chosen(clause: Clause, spared_tokens: list[Token], scene: ParseContext, *, follow: bool) -> ResolvedTarget | None:
    """What the words of a target mean; None where they mean nothing, or not one thing."""
    tokens = clause.tokens
    if spared := [t for t in spared_tokens if t.kind == "clips"]:
        return _remember(_less(clause, union(spared, scene.count), scene), scene)
    named = any(
        t.kind == "clips" or t.is_a("LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN") for t in tokens
    )
    if any(t.kind == "duration" for t in tokens):
        return _remember(_by_length(tokens, scene), scene)
    if not named and any(t.is_a("REST") for t in tokens):
        spoken = _spoken_of(scene)
        return _remember(complement(spoken, scene.count), scene) if spoken and scene.count else None
    if named:
        found = resolve_target(clause, scene, follow=follow)
        return None if found.gap or not found.clips else found
    if pointer := next((t for t in tokens if t.is_a("THAT_CLIP") or t.text in _WHATEVER), None):
        return _pointed_at(pointer, scene) if follow else None
    if any(t.is_a("ALL", "EACH", "EVERYTHING", "THROUGHOUT") or t.text in FILMS for t in tokens):
        return ResolvedTarget(said=True)
    return resolve_target(clause, scene, follow=follow)


def _pointed_at(pointer: Token, scene: ParseContext) -> ResolvedTarget | None:
    last = scene.last or scene.told or scene.named
    if not last and scene.removed and pointer.text not in _HERE:
        return None  # `delete clip 3 and slow it down`
    if last:
        several = pointer.text in SEVERAL
        return ResolvedTarget(last, said=True) if several == (len(last) > 1) else None
    before = scene.previous if not scene.previous_gone else None
    if before and pointer.text not in _HERE and (pointer.text in SEVERAL) == (len(before) > 1):
        return ResolvedTarget(before, said=True)  # `move clip 6 to the front`, then `and mute it`
    if pointer.text in _WHATEVER or scene.count == 1:
        return ResolvedTarget(said=True)
    return None


def _remember(chosen: Numbers | None, scene: ParseContext) -> ResolvedTarget | None:
    scene.last = chosen or scene.last
    return ResolvedTarget(chosen, said=True) if chosen else None


def _spoken_of(scene: ParseContext) -> Numbers:
    """The clips that the sentence has named so far: `the others` are all but these."""
    targets = [getattr(f.op, "target", None) for f in scene.findings if isinstance(f, ParsedOperation)]
    named = {n for t in targets if isinstance(t, ClipTarget) for n in t.clips}
    return tuple(sorted(named | set(scene.last or ())))


def _by_length(tokens: list[Token], scene: ParseContext) -> Numbers | None:
    """`clips longer than 12 seconds`; a clip of just that length is neither longer nor shorter."""
    length = next(t for t in tokens if t.kind == "duration")
    over = any(t.is_a("OVER") or t.text in said("LONGER_SO") for t in tokens)
    return tuple(
        c.number
        for c in scene.situation.clips
        if c.duration_ms != length.value and (c.duration_ms > length.value) == over
    )


def _as_clip(token: Token) -> Token:
    if not is_bare(token, listed=True):
        return token
    number = 1 if token.text == "one" else int(token.value)
    return replace(token, kind="clips", value=((number, number),))


def _of_those_left(clause: Clause, scene: ParseContext) -> Numbers | None:
    """`删掉前三段，剩下的第一段…`: by its place among the clips that stay; empty where none were taken out."""
    named = [t for t in clause.tokens if t.kind == "clips"]
    if len(named) != 1 or not clause.tokens[0].is_a("REST") or any(t.is_a("EXCEPT", "ALL") for t in clause.tokens):
        return None
    left = complement(scene.removed or (), scene.count)
    places = union(named, len(left)) if scene.removed else None
    return tuple(left[n - 1] for n in places or ())


def _renumbered(filled: Filled) -> bool:
    """`the new second one`: a place in a reel that is only about to be."""
    pairs = zip(filled.tokens, filled.tokens[1:], strict=False)
    return any(b.kind == "clips" and a.text in _AFTERWARDS for a, b in pairs)


def severed(filled: Filled) -> bool:
    """`the last 3 seconds and the first clip`: an `and` beside the target that is no part of it makes two of one."""
    own = {t.start for t in filled.of(TARGET)}
    words = [t for t in filled.tokens if t.kind != "word" or t.text not in ("the", "of", "的", "把")]
    return any(
        t.is_a("AND") and t.start not in own and (words[i + 1 : i + 2] and words[i + 1].start in own)
        for i, t in enumerate(words)
        if i and words[i - 1].start not in own
    ) or any(
        t.is_a("AND") and t.start not in own and i and words[i - 1].start in own and _sized(words[i + 1 : i + 2])
        for i, t in enumerate(words)
    )


def _sized(tokens: list[Token]) -> bool:
    return bool(tokens) and tokens[0].kind in ("head", "tail", "range")


def clips(filled: Filled, scene: ParseContext, *, follow: bool = True) -> tuple[int, ...] | None:
    """The clips pointed at; None where there are none or one of them does not exist."""
    found = pointed(filled, scene, follow=follow)
    return None if found.gap else found.clips


def listed(filled: Filled, name: str, scene: ParseContext) -> Numbers | None:
    """The clips that a role other than the target names, in order of number; None when one does not exist."""
    tokens = [_as_clip(t) for t in filled.of(name)]
    return union([t for t in tokens if t.kind == "clips"], scene.count) or None


def stretch(filled: Filled, scene: ParseContext, name: str) -> RangeTarget | None:
    """The range that a role names, of the file beside it or of the reel."""
    found = stretches(filled, scene, name)
    return found[0] if found and len(found) == 1 else None


def part(filled: Filled, scene: ParseContext) -> RangeTarget | None:
    """The stretch that the role `part` names: of the clip beside it, else of the file or the reel."""
    if not any(t.kind == "clips" for t in filled.of(TARGET)):
        return stretch(filled, scene, "part")
    return None if severed(filled) else inside(filled, scene, "part")


def inside(filled: Filled, scene: ParseContext, name: str) -> RangeTarget | None:
    """`the first 3 seconds of clip 2`: a stretch of one clip, as times of the reel; None where it may mean another."""
    chosen = clips(filled, scene, follow=False)
    tokens = [t for t in filled.of(name) if t.kind in ("range", "head", "tail")]
    if not chosen or len(chosen) != 1 or len(tokens) != 1:
        return None
    span = within(chosen[0], tokens[0], scene)
    return None if span is None else RangeTarget(range_ms=span)


def within(number: int, token: Token, scene: ParseContext) -> tuple[int, int] | None:
    """A range, head or tail of a clip as times of the reel in ms; None where it is not in it, or may mean another."""
    if not 1 <= number <= scene.count:
        return None
    clip = scene.situation.clips[number - 1]
    if token.kind == "range":
        a, b = token.value[0], clip.duration_ms if token.value[1] is None else token.value[1]
        if clip.start_ms <= token.value[0] < clip.start_ms + clip.duration_ms:
            return None  # the same times of the reel lie in the clip as well
    else:
        a, b = (0, token.value) if token.kind == "head" else (clip.duration_ms - token.value, clip.duration_ms)
    return (clip.start_ms + int(a), clip.start_ms + int(b)) if 0 <= a < b <= clip.duration_ms else None


def stretches(filled: Filled, scene: ParseContext, name: str) -> list[RangeTarget] | None:
    """All ranges that a role names; None where one of them is empty, or its file is not there."""
    own = {t.start for t in filled.of(name)}
    said = [t for t in filled.of(name) if t not in filled.tokens]  # `the first minute is talk, cut it`
    clause = Clause([*said, *filled.tokens], used={t.start for t in filled.tokens if t.start not in own})
    known = {media.name.casefold() for media in scene.situation.footage}
    if any(t.kind == "asset" and str(t.value).casefold() not in known for t in filled.tokens):
        return None
    found: list[RangeTarget] = []
    while clause.peek("range", "head", "tail"):
        part = span(clause, scene)
        if part is None:
            return None
        found.append(part)
    return found


def _beside(token: Token, scene: ParseContext) -> Token:
    """`the next one`: the clip beside the one spoken of last, as a clip by its number."""
    step = 1 if token.is_a("NEXT_CLIP") else -1 if token.is_a("PREVIOUS_CLIP") else 0
    if not step:
        return token
    last = scene.last or scene.told or scene.previous
    if not last:
        return replace(token, kind="clips", value=((scene.count + 1,) * 2,))  # there is no such clip: a gap
    gone = scene.last is None and scene.previous_gone
    place = (last[-1] + (0 if gone else 1)) if step > 0 else last[0] - 1
    return replace(token, kind="clips", concepts=frozenset(), value=((place or scene.count + 1,) * 2,))


def target(filled: Filled, scene: ParseContext) -> ClipTarget | str | None:
    """A target of operations on clips or everything; None for a gap."""
    found = pointed(filled, scene)
    return None if found.gap else found.target


def without(deed: Finding, spared: Numbers, scene: ParseContext) -> list[Finding] | None:
    """A deed that leaves some clips alone; nothing to change where it does not reach them."""
    target = getattr(getattr(deed, "op", None), "target", None)
    if not isinstance(deed, ParsedOperation) or isinstance(deed.op, TransitionAdd) or target in ("source", "bgm"):
        return None
    if target is None or not (target == "all" or isinstance(target, ClipTarget)):
        return [deed]
    reached = complement((), scene.count) if target == "all" else target.clips
    left = tuple(n for n in reached if n not in spared)
    if not left or not reached:
        return None
    return (
        [replace(deed, op=deed.op.model_copy(update={"target": ClipTarget(clips=left)}))] if left != reached else [deed]
    )
