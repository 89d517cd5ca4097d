"""What the speaker does not want: carried out as nothing, never as its opposite."""

from ...timeline.operations import BgmRemove
from .clause import Clause
from .outcome import Deed, Finding
from .resolve import numbers
from .scene import Scene
from .token import Token


def still(clause: Clause, scene: Scene) -> list[Finding]:
    """Set aside what a negation covers: from the negation to the end of the clause.

    "no music" on a reel with music means: take it away. "leave the rest alone" asks for nothing.
    """
    if "REST" in scene.sentence_has and not clause.has("REST") and (spared := clause.peek("clips")) and scene.count:
        scene.last = numbers(spared.value, scene.count) or scene.last
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
    if any(t.is_a("MUSIC") for t in ahead) and len(covered) <= 2:
        clause.used.update(t.start for t in clause.tokens if t.is_a("MUSIC"))
    if clause.mentions("MUTE") and token.is_a("MUTE"):
        return []
    clause.used.update(t.start for t in covered)
    return []


def _postposed(ahead: list[Token], covered: list[Token]) -> bool:
    """`第四段不要了`: the thing stands before, nothing to negate stands after."""
    return bool(ahead) and not any(
        not t.is_a("FILLER") and t.kind != "separator" and not t.is_a("UNWANTED") for t in covered
    )


def _drop_music(clause: Clause, covered: list[Token]) -> list[Finding]:
    clause.used.update(t.start for t in covered)
    return [Deed(BgmRemove(), covered[0].start, targeted=True)]
