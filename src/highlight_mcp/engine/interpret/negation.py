"""What the speaker does not want: carried out as nothing, never as its opposite."""

from typing import Any

from ...timeline.operations import BgmRemove, Clips, TextRemove
from .clause import Clause
from .outcome import Deed, Finding
from .resolve import complement, numbers
from .scene import Scene
from .token import Token


def still(clause: Clause, scene: Scene) -> list[Finding]:
    """Set aside what a negation covers: from the negation to the end of the clause.

    "no music" on a reel with music means: take it away. "leave the rest alone" asks for nothing.
    """
    if "REST" in scene.sentence_has and not clause.has("REST") and (spared := clause.peek("clips")) and scene.count:
        scene.last = numbers(spared.value, scene.count) or scene.last
    if (
        clause.joined in ("BUT", "weak")
        and (spared := clause.peek("clips"))
        and _stays(clause)
        and _spare(scene, spared)
    ):
        clause.spend()
        return []
    if clause.has("LEAVE_ALONE") and not clause.has("RESET"):
        clause.spend()
        return []
    token = next((t for t in clause.free() if t.is_a("NOT") and not t.is_a("REMOVE", "SKIP", "KEEP", "HOW_TO")), None)
    if token is None or (
        scene.reel_wanted and (clause.peek("head", "tail", "range") or clause.has("FIRST_HALF", "SECOND_HALF"))
    ):
        return []
    i = clause.tokens.index(token)
    covered = clause.tokens[i:]
    ahead = [t for t in clause.tokens[:i] if not t.is_a("FILLER") and t.kind != "separator"]
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
        return [Deed(TextRemove(index=index), covered[0].start, targeted=True)]
    if any(t.is_a("MUSIC") for t in ahead) and len(covered) <= 2:
        clause.used.update(t.start for t in clause.tokens if t.is_a("MUSIC"))
    if clause.mentions("MUTE") and token.is_a("MUTE"):
        return []
    clause.used.update(t.start for t in covered)
    return []


def _stays(clause: Clause) -> bool:
    """`but leave clip 6 alone`, `but keep clip 6 normal`."""
    return clause.has("LEAVE_ALONE") or (
        clause.has("KEEP") and any(t.text in ("normal", "正常", "原样", "原速") for t in clause.tokens)
    )


def _spare(scene: Scene, token: Token) -> bool:
    """Take clips out of an operation on everything that was just asked for. False when there was none."""
    last = scene.findings[-1] if scene.findings else None
    if not isinstance(last, Deed) or getattr(last.op, "target", None) != "all" or not scene.count:
        return False
    others = complement(numbers(token.value, scene.count) or (), scene.count)
    if len(others) in (0, scene.count):
        return False
    op = last.op.model_copy(update={"target": Clips(clips=others)})
    scene.findings[-1] = Deed(op, last.at, last.assumed, last.caveats, targeted=True)
    return True


def _postposed(ahead: list[Token], covered: list[Token]) -> bool:
    """`第四段不要了`: the thing stands before, nothing to negate stands after."""
    return bool(ahead) and not any(
        not t.is_a("FILLER") and t.kind != "separator" and not t.is_a("UNWANTED") for t in covered
    )


def _drop_music(clause: Clause, covered: list[Token]) -> list[Finding]:
    clause.used.update(t.start for t in covered)
    return [Deed(BgmRemove(), covered[0].start, targeted=True)]
