"""Music under the reel: lay it in, take it away, cut to its beat."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ...timeline.operations import BeatSync, BgmAdd, BgmRemove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from .speed import of_the_music

_SOUND_FILE = re.compile(r"\.(?:mp3|wav|m4a|aac|flac|ogg)$", re.I)
_SOFT = 0.2
_WITH = ("with", "带", "带上", "配", "要有", "有")
_ADDING = ("ADD", "MAKE", "CHANGE")


def read_music(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Music added or removed, and cuts on the beat."""
    if _stays(clause):
        return
    if of_the_music(clause):
        words, at = scene.words(clause), clause.at
        clause.spend()
        yield Unresolved(words, at, code="unsupported_op")
        return
    asset = next((t for t in clause.free() if t.kind == "asset" and _SOUND_FILE.search(t.value)), None)
    beat = clause.find("BEAT")
    if (
        clause.has("MUSIC")
        and (clause.verb("REMOVE", "UNWANTED", "MUTE") or _off(clause, scene))
        and not asset
        and not clause.has("FADE", "VOLUME")
        and not clause.peek("percent", "decibels")
        and not clause.has("HALF")
        and not _added_elsewhere(clause)
    ):
        yield _remove(clause, scene)
        return
    if asset or (clause.has("MUSIC") and _wanted(clause, scene)):
        yield _add(clause, scene, asset)
    if beat:
        yield from _beat(clause, scene, beat.start)


def _off(clause: Clause, scene: ParseContext) -> bool:
    """`music off please`: nothing else is said of it."""
    said = ("MUSIC", "OFF", "FILLER")
    return (
        scene.situation.has_bgm and clause.has("OFF") and all(t.is_a(*said) for t in clause.free() if t.kind == "word")
    )


_MANNERS = (
    "SLOW_PACE", "FAST_PACE", "SLOWER", "FASTER", "HALF_SPEED", "DOUBLE_SPEED", "QUIETER", "LOUDER", "VAGUE", "BEST",
    "SMALL", "LARGE", "DARKER", "BRIGHTER", "CRITERION:quiet", "CRITERION:loud", "BORING", "SEMANTIC",
)  # fmt: skip
_WORDS = 8
_OPENINGS = frozenset({"a", "an", "some", "any", "more"})
_SIZED = ("percent", "decibels", "factor", "duration", "range", "head", "tail", "clips", "quote", "asset")


def described(clause: Clause) -> None:
    """`some slow piano music`, `舒缓的音乐`: between an article or a verb and the music, words tell which."""
    for i, token in enumerate(clause.tokens):
        if not token.is_a("MUSIC") or token.start in clause.used:
            continue
        wide = not token.text.isascii()
        j = i
        while j and i - j < _WORDS and not _bounds(clause.tokens[j - 1], wide=wide):
            j -= 1
        opened = j and (clause.tokens[j - 1].text in _OPENINGS or clause.tokens[j - 1].is_a("ADD", "MAKE", "CHANGE"))
        if not opened or (wide and (i == j or clause.tokens[i - 1].text not in ("的", "点"))):
            continue
        for k in range(j, i):
            told = clause.tokens[k]
            if told.kind == "unknown" or told.is_a(*_MANNERS) or any(c.startswith("LOOK:") for c in told.concepts):
                clause.tokens[k] = replace(told, kind="word", concepts=frozenset({"FILLER"}))


def _bounds(token: Token, *, wide: bool) -> bool:
    """Where the description of the music begins."""
    if token.kind in ("separator", *_SIZED) or token.text in _OPENINGS:
        return True
    return token.is_a("ADD", "MAKE", "REMOVE", "NOT", "MUTE") and not token.is_a(*_MANNERS)


def spared(clause: Clause) -> None:
    """`不要原声只要配乐`: music that is to stay is not taken away with what goes."""
    if not clause.has("SOURCE_SOUND", "AUDIO") or not clause.has("MUTE", "REMOVE", "UNWANTED", "SKIP", "NOT"):
        return
    for i, token in enumerate(clause.tokens):
        if not token.is_a("MUSIC"):
            continue
        near = [*clause.tokens[max(0, i - 3) : i][::-1], *clause.tokens[i + 1 : i + 3]]
        keeping = next((t for t in near if t.is_a("KEEP", "ONLY", "LEAVE_ALONE") and not t.is_a("MUTE")), None)
        if keeping is not None:
            clause.used |= {token.start, keeping.start}


