"""What an operation may be done to: clips by number, by name, by length, all of them, or a pronoun."""

from collections.abc import Iterator

from ..lexicon import is_wide
from ..speech import said
from ..tokens import Token
from .passing import passes

_NAMED = ("LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN")
_WHOLE = ("ALL", "EVERYTHING", "EACH")
_PRONOUNS = frozenset({
    "it", "that", "this", "them", "those", "these", "both", "both of them", "its",
    "它", "它们", "那个", "这个", "这段", "那段",
})  # fmt: skip
_BEHIND = ("以外", "之外", "除外", "以外的", "之外的")


def is_pronoun(token: Token) -> bool:
    """Whether a word only points at what was named before."""
    return token.kind == "word" and (token.is_a("THAT_CLIP") or token.text in _PRONOUNS)


def sums_up(token: Token) -> bool:
    """Whether a word means all of those just named, where several were: `二和四都是观众席，通通去掉`."""
    return token.kind == "word" and token.text in said("ALL_OF_THEM")


def target_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """Ends of what an operation may be done to, from token `i` on; longest first."""
    first = tokens[i]
    yield from _whole_ends(tokens, i, end)
    if first.is_a("THROUGHOUT"):
        yield i + 1
    if first.kind == "clips":
        for stop in _list_ends(tokens, i, end):
            if stop < end and tokens[stop].text in _BEHIND:
                yield from _after_exception(tokens, stop + 1, end)
            elif stop < end and tokens[stop].is_a("EXCEPT") and not tokens[stop].is_a("BUT"):
                yield from _list_ends(tokens, stop + 1, end)
            yield stop
    if first.is_a("NEXT_CLIP", "PREVIOUS_CLIP"):
        yield i + 1
    yield from _named_ends(tokens, i, end)
    yield from _sized_ends(tokens, i, end)
    yield from _bare_ends(tokens, i, end)


def _named_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`the longest clip`, `that one`, `the video`: clips that are not called by number."""
    first = tokens[i]
    behind = tokens[i + 1] if i + 1 < end else None
    if first.is_a(*_NAMED):
        yield i + 2 if behind is not None and (behind.is_a("CLIP") or behind.text in ("one", "ones")) else i + 1
    if first.is_a("THAT_CLIP") or first.text in _PRONOUNS:
        yield i + 2 if behind is not None and behind.is_a("CLIP") and not behind.is_a("FILLER") else i + 1
    if (
        (first.is_a("VIDEO") and not first.is_a("FILLER"))
        or first.text in FILMS
        or (first.is_a("REEL") and first.text.endswith("reel") and i and tokens[i - 1].text in _OWN)
    ):
        yield i + 1


_OWN = frozenset({"the", "my", "this", "our", "that", "whole"})
FILMS = frozenset({
    "video", "film", "movie", "reel", "footage", "the footage", "recording", "the recording", "whole thing", "timeline",
    "视频", "影片", "片子", "整片", "成片", "录像",
})  # fmt: skip
_POINTERS = frozenset(
    {
        "same for",
        "the same for",
        "same with",
        "the same with",
        "same goes for",
        "the same goes for",
        "do the same for",
        "do the same to",
        "do the same with",
        "of",
        "for",
        "from",
        "on",
        "number",
        "no",
        "and",
        "把",
        "将",
        "给",
    }
)
_BARE_VERBS = ("MOVE", "SWAP", "SLOWER", "FASTER", "SPLIT")  # `mute 3` may mean three of them


def _sized_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`all clips longer than 12 seconds`, `超过12秒的片段`: clips chosen by their length."""
    j, named, bound = i, False, False
    while j < end and j < i + 8:
        token = tokens[j]
        if token.is_a("OVER", "AT_MOST") or token.text in said("COMPARING"):
            bound = True
        elif token.kind == "duration" and (bound or (j + 1 < end and tokens[j + 1].is_a("OVER", "AT_MOST"))):
            j += 1
            while j < end and (
                tokens[j].is_a("CLIP", "OVER", "AT_MOST", "EACH", "ALL")
                or tokens[j].text in said("SIZED_SO") | {"的", "in", "length"}
            ):
                named = named or tokens[j].is_a("CLIP") or (bound and _all_of_those(tokens, j))
                j += 1
            if named:
                yield j
            return
        elif token.is_a("CLIP", "ALL", "EACH"):
            named = named or token.is_a("CLIP") or "clip" in token.text or "片段" in token.text or "段" in token.text
        elif token.text in said("ANYTHING"):
            named = True
        elif not (j > i and passes(token)):
            return
        j += 1


