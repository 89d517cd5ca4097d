"""Music laid under the reel, and cuts on its beat."""

import re
from typing import Any

from ...timeline.operations import BeatSync, BgmAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
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
    facts: dict[str, Any] = {"asset": name}
    if token := filled.value("level", "percent"):
        facts["level"] = min(_MOST, token.value)
    elif filled.has("full"):
        facts["level"] = 1.0
    elif filled.has("half"):
        facts["level"] = 0.5
    elif filled.has("softly"):
        facts["level"] = _SOFT
    told = filled.has("level", "half", "full")
    return [ParsedOperation(BgmAdd.model_validate(facts), filled.at, frozenset() if told else frozenset({"level"}))]


_LAID = "asset 'playing'|'below'|'plays'|'running'|'under'|'underneath'|'beneath'|'under_it'|'underneath_it'|SOFTLY"
_MUSIC = frame(
    "music",
    ["ADD", "CHANGE", "MOVE", "MAKE", "SWAP", "asset 'as'|'for' MUSIC", "'with' asset", "MUSIC", _LAID],
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
        role("playing", "'playing'|'running'|'going'|'plays'|'run'|'play'"),
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
    """`start the music at 10 seconds`: the music that is there, laid anew from a time of the reel on."""
    here = scene.situation
    token = filled.value("at")
    if not here.has_bgm or token is None or (token.kind == "range" and token.value[1] is not None):
        return None
    start = int(token.value[0] if token.kind == "range" else token.value)
    if start >= here.duration_ms:
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("value",))]
    return [ParsedOperation(BgmAdd(start_ms=start), filled.at, targeted=True)]


_BEGINS = frame(
    "music_begins",
    ["START|FRONT", "ADD", "MUSIC START|FRONT", "MOVE", "'进'|'进来'|'响起'|'起'"],
    [role("music", "MUSIC"), role("at", "time", "POINT time", "time POINT|START?", "range")],
    _begins,
    light="CHANGE ADD POINT START",
    required=["music", "at"],
)


def _cut(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Music is laid whole and as it is: no part of it can be cut out, and it keeps its tempo."""
    return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]


_CUT = frame(
    "music_cut",
    ["CUT", "SPLIT", "TRIM", "SHORTEN", "REMOVE", "SKIP"],
    [
        role("music", "MUSIC"),
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

FRAMES = (_MUSIC, _BEGINS, _CUT, _TEMPO, _BEAT, _ALIGNED)
