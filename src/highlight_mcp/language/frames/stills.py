"""Pictures in the reel: one that opens or ends it, and slideshows.

`start with intro.jpg for 3 seconds`, `片尾放logo.png两秒`. Slideshows are pictures one after the
other: each for some time, all in a given time, or as long as the music lasts.
"""

from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.operations import BgmAdd, Highlights, Keep
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from .frame import Filled, frame, role

_SHOWN_MS = 3000
"""As long as a card is shown where nothing is said (`CardAdd`)."""


def _still(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    reel = scene.planned("highlights", "keep") or not scene.sentence_has.isdisjoint({"REEL", "BEST"})
    if not (scene.situation.has_timeline or reel):
        return None  # a picture alone is no reel; what lies behind it is asked, or all of the footage
    picture = _picture(filled, scene)
    first, last = (_is_at(filled, *concepts) for concepts in (("FRONT", "START"), ("BACK", "END")))
    if picture is None or first == last:
        return None
    lasting = filled.value("lasting", "duration")
    length = int(lasting.value) if lasting else _SHOWN_MS
    if length <= 0:
        return None
    op = Keep(source=picture.name, ranges_ms=((0, length),), mode="prepend" if first else "append")
    assumed = frozenset[str]() if lasting else frozenset({"duration_s"})
    return [ParsedOperation(op, filled.at, assumed, targeted=True)]


def _picture(filled: Filled, scene: ParseContext) -> MediaInfo | None:
    named = {str(t.value).casefold() for t in filled.tokens if t.kind == "asset"}
    found = [media for media in scene.situation.pictures if media.name.casefold() in named]
    return found[0] if len(found) == len(named) == 1 else None


def _is_at(filled: Filled, *concepts: str) -> bool:
    return filled.says("", *concepts) or filled.says("at", *concepts)


_STILL = frame(
    "still",
    [
        "FRONT|BACK|START|END",
        "FRONT|BACK|START|END 'with'|'on'|'by'",
        "CHANGE|ADD|MOVE|MAKE",
        "'以'|'拿'|'用'",
    ],
    [
        role("picture", "asset", "'with'|'on'|'by'|'showing'? asset"),
        role("at", "TO|POINT|'in'|'as'|'at'|'on'? FRONT|START|BACK|END", "'as'? CARD"),
        role("lasting", "'for'|'lasting'|'at'? duration TOTAL?", "ADD|SHOWN duration"),
        role("verb", "ADD|MOVE|CHANGE|MAKE|SHOWN"),
    ],
    _still,
    light="ADD MAKE CHANGE SHOWN GAME VIDEO REEL POINT MOVE CLIP OVERLAY CARD LINK FREEZE",
    required=["picture"],
    own=False,
    operation="keep",
)


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

FRAMES = (_STILL, _SLIDESHOW)
