"""Whether what fills a frame amounts to a wish for a reel; with a cut at hand, for another choice of moments."""

from ..context import ParseContext
from ..speech import said
from . import reel_facts
from .frame import Filled, is_plain

_MARKS = ("kept", "verb", "cut", "thing", "one", "within", "without", "pace", "order", "rest", "nth", "side")


def is_meant(filled: Filled, scene: ParseContext) -> bool:
    """Whether what is said amounts to a wish for a reel."""
    if (not scene.situation.footage and scene.situation.media) or scene.planned("keep") or _is_liking(filled):
        return False
    if any(t.is_a("ASSEMBLE") for t in filled.of("verb")) and not filled.has("reel", "best", "named", "size"):
        return False
    if scene.planned("highlights"):
        details = _has_content(filled) or filled.has("size", "within", "without", "pace", "order")
        return (scene.uncut and filled.roles.keys() != {"unscored"}) or details
    if filled.has("quiet") and (scene.situation.has_timeline or filled.has("cut")):
        return False
    if filled.has("cut") and not filled.has("reel", "size", "count") and not filled.says("cut", "MAKE", "TO"):
        return False  # `cut the best moments`: out, or together?
    return _of_footage(filled, scene) if scene.uncut else _anew(filled)


def _has_content(filled: Filled) -> bool:
    named = filled.has("best", "named", "meant", "quiet", "against", "search", "nth")
    return named or filled.says("one", "BEST") or filled.says("size", "WHERE")


def _of_footage(filled: Filled, scene: ParseContext) -> bool:
    """With nothing cut yet: a reel, moments, or a length to cut down to."""
    sized = filled.has("size", "count", "around", "ends")
    if filled.has("reel"):
        return not filled.has("add") or sized or filled.has("verb", "best") or _wanted(filled)
    if filled.says("within", "MATTERS"):
        return sized or "REEL" in scene.sentence_has
    if _has_content(filled):
        return sized or _tells(filled)
    if filled.has("one") and filled.has("kept"):
        return True
    if not sized and not (filled.has("pace") and filled.has("verb")):
        return False
    if filled.roles.keys() <= {"size", "kept", "verb"} and not _is_length_alone(filled):
        return False
    if scene.situation.has_timeline:
        return filled.has("verb", "cut") and not filled.says("verb", "FIND")
    return not filled.has("kept") or filled.has("verb", "cut", "thing", "around") or reel_facts.total_said(filled)


def _tells(filled: Filled) -> bool:
    """Whether moments that are named are wished for: by a verb, a noun, or as the most of something."""
    if filled.has("quiet", "search", *_MARKS) or (filled.has("best") and filled.has("named", "meant")):
        return True
    every = filled.says("named", "ALL", "EACH") or filled.says("meant", "ALL", "EACH")
    return every or _wanted(filled) or _superlative(filled)


_SHORTEST_REEL_MS = 3_000  # the shortest length of one good moment: `just a sec` is no reel


def _is_length_alone(filled: Filled) -> bool:
    """`30 seconds please`: a length by itself is one for a reel; among other words, `see you in ten minutes`, none.

    Neither is what may count points as well, `一百分`, or says how much longer: `five more minutes`.
    """
    length = filled.value("size", "duration")
    if length is None or len(filled.of("size")) > 1:
        return True
    marks = [t.start for t in filled.tokens if t.kind == "separator" or t.text == ","]
    begins = max((at for at in marks if at < length.start), default=-1)
    ends = min((at for at in marks if at > length.start), default=filled.tokens[-1].end)
    beside = [t for t in filled.tokens if begins < t.start < ends and t.start not in filled.starts]
    alone = all(t.is_a("AROUND") or is_plain(t, length) for t in beside) or _wanted(filled)
    further = length.text.endswith("分") or said("FURTHER") & set(length.text.split())
    return (alone or filled.has("verb")) and length.value >= _SHORTEST_REEL_MS and not further


_LIKING = frozenset({"like", "love", "enjoy", "喜欢", "爱看"})


def _is_liking(filled: Filled) -> bool:
    """`i like the best moments`."""
    words = [t.text for t in filled.tokens]
    return any(w in _LIKING and (i == 0 or words[i - 1] in ("i", "we", "我", "我们")) for i, w in enumerate(words))


def _wanted(filled: Filled) -> bool:
    """`i want highlights`: a wish, where `add highlights` speaks of more of them."""
    return any(
        t.text in ("want", "need", "show", "要", "来个", "做个", "弄个", "搞个")
        for t in (*filled.of("add"), *filled.tokens)
    )


def _superlative(filled: Filled) -> bool:
    return (
        any("est" in t.text or "最" in t.text for t in filled.of("named"))
        or any(" " in t.text for t in filled.of("best"))
        or any(t.text.startswith(("every ", "each ", "all ")) for t in filled.of("named"))
    )


def _anew(filled: Filled) -> bool:
    """With a cut at hand: another choice of moments, asked for in so many words."""
    if filled.has("add") and not _wanted(filled):
        return False
    measured, content = filled.has("size", "count", "within", "without"), _has_content(filled)
    if filled.says("named", "MORE") or filled.says("kept", "MATTERS"):
        return False
    if filled.has("reel"):
        if all(reel_facts.is_the_one(filled.tokens, t) for t in filled.of("reel")):
            return False
        fresh = any(t.text in reel_facts.FRESH for t in filled.tokens) or filled.says("reel", "MAKE")
        return (filled.has("verb", "cut") and (fresh or content or measured)) or measured or content or fresh
    if (
        not content
        or filled.has("cut")
        or (filled.has("order") and not measured)
        or any(t.is_a("BORING") for t in filled.tokens)
    ):
        return False
    if filled.has("search"):
        return filled.has("verb", "kept") or any(t.text.startswith(("every ", "each ")) for t in filled.of("search"))
    named = filled.has("thing", "one") or measured or _superlative(filled)
    return named and (filled.has("best", "one") or _superlative(filled) or filled.has("verb"))
