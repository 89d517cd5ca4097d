"""What the speaker does not want: carried out as nothing, never as its opposite."""

from typing import Any

from ..timeline.operations import BgmRemove, ClipTarget, Remove, TextRemove
from .context import ParseContext
from .outcome import Finding, ParsedOperation
from .resolve import numbers
from .tokens import VERBS, Clause, Token, is_object


def apply_negation(clause: Clause, scene: ParseContext) -> list[Finding]:
    """Set aside what a negation covers: from the negation to the end of the clause.

    "no music" on a reel with music means: take it away. "leave the rest alone" asks for nothing.
    """
    if _spares(clause, scene):
        clause.spend()
        return []
    token = next((t for t in clause.free() if _negates(clause, t)), None)
    if token is None or (
        scene.reel_wanted and (clause.peek("head", "tail", "range") or clause.has("FIRST_HALF", "SECOND_HALF"))
    ):
        return []
    covered, ahead = _reach(clause, token)
    wanted = any(t.is_a("UNWANTED") for t in (token,))
    if wanted and _postposed(ahead, covered):
        return []
    if (
        scene.situation.has_bgm
        and any(t.is_a("MUSIC") for t in covered)
        and not any(t.is_a("ADD", "CHANGE", "QUIETER", "LOUDER", "REMOVE", "MUTE", "FADE") for t in covered)
    ):
        return _drop_music(clause, covered)
    if len(covered) > 1 and covered[1].is_a("SILENCE"):
        return []
    if any(t.is_a("TRANSITION") for t in covered) and not any(t.is_a("ADD") for t in covered):
        return []
    texts = len(covered) > 1 and covered[1].is_a("TITLE", "CAPTION", "SUBTITLES")
    if texts and scene.situation.texts and not any(t.is_a("ADD", "CHANGE", "REMOVE") for t in covered):
        clause.used.update(t.start for t in covered)
        index: Any = 1 if len(scene.situation.texts) == 1 else "all"
        return [ParsedOperation(TextRemove(index=index), covered[0].start, targeted=True)]
    if any(t.is_a("MUSIC") for t in ahead) and len(covered) <= 2:
        clause.used.update(t.start for t in clause.tokens if t.is_a("MUSIC"))
    if clause.mentions("MUTE") and token.is_a("MUTE"):
        return []
    clause.used.update(t.start for t in covered)
    if any(t.concepts & VERBS and not t.is_a("NOT") for t in covered):
        meant = [t for t in covered if t.kind == "clips"] or [t for t in ahead if t.kind == "clips"]
        clause.used.update(t.start for t in meant)
        verbs = frozenset(c for t in covered if not t.is_a("NOT") for c in t.concepts & VERBS)
        if "REMOVE" in verbs or "CUT" in verbs:
            _spared(meant, scene)
        scene.refused += [(verbs, numbers(t.value, scene.count) or ()) for t in meant]
    return []


def _reach(clause: Clause, token: Token) -> tuple[list[Token], list[Token]]:
    """What a negation covers, itself first, and what stands ahead of that.

    `クリップ3を削除しないで` and `lösche Clip 3 nicht` negate what stands before: the request, else the last thing.
    """
    i = clause.tokens.index(token)
    ahead = [t for t in clause.tokens[:i] if not t.is_a("FILLER") and t.kind != "separator"]
    acts = any(t.concepts & VERBS and not t.is_a("FILLER") for t in ahead)
    if not token.is_a("NOT_BEHIND") or not ahead or any(t.concepts & VERBS for t in clause.tokens[i + 1 :] if acts):
        return clause.tokens[i:], ahead
    if acts:
        return [token, *(t for t in clause.tokens if t is not token)], []
    return [token, ahead[-1]], ahead[:-1]


_VERBAL = (
    "REMOVE", "CUT", "MUTE", "TRIM", "SWAP", "MOVE", "SPLIT", "SPEED", "FASTER", "SLOWER", "UNDO", "STABILIZE",
    "ROTATE", "FLIP", "FREEZE", "REPLAY", "FADE", "DARKER", "BRIGHTER", "LOUDER", "QUIETER", "SORT",
)  # fmt: skip


def _negates(clause: Clause, token: Token) -> bool:
    """`不要删第三段`: before a verb a word that else takes away only says what is not to be done."""
    if not token.is_a("NOT") or token.is_a("HOW_TO"):
        return False
    if not token.is_a("REMOVE", "SKIP", "KEEP"):
        return True
    rest = [t for t in clause.tokens if t.start >= token.end and t.text not in ("再", "把", "去", "给", "将")]
    return bool(rest) and rest[0].is_a(*_VERBAL) and not is_object(rest[0]) and "声音" not in rest[0].text


def removes_named(clause: Clause) -> bool:
    """`remove clip 3`: a clause that takes out clips it names."""
    taking = clause.has("REMOVE", "CUT", "UNWANTED") and not clause.has("KEEP", "EXCEPT", "REST", "ONLY")
    return (
        taking and any(t.kind == "clips" for t in clause.tokens) and not any(_negates(clause, t) for t in clause.tokens)
    )


