"""A look on a part of the picture: `blur the top left corner of clip 3`, `给左上角打码`."""

from typing import Any

from ...timeline.operations import FilterAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..tokens import Token
from . import aim, amounts
from .clips import BE, PART, SPARED, TARGET
from .frame import Filled, frame, role

_THIRD, _HALF = 0.34, 0.5
"""How much of width or height a corner or a side is, unless half of it is said."""


def _region(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    part = aim.part(filled, scene)
    found = aim.pointed(filled, scene)
    place = next((t for t in filled.of("place") if any(c.startswith("POSITION:") for c in t.concepts)), None)
    if place is None or (filled.has("part") and part is None) or (found.gap and part is None):
        return None
    name = filled.named("", "LOOK:") or "blur"
    if name == "none":
        return None
    facts: dict[str, Any] = {
        "name": name,
        "target": part or found.target,
        "region": _part(place, half=filled.has("half")),
    }
    assumed = frozenset({"region"})
    if token := filled.value("by", "percent"):
        facts["amount"], bent = amounts.within(token.value, 0.0, 1.0, "amount")
        assumed |= bent
    return [ParsedOperation(FilterAdd.model_validate(facts), filled.at, assumed, targeted=True)]


def _part(place: Token, *, half: bool) -> dict[str, float]:
    """The part of the frame that a place names, as shares of it."""
    name = next(c for c in sorted(place.concepts) if c.startswith("POSITION:")).removeprefix("POSITION:")
    size = _HALF if half or "half" in place.text or "半" in place.text else _THIRD
    x, width = _along(name, "left", "right", size)
    y, height = _along(name, "top", "bottom", size)
    if name == "center":
        x = y = round((1 - size) / 2, 4)
        width = height = size
    return {"x": x, "y": y, "width": width, "height": height}


def _along(name: str, low: str, high: str, size: float) -> tuple[float, float]:
    """Where it begins and how far it goes along one side of the frame."""
    if low in name:
        return 0.0, size
    return (round(1 - size, 4), size) if high in name else (0.0, 1.0)


_REGION = frame(
    "region",
    ["LOOK:*", "UNSUPPORTED:mask", "ADD|MAKE|CHANGE LOOK:*|UNSUPPORTED:mask"],
    [
        TARGET,
        SPARED,
        role("part", PART),
        role("place", "POSITION:*", "'in'|'at'|'on' POSITION:*", "'out' POSITION:*"),
        role("half", "HALF"),
        role("by", "percent", "BY percent"),
        BE,
    ],
    _region,
    light="CLIP VIDEO ADD TO POINT",
    required=["place"],
    operation="filter",
)

FRAMES = (_REGION,)
