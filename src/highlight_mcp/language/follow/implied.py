"""What a sentence that is whole by itself may yet mean of what was done before.

`only the first one` of what was made, `and slower too` of what it was made to.
"""

from collections.abc import Sequence

from pydantic import ValidationError

from ...timeline.operations import (
    AnyOperation,
    BgmAdd,
    ClipTarget,
    Fade,
    FilterAdd,
    Flip,
    Highlights,
    Keep,
    RangeTarget,
    Remove,
    Rotate,
    Speed,
    Split,
    Trim,
    Volume,
    ZoomAdd,
)
from ..context import ParseContext
from ..frames.parted import is_open
from ..frames.targets import is_pronoun
from ..lexicon import index
from ..outcome import ParseResult
from ..speech import said as words
from ..tokens import Token
from .slots import clips_of

_WHOLE = ("ALL", "EVERYTHING", "EACH", "REEL")
_CHOOSING = (Highlights, Keep, Remove)


def is_doubtful(read: ParseResult, tokens: Sequence[Token], scene: ParseContext) -> bool:
    """Whether the operation before may be meant, where what is read would take away, re-time or reach much more.

    `only the first one` behind crossfades, `keep it up for 5 seconds` behind a title, `sound back on there` behind
    clips that were muted.
    """
    last = scene.situation.last
    if read.kind != "plan" or last is None or not last.operations:
        return False
    before = last.operations[-1]
    if isinstance(before, Split):
        return chooses_by_only(read, tokens) or any(
            is_open(token, behind) for token, behind in zip(tokens, [*tokens[1:], None], strict=True)
        )
    if _narrows(read, tokens, before):
        return True
    if isinstance(before, _CHOOSING):
        return not (_names_clips(tokens) and not isinstance(before, Remove)) and chooses_by_only(read, tokens)
    if _keeps_unnamed(read, tokens):
        return True
    return chooses_by_only(read, tokens) or _times_by_pronoun(read, tokens) or _reaches_more(read, tokens, before)


def _names_clips(tokens: Sequence[Token]) -> bool:
    return any(t.kind == "clips" and any(w in t.text for w in words("CLIP_CALLED")) for t in tokens)


def _keeps_unnamed(read: ParseResult, tokens: Sequence[Token]) -> bool:
    """`只要最后那一个`, behind transitions: the last of them, or the last clip?"""
    only = any(t.is_a("ONLY") for t in tokens) and any(t.kind == "clips" for t in tokens)
    return only and not _names_clips(tokens) and any(isinstance(op, Keep | Remove) for op in read.operations)


def chooses_by_only(read: ParseResult, tokens: Sequence[Token]) -> bool:
    """Whether `only` alone makes a choice of footage, without a verb that keeps or removes."""
    only = any(t.is_a("ONLY") for t in tokens) and not any(t.is_a("KEEP", "REMOVE", "CUT", "TRIM") for t in tokens)
    return only and any(isinstance(op, Keep | Remove) for op in read.operations)


def _narrows(read: ParseResult, tokens: Sequence[Token], before: AnyOperation) -> bool:
    """`only mute the first`, behind an order to mute two: more of the same, or less of what was done."""
    again = any(type(op) is type(before) and clips_of(op) != clips_of(before) for op in read.operations)
    only = any("ONLY" in index().get(t.text, ()) for t in tokens) and not any(t.is_a("KEEP") for t in tokens)
    return only and again and clips_of(before) is not None


def _times_by_pronoun(read: ParseResult, tokens: Sequence[Token]) -> bool:
    timed = [op for op in read.operations if isinstance(op, Highlights)]
    plain = all(op.model_fields_set <= {"op", "total_ms", "mode"} for op in timed)
    named = any(t.is_a("VIDEO", *_WHOLE, "TOTAL", "BEST", "MOMENT") and not is_pronoun(t) for t in tokens)
    return bool(timed) and plain and not named


def _reaches_more(read: ParseResult, tokens: Sequence[Token], before: AnyOperation) -> bool:
    if clips_of(before) is None or any(t.is_a("VIDEO", *_WHOLE, "REST") and not is_pronoun(t) for t in tokens):
        return False
    return any(op.op == before.op and getattr(op, "target", None) == "all" for op in read.operations)


_IN_PLACE = (Volume, FilterAdd, Rotate, Flip, ZoomAdd, Speed, Trim)
"""What is done to clips without giving them other numbers."""
_WHOLE_REEL = ("ALL", "EVERYTHING", "EACH", "REEL", "VIDEO", "REST", "THROUGHOUT", "SOURCE_SOUND")


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
    if getattr(op, "target", None) != whole or any(t.is_a(*_WHOLE_REEL) and not is_pronoun(t) for t in tokens):
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
