"""What the request before was done to, where a sentence goes on and names nothing: `and slower too`."""

from collections.abc import Sequence

from pydantic import ValidationError

from ...timeline.operations import (
    BgmAdd,
    ClipTarget,
    Fade,
    FilterAdd,
    Flip,
    RangeTarget,
    Rotate,
    Speed,
    Trim,
    Volume,
    ZoomAdd,
)
from ..context import ParseContext
from ..frames.targets import is_pronoun
from ..outcome import ParseResult
from ..speech import said as words
from ..tokens import Token
from .slots import clips_of

_IN_PLACE = (Volume, FilterAdd, Rotate, Flip, ZoomAdd, Speed, Trim)
"""What is done to clips without giving them other numbers."""
_WHOLE = ("ALL", "EVERYTHING", "EACH", "REEL", "VIDEO", "REST", "THROUGHOUT", "SOURCE_SOUND")


_DEGREES = ("SLOWER", "FASTER", "LOUDER", "QUIETER", "BRIGHTER", "DARKER")


def with_target_of_last(read: ParseResult, tokens: Sequence[Token], scene: ParseContext) -> ParseResult:
    """The outcome with an operation on the whole reel done to what the last request was done to, where it goes on.

    A question where that cannot be said by its number or its times any more.
    """
    last = scene.situation.last
    if read.kind != "plan" or len(read.operations) != 1 or last is None or not last.operations:
        return read
    op, before = read.operations[0], last.operations[-1]
    target = "bgm" if isinstance(before, BgmAdd) else getattr(before, "target", None)
    whole = "both" if isinstance(op, Fade) else "all"
    if getattr(op, "target", None) != whole or any(t.is_a(*_WHOLE) and not is_pronoun(t) for t in tokens):
        return read
    named = isinstance(target, RangeTarget) or clips_of(before) is not None
    moved = isinstance(target, RangeTarget) and any(isinstance(one, Speed) for one in last.operations)
    if named and _goes_on(tokens) and (moved or not all(isinstance(one, _IN_PLACE) for one in last.operations)):
        # Clips have other numbers now, or the same times are another stretch.
        return ParseResult(kind="clarify", missing=("target",), offered=(op,), language=read.language)
    music = target == "bgm" and (isinstance(op, Volume) or (isinstance(op, Fade) and any(map(is_pronoun, tokens))))
    pointed = isinstance(target, ClipTarget | RangeTarget)
    if not music and not (pointed and (_goes_on(tokens) or _is_bare(tokens))):
        return read
    try:
        made = type(op).model_validate(op.model_dump(exclude_unset=True) | {"target": target})
    except ValidationError:
        return read  # what this operation cannot be done to
    if not music and not _goes_on(tokens):  # `slower`, behind a clip that was muted: that clip, or the reel?
        return ParseResult(kind="clarify", missing=("target",), choices=((made,), (op,)), language=read.language)
    return read.model_copy(update={"operations": (made,)})


def _is_bare(tokens: Sequence[Token]) -> bool:
    """Whether nothing is said but a degree: `slower`, `a bit louder`."""
    said = [t for t in tokens if t.kind != "separator" and not t.is_a("ASIDE", "LINK", "A_BIT", "A_LOT", "MORE")]
    return len(said) == 1 and said[0].kind == "word" and any(map(said[0].is_a, _DEGREES))


def _goes_on(tokens: Sequence[Token]) -> bool:
    said = [t for t in tokens if t.kind != "separator" and not t.is_a("ASIDE")]
    opens = bool(said) and (said[0].is_a("AND") or said[0].text in words("GOES_ON"))
    return opens or any(t.is_a("ALSO") for t in said)
