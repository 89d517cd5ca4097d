"""Pictures and words laid over the reel: logos and watermarks."""

from pathlib import PurePath
from typing import Any

from ...timeline.operations import Overlay
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from . import shown
from .frame import Filled, frame, role
from .texts import QUOTED

_LONGEST, _SHOWN, _LEAST = 200, 40, 0.005
_LARGE, _SMALL, _FAINT = 0.25, 0.08, 0.5
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
_PUTS = ("put", "place", "放", "摆", "贴")
_OF_WORDS = ("watermark", "水印")


def _laid(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    file = filled.value("file")
    if filled.says("", "MOVE") and (file is None or not filled.trigger.text.startswith(_PUTS)):
        return None  # `move the logo to the left`: one that is there
    known = {picture.name.casefold() for picture in scene.situation.pictures}
    if (
        file is not None
        and str(file.value).casefold() not in known
        and PurePath(str(file.value)).suffix not in _PICTURES
    ):
        return None
    mark = [t for name in ("", "mark", "words") for t in filled.of(name)[:2] if t.is_a("OVERLAY")]
    said = shown.words(filled, scene) if filled.has("words") else None
    of_words = any(t.text.startswith(_OF_WORDS) for t in mark)
    if (filled.has("words") and (said is None or file)) or not (mark or (file and filled.has("place"))):
        return None
    if said and not said[1] and not of_words:
        return None
    if gap := _beyond(filled, scene, said[0] if said else ""):
        return [gap]
    if not said and file is None and scene.situation.overlays and not filled.says("", "ADD"):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("operation",))]
    if file is None and said is None and not scene.situation.pictures:
        return [Unresolved("mark", filled.at, missing=("text",) if of_words else ("asset",))]
    timed = shown.times(filled, scene)
    if timed is None:
        return None
    facts: dict[str, Any] = {"text": said[0] if said else None, "asset": file.value if file else None, **timed[0]}
    facts |= {"position": filled.named("place", "POSITION:"), **_strength(filled)}
    facts["color"] = filled.named("colour", "COLOUR:") if said else None
    given = {name: value for name, value in facts.items() if value is not None}
    return [ParsedOperation(Overlay.model_validate(given), filled.at, targeted=True)]


def _beyond(filled: Filled, scene: ParseContext, text: str) -> Unresolved | None:
    """A size, an opacity or a text that no watermark can have."""
    if len(text) > _LONGEST:
        return Unresolved(f"watermark:{text[:_SHOWN]}…", filled.at, code="limit")
    for name, kind in (("wide", "size"), ("opaque", "opacity")):
        token = filled.value(name, "percent")
        if token is not None and not _LEAST < token.value <= 1:
            return Unresolved(f"{kind}:{scene.source.verbatim(token.start, token.end)}", filled.at, code="limit")
    return None


def _strength(filled: Filled) -> dict[str, float]:
    """Size and opacity; a percentage by itself is the opacity."""
    facts: dict[str, float] = {}
    if token := filled.value("wide", "percent"):
        facts["size"] = token.value
    elif filled.has("large", "small"):
        facts["size"] = _LARGE if filled.has("large") else _SMALL
    if token := filled.value("opaque", "percent"):
        facts["opacity"] = 1 - token.value if filled.says("opaque", "TRANSPARENT") else token.value
    elif filled.has("faint"):
        facts["opacity"] = _FAINT
    return {name: round(value, 4) for name, value in facts.items()}


_LAID = frame(
    "overlay",
    ["ADD", "MOVE", "OVERLAY", "MAKE|CHANGE", "ADD OVERLAY", "ADD CAPTION OVERLAY"],
    [
        role("mark", "OVERLAY", "CAPTION OVERLAY", "OVERLAY CAPTION"),
        role("file", "asset"),
        role("words", *QUOTED, "'with'|'of'|'as' quote", "OVERLAY COLON? <words>", "OVERLAY SAYING COLON? <words>"),
        role("wide", "SIZED percent", "percent SIZED"),
        role("faint", "TRANSPARENT"),
        role("opaque", "percent OPACITY|TRANSPARENT?", "OPACITY|TRANSPARENT percent"),
        *shown.WHEN,
        *shown.WHERE,
        *shown.HOW,
    ],
    _laid,
    light="ADD MAKE CHANGE VIDEO POINT MOVE TO SAYING CAPTION UNSUPPORTED:overlay",
    own=False,
)

FRAMES = (_LAID,)
