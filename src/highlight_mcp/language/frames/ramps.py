"""Speed that changes: `ramp clip 3 from full speed down to 30 percent`, `第三段逐渐变慢`, `speed up then slow down`."""

from fractions import Fraction

from ...timeline.operations import RangeTarget, Speed
from ..context import ParseContext, ResolvedTarget
from ..outcome import Finding, ParsedOperation, Unresolved
from . import aim
from .clips import BE, PART, TARGET
from .frame import Filled, frame, role
from .pace import NAMED

_SLOW, _NORMAL, _FAST = Fraction(1, 2), Fraction(1), Fraction(2)
_TAIL_MS = 3000
"""How much of the end is meant by `towards the end`, of half of what there is at most."""


def _ramp(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not filled.says("", "RAMP") and not filled.has("gradual", "ramp"):
        return None
    target = _target(filled, scene)
    if target is None or any(t.text.startswith("to ") for t in filled.of("from")):
        return None
    words = scene.words(filled.clause(*filled.roles))
    slower = (
        filled.says("", "SLOWER") or filled.says("way", "SLOWER") or any(t.text == "down" for t in filled.of("way"))
    )
    faster = filled.says("", "FASTER") or filled.says("way", "FASTER") or any(t.text == "up" for t in filled.of("way"))
    start, end = (_rate(filled, name) for name in ("from", "to"))
    invented = end is None
    if end is None and slower != faster:
        end = _SLOW if slower else _FAST
    start = _NORMAL if start is None else start
    if end is None or start == end or (slower and end > start) or (faster and end < start):
        return [Unresolved(words, filled.at, missing=("factor",))]
    op = Speed(target=target, factor=start, to=end)
    assumed = frozenset({"to"}) if invented else frozenset[str]()
    return [ParsedOperation(op, filled.at, assumed, targeted=True)]


def _rate(filled: Filled, name: str) -> Fraction | None:
    if token := filled.value(name, "percent", "factor"):
        return Fraction(repr(round(token.value, 4)))
    named = next((value for concept, value in NAMED.items() if filled.says(name, concept)), None)
    return _SLOW if named is None and filled.says(name, "SLOWER") else named


def _target(filled: Filled, scene: ParseContext) -> object | None:
    """What is ramped; None where it is not clear."""
    if filled.has("part"):
        return aim.part(filled, scene)
    found = aim.pointed(filled, scene)
    if found.gap:
        return None
    if not filled.has("end"):
        return found.target
    stretch = _stretch(found, scene)
    if stretch is None:
        return None
    start, end = stretch
    return RangeTarget(range_ms=(end - min(_TAIL_MS, (end - start) // 2), end))


def _stretch(found: ResolvedTarget, scene: ParseContext) -> tuple[int, int] | None:
    """From when to when the clips lie in the reel; None where they do not follow one another."""
    here = scene.situation
    numbers = found.clips or tuple(range(1, scene.count + 1))
    if not numbers or numbers != tuple(range(numbers[0], numbers[-1] + 1)):
        return None
    first, last = here.clips[numbers[0] - 1], here.clips[numbers[-1] - 1]
    return first.start_ms, last.start_ms + last.duration_ms


_RATE = "NORMAL_SPEED|HALF_SPEED|QUARTER_SPEED|DOUBLE_SPEED|percent|factor"
_RAMP = frame(
    "ramp",
    ["RAMP", "SLOWER|FASTER", "CHANGE SLOWER|FASTER"],
    [
        TARGET,
        role("part", PART),
        role("gradual", "GRADUAL"),
        role("ramp", "RAMP"),
        role("from", f"'from'|'从' {_RATE}|'normal'|'full'", f"POINT {_RATE}"),
        role("to", f"TO|'到'|'into'|'变到' {_RATE}|SLOWER", "HALF_SPEED|QUARTER_SPEED|DOUBLE_SPEED|NORMAL_SPEED"),
        role("way", "'down'|'up'|SLOWER|FASTER", many=True),
        role("end", "'towards'|'toward'|'by'|'near'? END|BACK"),
        role("speed", "SPEED"),
        BE,
    ],
    _ramp,
    light="CLIP SPEED CHANGE BY ADD",
)


def _there_and_back(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`speed up, then slow down`: to another speed up to the middle, and back again."""
    found = aim.pointed(filled, scene)
    stretch = None if found.gap else _stretch(found, scene)
    if stretch is None:
        return None
    order = [c for t in filled.of("") for c in ("FASTER", "SLOWER") if t.is_a(c)]
    if sorted(order) != ["FASTER", "SLOWER"]:
        return None
    start, end = stretch
    middle, between = (start + end) // 2, _FAST if order[0] == "FASTER" else _SLOW
    halves = (((start, middle), _NORMAL, between), ((middle, end), between, _NORMAL))
    return [
        ParsedOperation(
            Speed(target=RangeTarget(range_ms=span), factor=low, to=high),
            filled.at + n,
            frozenset({"to"}),
            targeted=True,
        )
        for n, (span, low, high) in enumerate(halves)
    ]


_BACK = frame(
    "ramp_back",
    ["FASTER|SLOWER AND? THEN|'再'|'后' FASTER|SLOWER", "FASTER|SLOWER FASTER|SLOWER"],
    [TARGET, role("gradual", "GRADUAL"), role("again", "'again'|'back'"), BE],
    _there_and_back,
    light="CLIP SPEED CHANGE",
    operation="speed",
)

FRAMES = (_RAMP, _BACK)
