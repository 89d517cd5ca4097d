"""What is heard: levels, mute, loudness, ducking, music, fades of sound and picture."""

from typing import Any, Literal

from ...timeline.operations import BgmAdd, BgmRemove, ClipTarget, Duck, Fade, Loudness, Volume
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import aim
from .clips import SPARED, TARGET
from .frame import Filled, frame, role

_STEP_DB, _BIT_DB, _LOT_DB = 6.0, 3.0, 10.0  # as the reply says: "a bit" is 3 dB, twice as loud to the ear is 10
_SOFT = 0.2
_SOUND = "AUDIO|SOURCE_SOUND|VOLUME"
_MIXED_IN = ("comment", "announc", "voice", "crowd", "vocal", "speech", "talking", "解说", "人声", "说话声", "讲话声", "观众声")
SoundAim = Literal["all", "source", "bgm"] | ClipTarget


def _has_music(scene: ParseContext) -> bool:
    return scene.situation.has_bgm or scene.planned("bgm_add")


def _aim(filled: Filled, scene: ParseContext) -> SoundAim | None:
    """What the level belongs to; None where that is not there."""
    if filled.has("music"):
        return "bgm" if _has_music(scene) and not filled.has("target", "source") else None
    found = aim.pointed(filled, scene)
    if found.gap:
        return None
    if found.clips:
        return ClipTarget(clips=found.clips)
    return "source" if filled.says("source", "SOURCE_SOUND") or filled.says("", "SOURCE_SOUND") else "all"


def _level(filled: Filled, scene: ParseContext, target: SoundAim) -> tuple[float | None, float | None, bool] | None:
    """Level, change in dB, and whether the size was invented."""
    now = scene.situation.bgm_level if target == "bgm" and scene.situation.bgm_level is not None else 1.0
    down = filled.says("", "QUIETER", "TRIM", "REMOVE", "CUT") or filled.has("down")
    up = filled.says("", "LOUDER") or filled.has("up")
    if token := filled.value("by", "decibels"):
        if not down and not up and token.value > 0 and filled.says("", "CHANGE", "MAKE"):
            return None
        return None, (-abs(token.value) if down else token.value), False
    if (token := filled.value("by", "percent")) and _reached(filled, token):
        return min(4.0, token.value), None, False
    if token := filled.value("by", "percent"):
        if not down and not up:
            return None
        return round(max(0.0, now * (1 - token.value if down else 1 + token.value)), 4), None, False
    if token := filled.value("by", "factor"):
        return (min(4.0, now * token.value), None, False) if up else (now / token.value, None, False) if down else None
    if token := filled.value("to", "percent"):
        return min(4.0, token.value), None, False
    if filled.has("half"):
        return now / 2, None, False
    if filled.says("", "TWICE_LOUD"):
        return min(4.0, now * 2), None, False
    if not filled.says("", "QUIETER", "LOUDER") and not filled.has("down", "up"):
        return None
    size = _BIT_DB if filled.has("bit") else _LOT_DB if filled.has("lot") else _STEP_DB
    return None, -size if down else size, True


