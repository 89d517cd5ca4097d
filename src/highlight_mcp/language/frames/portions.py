"""Parts of one clip by their share of it: its middle kept, a half or a third of it cut off."""

from fractions import Fraction

from ...timeline.operations import ClipTarget, Trim
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from . import aim
from .clips import TARGET
from .frame import Filled, frame, role

_TAKING = "REMOVE|UNWANTED|CUT|TRIM|SKIP|SHORTEN"


def _clip(filled: Filled, scene: ParseContext) -> tuple[int, int] | None:
    """Number and length in ms of the one clip that is meant."""
    chosen = aim.clips(filled, scene)
    if not chosen or len(chosen) != 1 or chosen[0] > scene.count:
        return None
    return chosen[0], scene.situation.clips[chosen[0] - 1].duration_ms


def _cut(filled: Filled, number: int, head: int, tail: int) -> list[Finding] | None:
    facts = {"head_ms": head} if head else {}
    facts |= {"tail_ms": tail} if tail else {}
    if not facts or min(head, tail) < 0:
        return None
    trim = Trim.model_validate({"target": ClipTarget(clips=(number,)), **facts})
    return [ParsedOperation(trim, filled.at, targeted=True)]


def _middle(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep just the middle four seconds of clip 2`: as much is cut off its start as off its end."""
    size, clip = filled.value("middle", "duration"), _clip(filled, scene)
    if size is None or clip is None or not 0 < size.value < clip[1]:
        return None
    excess = clip[1] - int(size.value)
    return _cut(filled, clip[0], excess // 2, excess - excess // 2)


_MIDDLE = frame(
    "middle_kept",
    ["ONLY KEEP", "KEEP ONLY", "ONLY", "KEEP"],
    [
        TARGET,
        role("middle", "MIDDLE|POSITION:center '那'|'的'|'这'? duration"),
        role("use", "'use'|'want'|'need'|'take'|'要'"),
        role("rest", "BOTH_ENDS|REST ALL? REMOVE|UNWANTED|SKIP", "REMOVE|UNWANTED|SKIP BOTH_ENDS|REST"),
    ],
    _middle,
    light="CLIP MOMENT",
    required=["target", "middle"],
    operation="trim",
)


def _half(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`第四段后半段剪掉`, `只留第四段的前半段`."""
    clip = _clip(filled, scene)
    if clip is None:
        return None
    keeps = filled.says("", "KEEP", "ONLY")
    first = filled.says("half", "FIRST_HALF") != keeps
    size = clip[1] // 2
    return _cut(filled, clip[0], size, 0) if first else _cut(filled, clip[0], 0, size)


_HALF = frame(
    "half_cut",
    [_TAKING, "ONLY KEEP", "ONLY", "KEEP", "KEEP ONLY"],
    [TARGET, role("half", "FIRST_HALF|SECOND_HALF")],
    _half,
    light="CLIP MOMENT",
    required=["target", "half"],
    operation="trim",
)


def _shared(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`第四段砍掉三分之一`, `第五段缩短到一半`: off the tail, where no end is named."""
    clip, share = _clip(filled, scene), filled.value("share", "percent") or filled.value("to", "percent")
    halved = filled.has("share", "to") or filled.says("", "HALVED", "HALF_LONG")
    if any("折" in t.text for t in filled.of("")) and not filled.has("length"):
        return None  # half of what?
    if clip is None or not halved or (filled.says("ends", "START") and filled.says("ends", "END")):
        return None
    part = Fraction(repr(share.value)).limit_denominator(100) if share else Fraction(1, 2)
    to = filled.has("to") or filled.trigger.text.endswith(("到", "成", "至"))
    if not 0 < part < 1 or (not to and filled.trigger.is_a("CUT") and not filled.trigger.is_a("REMOVE")):
        return None  # `第四段剪一半` may as well cut it in two
    size = round(clip[1] * (1 - part if to else part))
    return _cut(filled, clip[0], size, 0) if filled.says("ends", "START") else _cut(filled, clip[0], 0, size)


_SHARED = frame(
    "share_cut",
    [_TAKING, "HALVED", "HALF_LONG"],
    [
        TARGET,
        role("share", "percent", "HALF", "BY percent|HALF"),
        role("to", "TO|'到'|'成' percent|HALF"),
        role("ends", "START|END", "'from' START|END"),
        role("length", "TOTAL"),
        role("verb", "TRIM|SHORTEN"),
    ],
    _shared,
    light="CLIP MOMENT",
    required=["target"],
    operation="trim",
)

FRAMES = (_MIDDLE, _HALF, _SHARED)
