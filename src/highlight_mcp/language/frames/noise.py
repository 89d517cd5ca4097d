"""Less noise in the sound: `reduce the background noise`, `第二段降噪`."""

from ...timeline.operations import FilterAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from . import aim, amounts
from .clips import BE, PART, SPARED, TARGET
from .frame import Filled, frame, role

_BIT, _LOT = 0.25, 1.0


def _less_noise(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    part = aim.part(filled, scene)
    found = aim.pointed(filled, scene)
    if (filled.has("part") and part is None) or (found.gap and part is None):
        return None
    token = filled.value("by", "percent")
    amount, bent = _BIT if filled.has("bit") else _LOT if filled.has("lot") else None, frozenset[str]()
    if token:
        amount, bent = amounts.within(token.value, 0.0, 1.0, "amount")
    facts = {"name": "denoise", "target": part or found.target} | ({"amount": amount} if amount else {})
    said = found.said or part is not None
    return [ParsedOperation(FilterAdd.model_validate(facts), filled.at, bent, targeted=said)]


_LESS = "REMOVE|UNWANTED|CUT|TRIM|SKIP|LESS|SHORTEN|'lower'|'turn_down'|'bring_down'"  # `风声太大了` orders nothing
_NOISE = frame(
    "denoise",
    ["DENOISE", f"{_LESS} NOISE", f"NOISE {_LESS}", "ADD DENOISE"],
    [
        TARGET,
        SPARED,
        role("part", PART),
        role("noise", "NOISE", "AUDIO NOISE", many=True),
        role("off", "OFF|'out'|'down'"),
        role("by", "BY? percent", "POINT? percent 'strength'", "'强度' percent"),
        role("bit", "A_BIT"),
        role("lot", "A_LOT"),
        role("sound", "'in'|'from'|'of'? AUDIO|SOURCE_SOUND"),
        BE,
    ],
    _less_noise,
    light="CLIP VIDEO AUDIO",
    elliptic="target",
    operation="filter",
)

FRAMES = (_NOISE,)
