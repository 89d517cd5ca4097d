"""Footage that is not named: `the first two seconds of a clip`, `the second half of that clip`, `the shaky parts`."""

from collections.abc import Sequence
from itertools import pairwise

from ..timeline.operations import AnyOperation, ClipTarget
from .answers import SessionReader
from .context import ParseContext
from .follow.implied import chooses_by_only
from .follow.slots import clips_of
from .frames.targets import is_pronoun
from .outcome import ParseResult
from .session_facts import SessionFacts
from .speech import said
from .tokens import Token


def is_part_of_some_clip(tokens: Sequence[Token], scene: ParseContext, operations: Sequence[AnyOperation]) -> bool:
    """Whether a part of a clip is spoken of that nothing tells, where what was read is not about clips."""
    if scene.count < 2 or any(isinstance(getattr(op, "target", None), ClipTarget) for op in operations):
        return False
    return any(_is_of_a_clip(a, b, c, scene) for (a, b), (_, c) in pairwise(pairwise([*tokens, None]))) or any(
        a.text in said("SOME_CLIP") and b.text in said("OF_IT") for a, b in pairwise(tokens)
    )


def is_told_by_its_looks(tokens: Sequence[Token], operations: Sequence[AnyOperation]) -> bool:
    """`把晃得厉害的地方剪掉`: footage that looks so is to go; nothing here knows where it is, and no look goes."""
    if not any(t.is_a("REMOVE", "CUT", "TRIM") for t in tokens):
        return False
    said = [t for t in tokens if t.kind != "separator" and not t.concepts <= _JOINING]
    looks = any(_is_a_look(a) and b.is_a("MOMENT") for a, b in pairwise(said))
    return looks and all(op.op in ("filter", "stabilize") for op in operations)


def _is_a_look(token: Token) -> bool:
    return token.is_a("STABILIZE") or any(concept.startswith("LOOK:") for concept in token.concepts)


_JOINING = frozenset({"FILLER", "LINK", "ASIDE"})


def is_doubtful_behind_a_question(
    outcome: ParseResult, text: str, situation: SessionFacts, reader: SessionReader
) -> bool:
    """Whether a plan may be meant of what was asked about before, and would do much more.

    `just the first ten seconds` behind a title whose words were asked for, `do slow motion on that one` behind a moment
    that nothing was understood of.
    """
    if outcome.kind != "plan":
        return False
    _, tokens = reader.scan(text, situation)
    pointing = not situation.has_timeline and any(is_pronoun(token) and not token.is_a("VIDEO") for token in tokens)
    return pointing or chooses_by_only(outcome, tokens)


def _is_of_a_clip(of: Token | None, one: Token | None, noun: Token | None, scene: ParseContext) -> bool:
    if of is None or one is None or of.text not in said("PART_OF"):
        return False
    if one.text in said("SOME") and noun is not None and noun.is_a("CLIP") and noun.kind == "word":
        return True
    last = scene.situation.last
    named = last is not None and any(clips_of(op) for op in last.operations)
    return one.is_a("THAT_CLIP") or (is_pronoun(one) and named)
