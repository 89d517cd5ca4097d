"""Words that carry no meaning of their own, over which a pattern passes."""

from ..tokens import Token

KINDS = frozenset({
    "quote", "asset", "number", "duration", "time", "range", "head", "tail", "clips", "percent", "factor", "ratio",
    "decibels", "lufs", "resolution", "rate", "size", "degrees", "steps", "version", "named",
})  # fmt: skip
# What a word may mean beside carrying no meaning of its own, and still be passed over.
_PASSED = frozenset({
    "FILLER", "MAKE", "CHANGE", "DONE_WITH", "THEN", "AROUND", "VIDEO", "CLIP", "MOMENT", "POINT", "A_LOT", "GAME",
    "FILTER", "NARRATION", "WHERE", "HOW_TO", "SHOWN", "PARTICLE",
})  # fmt: skip


# How a sentence goes on, beside whatever else a word means.
_MARKS = frozenset({"LINK", "BECAUSE", "SAME", "AND_BEHIND"})
_PLACING = frozenset({"BY", "TO"})
_PLACED = frozenset({"by", "to", "into"})  # elsewhere such a word is mostly an article: `a música`, `un clip`
# Words that may stand for a clip or an amount, which nobody passes over.
_COUNTING = frozenset({"one", "ones", "two", "both", "half", "一", "两"})
# What makes a question, a report or a condition of a sentence is never passed over.
_ASKING = frozenset({
    "了没有", "了吗", "了没", "没有", "already", "已经", "if", "whether", "when", "whenever", "如果",
    "要是", "假如", "的话", "是", "it's", "or", "either", "other", "another", "few", "many",
    "neither", "nor", "或", "或者",
})  # fmt: skip


_MANNERS = frozenset({
    "completely", "entirely", "totally", "fully", "wholly", "exactly", "simply", "nicely", "properly", "immediately",
    "directly", "definitely", "instantly", "briefly", "carefully", "beautifully", "professionally", "automatically",
    "permanently", "cleanly", "evenly", "clearly", "obviously", "seriously", "straightaway", "altogether", "precisely",
    "quickly", "kindly", "neatly", "perfectly", "truly", "absolutely",
})  # fmt: skip


def passes(token: Token, light: frozenset[str] = frozenset()) -> bool:
    """Whether a word may be passed over: it means nothing of its own, or only what is `light` in this frame."""
    if token.kind == "unknown" and token.text in _MANNERS:
        return True
    if token.kind == "word" and token.value == "courtesy":
        return True
    if token.kind not in ("word", "unknown") or not token.concepts or token.text in _COUNTING | _ASKING:
        return False
    if token.text in ("再", "too", "as well"):
        return True
    meant = token.concepts - _MARKS
    if "FILLER" not in meant:
        return bool(meant) and meant <= light
    return meant - (_PLACING if token.text not in _PLACED else frozenset()) <= _PASSED | light
