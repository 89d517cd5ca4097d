"""Music laid under the reel, and cuts on its beat."""

import re
from typing import Any

from ...timeline.operations import BeatSync, BgmAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import amounts
from .effects import is_effect
from .frame import Filled, frame, role
from .sound import has_music, says

_SOUND_FILE = re.compile(r"\.(?:mp3|wav|m4a|aac|flac|ogg)$", re.I)
_SOFT = 0.2
_MOST = 4.0


def _song(filled: Filled, scene: ParseContext) -> str | Unresolved | None:
    """The name of the sound file that is meant."""
    songs = scene.situation.songs
    if token := filled.value("file", "asset", "quote") or filled.value("", "asset"):
        said = str(token.value).casefold()
        found = next((s.name for s in songs if said in (s.name.casefold(), s.name.rsplit(".", 1)[0].casefold())), None)
        if found is None and (_SOUND_FILE.search(said) or token.kind == "quote"):
            return Unresolved(str(token.value), token.start, code="asset_missing")
        return found
    if not says(filled, "music", "MUSIC"):
        return None
    if len(songs) == 1 and songs[0].name != scene.situation.bgm_name:
        return songs[0].name
    return Unresolved("music", filled.at, missing=("asset",))


def _is_laid_under(filled: Filled) -> bool:
    """`lay “Chariots of Fire” under the whole thing`: what lies under the picture is heard, not read."""
    return any(t.text in ("under", "underneath", "beneath", "behind") for t in filled.of("under"))