def _keep_in_mind(clause: Clause, scene: ParseContext) -> bool:
    """Clips that a clause says to keep, and nothing else of; beside a removal of others that orders nothing more."""
    kept = [t for t in clause.free() if t.kind == "clips"]
    if kept and keeps_a_thing(clause.tokens):
        scene.last = numbers(kept[0].value, scene.count) or scene.last
        scene.removes_named = True
        return True
    if not kept or clause.has("EXCEPT", "ONLY", "REST") or any(t.kind in _SIZES for t in clause.tokens):
        return False
    if not clause.has("KEEP") or clause.has("REMOVE", "CUT", "UNWANTED", "NOT"):
        pass
    elif clause.at in scene.before_but:  # `keep clip 3 but mute it` says nothing of the others
        scene.last = numbers(kept[0].value, scene.count) or scene.last
        scene.removes_named = True
        return True
    elif clause.joined == "BUT":
        together = [t for t in kept if not _spare(scene, t)]
        scene.refused += [(VERBS, numbers(t.value, scene.count) or ()) for t in together]
        _spared(together, scene)
        scene.removes_named = scene.removes_named or not scene.planned("remove")
        return True
    keeps = clause.has("KEEP", "LEAVE_ALONE") and not clause.has("REMOVE", "CUT", "UNWANTED", "TRIM", "SKIP", "NOT")
    if keeps:
        _spared(kept, scene)
    return keeps


_THINGS = ("AUDIO", "SOURCE_SOUND", "VOLUME", "SPEED", "FILTER", "MUSIC", "TITLE", "CAPTION", "SUBTITLES")


def keeps_a_thing(tokens: list[Token]) -> bool:
    """`keep the sound of clip 2`, `第二段的声音要保留`: something of a clip is to stay; of others nothing is said."""
    keeps = any(t.is_a("KEEP", "LEAVE_ALONE") for t in tokens)
    other = any(t.is_a("REMOVE", "CUT", "UNWANTED", "ONLY", "REST", "EXCEPT") and not t.is_a("BUT") for t in tokens)
    things = any(t.is_a(*_THINGS) or t.text in COLOURS for t in tokens)
    return keeps and things and not other and not any(t.kind in _SIZES or t.kind == "percent" for t in tokens)


COLOURS = ("colour", "colours", "color", "colors", "颜色", "色彩")
_SIZES = ("duration", "head", "tail", "time", "range")


def _spared(tokens: list[Token], scene: ParseContext) -> None:
    for token in tokens:
        scene.spared |= set(numbers(token.value, scene.count) or ())


def _spares(clause: Clause, scene: ParseContext) -> bool:
    """Whether the clause only says what is to stay as it is."""
    if "REST" in scene.sentence_has and not clause.has("REST") and (spared := clause.peek("clips")) and scene.count:
        scene.last = numbers(spared.value, scene.count) or scene.last
    if (
        clause.joined in ("BUT", "weak")
        and (spared := clause.peek("clips"))
        and _stays(clause)
        and _spare(scene, spared)
    ):
        return True
    if clause.has("LEAVE_ALONE") and not clause.has("RESET", "EXCEPT"):
        left = [t for t in clause.tokens if t.kind == "clips"]
        scene.refused += [(VERBS, numbers(t.value, scene.count) or ()) for t in left]
        return True
    return _keep_in_mind(clause, scene) and scene.removes_named


def _stays(clause: Clause) -> bool:
    """`but leave clip 6 alone`, `but keep clip 6 normal`."""
    return clause.has("LEAVE_ALONE") or (
        clause.has("KEEP") and any(t.text in ("normal", "正常", "原样", "原速") for t in clause.tokens)
    )


def _spare(scene: ParseContext, token: Token) -> bool:
    """Take clips out of an operation on everything that was just asked for. False when there was none."""
    last = scene.findings[-1] if scene.findings else None
    target = getattr(last.op, "target", None) if isinstance(last, ParsedOperation) else None
    if (
        not isinstance(last, ParsedOperation)
        or not (target == "all" or isinstance(target, ClipTarget))
        or not scene.count
    ):
        return False
    spared = numbers(token.value, scene.count) or ()
    before = target.clips if isinstance(target, ClipTarget) else tuple(range(1, scene.count + 1))
    others = tuple(n for n in before if n not in spared)
    if len(others) in (0, len(before)) or isinstance(last.op, Remove):
        return False
    op = last.op.model_copy(update={"target": ClipTarget(clips=others)})
    scene.findings[-1] = ParsedOperation(op, last.at, last.assumed, last.caveats, targeted=True)
    return True


def _postposed(ahead: list[Token], covered: list[Token]) -> bool:
    """`第四段不要了`: the thing stands before, nothing to negate stands after."""
    return bool(ahead) and not any(
        not t.is_a("FILLER") and t.kind != "separator" and not t.is_a("UNWANTED") for t in covered
    )


def _drop_music(clause: Clause, covered: list[Token]) -> list[Finding]:
    clause.used.update(t.start for t in covered)
    return [ParsedOperation(BgmRemove(), covered[0].start, targeted=True)]
