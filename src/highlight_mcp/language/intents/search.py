"""A reel of what is said, heard or seen by name: "every time he says penalty", "the part about tax"."""

from collections.abc import Iterator
from typing import Any

from ...timeline.operations import Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause
from .reel_options import counts, lengths, within

_OTHERWISE = (
    "TITLE", "CAPTION", "SUBTITLES", "MUSIC", "MUTE", "VOLUME", "FREEZE", "FASTER", "SLOWER", "SPEED", "REPLAY",
    "CARD", "TRANSITION", "SPLIT", "ROTATE", "FLIP",
)  # fmt: skip
_AGAINST = ("REMOVE", "UNWANTED", "SKIP", "NOT", "EXCEPT")
_MAKING = (
    "REEL", "BEST", "MAKE", "FIND", "CUT", "KEEP", "ONLY", "MOMENT", "CLIP", "WHERE", "GAME", "ALL", "EACH", "AT_MOST",
    "AROUND", "TOTAL", "ADD", "MORE", "VIDEO", "TO", "WHEN_TALK", "AUDIO", "EVERYTHING", "CHRONO", "BEST_FIRST",
    "COUNTDOWN", "FAST_PACE", "SLOW_PACE", "REST",
)  # fmt: skip


def read_search(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """The search of a clause; cutting out what is named, or changing only that, is refused."""
    token = clause.value("named")
    if token is None:
        return
    if lacking := _lacking(token.value.criterion, scene):
        at = clause.at
        clause.spend()
        yield Unresolved(lacking[0], at, code=lacking[1])
        return
    if clause.has(*_AGAINST) or (clause.has(*_OTHERWISE) and not clause.has("REEL", "MAKE", "CUT", "KEEP")):
        at = clause.at
        clause.spend()
        yield Unresolved("named", at, code="unsupported_op")
        return
    facts: dict[str, Any] = {"criterion": token.value.criterion, "query": token.value.query}
    if clause.has("BEST_FIRST", "COUNTDOWN"):
        facts["order"] = "countdown" if clause.has("COUNTDOWN") else "rank"
    if asset := clause.peek("asset"):
        known = next((m for m in scene.situation.footage if m.name.casefold() == str(asset.value).casefold()), None)
        if known:
            clause.used.add(asset.start)
            facts["source"] = known.name
    facts |= lengths(clause) | within(clause, scene) | counts(clause)
    if scene.count and clause.has("ADD", "MORE"):
        facts["mode"] = "append"
    clause.take(*_MAKING)
    while clause.prefixed("CRITERION:"):
        pass
    yield ParsedOperation(Highlights.model_validate(facts), token.start, targeted=True)


def _lacking(criterion: str, scene: ParseContext) -> tuple[str, str] | None:
    """(subject, code) of the extra that a search would need."""
    if criterion in ("words", "topic") and not scene.situation.hears:
        return "words", "needs_extra:asr"
    return ("sounds", "needs_extra:tags") if criterion == "sound" and not scene.situation.tags else None