def _volume(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not filled.has("music", "source", "target", "by", "to") and not _of_sound(filled):
        return None
    if not filled.has("music", "source", "sound") and not _of_sound(filled) and not filled.value("by", "decibels"):
        return None
    target = _aim(filled, scene)
    sized = _level(filled, scene, target) if target is not None else None
    if target is None or sized is None:
        return None
    level, db, invented = sized
    op = Volume(target=target, level=level) if level is not None else Volume(target=target, db=db)
    assumed = frozenset({"db"}) if invented else frozenset[str]()
    return [ParsedOperation(op, filled.at, assumed, targeted=target != "all", vague=invented)]


def _reached(filled: Filled, token: Token) -> bool:
    """`降到20%`: the word before a percentage says that it is where the level ends."""
    before = [t for t in filled.tokens if t.end <= token.start]
    return bool(before) and before[-1].text.endswith(("到", "成", "至", "为", " to"))


_LOUD = ("loud", "quiet", "volume", "hear", "大声", "小声", "听", "吵", "响", "音量")


def _of_sound(filled: Filled) -> bool:
    """Whether the word by itself speaks of sound: `louder` does, `lower` does not."""
    said = (*filled.of(""), *filled.of("half"))
    return any(t.is_a("HALF_LOUD", "TWICE_LOUD") or any(w in t.text for w in _LOUD) for t in said)


_OBJECTS = [
    TARGET,
    SPARED,
    role("music", "MUSIC", "VOLUME 'of'? MUSIC", "MUSIC VOLUME|AUDIO"),
    role("source", _SOUND, "SOURCE_SOUND VOLUME|AUDIO"),
]
_VOLUME = frame(
    "volume",
    ["LOUDER", "QUIETER", "HALF_LOUD", "TWICE_LOUD", "CHANGE|MAKE|TRIM|MOVE|ADD", "VOLUME"],
    [
        *_OBJECTS,
        role("to", "TO percent", "POINT percent", "'at' percent", "percent"),
        role("by", "BY percent|factor|decibels", "decibels OFF?", "LOUDER|QUIETER percent", "OFF? decibels"),
        role("half", "HALF_LOUD", "HALF", "TO HALF", "BY HALF"),
        role("bit", "A_BIT"),
        role("lot", "A_LOT"),
        role("down", "QUIETER|LESS"),
        role("up", "LOUDER|MORE"),
    ],
    _volume,
    light="CLIP CHANGE LEVEL",
    elliptic="target music source to by half",
    own=False,
)


def _mute(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.has("music") and not filled.has("source"):
        return [ParsedOperation(BgmRemove(), filled.at)] if _has_music(scene) and not filled.has("target") else None
    target = _aim(filled, scene)
    if target is None:
        return None
    parted = any(word in t.text for t in (*filled.of(""), *filled.of("source")) for word in _MIXED_IN)
    if parted and filled.says("", "REMOVE", "UNWANTED", "CUT") and not filled.says("", "MUTE"):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]
    level = 1.0 if filled.says("", "UNMUTE") else 0.0
    if target == "all" and not filled.has("target", "source") and filled.says("", "REMOVE"):
        return None
    return [ParsedOperation(Volume(target=target, level=level), filled.at, targeted=target != "all")]


_MUTE = frame(
    "mute",
    ["MUTE", "UNMUTE", f"REMOVE|UNWANTED|CUT {_SOUND}", f"{_SOUND} REMOVE|UNWANTED|OFF", f"CHANGE {_SOUND} OFF"],
    [*_OBJECTS, role("whole", "THROUGHOUT")],
    _mute,
    light="CLIP CHANGE AUDIO",
    elliptic="target source",
)


def _duck(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not _has_music(scene):
        return None
    size = filled.value("by", "decibels")
    op = Duck(target="bgm", db=-abs(size.value)) if size else Duck(target="bgm")
    return [ParsedOperation(op, filled.at, frozenset() if size else frozenset({"db"}))]


_DUCK = frame(
    "duck",
    ["DUCK", "QUIETER", "MOVE QUIETER", "CHANGE QUIETER"],
    [role("music", "MUSIC"), role("when", "WHEN_TALK", "CRITERION:speech", "WHERE WHEN_TALK"), role("by", "decibels", "BY decibels"), role("bit", "A_BIT")],
    _duck,
    light="AUDIO CHANGE",
    required=["music", "when"],
)  # fmt: skip


def _loudness(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    token = filled.value("to")
    level = -abs(token.value) if token else None
    return [ParsedOperation(Loudness(lufs=max(-40.0, min(-5.0, level))) if level else Loudness(), filled.at)]


_LOUDNESS = frame(
    "loudness",
    ["LOUDNESS"],
    [role("to", "TO? lufs|decibels"), role("of", "ALL|EACH|EVERYTHING", "EACH CLIP", "CLIP"), role("sound", _SOUND, "ALL AUDIO|VOLUME")],
    _loudness,
    light="CLIP CHANGE TO AUDIO VOLUME EACH ALL",
)  # fmt: skip


def _song(filled: Filled, scene: ParseContext) -> str | None:
    songs = scene.situation.songs
    if token := filled.value("file", "asset", "quote"):
        said = str(token.value).casefold()
        return next((s.name for s in songs if said in (s.name.casefold(), s.name.rsplit(".", 1)[0].casefold())), None)
    if len(songs) == 1 and songs[0].name != scene.situation.bgm_name:
        return songs[0].name
    return None


def _music(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    name = _song(filled, scene)
    if name is None:
        return None
    facts: dict[str, Any] = {"asset": name}
    if token := filled.value("level", "percent"):
        facts["level"] = min(4.0, token.value)
    elif filled.has("half"):
        facts["level"] = 0.5
    elif filled.has("softly"):
        facts["level"] = _SOFT
    told = filled.has("level", "half")
    return [ParsedOperation(BgmAdd.model_validate(facts), filled.at, frozenset() if told else frozenset({"level"}))]


_MUSIC = frame(
    "music",
    ["ADD", "CHANGE", "MOVE", "MAKE"],
    [
        role("file", "asset", "MUSIC asset", "asset 'as'|'for'? MUSIC", "TO asset", "'with' asset", "MUSIC TO asset", "MUSIC 'with' asset"),
        role("music", "MUSIC", "'as' MUSIC"),
        role("level", "POINT? percent VOLUME?", "VOLUME percent", "TO? percent"),
        role("half", "HALF_LOUD"),
        role("softly", "SOFTLY"),
        role("under", "THROUGHOUT|ALL|EVERYTHING", "'under'|'underneath'|'beneath'|'behind'"),
    ],
    _music,
    light="MOVE VIDEO TO",
    required=["file|music"],
    own=False,
)  # fmt: skip


def _stays(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep the music`, `原声别动`: nothing to do, unless what is done before touches it."""
    done = [f.op for f in scene.findings if isinstance(f, ParsedOperation)]
    touched = {getattr(op, "target", None) for op in done if getattr(op, "op", "") in ("volume", "fade") and not isinstance(getattr(op, "target", None), ClipTarget)}
    if filled.has("music") and ("all" in touched and _has_music(scene) or "bgm" in touched or scene.planned("bgm_remove")):
        return None
    if filled.has("source", "sound") and touched & {"all", "source", "both", "audio"}:
        return None
    if filled.has("words") and scene.planned("text_remove", "text_edit"):
        return None
    if filled.has("picture") and touched & {"both", "video"}:
        return None
    return []


_STAYS = frame(
    "stays",
    ["KEEP", "LEAVE_ALONE", "NOT MOVE|CHANGE", "ONLY KEEP", "KEEP LEAVE_ALONE", "ONLY"],
    [
        role("music", "MUSIC"), role("source", "SOURCE_SOUND"), role("sound", "AUDIO|VOLUME"), role("words", "TITLE|CAPTION|SUBTITLES"),
        role("picture", "'picture'|'image'|'画面'|'visuals'|'images'|'video'"), role("on", "ADD"),
        role("time", "'时间'|'timing'"),
    ],
    _stays,
    light="POINT CHANGE",
    required=["music|source|sound|words|picture|time"],
)  # fmt: skip


def _fade(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    into = filled.says("", "FADE_IN") or filled.has("into", "both_ends")
    out = filled.says("", "FADE_OUT") or filled.has("out", "both_ends")
    if filled.has("start") and not filled.says("", "FADE_OUT"):
        into = True
    if filled.has("end") and not filled.says("", "FADE_IN"):
        out = True
    if not (into or out):
        into = out = True
    lasting = filled.value("lasting")
    head, tail = filled.value("start", "duration", "head"), filled.value("end", "duration", "tail")
    if filled.has("target") and not filled.says("target", "ALL", "VIDEO", "EVERYTHING"):
        return None
    what = filled.has("music"), filled.has("source"), filled.has("picture")
    if sum(what) > 1 and what != (False, True, True):
        return None
    name = "bgm" if what[0] else "both" if what[1:] == (True, True) else "audio" if what[1] else "video" if what[2] else "both"
    if not any(what) and not filled.says("target", "ALL", "EVERYTHING") and _music_before(scene):
        name = "bgm"
    if name == "bgm" and not _has_music(scene):
        return None
    facts: dict[str, Any] = {} if name == "both" else {"target": name}
    assumed = set[str]()
    for wanted, key, own in ((into, "in", head), (out, "out", tail)):
        if wanted:
            token: Token | None = own or lasting
            facts[f"{key}_ms"] = token.value if token else 1000
            assumed |= set() if token else {f"{key}_s"}
    return [ParsedOperation(Fade.model_validate(facts), filled.at, frozenset(assumed), targeted=True)]


def _music_before(scene: ParseContext) -> bool:
    """`lower the music and fade it out`: what was last spoken of is the music."""
    last = scene.findings[-1].op if scene.findings and isinstance(scene.findings[-1], ParsedOperation) else None
    return getattr(last, "op", "") in ("bgm_add", "duck") or getattr(last, "target", None) == "bgm"


_FADE = frame(
    "fade",
    ["FADE", "FADE_IN", "FADE_OUT"],
    [
        role("into", "FADE_IN", "'in'"), role("out", "FADE_OUT", "'out'"),
        role("start", "POINT|'at'|'in'? START|FRONT", "START|FRONT POINT? duration", "head", "duration POINT|'at'? START|FRONT"),
        role("end", "POINT|'at'|'in'? END|BACK", "END|BACK POINT? duration", "tail", "OVER tail", "duration POINT|'at'? END|BACK"),
        role("both_ends", "BOTH_ENDS"),
        role("lasting", "duration EACH?", "OVER duration", "'for' duration", "EACH duration"),
        role("music", "MUSIC"), role("source", "AUDIO|SOURCE_SOUND"),
        role("picture", "'picture'|'image'|'画面'|'visuals'|'images'"), role("target", "<target>"), role("black", "JOIN:fade_black"),
    ],
    _fade,
    light="ADD CHANGE VIDEO CLIP BY EACH JOIN:fade_black COLOUR:black OVER QUIETER",
)  # fmt: skip

FRAMES = (_VOLUME, _MUTE, _DUCK, _LOUDNESS, _MUSIC, _STAYS, _FADE)
