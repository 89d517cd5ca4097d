"""What is heard: levels, and what of it stays as it is."""

from typing import Literal

from ...timeline.operations import ClipTarget, RangeTarget, Volume
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import aim, amounts
from .clips import PART, TARGET
from .frame import Filled, Role, frame, role

STEP_DB, _BIT_DB, _LOT_DB = 6.0, 3.0, 10.0  # as the reply says: "a bit" is 3 dB, twice as loud to the ear is 10
_LOUDEST = 4.0
SOUND = "AUDIO|SOURCE_SOUND|VOLUME"
_DOWN = frozenset({"down", "小", "低", "轻", "弱", "减", "降", "less", "low", "lower"})
_UP = frozenset({"up", "大", "高", "响", "加", "加上", "增", "升", "higher"})
_ORDERED = (
    "大",
    "响",
    "高",
    "调",
    "提",
    "加",
    "开",
    "放",
    "推",
    "拉",
    "升",
)  # words that order more, and complain of none
SoundAim = Literal["all", "source", "bgm"] | ClipTarget | RangeTarget


def has_music(scene: ParseContext) -> bool:
    """Whether music lies under the reel, or will once what was asked before is done."""
    return scene.situation.has_bgm or scene.planned("bgm_add")


def spoken_of(scene: ParseContext) -> SoundAim | None:
    """`lower the music and fade it out`: whose sound the operation before was about."""
    last = scene.findings[-1].op if scene.findings and isinstance(scene.findings[-1], ParsedOperation) else None
    if getattr(last, "op", "") in ("bgm_add", "duck"):
        return "bgm"
    target = getattr(last, "target", None)
    return target if isinstance(last, Volume) or target == "bgm" else None


def waits_for_a_file(scene: ParseContext) -> bool:
    """`music from sunset.wav, volume 20%`: whether what was said right before waits for a sound file."""
    last = scene.findings[-1] if scene.findings else None
    return isinstance(last, Unresolved) and (last.code == "asset_missing" or "asset" in last.missing)


def says(filled: Filled, role_name: str, *concepts: str) -> bool:
    """Whether a role or the trigger has one of the concepts."""
    return filled.says(role_name, *concepts) or filled.says("", *concepts)


def aim_of(filled: Filled, scene: ParseContext) -> SoundAim | None:
    """What the level belongs to; None where that is not there."""
    if filled.has("part"):
        return None if says(filled, "music", "MUSIC") or filled.has("spared") else aim.part(filled, scene)
    if says(filled, "music", "MUSIC"):
        return "bgm" if has_music(scene) and not filled.has("target", "source") else None
    if _aimed_nowhere(scene) and not filled.has("target", "source", "spared"):
        return None  # `那段太吵，静音吧`: which one?
    before = spoken_of(scene)
    sourced = says(filled, "source", "SOURCE_SOUND", "AUDIO", "VOLUME") and not filled.has("half", "size")
    if (
        before is not None
        and not says(filled, "source", "SOURCE_SOUND")
        and not sourced
        and not filled.has("spared")
        and (not filled.has("target") or is_it(filled))
    ):
        return before
    found = aim.pointed(filled, scene)
    if found.gap:
        return None
    if found.clips:
        return ClipTarget(clips=found.clips)
    if scene.findings and not filled.has("source", "spared") and any(t.text in ("it", "它") for t in filled.tokens):
        return None  # `swap clips 2 and 5, then mute it`: which?
    of_the_source = says(filled, "source", "SOURCE_SOUND", "GAME")
    return "source" if of_the_source else "all"


def _aimed_nowhere(scene: ParseContext) -> bool:
    last = scene.findings[-1] if scene.findings else None
    return isinstance(last, Unresolved) and "target" in last.missing


def is_it(filled: Filled) -> bool:
    """Whether nothing is named as what is meant but what was spoken of."""
    return all(t.text in ("it", "它", "that", "this") for t in filled.of("target"))


