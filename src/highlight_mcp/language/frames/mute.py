"""What is not to be heard: the footage, clips, a stretch, the music, or the noise in them."""

from ...timeline.operations import BgmRemove, FilterAdd, Volume
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import aim, amounts
from .clips import BE, PART, SPARED, TARGET
from .frame import Filled, frame, role
from .sound import MUSIC, OBJECTS, SOUND, aim_of, has_music, is_of_a_part

_MIXED_IN = (
    "comment", "announc", "voice", "crowd", "vocal", "speech", "talking", "解说", "人声", "说话声", "讲话声", "观众声",
)  # fmt: skip


def _mute(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.has("music") and filled.has("source"):
        return None
    target = aim_of(filled, scene)
    if target is None or target == "bgm":
        return None
    if filled.has("kept") and target == "all":
        target = "source"
    if (
        target == "all"
        and not filled.has("target", "source")
        and filled.says("", "REMOVE")
        and not filled.says("", "MUTE")
    ):
        return None
    named = [t for t in (*filled.of(""), *filled.of("source")) if t.is_a("SOURCE_SOUND", "AUDIO")]
    if named and not filled.says("", "MUTE", "UNMUTE") and all(t.is_a("GAME") for t in named):
        return None  # `remove 0:05-0:10 of the footage`: what is seen there as well
    parted = any(_mixed(t) for t in (*filled.of(""), *filled.of("source")))
    plain = [t for t in named if not _mixed(t)]
    if parted and not plain and not filled.says("kept", "ONLY") and not filled.says("", "MUTE", "UNMUTE"):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]
    level = 1.0 if filled.says("", "UNMUTE") else 0.0
    return [ParsedOperation(Volume(target=target, level=level), filled.at, targeted=target != "all")]


def _mixed(token: Token) -> bool:
    return any(word in token.text for word in _MIXED_IN)


_TAKING = "REMOVE|UNWANTED|CUT"
_MUTE = frame(
    "mute",
    [
        "MUTE",
        "UNMUTE",
        f"{_TAKING} {SOUND}",
        f"{SOUND} {_TAKING}|OFF",
        f"CHANGE {SOUND} OFF",
        "ADD TO MUTE",
        "NOT SOURCE_SOUND|AUDIO",
    ],
    [
        *OBJECTS,
        role("whole", "THROUGHOUT", "REEL"),
        role("be", "'to' 'be'"),
        role(
            "kept", "KEEP|ONLY MUSIC", "ONLY KEEP MUSIC", "MUSIC KEEP|LEAVE_ALONE", "KEEP MUSIC", "EXCEPT KEEP? MUSIC"
        ),
    ],
    _mute,
    light="CLIP CHANGE AUDIO MAKE TRIM COLON",
    elliptic="target source",
)
_SILENCED = frame(
    "silenced",
    [_TAKING, "TRIM OFF", "OFF", "TRIM"],
    [*OBJECTS, role("off", "OFF")],
    lambda filled, scene: _silenced(filled, scene),
    light="CLIP CHANGE",
    required=["source"],
    elliptic="target source",
)


def _silenced(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`take the sound off clip 2`; `trim the sound` says too little."""
    if filled.says("", "TRIM") and not filled.says("", "REMOVE", "OFF") and not filled.has("off"):
        return None
    return _mute(filled, scene)


def _music_muted(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if is_of_a_part(filled):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]
    if not has_music(scene):
        return [Unresolved("bgm_remove", filled.at, missing=("music", "target"))]
    return [ParsedOperation(BgmRemove(), filled.at)]


_MUTED_MUSIC = frame(
    "muted_music", ["MUTE"], [MUSIC, TARGET, role("part", PART)], _music_muted, light="AUDIO", required=["music"]
)


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

FRAMES = (_MUTE, _SILENCED, _MUTED_MUSIC, _NOISE)
