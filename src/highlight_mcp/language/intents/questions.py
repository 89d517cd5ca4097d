"""Questions: what is there, what it costs, how far it is, why these moments."""

from collections.abc import Iterator

from .. import resolve
from ..context import ParseContext
from ..outcome import Finding, Query, Topic
from ..tokens import Clause

_EDITS = ("ADD", "TITLE", "CAPTION", "CARD", "SAYING")


def read_question(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """A question takes its whole clause."""
    topic = _topic(clause)
    if topic is None:
        return
    tokens = clause.values("clips")
    clips = resolve.union(tokens, scene.count) if tokens else None
    at = clause.at
    clause.spend()
    yield Query(topic, at, clips or ())


def _asks(clause: Clause) -> bool:
    """Whether a question word opens the clause; Chinese ones may stand anywhere."""
    token = clause.find("HOW_TO")
    if token is None:
        return False
    if not token.text.isascii():
        return True
    before = [t for t in clause.tokens if t.start < token.start and t.kind != "separator"]
    return all(t.is_a("FILLER", "DONE_WITH", "CORRECTION", "AND", "BUT") for t in before)


def _topic(clause: Clause) -> Topic | None:
    if clause.has("WHY") and not clause.has("MUSIC", "AUDIO", "UNSUPPORTED:other"):
        return "explain"
    if _asks(clause):
        if clause.has("CREDITS"):
            return "credits"
        if clause.has("STATUS"):
            return "status"
        return (
            "state"
            if clause.has("STATE", "MUSIC", "CLIP") and not clause.has("REMOVE", "CUT", "ADD", "MAKE")
            else "explain"
        )
    found = any(clause.names(prefix) for prefix in ("ASR:", "VISION:")) or (clause.has("FIND") and clause.has("MOMENT"))
    rolling = any(t.text in ("roll", "rolling", "end") for t in clause.tokens)
    if clause.has("CREDITS") and not clause.has(*_EDITS) and clause.peek("quote") is None and not found and not rolling:
        return "credits"
    if clause.has("STATUS") and not clause.has("ADD", "CAPTION"):
        return "status"
    if clause.has("STATE"):
        return "state"
    return None
