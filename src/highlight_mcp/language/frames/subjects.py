"""Who and what moments are of: people, whom something would have to see, and goals of one side, which a board tells."""

from typing import Any

from ..context import ParseContext
from ..tokens import Token
from .frame import Filled, role

_GOAL = "CRITERION:goal|CRITERION:score_change"
_OF = "'of'|'by'|'for'|'from'|'scored_by'"
GOALS = [
    role(
        "nth",
        f"FRONT|BACK number {_GOAL}",
        f"FRONT|BACK {_GOAL}",
        f"ALL|EACH clips {_GOAL}",
        f"clips {_GOAL}",
    ),
    role("side", f"{_OF} HOME_SIDE|AWAY_SIDE", "HOME_SIDE|AWAY_SIDE"),
]


def read_goals(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    """Side and place of the goals, as arguments; None where they do not go together, or several are meant."""
    facts: dict[str, Any] = {}
    if filled.has("side"):
        if not _has_goal(filled) or scene.sentence_has >= {"HOME_SIDE", "AWAY_SIDE"}:
            return None
        facts["side"] = "home" if filled.says("side", "HOME_SIDE") else "away"
    if not filled.has("nth"):
        return facts
    if scene.planned("highlights") or scene.sentence_has >= {"FRONT", "BACK"}:
        return None
    place = _place(filled)
    return None if place is None or filled.has("count", "best", "one") else facts | place


def _has_goal(filled: Filled) -> bool:
    return any(token.is_a("CRITERION:goal", "CRITERION:score_change") for token in filled.tokens)


def _place(filled: Filled) -> dict[str, Any] | None:
    """`the last two goals`, `前三个进球`: so many from one end; a goal in the middle has no such place."""
    clips = filled.value("nth", "clips")
    if clips is not None:
        if len(clips.value) != 1:
            return None
        first, last = clips.value[0]
        if first == 1 and last > 0:
            return {"taken": "first", "count": last}
        return {"taken": "last", "count": -first} if last == -1 and first < 0 else None
    number = filled.value("nth", "number")
    count = 1 if number is None else number.value
    if not float(count).is_integer() or not 1 <= count <= 500:
        return None
    return {"taken": "first" if filled.says("nth", "FRONT") else "last", "count": int(count)}


_PEOPLE = frozenset(
    [
        "daughter",
        "son",
        "kid",
        "kids",
        "child",
        "children",
        "boy",
        "girl",
        "boyfriend",
        "girlfriend",
        "wife",
        "husband",
        "coach",
        "mum",
        "mom",
        "dad",
        "grandma",
        "grandpa",
        "friend",
        "friends",
        "brother",
        "sister",
        "teacher",
        "parents",
        "him",
        "her",
        "me",
        "女儿",
        "儿子",
        "孩子",
        "小孩",
        "宝宝",
        "老公",
        "老婆",
        "妈",
        "爸",
        "朋友",
        "老师",
    ]
)
_SHOWING = frozenset({"of", "with", "where", "when", "有"})


def somebody(tokens: list[Token]) -> str | None:
    """`the best moments of my daughter`: someone who would have to be seen; `of my daughter's game` is footage."""
    for i, token in enumerate(tokens):
        if token.text not in _PEOPLE or not any(t.text in _SHOWING for t in tokens[max(0, i - 2) : i]):
            continue
        behind = tokens[i + 1] if i + 1 < len(tokens) else None
        if (
            behind is None
            or behind.kind in ("separator", "duration")
            or (not behind.is_a("GAME") and behind.text != "的")
        ):
            return token.text
    return None