def _direction(filled: Filled) -> int:
    """-1 for quieter, 1 for louder, 0 where nothing says so or both do."""
    if filled.inherited and filled.has("down", "up"):
        return int(filled.has("up")) - int(filled.has("down"))
    sized = filled.value("size", "percent", "factor")
    beside = amounts.before(filled, sized) if sized else None
    if beside is not None and beside.text in _DOWN | _UP:
        return 1 if beside.text in _UP else -1  # `再小一成半`
    down = filled.has("down") or filled.says("", "QUIETER", "TRIM", "REMOVE", "CUT", "SHORTEN")
    up = any(not _again(t) for t in filled.of("up")) or any(not _again(t) for t in filled.of("") if t.is_a(*_RAISES))
    inside = [word for t in filled.tokens if t.kind in ("word", "unknown") for word in t.text.split(" ")]
    down = down or (not up and any(word in _DOWN for word in inside))
    up = up or (not down and any(word in _UP for word in inside))
    up = up or (not down and filled.has("up"))
    return int(up) - int(down)


_RAISES = ("LOUDER", "MORE")


def _again(token: Token) -> bool:
    """`再` says no direction of its own: `再小一丢丢` is quieter."""
    return token.is_a("MORE") and token.is_a("THEN", "LINK")


def _now(scene: ParseContext, target: SoundAim) -> float:
    """The level there is, or will be once what was said before is done: `减半再减半`."""
    for found in reversed(scene.findings):
        op = found.op if isinstance(found, ParsedOperation) else None
        if isinstance(op, Volume) and op.target == target and op.level is not None:
            return op.level
    return scene.situation.bgm_level if target == "bgm" and scene.situation.bgm_level is not None else 1.0


def _level(filled: Filled, scene: ParseContext, target: SoundAim) -> tuple[float | None, float | None, bool] | None:
    """Level, change in dB, and whether the size was invented."""
    now = _now(scene, target)
    way = _direction(filled)
    if token := filled.value("size", "decibels"):
        if not way and not _signed(token):
            return None
        return None, (-abs(token.value) if way < 0 else token.value), False
    if token := filled.value("size", "percent"):
        share = _share(filled, token, now, way)
        return None if share is None else (share, None, False)
    if token := filled.value("size", "number"):
        return (float(token.value), None, False) if _is_level(filled, token) else None
    if token := filled.value("size", "factor"):
        level = _times(filled, token, now, way)
        return None if level is None else (level, None, False)
    if says(filled, "half", "HALF_LOUD", "HALF", "HALVED"):
        if way > 0 and not says(filled, "half", "HALF_LOUD", "HALVED"):
            return (0.5 if filled.says("half", "TO", "POINT") else now * 1.5), None, False  # `大声一半`
        return now / 2, None, False
    if filled.says("", "TWICE_LOUD"):
        return now * 2, None, False
    if filled.says("", "HALF_LOUDER"):
        return now * 1.5, None, False
    if filled.says("", "UNMUTE"):
        return 1.0, None, False
    if not way or not (filled.says("", "QUIETER", "LOUDER") or filled.has("down", "up")):
        return None
    size = _BIT_DB if _slight(filled) else _LOT_DB if filled.has("lot") else STEP_DB
    return None, way * size, True


def _times(filled: Filled, token: Token, now: float, way: int) -> float | None:
    """The level that a factor makes; None for a change that says not which way."""
    if _of_now(filled, token) or (not way and amounts.becomes(amounts.before(filled, token))):
        return now * float(token.value)  # `调到原来的两倍`
    factor = 2.0 if token.text.strip() == "一倍" else float(token.value)
    return None if not way else now * factor if way > 0 else now / factor


def _is_level(filled: Filled, token: Token) -> bool:
    """`BGM volume 给到 0.5`: a bare number that says where the level ends, as the operation takes it."""
    before = amounts.before(filled, token)
    parted = token.text.count(".") == 1 or token.value == 1
    return (
        parted
        and 0 <= token.value <= _LOUDEST
        and before is not None
        and (amounts.becomes(before) or before.is_a("TO", "POINT", "VOLUME"))
    )


def _signed(token: Token) -> bool:
    """`+3dB` and `-3dB` say which way."""
    return bool(token.value < 0 or token.text.startswith("+"))


def _share(filled: Filled, token: Token, now: float, way: int) -> float | None:
    """The level that a percentage makes; None for a change that says not which way."""
    if _of_now(filled, token):
        return round(now * float(token.value), 4)
    if amounts.is_negative(filled, token):
        return round(now * (1 - float(token.value)), 4)
    if not _by(filled, token):
        return float(token.value)
    return round(now * (1 + way * float(token.value)), 4) if way else None


