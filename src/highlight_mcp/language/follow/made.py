"""Clips called by what the last request made of them: `its second half`, `the copy`, `the clip you just muted`."""

from collections.abc import Sequence

from ...timeline.operations import AnyOperation, Freeze, Remove, Reorder, Replay, Split
from ..context import ParseContext
from ..frames.parted import FIRST, part_of, with_ordinals
from ..lexicon import is_wide
from ..numbers import value_of
from ..speech import form
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


def with_neighbours(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """`the two that follow it`, `后面两段`: the tokens with clips beside those of the last request by their numbers."""
    for key, step in (("NEXT_FEW", 1), ("PREVIOUS_FEW", -1)):
        found = form(key, scene.source.languages).search(scene.source.work) if scene.previous else None
        within = [t for t in tokens if found and found.start() <= t.start and t.end <= found.end()]
        numbers = _beside(value_of(_few(found[0], scene)), step, scene) if found and within else ()
        if numbers:
            at = tokens.index(within[0])
            name, pair = f"clips {numbers[0]}-{numbers[-1]}", (numbers[0], numbers[-1])
            clips = Token("clips", within[0].start, within[-1].end, name, value=(pair,))
            return [*tokens[:at], clips, *tokens[at + len(within) :]]
    return list(tokens)


def _few(text: str, scene: ParseContext) -> str:
    """What counts the clips: the last word for a number."""
    return list(form("FEW", scene.source.languages).finditer(text))[-1][0]


def _beside(count: float, step: int, scene: ParseContext) -> tuple[int, ...]:
    """So many clips after, or before, those of the last request; none where there are fewer."""
    previous = scene.previous or ()
    first = max(previous) + 1 if step > 0 else min(previous) - int(count)
    first = min(previous) if step > 0 and scene.previous_gone else first
    numbers = tuple(range(first, first + int(count)))
    return numbers if first >= 1 and numbers[-1] <= scene.count else ()


def recalled(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """The tokens with what the last request made as clips by their numbers."""
    tokens = with_neighbours(tokens, scene)
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
