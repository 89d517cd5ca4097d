"""A stretch that is to stay as it is, beside what is done to another: `前一半保持彩色，后一半黑白`."""

from ..context import ParseContext
from ..outcome import Finding
from . import aim
from .clips import PART
from .frame import Filled, frame, role


def _unchanged(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Nothing to do; what is done beside it must not reach the stretch (`clashes`)."""
    parts = aim.stretches(filled, scene, "part")
    if not parts or any(part.ref != "timeline" for part in parts):
        return None
    scene.unchanged = (*scene.unchanged, *(part.range_ms for part in parts))
    return []


_UNCHANGED = frame(
    "unchanged",
    ["LEAVE_ALONE", "LEAVE_ALONE LEAVE_ALONE", "'彩色'|'原色'"],
    [
        role("part", PART, many=True),
        role("as", "AUDIO|SOURCE_SOUND|VOLUME|SPEED|NORMAL_SPEED", "'normal'|'colour'|'color'|'彩色'|'正常'"),
    ],
    _unchanged,
    light="CLIP MOMENT VIDEO",
    required=["part"],
)

FRAMES = (_UNCHANGED,)
