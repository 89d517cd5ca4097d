"""People who would have to be seen to be found: `the best moments of my daughter`."""

from ..tokens import Token

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
