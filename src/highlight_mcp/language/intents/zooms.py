"""Zooming into a part of the picture: `zoom in on the left half of clip 2 slowly`, `第2段慢慢放大`."""

from collections.abc import Iterator
from typing import Any

from ...timeline.operations import ZoomAdd
from ..context import ParseContext, ResolvedTarget, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from .source_ranges import span

_OF_OTHERS = ("TITLE", "CAPTION", "SUBTITLES", "AUDIO", "VOLUME", "MUSIC", "OVERLAY")
_STILL = ("punch", "固定")
_HALF = 2.0
_MANNERS = (
    "ZOOM", "ZOOM_OUT", "GRADUAL", "SLOWER", "FASTER", "A_BIT", "A_LOT", "MAKE", "ADD", "CHANGE", "VIDEO", "CLIP",
    "TO", "BY", "POINT", "EACH", "ALL", "REMOVE", "UNWANTED", "SIZED", "FILTER", "MIDDLE",
)  # fmt: skip
_SILENT = ("FILLER", "AND", "THEN", "BETWEEN")


def read(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """A zoom has a target, a strength and a place; what is to be seen there cannot be looked for."""
    token = clause.find("ZOOM")
    if token is None or clause.has(*_OF_OTHERS) or clause.peek("quote"):
        return
    away = clause.verb("REMOVE", "UNWANTED")
    part = span(clause, scene) if clause.peek("range", "head", "tail") else None
    pointed = ResolvedTarget() if part else resolve_target(clause, scene)
    facts: dict[str, Any] = {"factor": 1 if away else _factor(clause), "motion": _motion(clause, token)}
    if (place := clause.prefixed("POSITION:")) is not None and not away:
        facts["point"] = place
        if facts["factor"] is None and any(half in _said(clause) for half in (" half", "半")):
            facts["factor"] = _HALF
    while clause.prefixed("POSITION:"):
        pass
    clause.take(*_MANNERS)
    if pointed.gap:
        yield pointed.gap
    elif any(t.kind in ("word", "unknown") and not t.is_a(*_SILENT) for t in clause.free() if t.start > token.start):
        clause.spend()
        yield Unresolved("zoom", token.start, code="unsupported_op")
    else:
        given = {name: value for name, value in facts.items() if value is not None}
        op = ZoomAdd.model_validate({"target": part or pointed.target, **given})
        yield ParsedOperation(op, token.start, targeted=pointed.said or part is not None)


def _said(clause: Clause) -> str:
    return " ".join(t.text for t in clause.tokens)


def _factor(clause: Clause) -> float | None:
    if (factor := clause.value("factor")) is not None:
        return float(factor.value)
    if (percent := clause.value("percent")) is not None:
        return float(percent.value) if percent.value > 1 else 1 + float(percent.value)
    return None


def _motion(clause: Clause, token: Token) -> str | None:
    if clause.has("ZOOM_OUT"):
        return "out"
    return "still" if token.text.startswith(_STILL) and not clause.has("GRADUAL", "SLOWER") else None
