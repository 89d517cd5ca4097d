"""What is taken out of what was just done: `bring clip 3 back`, `except the last one`, `第二段还是留彩色`."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from ...timeline.operations import AnyOperation, ClipTarget, Remove, TransitionAdd, Undo
from ..context import ParseContext
from ..frames.targets import is_bare, target_ends
from ..resolve import Numbers
from ..session_facts import LastRequest
from ..speech import said as words
from ..tokens import VERBS, Token
from .slots import pointed_at

_BRINGS = ("MOVE", "ADD", "MEANT", "MAKE", "CHANGE")
_STAYS = ("KEEP", "LEAVE_ALONE")
_SAYS_NO = ("NOT", "EXCEPT")


@dataclass(frozen=True, slots=True)
class Spared:
    """The last request made again without some clips. `other` is set where something else may be meant."""

    operations: tuple[AnyOperation, ...]
    other: AnyOperation | None = None


def spared(tokens: Sequence[Token], last: LastRequest, scene: ParseContext) -> Spared | None:
    """What the request before is to leave alone; None where the sentence says something else."""
    op = last.operations[-1]
    if len([one for one in last.operations if not isinstance(one, Undo)]) != 1:
        return None
    said = [t for t in tokens if t.kind != "separator"]
    if any(t.is_a("ONLY", "INSTEAD") for t in said) or scene.source.work.startswith(tuple(words("IN_PLACE_OF"))):
        return None  # `no, only clip 2`, `instead of clip 3`
    at = next((i for i, t in enumerate(said) if t.kind == "clips" or (is_bare(t) and i)), None)
    if at is None:
        return None
    end = max((e for e in target_ends(said, at, len(said)) if e > at), default=at + 1)
    pointed, beside = said[at:end], [*said[:at], *said[end:]]
    how = _how(beside, op)
    if how is None:
        return None
    then = _before(last, op, scene)
    left = _left_out(pointed, op, then)
    if left is None:
        return None
    made = _without(op, left, then)
    if made is None:
        return None
    operations = (last.back, *made)
    if how == "unwanted" and not _names_join(beside, op):
        clips = _clips(pointed, then)
        return Spared(operations, Remove(target=ClipTarget(clips=clips))) if clips else None
    return Spared(operations)


def _before(last: LastRequest, op: AnyOperation, scene: ParseContext) -> ParseContext:
    """The scene in which the clips have the numbers that are meant: what was removed has those it had."""
    facts = last.facts() if isinstance(op, Remove) else scene.situation
    return ParseContext(scene.source, facts, scene.language)


def _how(beside: Sequence[Token], op: AnyOperation) -> str | None:
    """How the words beside the clips take them out: `back`, `not`, `stays` or `unwanted`; None where they do not."""
    brings = any(t.is_a(*_BRINGS) for t in beside)
    back = any(t.text in words("BACK_AGAIN") for t in beside)
    alone = all(t.text in words("BACK_AGAIN") or t.is_a("ASIDE") for t in beside)
    if any(t.is_a("TAKES_BACK", "RESTORE") for t in beside) or (back and (brings or alone)):
        return "back" if _rest_is_light(beside, (*_BRINGS, "TAKES_BACK", "RESTORE")) else None
    if any(t.is_a("UNWANTED") for t in beside):
        plain = not isinstance(op, Remove) and _rest_is_light(beside, ("UNWANTED",))
        return "unwanted" if plain else None
    if any(t.is_a(*_SAYS_NO) or t.text in words("SPARES") for t in beside):
        own = ("REMOVE", "MUTE", "FASTER", "SLOWER", "CHANGE", "TRIM") if _denies_own(beside, op) else ()
        return "not" if _rest_is_light(beside, (*_SAYS_NO, *own)) else None
    stays = any(t.is_a(*_STAYS) or t.text in words("LEAVES") for t in beside)
    meant = isinstance(op, Remove) or any(
        t.is_a("LEAVE_ALONE", "RATHER") or t.text in words("AS_IT_WAS") for t in beside
    )
    return "stays" if stays and meant and _rest_is_light(beside, _STAYS) else None


def _denies_own(beside: Sequence[Token], op: AnyOperation) -> bool:
    """`第三段别删`, behind a removal: the verb of what was done."""
    verbs = [t for t in beside if t.concepts & VERBS and not t.is_a(*_SAYS_NO)]
    return all(t.is_a(*_DONE_BY.get(op.op, ())) for t in verbs)


_DONE_BY = {
    "remove": ("REMOVE", "CUT", "TRIM"), "volume": ("MUTE",), "speed": ("FASTER", "SLOWER"), "filter": ("CHANGE",),
    "trim": ("TRIM", "CUT"), "transition": ("CHANGE",),
}  # fmt: skip


def _rest_is_light(beside: Sequence[Token], used: tuple[str, ...]) -> bool:
    """Whether nothing else is ordered or measured."""
    return all(
        t.is_a(*used)
        or t.text in words("LEAVES") | words("SPARES")
        or (t.kind == "word" and not (t.concepts & VERBS and "FILLER" not in t.concepts))
        for t in beside
    )


def _left_out(pointed: Sequence[Token], op: AnyOperation, then: ParseContext) -> Numbers | None:
    """The numbers of what is pointed at, as clips, or as joins where transitions were made."""
    return _joins(pointed, then.count - 1) if isinstance(op, TransitionAdd) else _clips(pointed, then)


def _numbered(pointed: Sequence[Token], count: int) -> Numbers | None:
    """`3`: a number by itself."""
    number = pointed[0].value if len(pointed) == 1 and is_bare(pointed[0]) else 0
    return (int(number),) if float(number).is_integer() and 1 <= number <= count else None


def _clips(pointed: Sequence[Token], then: ParseContext) -> Numbers | None:
    if (number := _numbered(pointed, then.count)) is not None:
        return number
    found = pointed_at(pointed, then)
    return None if found.gap else found.clips


def _joins(pointed: Sequence[Token], count: int) -> Numbers | None:
    """`the first`, `最后一个`, of the joins between clips; a clip that is called one is none of them."""
    if (number := _numbered(pointed, count)) is not None:
        return number
    if len(pointed) != 1 or any(word in pointed[0].text for word in words("CLIP_CALLED")):
        return None
    pairs = pointed[0].value
    numbers = tuple(n if n > 0 else count + 1 + n for pair in pairs for n in range(pair[0], pair[1] + 1))
    return numbers if numbers and all(1 <= n <= count for n in numbers) else None


def _names_join(beside: Sequence[Token], op: AnyOperation) -> bool:
    return isinstance(op, TransitionAdd) and any(t.text in words("JOIN_PLACE") for t in beside)


def _without(op: AnyOperation, left: Numbers, then: ParseContext) -> tuple[AnyOperation, ...] | None:
    """The operation on everything else that it was done to; None where it was not done to these."""
    name = "where" if isinstance(op, TransitionAdd) else "target"
    target = getattr(op, name, None)
    every = tuple(range(1, then.count + 1 - isinstance(op, TransitionAdd)))
    reached = target.clips if isinstance(target, ClipTarget) else every if target == "all" else target
    if not isinstance(reached, tuple) or not set(left) <= set(reached):
        return None
    rest = tuple(n for n in reached if n not in left)
    if not rest:
        return ()
    try:
        made = op.model_dump(exclude_unset=True) | {name: rest if name == "where" else ClipTarget(clips=rest)}
        return (type(op).model_validate(made),)
    except ValidationError:
        return None