def _stays(clause: Clause) -> bool:
    """`keep the music`, `音乐留着`: nothing to do, and nothing missing."""
    said = ("MUSIC", "KEEP", "FILLER", "BUT", "AND", "LEAVE_ALONE", "ONLY")
    if not clause.has("MUSIC") or not clause.has("KEEP", "LEAVE_ALONE"):
        return False
    if not all(t.kind == "separator" or t.is_a(*said) for t in clause.tokens):
        return False
    clause.spend()
    return True


def _added_elsewhere(clause: Clause) -> bool:
    remove = clause.find("REMOVE", "UNWANTED")
    music = clause.find("MUSIC")
    add = clause.find("ADD")
    return bool(
        remove
        and music
        and add
        and remove.start < add.start < music.start
        and remove.end != add.start
        and clause.peek("clips")
    )


def _wanted(clause: Clause, scene: ParseContext) -> bool:
    if clause.has("SOFTLY") and clause.has("ADD"):
        return True
    if clause.has(
        "FADE",
        "FADE_IN",
        "FADE_OUT",
        "DUCK",
        "WHEN_TALK",
        "QUIETER",
        "LOUDER",
        "LEAVE_ALONE",
        "HALF_LOUD",
        "TWICE_LOUD",
        "MUTE",
    ):
        return clause.has("ADD") and not clause.has("QUIETER", "LOUDER", "DUCK", "WHEN_TALK") and not clause.has("FADE")
    if scene.situation.has_bgm and clause.peek("percent", "decibels") and clause.peek("quote") is None:
        return False
    if clause.has("BEAT") and not clause.has("ADD"):
        return False
    return (
        clause.verb(*_ADDING)
        or (clause.has("REEL") and not scene.situation.has_bgm)
        or clause.peek("quote") is not None
        or _beside_a_reel(clause, scene)
        or all(t.is_a("MUSIC", "FILLER") or t.kind == "separator" or t.text in _WITH for t in clause.tokens)
    )


def _beside_a_reel(clause: Clause, scene: ParseContext) -> bool:
    """`highlights with music`, `带音乐的集锦`: the reel is to have music."""
    made = scene.planned("highlights", "keep") and not scene.situation.has_bgm
    return made and not clause.mentions("NOT", "SKIP", "LEAVE_ALONE", "WHERE")


def _remove(clause: Clause, scene: ParseContext) -> Finding:
    at = clause.at
    clause.take("REMOVE", "UNWANTED", "MUTE", "MUSIC", "AUDIO", "ALL", "CHANGE", "NOT", "CUT")
    if not scene.situation.has_bgm:
        return Unresolved("bgm_remove", at, missing=("music", "target"))
    return ParsedOperation(BgmRemove(), at)


def _add(clause: Clause, scene: ParseContext, asset: Token | None) -> Finding:
    token = asset or clause.find("MUSIC")
    at = token.start if token else clause.at
    quote = clause.value("quote") if not asset and not clause.has("TITLE", "CAPTION", "CARD", "SAYING") else None
    name = asset.value if asset else (quote.value if quote else None)
    if asset:
        clause.used.add(asset.start)
    songs = scene.situation.songs
    percent = clause.value("percent")
    softly = clause.take("SOFTLY") is not None
    clause.take("ADD", "MUSIC", "CHANGE", "VOLUME", "AUDIO", "A_BIT")
    if name is not None:
        match = next(
            (
                s
                for s in songs
                if s.name.casefold() == name.casefold() or s.name.rsplit(".", 1)[0].casefold() == name.casefold()
            ),
            None,
        )
        if match is None:
            return Unresolved(name, at, code="asset_missing")
        name = match.name
    elif len(songs) == 1 and not (scene.situation.has_bgm and songs[0].name == scene.situation.bgm_name):
        name = songs[0].name
    else:
        return Unresolved("music", at, missing=("asset",))
    facts: dict[str, object] = {"asset": name}
    if clause.take("HALF_LOUD"):
        facts["level"] = 0.5
    elif percent:
        facts["level"] = min(4.0, percent.value)
    told = "level" in facts
    if softly and not told:
        facts["level"] = _SOFT
    return ParsedOperation(BgmAdd.model_validate(facts), at, frozenset() if told else frozenset({"level"}))


def _beat(clause: Clause, scene: ParseContext, at: int) -> Iterator[Finding]:
    clause.take("BEAT", "CUT", "CUT_NOUN", "MUSIC", "CHANGE")
    songs = scene.situation.songs
    if not scene.situation.has_bgm and not scene.planned("bgm_add"):
        if len(songs) != 1:
            yield Unresolved("beat_sync", at, missing=("asset",), code="asset_missing")
            return
        yield ParsedOperation(BgmAdd(asset=songs[0].name), at, frozenset({"asset"}))
    yield ParsedOperation(BeatSync(), at + 1)
