"""Levels, mute, loudness, ducking."""

from collections.abc import Iterator
from typing import Literal

from ...timeline.operations import BgmAdd, ClipTarget, Duck, Loudness, Volume
from ..context import ParseContext, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token

SoundAim = Literal["all", "source", "bgm"] | ClipTarget

_STEP_DB, _BIT_DB, _LOT_DB = 6.0, 3.0, 10.0
_OFF = ("TRIM", "REMOVE", "CUT")
_DOWN = ("小", "低", "轻", "弱", "减", "降")
_CHANGE = ("LOUDER", "QUIETER", "MUTE", "UNMUTE", "HALF_LOUD", "TWICE_LOUD")
_MIXED_IN = (
    "comment",
    "announc",
    "voice",
    "crowd",
    "vocal",
    "speech",
    "talking",
    "解说",
    "人声",
    "说话声",
    "讲话声",
    "观众声",
)
_OBJECTS = ("MUSIC", "AUDIO", "SOURCE_SOUND", "VOLUME")


def read_sound(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Sound of the reel, of clips, or of the music."""
    if clause.peek("lufs") or (clause.has("LOUDNESS") and not clause.has("MUSIC") and not clause.has("UNMUTE")):
        at = (clause.take("LOUDNESS") or clause.peek("lufs") or clause.tokens[0]).start
        lufs = clause.value("lufs")
        decibels = clause.value("decibels")
        level = lufs.value if lufs else (-abs(decibels.value) if decibels else None)
        clause.take(*_OBJECTS, "ALL", "EACH", "CHANGE", "MAKE", "CLIP", "LOUDER", "QUIETER")
        yield ParsedOperation(Loudness(lufs=max(-40.0, min(-5.0, level))) if level else Loudness(), at)
        return
    talk = clause.has("WHEN_TALK") and clause.verb("MUSIC", "DUCK")
    if talk or (clause.has("DUCK") and clause.has("MUSIC") and not clause.has("AUDIO")):
        yield _duck(clause, scene)
        return
    yield from _volume(clause, scene)


def _duck(clause: Clause, scene: ParseContext) -> Finding:
    at = clause.at
    decibels = clause.value("decibels")
    clause.take(
        "DUCK",
        "WHEN_TALK",
        "MUSIC",
        "QUIETER",
        "LOUDER",
        "AUDIO",
        "SOURCE_SOUND",
        "MAKE",
        "CHANGE",
        "A_BIT",
        "CRITERION:speech",
        "MUTE",
    )
    if not _has_music(scene):
        return Unresolved("duck", at, missing=("asset",), code="asset_missing")
    return ParsedOperation(
        Duck(target="bgm", db=-abs(decibels.value)) if decibels else Duck(target="bgm"),
        at,
        frozenset() if decibels else frozenset({"db"}),
    )


def _has_music(scene: ParseContext) -> bool:
    return scene.situation.has_bgm or scene.planned("bgm_add")


def _level_of_new_music(clause: Clause, scene: ParseContext) -> bool:
    """`put music.mp3 under it, volume 40 %`: the level belongs to the music just laid in."""
    last = scene.findings[-1] if scene.findings else None
    if not (
        isinstance(last, ParsedOperation)
        and isinstance(last.op, BgmAdd)
        and clause.peek("percent")
        and clause.verb("VOLUME", "AUDIO", "MUSIC", "CHANGE")
    ):
        return False
    if clause.has("SOURCE_SOUND") or clause.peek("clips", "asset"):
        return False
    percent = clause.value("percent")
    level = min(4.0, percent.value if percent else 1.0)
    scene.findings[-1] = ParsedOperation(
        BgmAdd.model_validate(last.op.model_dump(exclude_unset=True) | {"level": level}),
        last.at,
        last.assumed - {"level"},
    )
    clause.take(*_CHANGE, *_OBJECTS, "CHANGE")
    return True


def _volume(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    if _level_of_new_music(clause, scene):
        return
    about_sound = clause.verb(*_OBJECTS)
    removed = (
        clause.has("SOURCE_SOUND", "AUDIO")
        and clause.verb("REMOVE", "UNWANTED", "TRIM", "CUT")
        and not clause.has("SILENCE")
    )
    if not (
        removed
        or clause.verb("MUTE", "UNMUTE", "HALF_LOUD", "TWICE_LOUD")
        or (about_sound and (clause.verb("LOUDER", "QUIETER") or _sized(clause)))
        or (clause.verb("LOUDER", "QUIETER", *_OFF) and clause.peek("decibels"))
        or _continues(clause, scene)
        or _bare_change(clause)
    ):
        return
    if clause.has("FADE", "FADE_IN", "FADE_OUT") and not _sized(clause):
        return
    if (
        clause.has("ADD")
        and clause.has("MUSIC")
        and not scene.situation.has_bgm
        and not clause.has("QUIETER", "LOUDER")
    ):
        return
    laid_in = clause.has("ADD") and clause.has("MUSIC") and scene.situation.songs
    levelled = scene.situation.has_bgm and clause.peek("percent") is not None and clause.has("CHANGE", "MOVE")
    if (clause.peek("asset") or (laid_in and not levelled)) and not (
        clause.verb("LOUDER", "QUIETER", "MUTE") or _volume_of_music(clause)
    ):
        return
    token = clause.find(*_CHANGE, *_OBJECTS)
    at = token.start if token else clause.at
    target = _target(clause, scene)
    if isinstance(target, Unresolved):
        yield target
        return
    if target == "bgm" and not _has_music(scene):
        clause.take(*_CHANGE, "MUSIC", "VOLUME", "AUDIO", "CHANGE", "ADD")
        clause.values("percent", "decibels", "factor")
        yield Unresolved("volume bgm", at, missing=("asset",), code="asset_missing")
        return
    yield _deed(clause, scene, target, at)


def _volume_of_music(clause: Clause) -> bool:
    """`set the volume of the music to 40%`: the volume is what is set, the music only whose it is."""
    volume, music = clause.find("VOLUME"), clause.find("MUSIC")
    return volume is not None and music is not None and volume.start < music.start


def _sized(clause: Clause) -> bool:
    return clause.peek("percent", "decibels") is not None or clause.has("HALF")


def _continues(clause: Clause, scene: ParseContext) -> bool:
    # "the music is too loud, bring it down to 20%"
    return bool(scene.planned("volume") and clause.verb("LOUDER", "QUIETER") and not clause.peek("clips"))


def _bare_change(clause: Clause) -> bool:
    loud = clause.find("LOUDER", "QUIETER")
    return loud is not None and loud.is_a("HEARD")


def _target(clause: Clause, scene: ParseContext) -> SoundAim | Unresolved:
    if clause.has("MUSIC") and not (clause.has("SOURCE_SOUND") and clause.has("MUTE")):
        clause.take("MUSIC")
        return "bgm"
    if clause.verb("REMOVE") and (voice := clause.find("SOURCE_SOUND")) and any(w in voice.text for w in _MIXED_IN):
        at, words = voice.start, scene.words(clause)
        clause.spend()
        return Unresolved(words, at, code="unsupported_op")
    if clause.take("SOURCE_SOUND"):
        pointed = resolve_target(clause, scene, follow=False)
        return pointed.gap or (pointed.target if pointed.clips else "source")
    clause_last = next(
        (f.op for f in reversed(scene.findings) if isinstance(f, ParsedOperation) and isinstance(f.op, Volume)), None
    )
    if clause_last and not clause.peek("clips") and not clause.has("AUDIO", "ALL"):
        return clause_last.target
    pointed = resolve_target(clause, scene)
    return pointed.gap or pointed.target


def _deed(clause: Clause, scene: ParseContext, target: SoundAim, at: int) -> ParsedOperation:
    level, db, assumed = _size(clause, scene, target)
    clause.take(
        *_CHANGE,
        *_OBJECTS,
        "A_BIT",
        "A_LOT",
        "CHANGE",
        "MORE",
        "LESS",
        "HALF",
        "REMOVE",
        "UNWANTED",
        "TRIM",
        "TO",
        "MAKE",
        "DUCK",
        "ADD",
        "CUT",
    )
    op = Volume(target=target, level=level) if level is not None else Volume(target=target, db=db)
    return ParsedOperation(op, at, assumed, targeted=target != "all", vague=bool(assumed))


def _size(clause: Clause, scene: ParseContext, target: object) -> tuple[float | None, float | None, frozenset[str]]:
    now = scene.situation.bgm_level if target == "bgm" and scene.situation.bgm_level is not None else 1.0
    down = clause.verb("QUIETER", "LESS", *_OFF) and not clause.has("LOUDER")
    decibels, percent, factor = clause.value("decibels"), clause.value("percent"), clause.value("factor")
    if decibels:
        down = down or any(t.text in _DOWN and t.end == decibels.start for t in clause.tokens)
        return None, -abs(decibels.value) if down else decibels.value, frozenset()
    if percent:
        change = percent.value if _is_change(clause, percent) else None
        if change is not None:
            return round(max(0.0, now * (1 - change if down else 1 + change)), 4), None, frozenset()
        return min(4.0, percent.value), None, frozenset()
    if factor and clause.has("LOUDER"):
        return min(4.0, now * factor.value), None, frozenset()
    if clause.has("HALF_LOUD", "HALF"):
        return now / 2, None, frozenset()
    if clause.has("TWICE_LOUD"):
        return min(4.0, now * 2), None, frozenset()
    muted = any(t.is_a("MUTE") and t.is_a("SOURCE_SOUND") for t in clause.tokens)
    if (
        muted
        or clause.verb("MUTE")
        or (clause.verb("REMOVE", "UNWANTED", "TRIM", "CUT") and not clause.has("LOUDER", "QUIETER"))
    ):
        return 0.0, None, frozenset()
    if clause.has("UNMUTE"):
        return 1.0, None, frozenset()
    size = _BIT_DB if clause.has("A_BIT") else _LOT_DB if clause.has("A_LOT") else _STEP_DB
    return None, -size if down else size, frozenset({"db"})


def _is_change(clause: Clause, percent: Token) -> bool:
    if clause.before(percent, "BY", within=1):
        return True
    if clause.before(percent, "TO", "CHANGE", within=2):
        return False
    before = [t for t in clause.tokens if t.start < percent.start]
    if before and before[-1].text in ("到", "至", "成", "为", "at", "to", "auf", "à", "al", "a"):
        return False
    return bool(before and before[-1].is_a("LOUDER", "QUIETER")) and not before[-1].text.endswith(
        ("到", "成", "至", " to")
    )
