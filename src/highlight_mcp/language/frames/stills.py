"""A picture that opens or ends the reel, for a time: `start with intro.jpg for 3 seconds`, `片尾放logo.png两秒`."""

from ...timeline.media import MediaInfo
from ...timeline.operations import Keep
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
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

FRAMES = (_STILL,)
