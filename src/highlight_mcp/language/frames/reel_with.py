"""What a wish for a reel may say of its looks and sound in the same breath: shape, music, title."""

from typing import Any

from ...timeline.operations import BeatSync, BgmAdd, BgmRemove, Fade, TextAdd
from ..context import ParseContext
from ..outcome import ExportRequest, Finding, ParsedOperation, Unresolved
from . import picture
from .frame import Filled, role

_SOFT = 0.2
_UNDER = "'underneath'|'under'|'beneath'|'behind'|'below'|'under_it'"

ROLES = [
    role("shape", "ADD? SHAPE:*", "ratio", "'for' SHAPE:*", many=True),
    role("pad", "PAD"),
    role("blur", "BLURRED_SIDES", "PAD BLURRED_SIDES"),
    role("music", "ADD? MUSIC CHANGE? ADD?", "'mp3'|'song'", f"MUSIC {_UNDER}"),
    role("unscored", "NOT|UNWANTED|SKIP ADD? MUSIC", "MUSIC NOT|UNWANTED ADD?"),
    role("under", _UNDER, "THROUGHOUT"),
    role("beat", "CUT? BEAT", "CUT|CUT_NOUN '卡'|'踩'? BEAT"),
    role("level", "POINT? percent VOLUME?", "VOLUME CHANGE? percent"),
    role("half", "HALF_LOUD"),
    role("softly", "SOFTLY"),
    role("fade", "FADE_OUT POINT? END?", "FADE_OUT"),
    role("quality", "ADD|EXPORT? 'in'|'at'? resolution"),
    role("title", "TITLE|CAPTION SAYING? quote", "SAYING quote", "quote 'as'? TITLE"),
]


def findings(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """The operations beside the reel; None where something said has nothing to act on."""
    out: list[Finding] = []
    for part in (_shape, _music, _title, _quality):
        found = part(filled, scene)
        if found is None:
            return None
        out += found
    return out


def _quality(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`… in HD`: the file that is to be made of the reel."""
    said = filled.value("quality", "resolution")
    if said is None:
        return []
    resolution = {"hd": "1080p"}.get(said.value, said.value)
    if resolution.endswith("k") and resolution not in ("2k", "4k"):
        return None
    return [ParsedOperation(ExportRequest(resolution=resolution), filled.at + 3)]


def _shape(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    said = filled.of("shape")
    if not said:
        return None if filled.has("pad", "blur") else []
    roles = {name: parts for name, parts in filled.roles.items() if name in ("pad", "blur")} | {"ratio": [said]}
    return picture.aspect(Filled(filled.frame, list(said), roles), scene)


def _music(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    songs = {s.name.casefold(): s.name for s in scene.situation.songs}
    named = [songs[name] for t in filled.of("file") if (name := str(t.value).casefold()) in songs]
    at = filled.at + 1
    if filled.has("unscored"):
        if named or filled.has("music", "level", "beat"):
            return None
        return [ParsedOperation(BgmRemove(), at)] if scene.situation.has_bgm else []
    wanted = bool(named) or filled.has("music", "beat")
    if not wanted:
        return None if filled.has("level", "half", "softly", "fade", "under") else []
    if len(named) > 1:
        return None
    if not named and (len(songs) != 1 or scene.situation.has_bgm):
        has_music = scene.situation.has_bgm or scene.planned("bgm_add")
        beat: list[Finding] = [ParsedOperation(BeatSync(), at + 1)] if filled.has("beat") and has_music else []
        return beat or [Unresolved("music", at, missing=("asset",))]
    level = _level(filled)
    facts: dict[str, Any] = {"asset": named[0] if named else next(iter(songs.values()))}
    told = filled.has("level", "half")
    out: list[Finding] = [
        ParsedOperation(BgmAdd.model_validate(facts | level), at, frozenset() if told else frozenset({"level"}))
    ]
    if filled.has("beat"):
        out.append(ParsedOperation(BeatSync(), at + 1))
    if filled.has("fade"):
        out.append(ParsedOperation(Fade(target="bgm", out_ms=1000), at + 2, frozenset({"out_s"}), targeted=True))
    return out


def _level(filled: Filled) -> dict[str, Any]:
    if token := filled.value("level", "percent"):
        return {"level": min(4.0, token.value)}
    return {"level": 0.5} if filled.has("half") else {"level": _SOFT} if filled.has("softly") else {}


def _title(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    said = filled.value("title", "quote")
    if said is None:
        return []
    role_name = "caption" if filled.says("title", "CAPTION") else "title"
    return [
        ParsedOperation(TextAdd.model_validate({"text": said.value, "role": role_name}), filled.at + 3, targeted=True)
    ]
