"""Picture, sound and music that come up at the start and go down at the end."""

import math
from typing import Any

from ...timeline.operations import Fade
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from .frame import Filled, frame, role
from .sound import has_music, is_it, spoken_of, waits_for_a_file

_MUSIC = ("音乐", "配乐", "music")
_SEEN = ("亮", "暗", "浮现", "显现")  # light is seen, not heard
_HELD = frozenset({"停", "停留", "停住", "hold", "holds"})
_DEFAULT_MS = 1000


def _fade(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.has("words"):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]
    if any(t.text in _HELD for t in filled.tokens):
        return None  # `结尾停两秒再淡出`: the length is that of a picture that stands still
    into, out = _ways(filled)
    if not (into or out):
        return None
    name = _whose(filled, scene)
    if name is None:
        return None
    if name == "both" and waits_for_a_file(scene) and is_it(filled):
        return []  # `use party.mp3 as music and fade it out`: the music that is asked about
    if name == "bgm" and not has_music(scene):
        return [Unresolved("fade bgm", filled.at, missing=("asset",), code="asset_missing")]
    head, tail = _lengths(filled, into=into, out=out)
    facts: dict[str, Any] = {} if name == "both" else {"target": name}
    assumed = set[str]()
    for wanted, key, token in ((into, "in", head), (out, "out", tail)):
        if wanted:
            facts[f"{key}_ms"] = round(token.value * (1000 if token.kind == "number" else 1)) if token else _DEFAULT_MS
            assumed |= set() if token else {f"{key}_s"}
    done = ParsedOperation(Fade.model_validate(facts), filled.at, frozenset(assumed), targeted=True)
    return [done, *(Unresolved(t.text, t.start, code="unsupported_op") for t in filled.of("white") if not t.is_a("TO"))]


def _ways(filled: Filled) -> tuple[bool, bool]:
    """Whether it comes up, and whether it goes down; both where nothing says which."""
    both = filled.has("both_ends")
    into = filled.says("", "FADE_IN") or filled.has("into") or both
    out = filled.says("", "FADE_OUT") or filled.has("out") or both
    into = into or filled.says("", "START")
    out = out or filled.says("", "END")
    ends = filled.has("start") and filled.has("end")
    into = into or ends or (filled.has("start") and not filled.says("", "FADE_OUT"))
    out = out or ends or (filled.has("end") and not filled.says("", "FADE_IN"))
    into, out = (into, out) if into or out else (True, True)
    return into and not filled.has("no_start"), out and not filled.has("no_end")


def _lengths(filled: Filled, *, into: bool, out: bool) -> tuple[Token | None, Token | None]:
    said = [t for t in filled.of("lasting") if t.kind == "duration"]
    head = filled.value("into") or filled.value("start", "duration", "head")
    tail = filled.value("out") or filled.value("end", "duration", "tail")
    if len(said) > 1 and into and out:
        return (said[1], said[0]) if _goes_down_first(filled) else (said[0], said[1])
    shared = said[0] if said else tail if filled.value("out") and not filled.has("start", "end") else None
    return head or shared, tail or shared


def _goes_down_first(filled: Filled) -> bool:
    """`淡出三秒，淡入一秒`: whether the end is named before the beginning."""
    down = (t.start for t in filled.tokens if t.is_a("FADE_OUT", "END") or t.text == "out")
    up = (t.start for t in filled.tokens if t.is_a("FADE_IN", "START", "FRONT") or t.text == "in")
    return next(down, math.inf) < next(up, math.inf)


def _whose(filled: Filled, scene: ParseContext) -> str | None:
    """What fades; None for what cannot by itself."""
    of_music = is_it(filled) and spoken_of(scene) == "bgm"
    if filled.has("target") and not of_music and not filled.says("target", "ALL", "VIDEO", "EVERYTHING"):
        return None
    if len([t for t in filled.of("lasting") if t.kind == "duration"]) > 2:
        return None
    music, sound, picture = filled.has("music"), filled.has("source"), filled.has("picture")
    if music and (sound or picture):
        return None
    if not (music or sound or picture):
        if has_music(scene) and any(word in scene.source.work for word in _MUSIC) and not scene.findings:
            return "bgm"  # `the music stops short, fade it out`
        if not filled.says("target", "ALL", "EVERYTHING") and spoken_of(scene) == "bgm":
            return "bgm"
        return "video" if any(word in filled.trigger.text for word in _SEEN) else "both"
    return "bgm" if music else "both" if sound and picture else "audio" if sound else "video"


_DENIED = "NOT FADE|FADE_IN|FADE_OUT|ADD|CHANGE|MOVE?"  # `结尾就别淡了`
_FADE = frame(
    "fade",
    ["FADE", "FADE_IN", "FADE_OUT", "MOVE JOIN:fade_black", "START|END SOFTLY"],
    [
        role("into", "FADE_IN", "'in'", "'in' OVER? duration|number"),
        role("out", "FADE_OUT", "'out'", "'out' OVER? duration|number", "AND 'out' OVER? duration|number"),
        role(
            "start",
            "POINT|'at'|'in'? START|FRONT",
            "'at_the_top'|'up_top'",
            "START|FRONT POINT? duration",
            "head",
            "OVER head",
            "duration POINT|'at'? START|FRONT",
            "START SOFTLY",
        ),
        role(
            "end",
            "POINT|'at'|'in'? END|BACK",
            "END|BACK POINT? duration",
            "tail",
            "OVER tail",
            "duration POINT|'at'? END|BACK",
            "END SOFTLY",
        ),
        role("both_ends", "BOTH_ENDS"),
        role("no_start", f"START|FRONT {_DENIED}"),
        role("no_end", f"END|BACK {_DENIED}"),
        role("lasting", "duration EACH?", "OVER duration", "'for' duration", "EACH duration", many=True),
        role("music", "MUSIC", "MUSIC AUDIO|VOLUME"),
        role("source", "AUDIO|SOURCE_SOUND"),
        role("picture", "'picture'|'image'|'画面'|'visuals'|'images'"),
        role("target", "<target>"),
        role("black", "JOIN:fade_black", "TO COLOUR:black", "'from' COLOUR:black", "'黑屏'|'黑场'"),
        role("white", "TO COLOUR:white"),
        role("just", "'just'|'only'"),
        role("words", "TITLE|CAPTION|SUBTITLES|OVERLAY"),
    ],
    _fade,
    light="ADD CHANGE VIDEO CLIP BY EACH JOIN:fade_black COLOUR:black OVER QUIETER MOVE MAKE MORE",
)


def _to_black(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`片尾一秒淡黑`: with an end of the reel beside it, no transition between clips."""
    filled.roles["black"] = filled.roles.pop("")
    filled.roles[""] = filled.roles["end"]
    return _fade(filled, scene)


_TO_BLACK = frame(
    "fade",
    ["JOIN:fade_black"],
    [*(r for r in _FADE.roles if r.name in ("end", "lasting", "picture"))],
    _to_black,
    light="ADD CHANGE VIDEO BY OVER MOVE MAKE",
    required=["end"],
)

FRAMES = (_FADE, _TO_BLACK)
