"""Logos and watermarks: a picture or words laid over the reel, and taken away again."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from ...timeline.operations import Overlay, OverlayRemove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from .texts import shown_when

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
_LAYING = ("ADD", "MOVE", "MAKE", "CHANGE", "SAYING")
_OVER = ("overlay", "superimpose", "叠加", "叠上")
_OF_WORDS = ("watermark", "水印")
_LARGE, _SMALL = 0.25, 0.08
_FAINT = 0.5


def read(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """`put logo.png in the top right corner`, `add the watermark “FC Example”`, `remove the logo`."""
    mark, file = clause.find("OVERLAY"), _file(clause, scene)
    if mark is None and file is None and not (scene.situation.pictures and clause.names("UNSUPPORTED:") == "overlay"):
        return
    if mark is not None and clause.verb("REMOVE", "UNWANTED"):
        yield _removal(clause, scene, file)
        return
    laid = clause.names("POSITION:") or any(t.text in _OVER for t in clause.tokens)
    if mark is None and not laid:
        return  # `add photo.jpg at the end` wishes for a clip
    words = None if file is not None else _words(clause, scene, mark)
    if words is None and not (laid or file is not None or clause.verb(*_LAYING)):
        at = clause.at
        clause.spend()
        yield Unresolved("mark", at, missing=("operation",) if scene.situation.overlays else ("asset",))
    elif words is None and file is None and not scene.situation.pictures:
        of_words = mark is not None and mark.text.startswith(_OF_WORDS)
        at = clause.at
        clause.spend()
        yield Unresolved("mark", at, missing=("text",) if of_words else ("asset",))
    else:
        yield _overlay(clause, scene, words, file)


def _overlay(clause: Clause, scene: ParseContext, words: str | None, file: Token | None) -> Finding:
    at = clause.at
    if file is not None:
        clause.used.add(file.start)
    facts: dict[str, Any] = {"text": words, "asset": file.value if file is not None else None}
    facts |= _strength(clause) | shown_when(clause, scene, "caption")
    facts["position"] = clause.prefixed("POSITION:")
    facts["color"] = clause.prefixed("COLOUR:") if words is not None else None
    while clause.prefixed("POSITION:"):
        pass
    clause.take(
        *_LAYING, "OVERLAY", "UNSUPPORTED:overlay", "CAPTION", "TITLE", "VIDEO", "TO", "POINT", "THROUGHOUT", "COLON",
        "OPACITY", "TRANSPARENT", "SIZED", "ALL",
    )  # fmt: skip
    given = {name: value for name, value in facts.items() if value is not None}
    return ParsedOperation(Overlay.model_validate(given), at, targeted=True)


def _strength(clause: Clause) -> dict[str, float]:
    """Size and opacity; a percentage by itself is the opacity."""
    facts: dict[str, float] = {}
    for token in [t for t in clause.free() if t.kind == "percent"]:
        clause.used.add(token.start)
        near = [t for t in clause.tokens if t.is_a("SIZED", "OPACITY", "TRANSPARENT")]
        kind = min(near, key=lambda t: abs(t.start - token.start), default=None)
        if kind is not None and kind.is_a("SIZED"):
            facts["size"] = token.value
        else:
            facts["opacity"] = 1 - token.value if kind is not None and kind.is_a("TRANSPARENT") else token.value
    if clause.has("TRANSPARENT") and "opacity" not in facts:
        facts["opacity"] = _FAINT
    if clause.take("LARGE"):
        facts.setdefault("size", _LARGE)
    elif clause.take("SMALL"):
        facts.setdefault("size", _SMALL)
    return {name: round(value, 4) for name, value in facts.items()}


def _words(clause: Clause, scene: ParseContext, mark: Token | None) -> str | None:
    """The words of a watermark: those in quotation marks, else all that follow it."""
    if (quote := clause.value("quote")) is not None:
        return str(quote.value).strip() or None
    if mark is None or not mark.text.startswith(_OF_WORDS):
        return None
    behind = [t for t in clause.tokens if t.start >= mark.end and not t.is_a("COLON", "SAYING")]
    if not behind or any(t.kind != "unknown" for t in behind):
        return None
    clause.used |= {t.start for t in behind}
    return scene.source.verbatim(behind[0].start, behind[-1].end) or None


def _file(clause: Clause, scene: ParseContext) -> Token | None:
    """The picture that the clause names."""
    known = {picture.name.casefold() for picture in scene.situation.pictures}
    named = (t for t in clause.free() if t.kind in ("asset", "quote"))
    return next((t for t in named if _is_picture(str(t.value).casefold(), known)), None)


def _is_picture(name: str, known: set[str]) -> bool:
    return name in known or PurePath(name).suffix in _SUFFIXES


def _removal(clause: Clause, scene: ParseContext, file: Token | None) -> Finding:
    """What was laid over the reel can go; what is in the footage cannot."""
    at = clause.at
    clause.spend()
    if scene.situation.overlays == 0:
        return Unresolved("logo", at, code="unsupported_op")
    named = OverlayRemove() if file is None else OverlayRemove(asset=str(file.value))
    return ParsedOperation(named, at, targeted=True)
