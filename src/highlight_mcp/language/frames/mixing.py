"""Sounds beside each other: music that gives way to voices, and one loudness for all."""

from ...timeline.operations import Duck, Loudness, SoundTrackChoice
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from . import aim
from .frame import Filled, frame, role
from .sound import MUSIC, SOUND, has_music, says


def _duck(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not says(filled, "music", "MUSIC") and not filled.says("", "DUCK"):
        return None
    if not has_music(scene):
        return [Unresolved("duck", filled.at, missing=("asset",), code="asset_missing")]
    if filled.says("", "KEEP") and not filled.has("low"):
        return None
    size = filled.value("by", "decibels")
    op = Duck(target="bgm", db=-abs(size.value)) if size else Duck(target="bgm")
    return [ParsedOperation(op, filled.at, frozenset() if size else frozenset({"db"}))]


_TALK = (
    "CRITERION:speech|'talking'|'talk'|'talks'|'speech'|'speeches'|'speaking'|'speak'|'dialogue'|'voice'|'voices'"
    "|'commentary'|'commentator'|'commentators'|'chatter'|'chat'|'words'|'interview'|'interviews'"
)
_SINKS = (
    "'drop'|'drops'|'dips'|'sink'|'sinks'|'fall'|'falls'|'come'|'comes'|'go'|'goes'|'sit'|'sits'|'stay'|'pull'|'get'"
)
_DUCK = frame(
    "duck",
    [
        "DUCK",
        "QUIETER",
        "QUIETER 'down'",
        "MOVE QUIETER",
        "CHANGE QUIETER",
        "KEEP",
        "CHANGE|MAKE|MOVE",
        f"{_SINKS} 'down'|'low'|'back'|'away'?",
    ],
    [
        MUSIC,
        role("it", "'it'|'它'|'它们'"),
        role(
            "when",
            "WHEN_TALK",
            "WHERE? CRITERION:speech",
            "WHERE WHEN_TALK",
            f"WHERE|'while'|'as'|'under'|'beneath'|'below'|'during'|'behind' ALL? {_TALK}",
        ),
        role("by", "decibels", "BY decibels"),
        role("bit", "A_BIT"),
        role("low", "'low'|'down'|'quiet'|'lower'", "SOFTLY", "QUIETER", "DUCK", "DROWNS SOURCE_SOUND?", many=True),
    ],
    _duck,
    light="AUDIO CHANGE MAKE FIND",
    required=["when"],
)


def _loudness(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    token = filled.value("to") or filled.value("", "lufs") or filled.value("below", "number")
    level = -abs(token.value) if token else None
    if not filled.says("", "LOUDNESS"):
        last = scene.findings[-1] if scene.findings else None
        op = last.op if isinstance(last, ParsedOperation) else None
        if isinstance(op, Loudness) and op.lufs == Loudness().lufs:
            scene.findings.pop()  # `make it even, -14 LUFS`
    return [ParsedOperation(Loudness(lufs=max(-40.0, min(-5.0, level))) if level else Loudness(), filled.at)]


_LOUDNESS = frame(
    "loudness",
    ["LOUDNESS", "CHANGE|ADD|MAKE LOUDNESS", "lufs"],
    [
        role("to", "TO? lufs|decibels"),
        role("below", "TO? 'minus'|'negative'|'负' number"),
        role("verb", "MOVE|CHANGE|LOUDER|QUIETER|KEEP|SHORTEN", many=True),
        role("of", "ALL|EACH|EVERYTHING", "EACH CLIP", "CLIP"),
        role("sound", SOUND, "ALL AUDIO|VOLUME"),
    ],
    _loudness,
    light="CLIP CHANGE TO AUDIO VOLUME EACH ALL MAKE FIND SAME",
)

_IS = frozenset({"is", "was", "are", "were", "its", "that's", "thats"})


def _levelled(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`bring the lecture to -16 LUFS`: the measure says that it is about how loud all of it is."""
    found = aim.pointed(filled, scene) if filled.has("target") else None
    told = any(t.text in _IS for t in filled.tokens)
    if told or (found is not None and (found.gap or found.clips)):
        return None
    level = -abs(filled.trigger.value)
    return [ParsedOperation(Loudness(lufs=max(-40.0, min(-5.0, level))), filled.at)]


_LEVELLED = frame(
    "loudness",
    ["lufs"],
    [
        role("target", "<target>"),
        role("to", "TO", "'at'|'around'|'for'"),
        role("verb", "CHANGE|ADD|MAKE|MOVE|QUIETER|LOUDER|LOUDNESS|EXPORT|FIND", "'take'|'mix'|'level'|'aim'"),
        role("of", "ALL|EACH|EVERYTHING"),
        role("sound", SOUND, "ALL AUDIO|VOLUME"),
    ],
    _levelled,
    light="CHANGE TO AUDIO VOLUME ALL MAKE FIND GAME VIDEO REEL",
)


def _as_recorded(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`leave the sound as it is`: the export does not level it."""
    return [ParsedOperation(Loudness(mode="off"), filled.at)]


_AS_RECORDED = frame("loudness", ["AS_RECORDED"], [role("sound", SOUND, "ALL AUDIO|VOLUME")], _as_recorded)


_TRACKS = 4


def _sound_track(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`use the second sound track`, `mix both audio tracks`."""
    if filled.says("", "SOUND_TRACKS_ALL") or filled.has("mixed"):
        return [ParsedOperation(SoundTrackChoice(index="all"), filled.at)]
    numbers = [number for number in range(1, _TRACKS + 1) if filled.says("", f"SOUND_TRACK_{number}")]
    for token in filled.of("nth"):
        first, last = token.value[0] if token.kind == "clips" else (token.value, token.value)
        numbers += [int(first)] if first == last and first >= 1 else []
    return [ParsedOperation(SoundTrackChoice(index=numbers[0]), filled.at)] if len(numbers) == 1 else None


_SOUND_TRACK = frame(
    "sound_track",
    ["|".join(f"SOUND_TRACK_{number}" for number in range(1, _TRACKS + 1)), "SOUND_TRACKS_ALL", "SOUND_TRACK"],
    [
        role("nth", "clips|number"),
        role("mixed", "'mix'|'混合'|'混音'|'合并'"),
        role("verb", "KEEP|MOVE|CHANGE|FIND|ADD|MAKE|ONLY", "'take'|'play'|'hear'|'switch'|'用'|'使用'|'换成'|'换到'"),
    ],
    _sound_track,
    light="TO CHANGE",
)

FRAMES = (_DUCK, _LOUDNESS, _LEVELLED, _AS_RECORDED, _SOUND_TRACK)
