"""Clips called by what the last request made of them: `its second half`, `the copy`, `the clip you just muted`."""

from collections.abc import Sequence

from ...timeline.operations import AnyOperation, Freeze, Remove, Reorder, Replay, Split
from ..context import ParseContext
from ..frames.parted import FIRST, part_of, with_ordinals
from ..lexicon import is_wide
from ..tokens import Token
from .slots import clips_of

_NEAR_MS = 50


def point_back(scene: ParseContext) -> None:
    """Note the clips that the last request named, which `the next one` stands beside."""
    last = scene.situation.last
    named = next((op for op in reversed(last.operations) if clips_of(op)), None) if last else None
    if isinstance(named, Reorder) and named.to is not None:
        scene.previous = (named.to,)
    elif named is not None:
        scene.previous, scene.previous_gone = clips_of(named), isinstance(named, Remove)


def recalled(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """The tokens with what the last request made as clips by their numbers."""
    last = scene.situation.last
    op = last.operations[-1] if last and last.operations else None
    if op is None:
        return list(tokens)
    tokens = with_ordinals(tokens)
    found = [
        (token, _clip(token, behind, op, scene)) for token, behind in zip(tokens, [*tokens[1:], None], strict=True)
    ]
    return [
        token if clip is None else Token("clips", token.start, token.end, f"clip {clip}", value=((clip, clip),))
        for token, clip in found
    ]


def _clip(token: Token, behind: Token | None, op: AnyOperation, scene: ParseContext) -> int | None:
    """The number of the clip that a word means, beside what was done last."""
    if isinstance(op, Split) and (part := _part(token, behind)) is not None:
        first = _cut_by(op, scene)
        return None if first is None else first + part - 1
    if isinstance(op, Replay) and token.is_a("THE_COPY") and (clips := clips_of(op)) and len(clips) == 1:
        return clips[0] + 1
    if isinstance(op, Freeze) and token.is_a("THE_STILL"):
        return _starting_at(op.at_ms, scene)
    return None


def _part(token: Token, behind: Token | None) -> int | None:
    """`前面那段` is the first of the two, not a clip before both."""
    before = token.is_a("PREVIOUS_CLIP") and is_wide(token.text[0])
    return FIRST if before else part_of(token, behind)


def _cut_by(op: Split, scene: ParseContext) -> int | None:
    """The clip before the cut that a split made."""
    if op.target is not None:
        return op.target.clips[0] if len(op.target.clips) == 1 else None
    behind = _starting_at(op.at_ms or 0, scene)
    return None if behind is None or behind == 1 else behind - 1


def _starting_at(ms: int, scene: ParseContext) -> int | None:
    return next((c.number for c in scene.situation.clips if abs(c.start_ms - ms) <= _NEAR_MS), None)
