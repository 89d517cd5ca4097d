"""Pictures one after the other: each for some time, all in a given time, or as long as the music lasts."""

from typing import Any

from ...timeline.operations import BgmAdd, Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from .frame import Filled, frame, role

_SHOW = "'slideshow'|'slide_show'|'photo_slideshow'|'幻灯片'|'相册'|'电子相册'"
_PICTURES = "'photo'|'photos'|'picture'|'pictures'|'image'|'images'|'照片'|'图片'|'相片'"


def _slideshow(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`a slideshow of the photos, 3 seconds each`, `把照片做成幻灯片，配上音乐`."""
    situation = scene.situation
    if not situation.pictures or situation.footage or not scene.uncut or scene.planned("highlights"):
        return None
    songs = {song.name.casefold(): song for song in situation.songs}
    named = [songs.get(str(t.value).casefold()) for t in filled.of("music") if t.kind == "asset"]
    song = named[0] if named else next(iter(songs.values())) if len(songs) == 1 else None
    scored = filled.has("music", "fitted")
    if scored and song is None:
        return None if named else [Unresolved("music", filled.at, missing=("asset",))]
    facts: dict[str, Any] = {}
    if size := filled.value("each", "duration"):
        facts["clip_ms"] = size.value
    if total := filled.value("total", "duration"):
        facts["clip_ms" if filled.says("", "EACH") else "total_ms"] = total.value
    if filled.has("fitted") and song is not None:
        facts["total_ms"] = song.duration_ms
    if len(facts) > 1:
        return [Unresolved(scene.source.given.strip(), filled.at, missing=("total_s",))]
    shown: list[Finding] = [ParsedOperation(Highlights.model_validate(facts), filled.at, targeted=True)]
    if scored and song is not None:
        shown.append(ParsedOperation(BgmAdd(asset=song.name), filled.at + 1, frozenset({"level"})))
    return shown


_SLIDESHOW = frame(
    "slideshow",
    [_SHOW, f"EACH '张'? {_PICTURES}"],
    [
        role("pictures", f"'of'|'from'? ALL? {_PICTURES}", f"{_PICTURES} ALL"),
        role(
            "each",
            "duration EACH|'apiece'",
            f"EACH '张'? {_PICTURES}? duration",
            f"duration 'per'|'for' EACH? {_PICTURES}",
        ),
        role("total", "'for'? duration TOTAL?"),
        role("fitted", "TO MUSIC TOTAL?", "'as_long_as' MUSIC", "'配合'|'按'|'跟' MUSIC TOTAL?"),
        role("music", "ADD? MUSIC", "ADD? asset 'as'? MUSIC?", "MUSIC asset"),
        role("verb", "MAKE|CHANGE|ASSEMBLE|ADD", many=True),
    ],
    _slideshow,
    light="MAKE CHANGE SHOWN ADD GAME VIDEO ASSEMBLE",
    operation="highlights",
)

FRAMES = (_SLIDESHOW,)