def _slight(filled: Filled) -> bool:
    return filled.has("bit") or any(t.is_a("A_BIT") for name in ("", "down", "up") for t in filled.of(name))


def _of_now(filled: Filled, token: Token) -> bool:
    """`60 % of what it is now`: a share of the level there is."""
    ahead = [t.text for t in filled.tokens if t.end <= token.start][-2:]
    if any(word in _PRESENT for word in ahead):
        return True  # `降到原来的三分之一`
    behind = [t.text for t in filled.tokens if t.start >= token.end][:4]
    return behind[:1] == ["of"] and any(word in ("what", "current", "present", "what it") for word in behind)


_PRESENT = ("原来", "原来的", "现在", "现在的", "目前", "当前")


def _by(filled: Filled, token: Token) -> bool:
    """Whether a percentage is a change: `by 20 %`, `降低20%`; `降到20%` says where the level ends."""
    part = filled.of("size")
    before = amounts.before(filled, token)
    if token.text.startswith("by ") or any(t.is_a("BY") for t in part):
        return True
    if any(t.is_a("TO", "POINT") for t in part) or before is None:
        return False
    behind = next((t for t in filled.tokens if t.start >= token.end), None)
    if before.is_a("BY") or (behind is not None and behind.is_a("LOUDER", "QUIETER")):
        return True
    if before.text in _DOWN | _UP:
        return True  # `小两成`
    return before.is_a("LOUDER", "QUIETER", "LESS", "MORE") and not amounts.becomes(before)


_LOUD = ("loud", "quiet", "volume", "hear", "大声", "小声", "听", "吵", "响", "音量", "mute")


def _of_sound(filled: Filled) -> bool:
    """Whether the word by itself speaks of sound: `louder` and `turn … up` do, `lower` does not."""
    if filled.trigger.text == "turn" and any(t.kind == "clips" or t.is_a("EVERYTHING") for t in filled.of("target")):
        return True
    said = (*filled.of(""), *filled.of("half"))
    return any(t.is_a("HALF_LOUD", "TWICE_LOUD", "HEARD") or any(w in t.text for w in _LOUD) for t in said)


def _is_reason(filled: Filled, scene: ParseContext) -> bool:
    """`音乐轻一点，说话听不清`: what cannot be heard for what was just made quieter."""
    last = scene.findings[-1] if scene.findings else None
    op = last.op if isinstance(last, ParsedOperation) else None
    quieter = isinstance(op, Volume) and ((op.db or 0) < 0 or op.level is not None)
    return quieter and filled.trigger.text.startswith("听不") and not filled.has("size", "half", "bit", "up")