def _music(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.value("file", "quote") and not says(filled, "file", "MUSIC") and not _is_laid_under(filled):
        return None
    if not filled.has("file") and scene.situation.has_bgm and filled.has("level", "half", "softly", "full"):
        return None  # the level of the music that is there
    if not filled.has("file", "music") and not filled.value("", "asset"):
        return None
    name = _song(filled, scene)
    if name is None or isinstance(name, Unresolved):
        return None if name is None else [name]
    if filled.has("mood"):
        return None  # which song is cheerful, nobody knows here
    facts: dict[str, Any] = {"asset": name}
    bent = frozenset[str]()
    if token := filled.value("level", "percent"):
        facts["level"], bent = amounts.within(token.value, 0.0, _MOST, "level")
    elif filled.has("full"):
        facts["level"] = 1.0
    elif filled.has("half"):
        facts["level"] = 0.5
    elif filled.has("softly"):
        facts["level"] = _SOFT
    told = filled.has("level", "half", "full")
    return [ParsedOperation(BgmAdd.model_validate(facts), filled.at, bent if told else frozenset({"level"}))]


_LAID = "asset 'playing'|'below'|'plays'|'running'|'under'|'underneath'|'beneath'|'under_it'|'underneath_it'|SOFTLY"
_INSTEAD = "NOT|'代替'|'替换'|'取代' MUSIC"
_MUSIC = frame(
    "music",
    ["ADD", "CHANGE", "MOVE", "MAKE", "SWAP", "asset 'as'|'for' MUSIC", "'with' asset", "MUSIC", _LAID, _INSTEAD],
    [
        role(
            "file",
            "asset",
            "MUSIC asset",
            "asset 'as'|'for'? MUSIC",
            "TO asset",
            "'with' asset",
            "MUSIC TO|CHANGE asset",
            "MUSIC 'with'|'for' asset",
            "MUSIC quote",
            "quote",
            "quote 'as'? MUSIC",
            "MUSIC ADD asset",
        ),
        role("music", "MUSIC", "'as' MUSIC", "'for' MUSIC"),
        role("level", "POINT? percent VOLUME?", "VOLUME percent", "TO? percent", "VOLUME TO|POINT|CHANGE percent"),
        role("full", "UNMUTE"),
        role("half", "HALF_LOUD", "HALF VOLUME"),
        role("softly", "SOFTLY", many=True),
        role("mood", "VAGUE|BEST|FAST_PACE|SLOW_PACE", "<unknown> '的'", many=True),
        role("use", "'use'|'take'|'play'"),
        role("playing", "'playing'|'running'|'going'|'plays'|'run'|'play'|'sitting'|'sat'|'sits'|'mixed'|'bedded'"),
        role(
            "under",
            "THROUGHOUT|ALL|EVERYTHING",
            "'under'|'underneath'|'beneath'|'behind'|'below'|OVER",
            "VIDEO POSITION:bottom",
            "POSITION:bottom",
            "'under'|'underneath'|'beneath'|'behind'|'below'|OVER ALL|UNCUT? VIDEO|GAME|ALL|EVERYTHING|REEL",
            "'给' ALL? VIDEO|GAME|REEL",
        ),
    ],
    _music,
    light="MOVE VIDEO TO ADD CHANGE",
    own=False,
)


def _begins(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`start the music at 10 seconds`: the music that is there, laid anew; `… in the song`: played from there on."""
    here = scene.situation
    token = filled.value("at")
    if token is None or (token.kind == "range" and token.value[1] is not None):
        return None
    start = int(token.value[0] if token.kind == "range" else token.value)
    if filled.has("inside"):
        return _from_inside(filled, scene, start)
    named = filled.value("music", "asset")
    if named is not None and is_effect(str(named.value), scene):
        return None
    if not (here.has_bgm or named) or token.kind == "duration" or filled.trigger.text in ("play", "use", "let"):
        return None  # `play the song from 1:10`: of the song, or of the reel?
    if start >= here.duration_ms:
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("value",))]
    return _laid(scene, named, filled.at, {"start_ms": start})


def _laid(scene: ParseContext, named: Token | None, at: int, facts: dict[str, Any]) -> list[Finding]:
    """Music laid anew, or a file by its name; the level of music that is there stays."""
    if named is not None:
        said = str(named.value)
        if said.casefold() not in {song.name.casefold() for song in scene.situation.songs}:
            return [Unresolved(said, named.start, code="asset_missing")]
        facts = {"asset": said, **facts}
    assumed = frozenset[str]() if scene.situation.has_bgm else frozenset({"level"})
    return [ParsedOperation(BgmAdd.model_validate(facts), at, assumed, targeted=True)]


def _from_inside(filled: Filled, scene: ParseContext, start: int) -> list[Finding] | None:
    """The music that plays, or is laid, from one of its own times on."""
    named = next((t for t in filled.tokens if t.kind == "asset"), None)
    name = str(named.value) if named is not None else scene.situation.bgm_name
    facts: dict[str, Any] = {"source_start_ms": start}
    if named is None and not scene.situation.has_bgm:
        song = _song(filled, scene)
        if not isinstance(song, str):
            return [song] if song else None
        facts["asset"] = name = song
    song_ms = next((s.duration_ms for s in scene.situation.songs if s.name == name), 0)
    if song_ms and start >= song_ms:
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("value",))]
    return _laid(scene, named, filled.at, facts)


_START = "START|FRONT|'begin'|'begins'|'use'|'play'|'let'"
_BEGINS = frame(
    "music_begins",
    [_START, "ADD", "MUSIC START|FRONT", "MOVE", "'进'|'进来'|'响起'|'起'"],
    [
        role("music", "MUSIC|asset"),
        role(
            "inside",
            "'in'|'of'|'into'|'within'|'从' MUSIC|asset",
            "'in'|'of'|'into'|'within'|'from' 'it'",
            "THAT_CLIP 'of' MUSIC|asset",
        ),
        role("at", "time", "POINT time", "time POINT|START?", "range", "duration START?"),
        role("verb", "'play'|'playing'|'start'|'放'|'播放'"),
    ],
    _begins,
    light="CHANGE ADD POINT START",
    required=["music|inside", "at"],
)


def _of_a_part(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`from the second chorus`: the parts of a song are not known by name, only by time."""
    if not scene.situation.has_bgm and not scene.situation.songs:
        return None
    return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("song_time",))]


