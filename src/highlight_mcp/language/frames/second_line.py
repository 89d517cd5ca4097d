"""The second line of a title: `a title “Finals” with the subtitle “2026”`."""

from typing import Any

from ...timeline.operations import TextAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from . import shown
from .frame import Filled, role

ROLE = role("second", "AND? SUBTITLES quote")


def belongs(filled: Filled, scene: ParseContext) -> bool:
    """Whether a subtitle is named right behind a title and has no time or place of its own."""
    named = any(t.is_a("SUBTITLES") for name in ("", "kind") for t in filled.of(name))
    return named and _title(scene) is not None and not filled.has("place", *(r.name for r in shown.WHEN))


def under(scene: ParseContext, text: str) -> list[Finding]:
    """The line that belongs under the title named last."""
    title = _title(scene)
    assert title is not None
    return [_line(title, text)]


def beside(filled: Filled, title: ParsedOperation) -> list[Finding]:
    """The line that is named in one breath with the title."""
    token = filled.value("second", "quote")
    return [] if token is None else [_line(title, str(token.value).strip())]


def _title(scene: ParseContext) -> ParsedOperation | None:
    last = scene.findings[-1] if scene.findings else None
    if not isinstance(last, ParsedOperation) or not isinstance(last.op, TextAdd):
        return None
    return last if last.op.role == "title" else None


def _line(title: ParsedOperation, text: str) -> ParsedOperation:
    """A caption at the time and place of the title; the renderer keeps the two apart, the later one below."""
    assert isinstance(title.op, TextAdd)
    facts: dict[str, Any] = {"text": text, "role": "caption", "position": title.op.position or "center"}
    facts |= {name: getattr(title.op, name) for name in ("start_ms", "end_ms", "color") if name in title.op.given}
    if "end_ms" not in facts:
        facts |= {"start_ms": facts.get("start_ms", 0)}
    return ParsedOperation(TextAdd.model_validate(facts), title.at + 1, title.assumed, targeted=True)