def _all_of_those(tokens: list[Token], j: int) -> bool:
    """`超过15秒的都…`: clips, where nothing else is spoken of that lasts."""
    follows = tokens[j].text == "的" and j + 1 < len(tokens) and tokens[j + 1].is_a("ALL")
    return follows and not any(t.is_a("SILENCE", "REEL", "BEST", "MOMENT", "GAME") for t in tokens)


def _bare_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`of 2 and of 3`, `speed up one and two`: numbers that name clips where a verb or a preposition says so."""
    j, count = i, 0
    while j < end and is_bare(tokens[j], listed=count > 0 or j + 2 < end):
        count, stop = count + 1, j + 1
        j += 1
        while j < end and (tokens[j].is_a("AND") or (tokens[j].kind == "separator" and tokens[j].value == "weak")):
            j += 1
    if not count or (stop < end and tokens[stop].is_a("CLIP", "MOMENT") and not is_wide(tokens[stop].text[0])):
        return
    before = tokens[i - 1] if i else None
    led = before is None or before.text in _POINTERS or (before.is_a(*_BARE_VERBS) and stop < end)
    if count > 1 or (led and tokens[i].kind == "number"):
        yield stop


def is_bare(token: Token, *, listed: bool = False) -> bool:
    """Whether a number may name a clip; `one` only in a list."""
    if token.kind == "number":
        return not token.concepts and float(token.value).is_integer() and 1 <= token.value <= 99
    return listed and token.text == "one"


def _whole_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`all the clips`, `everything except clip 3`, `the rest`."""
    first = tokens[i]
    whole = first.is_a(*_WHOLE) and (first.is_a("FILLER") or not first.is_a("MAKE"))
    if not (first.is_a("EXCEPT", "REST") or whole):
        return
    j = i
    while j < end and (
        tokens[j].is_a(*_WHOLE, "CLIP", "VIDEO", "GAME", "REST") or tokens[j].text in ("of", "the", "的")
    ):
        j += 1
    if j < end and tokens[j].is_a("EXCEPT"):
        for stop in _list_ends(tokens, j + 1, end):
            yield from _after_exception(tokens, stop, end)
            yield stop
    if j > i and first.is_a("REST") and j < end and tokens[j].kind == "clips":
        yield j + 1  # `剩下的第一段`
    if j > i and (whole or first.is_a("REST")):
        yield j


def _list_ends(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """Ends of a list of clips: `clip 1 and clip 3`; only the whole list, which no other role may share."""
    j = i
    while j < end and tokens[j].text in ("the", "of", "for"):
        j += 1
    if j >= end or not (tokens[j].kind == "clips" or (is_bare(tokens[j]) and i and tokens[i - 1].is_a("EXCEPT"))):
        return
    j += 1
    while j < end:
        k = j
        while k < end and (tokens[k].is_a("AND") or (tokens[k].kind == "separator" and tokens[k].value == "weak")):
            k += 1
        if k == j or k >= end or tokens[k].kind != "clips":
            break
        j = k + 1
    yield j


def _after_exception(tokens: list[Token], i: int, end: int) -> Iterator[int]:
    """`除了第二段以外其他都`: words behind an exception that say once more that all others are meant."""
    j = i
    while j < end and (_excepts_on(tokens[j]) or _comma_before_rest(tokens, j, end)):
        j += 1
    if j > i:
        yield j


def _excepts_on(token: Token) -> bool:
    return token.text in _BEHIND or token.is_a("REST", "ALL") or token.text in ("的", "全部", "中间", "当中")


def _comma_before_rest(tokens: list[Token], j: int, end: int) -> bool:
    return (
        tokens[j].kind == "separator"
        and tokens[j].value == "weak"
        and j + 1 < end
        and (tokens[j + 1].is_a("REST", "ALL") or tokens[j + 1].text in ("中间", "当中"))
    )
