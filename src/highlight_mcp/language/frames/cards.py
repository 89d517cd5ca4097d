"""Plain cards with words before and after the reel."""

from typing import Any

from ...timeline.operations import CardAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import shown
from .frame import Filled, frame, role
from .texts import QUOTED, WRITES, is_a_card

_PLACES = frozenset({"片头", "片尾", "intro", "outro", "黑场", "黑屏", "黑底", "白底", "黑底白字", "白底黑字"})
_PAPERS = {"黑": "black", "black": "black", "白": "white"}
_CLOSING = ("end", "outro", "clos", "final", "尾", "结", "credit", "谢幕")


def _cards(filled: Filled) -> list[Token]:
    return [t for name in ("", "card") for t in filled.of(name) if t.is_a("CARD")]


def _card(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    cards = _cards(filled)
    said = shown.words(filled, scene)
    if not cards or (filled.has("words") and said is None) or (filled.has("start") and filled.has("end")):
        return None
    counted = is_a_card(filled) or _behind_a_verb(filled, cards) or _of_a_colour(cards)
    if all(t.text in _PLACES for t in cards) and not counted:
        return None
    if said is None and any(t.text in WRITES or t.text.strip() in (":", "写") for t in filled.tokens):
        return None
    if filled.has("point"):
        return [Unresolved(scene.words(filled.clause("", "card", "point")), filled.at, code="unsupported_op")]
    placed = filled.says("", "FRONT", "START"), filled.says("", "BACK", "END")
    begins, ends = (filled.has(n) or p for n, p in zip(("start", "end"), placed, strict=True))
    ending = ends or (not begins and any(s in t.text for t in cards for s in _CLOSING))
    facts: dict[str, Any] = {"text": said[0] if said else "", "at": "end" if ending else "start"}
    lasting = filled.value("lasting")
    if lasting:
        facts["duration_ms"] = lasting.value
    if colour := _paper(cards) or filled.named("colour", "COLOUR:"):
        facts["color"] = colour
    assumed = frozenset[str]() if lasting else frozenset({"duration_s"})
    return [ParsedOperation(CardAdd.model_validate(facts), filled.at, assumed, targeted=True)]


def _behind_a_verb(filled: Filled, cards: list[Token]) -> bool:
    """`加个片头写“…”` makes a card; in `片头加标题“…”` the opening is only a place."""
    verbs = [t for t in filled.of("") if t.is_a("ADD", "MAKE")]
    return bool(verbs) and any(0 <= c.start - verbs[0].end <= 8 for c in cards)


def _of_a_colour(cards: list[Token]) -> bool:
    """`片头黑屏两秒`: a place, and what is seen there."""
    coloured = [t for t in cards if _paper([t])]
    return bool(coloured) and len(coloured) < len(cards)


def _paper(cards: list[Token]) -> str | None:
    """The colour inside words such as `白底黑字` and `black card`."""
    said = " ".join(t.text for t in cards)
    found = [(said.index(sign), colour) for sign, colour in _PAPERS.items() if sign in said]
    return min(found)[1] if found else None


_CARD = frame(
    "card",
    ["ADD", "MAKE", "CARD", "ADD CARD", "BACK|END|FRONT|START"],
    [
        role("card", "CARD", "CARD CARD", "CARD CAPTION", many=True),
        role("words", *QUOTED, "SAYING COLON? <words>", "COLON <words>"),
        role("lasting", "duration TOTAL?", "TOTAL duration", "head", "tail", "ADD duration"),
        role("start", "START|FRONT", "POINT START|FRONT"),
        role("end", "END|BACK", "POINT END|BACK"),
        role("point", "time"),
        role("colour", "COLOUR:*", "COLOUR:* 'background'|'bg'"),
        role("writing", "ADD"),
    ],
    _card,
    light="ADD MAKE SAYING POINT VIDEO END FRONT START BACK MOVE",
    own=False,
)


FRAMES = (_CARD,)