_PART = frame(
    "music_part",
    [_START, "ADD", "MOVE", "CHANGE", "'from'|'从' SONG_PART"],
    [
        role("music", "MUSIC|asset"),
        role("part", "POINT|'from'|'at'|'with'|'从'|TO? SONG_PART", "'first'|'second'|'third'|'last'|number SONG_PART"),
        role("verb", "START|'play'|'playing'|'放'|'播放'", many=True),
    ],
    _of_a_part,
    light="CHANGE ADD POINT START",
    required=["part"],
    operation="bgm_add",
)


def _cut(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Its beginning can be left out; nothing else can be cut out of music, and it keeps its tempo."""
    head = filled.value("part", "head")
    if head is not None and len(filled.roles["part"]) == 1 and scene.situation.has_bgm:
        return _from_inside(filled, scene, int(head.value))
    return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]


_CUT = frame(
    "music_cut",
    ["CUT", "SPLIT", "TRIM", "SHORTEN", "REMOVE", "SKIP"],
    [
        role("music", "MUSIC", "'of'|'from' MUSIC"),
        role("part", "time|duration|range|head|tail", "POINT time", "TO duration", "BY duration", many=True),
    ],
    _cut,
    required=["music", "part"],
)


_PACE = "SLOWER|FASTER|HALF_SPEED|QUARTER_SPEED|DOUBLE_SPEED|NORMAL_SPEED|SLOW_PACE|FAST_PACE"
_TEMPO = frame(
    "music_tempo",
    [_PACE, f"CHANGE|MAKE {_PACE}"],
    [role("music", "MUSIC"), role("by", "percent|factor", "TO|BY percent|factor"), role("bit", "A_BIT|A_LOT")],
    _cut,
    light="CHANGE MAKE ADD",
    required=["music"],
)


def _beat(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    songs = scene.situation.songs
    if filled.has("file"):
        named = _song(filled, scene)
        if not isinstance(named, str):
            return [named] if named else None
        if named != scene.situation.bgm_name and not has_music(scene):
            laid = ParsedOperation(BgmAdd(asset=named), filled.at, frozenset({"level"}))
            return [laid, ParsedOperation(BeatSync(), filled.at + 1)]
    if has_music(scene):
        return [ParsedOperation(BeatSync(), filled.at)]
    if len(songs) != 1:
        return [Unresolved("beat_sync", filled.at, missing=("asset",), code="asset_missing")]
    laid = ParsedOperation(BgmAdd(asset=songs[0].name), filled.at, frozenset({"asset"}))
    return [laid, ParsedOperation(BeatSync(), filled.at + 1)]


_ALIGN = (
    "'line'|'lined'|'snap'|'snapped'|'sync'|'synced'|'lock'|'locked'|'align'|'aligned'|'match'|'matched'|'time'|'timed'"
)
_BEAT = frame(
    "beat",
    ["BEAT", "CUT BEAT", "BEAT CUT", "BEAT BEAT", "CHANGE BEAT", "SORT BEAT", f"{_ALIGN} BEAT"],
    [
        role("cuts", "CUT_NOUN", "ALL? CUT_NOUN", "CUT", "TRANSITION"),
        role("clips", "CLIP", "ALL|EACH CLIP", "VIDEO", "EVERYTHING|ALL"),
        role("music", "MUSIC"),
        role("again", "BEAT"),
        role(
            "land",
            "'land'|'fall'|'hit'|'sit'|'happen'|'come'|'lands'|'falls'|'landing'|'falling'|'hitting'|'happening'|'get'",
            _ALIGN,
            many=True,
        ),
        role("file", "asset", "'of'|'to' asset"),
    ],
    _beat,
    light="CUT CHANGE CLIP MUSIC MAKE TO",
)

# `sync the cuts with the music`: the music stands for its beat.
_ALIGNED = frame(
    "beat",
    [_ALIGN, "'synchronise'|'synchronize'|'synchronised'|'synchronized'|'synch'"],
    [role("cuts", "CUT_NOUN", "ALL? CUT_NOUN", "TRANSITION"), role("music", "TO|'with' MUSIC")],
    _beat,
    light="CHANGE MAKE FIND",
    required=["cuts", "music"],
    operation="beat_sync",
)

FRAMES = (_MUSIC, _BEGINS, _PART, _CUT, _TEMPO, _BEAT, _ALIGNED)