def _volume(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if _is_reason(filled, scene):
        return []
    sounding = filled.has("music", "source") or filled.says("", "MUSIC", "SOURCE_SOUND", "AUDIO", "VOLUME")
    if not sounding and not _of_sound(filled) and not filled.value("size", "decibels") and spoken_of(scene) is None:
        return None
    aimed = filled.has("music", "source", "target", "size", "half") or filled.says("", "MUSIC", "SOURCE_SOUND")
    if not aimed and not _of_sound(filled) and spoken_of(scene) is None:
        return None
    both = all(any(t.is_a(kind) for t in filled.tokens) for kind in ("MUSIC", "SOURCE_SOUND"))
    if both or (filled.has("size") and filled.has("half")):
        return None
    if filled.trigger.text in ("up", "down") and not filled.has("size"):
        return None
    if waits_for_a_file(scene) and not says(filled, "source", "SOURCE_SOUND") and _is_bare(filled):
        return []
    if gap := _unclear(filled, scene):
        return [gap]
    target = aim_of(filled, scene)
    sized = _level(filled, scene, target) if target is not None else None
    if target is None or sized is None:
        return None
    level, db, invented = sized
    assumed = frozenset({"db"}) if invented else frozenset[str]()
    if level is not None:
        level, assumed = amounts.within(level, 0.0, _LOUDEST, "level")
    op = Volume(target=target, level=level) if level is not None else Volume(target=target, db=db)
    vague = invented and not (target == "source" and _is_ordered(filled))
    return [ParsedOperation(op, filled.at, assumed, targeted=target != "all", vague=vague)]


def _is_ordered(filled: Filled) -> bool:
    """`人声大点`: an order of its own, where `人声听不清` is the reason of another."""
    return any(t.is_a("LOUDER") and t.text.startswith(_ORDERED) for t in filled.tokens)


def _is_bare(filled: Filled) -> bool:
    """Whether the level is of nothing that is named, or of the music."""
    return not filled.has("spared") and is_it(filled)


def _unclear(filled: Filled, scene: ParseContext) -> Unresolved | None:
    """A part of the music by itself cannot be changed; `to 3 dB` is no level, and `3 dB` says not which way."""
    words = scene.words(filled.clause(*filled.roles))
    levelled = filled.has("size", "half", "down", "up") or filled.says("", "LOUDER", "QUIETER", "HALF_LOUD")
    if says(filled, "music", "MUSIC") and is_of_a_part(filled) and (levelled or not filled.has("part")):
        return Unresolved(words, filled.at, code="unsupported_op")
    token = filled.value("size", "decibels")
    if token and (any(t.is_a("TO") for t in filled.of("size")) or not (_signed(token) or _direction(filled))):
        return Unresolved(words, filled.at, missing=("value",))
    return None


def is_of_a_part(filled: Filled) -> bool:
    return filled.has("part") or any(t.kind == "clips" for t in filled.of("target"))


MUSIC = role("music", "MUSIC", "VOLUME|AUDIO MUSIC", "MUSIC VOLUME|AUDIO", "MUSIC asset")
OBJECTS: list[Role] = [
    TARGET,
    role(
        "spared",
        *(f"EXCEPT {line}" for line in ("NOT? 'the'? clips", "KEEP clips", "clips AND clips")),
        "clips EXCEPT",
        "clips AND clips EXCEPT",
    ),
    role("part", PART),
    role("each", "ALL|EACH"),
    role("just", "'just'|'only'|'simply'|'只'|'只要'"),
    role(
        "source",
        SOUND,
        "SOURCE_SOUND VOLUME|AUDIO",
        "GAME AUDIO|SOURCE_SOUND",
        "AUDIO|VOLUME SOURCE_SOUND",
        "AUDIO AUDIO",
    ),
]
# `小两成`, `大一倍`: words that are mere filler elsewhere say before a share which way the level goes.
_BARELY = "'小'|'轻'|'低'|'弱'|'大'|'响'|'高'"
_SIZES = [
    role(
        "size",
        "TO percent",
        "POINT percent",
        "KEEP percent",
        "percent",
        _BARELY + " percent|factor",
        "BY percent|factor|decibels",
        "TO decibels",
        "decibels OFF?",
        "OFF? decibels",
        "factor",
        "TO? percent VOLUME|AUDIO|UNMUTE",
        "POINT percent VOLUME|AUDIO|UNMUTE",
        "percent LOUDER|QUIETER|MORE|LESS",
        "TO|POINT? number",
    ),
    role("was", "'from'|'从' percent|number|decibels"),
    role("half", "HALF_LOUD", "HALVED", "TO HALF_LOUD", "HALF", "TO HALF", "BY HALF", "POINT HALF", "HALF VOLUME"),
    role("bit", "A_BIT"),
    role("lot", "A_LOT"),
    role("down", "QUIETER|LESS|'down'"),
    role("up", "LOUDER|MORE|'up'"),
]
_VOLUME = frame(
    "volume",
    [
        "LOUDER",
        "QUIETER",
        "HALF_LOUD",
        "TWICE_LOUD",
        "HALF_LOUDER",
        "CHANGE|MAKE|TRIM|MOVE|ADD|MORE|SHORTEN",
        "VOLUME|AUDIO",
        "MUSIC",
        "SOURCE_SOUND",
        "LOUDER LOUDER",
        "QUIETER QUIETER",
        "'up'|'down'|'大'|'小'|'高'|'低'|'响'|'轻'",
    ],
    [*OBJECTS, MUSIC, *_SIZES],
    _volume,
    light="CLIP CHANGE LEVEL COLON MAKE",
    elliptic="target music source size half",
    own=False,
)


FRAMES = (_VOLUME,)
