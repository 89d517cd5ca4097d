"""What the request before was done to, where a sentence goes on and names nothing: `and slower too`."""

from collections.abc import Sequence

from pydantic import ValidationError

from ...timeline.operations import BgmAdd, ClipTarget, Fade, RangeTarget, Volume
from ..context import ParseContext
from ..frames.targets import is_pronoun
from ..outcome import ParseResult
from ..speech import said as words
from ..tokens import Token

_WHOLE = ("ALL", "EVERYTHING", "EACH", "REEL", "VIDEO", "REST", "THROUGHOUT", "SOURCE_SOUND")


def with_target_of_last(read: ParseResult, tokens: Sequence[Token], scene: ParseContext) -> ParseResult:
    """The outcome with an operation on the whole reel done to what the last request was done to, where it goes on."""
    last = scene.situation.last
    if read.kind != "plan" or len(read.operations) != 1 or last is None or not last.operations:
        return read
    op, before = read.operations[0], last.operations[-1]
    target = "bgm" if isinstance(before, BgmAdd) else getattr(before, "target", None)
    whole = "both" if isinstance(op, Fade) else "all"
    if getattr(op, "target", None) != whole or any(t.is_a(*_WHOLE) and not is_pronoun(t) for t in tokens):
        return read
    music = target == "bgm" and (isinstance(op, Volume) or (isinstance(op, Fade) and any(map(is_pronoun, tokens))))
    if not (music or (isinstance(target, ClipTarget | RangeTarget) and _goes_on(tokens))):
        return read
    try:
        made = type(op).model_validate(op.model_dump(exclude_unset=True) | {"target": target})
    except ValidationError:
        return read  # what this operation cannot be done to
    return read.model_copy(update={"operations": (made,)})


def _goes_on(tokens: Sequence[Token]) -> bool:
    said = [t for t in tokens if t.kind != "separator" and not t.is_a("ASIDE")]
    opens = bool(said) and (said[0].is_a("AND") or said[0].text in words("GOES_ON"))
    return opens or any(t.is_a("ALSO") for t in said)
