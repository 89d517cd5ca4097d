"""A wish for several reels, parted into one wish for each: what they share is said of all, the rest of one alone.

Reels are counted (`three 60 second shorts`), listed (`a vertical one and a wide one`, `15 and 30 second versions`),
wanted of each file, or told apart by how they are delivered (`…, render each`). Each is then read as a sentence of its
own, with everything that a wish for a reel may say.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from .context import ParseContext
from .frames.passing import passes
from .lexicon import is_wide
from .speech import endings, form, said
from .tokens import Token

Tokens = tuple[Token, ...]
MOST = 20
_REEL = frozenset({"REEL"})
_WIDE = "SHAPE:16:9"
_KEYS = {
    "duration": "length", "time": "length", "ratio": "shape", "asset": "file", "range": "stretch", "head": "stretch",
    "tail": "stretch",
}  # fmt: skip
_NAMED = {"SHAPE:": "shape", "CRITERION:": "content"}
_SAID_BESIDE = frozenset({"AT_MOST", "AT_LEAST", "AROUND", "TOTAL", "EACH", "BEST", "FAST_PACE", "SLOW_PACE", "MAKE"})
_HANDLED = frozenset({"MAKE", "CUT", "FIND", "CHANGE", "EXPORT"})


@dataclass(frozen=True)
class Part:
    """A stretch of a sentence between two marks or conjunctions, with those before it."""

    lead: Tokens
    tokens: Tokens

    @property
    def keys(self) -> frozenset[str]:
        """What it says of a reel: its length, its shape, its file, a stretch, what it shows."""
        return frozenset(key for token in self.tokens if (key := _key(token)))

    @property
    def opened(self) -> tuple[Tokens, Tokens]:
        """The verb and what leads up to what is said of a reel, and that."""
        head = tuple(takewhile(lambda t: not (_key(t) or _is_article(t) or _is_named(t)), self.tokens))
        return head, self.tokens[len(head) :]


def reels(tokens: Sequence[Token], scene: ParseContext) -> list[Tokens] | None:
    """The tokens of each reel; None where one is wanted, or none. Empty where it is several, but not clear which."""
    spans = [found.span() for found in form("APART", scene.source.languages).finditer(scene.source.work)]
    left = [t for t in tokens if not any(start <= t.start and t.end <= end for start, end in spans)]
    apart = len(left) < len(tokens)
    parts = _parts(_with_units(left))
    readers: tuple[Callable[[], list[Tokens] | None], ...] = (
        lambda: _of_files(parts, apart, scene),
        lambda: _counted(parts, scene),
        lambda: _listed(parts),
        lambda: _delivered(parts) if apart else None,
    )
    return next((found for read in readers if (found := read()) is not None), None)


def _key(token: Token) -> str:
    """What of a reel a token tells."""
    if token.kind in _KEYS:
        return _KEYS[token.kind]
    if token.kind in ("word", "unknown") and token.text in said("WIDE"):
        return "shape"
    return next((key for prefix, key in _NAMED.items() if any(c.startswith(prefix) for c in token.concepts)), "")


def _is_article(token: Token) -> bool:
    """`a`, `one`; `剪一个` has it inside."""
    if token.kind != "word" or not token.text:
        return False
    return token.text in said("ONE_REEL") or (is_wide(token.text[0]) and token.text.endswith(endings("ONE_REEL")))


def _is_noun(token: Token, key: str = "REEL_NOUN") -> bool:
    return token.kind in ("word", "unknown") and token.text in said(key)


def _is_plain(token: Token) -> bool:
    """Whether a token says something of a reel, or nothing of its own."""
    told = _key(token) or _is_article(token) or _is_named(token) or token.kind == "number"
    return (
        bool(told) or token.text in said("COUNTER") | said("NOT_OF_ONE") or token.is_a(*_SAID_BESIDE) or passes(token)
    )


def _with_units(tokens: Sequence[Token]) -> list[Token]:
    """`15, 30 and 60 seconds` are three lengths; a list of bare numbers may look like one of clips."""
    out: list[Token] = []
    unit = 0
    for token in reversed(tokens):
        numbers = _numbers(token)
        if numbers and unit and out and _marks(out[-1]):
            lengths = [replace(token, kind="duration", value=round(number * unit)) for number in reversed(numbers)]
            out += [each for length in lengths for each in (length, _COMMA)][:-1]
            continue
        unit = _unit_of(token) if token.kind == "duration" else unit if _marks(token) else 0
        out.append(token)
    return out[::-1]


_COMMA = Token("separator", 0, 0, ",", value="weak")
_UNITS_MS = (3_600_000, 60_000, 1000)


def _numbers(token: Token) -> list[float]:
    """The numbers of a token that says nothing of what they count."""
    if token.kind == "number":
        return [token.value]
    bare = token.kind == "clips" and not any(c.isalpha() for c in token.text)
    return [float(first) for first, last in token.value if first == last] if bare else []


def _unit_of(length: Token) -> int:
    """The unit of a length in ms, by its figures; 0 where that is not plain."""
    figures = "".join(c for c in length.text if c.isdecimal() or c == ".")
    if not figures.replace(".", "", 1).isdecimal():
        return 0
    return next((unit for unit in _UNITS_MS if float(figures) * unit == length.value), 0)


def _marks(token: Token) -> bool:
    return token.kind == "separator" or token.is_a("AND", "COLON")


def _parts(tokens: Iterable[Token]) -> list[Part]:
    parts: list[Part] = []
    lead: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if not _marks(token):
            if is_wide(token.text[0]) and _is_article(token) and any(map(_key, run)):
                parts.append(Part(tuple(lead), tuple(run)))  # `一个竖屏一个横屏`
                lead, run = [], []
            run.append(token)
            continue
        if run:
            parts.append(Part(tuple(lead), tuple(run)))
            lead, run = [], []
        lead.append(token)
    return [*parts, Part(tuple(lead), tuple(run))] if run else parts


def _each(before: Sequence[Part], items: Sequence[Tokens], behind: Sequence[Part]) -> list[Tokens]:
    """One sentence for each item, with the parts around them in all."""
    ahead = [t for part in before for t in (*part.lead, *part.tokens)]
    after = [t for part in behind for t in (*part.lead, *part.tokens)]
    named = any(_is_named(t) and t.text not in said("VERSION_NOUN") for t in (*ahead, *(t for i in items for t in i)))
    return [_settled((*ahead, *item, *after), chosen=named) for item in items]


def _is_named(token: Token) -> bool:
    return _is_noun(token) or _is_noun(token, "REEL_NOUNS")


def _settled(tokens: Tokens, *, chosen: bool) -> Tokens:
    """A wish for one reel as it would have been said alone: it is named, and nothing in it counts reels.

    Where a version is wanted and nothing else is said but its shape, it is one of what there is, and nothing is chosen.
    """
    out: list[Token] = []
    named = not chosen and not any(_key(t) in ("length", "content") for t in tokens)
    for place, token in enumerate(tokens):
        behind = tokens[place + 1] if place + 1 < len(tokens) else None
        if _is_named(token):
            out += [token] if _key(token) else []
            out += [] if named else [_as_reel(token)]
            named = True
        elif _key(token) == "shape" and token.text in said("WIDE"):
            out.append(replace(token, kind="word", concepts=frozenset({_WIDE})))
        elif token.is_a("COLON") or token.text in said("NOT_OF_ONE") or (_is_article(token) and not passes(token)):
            continue
        elif not token.is_a("EACH") or (behind is not None and behind.is_a("CLIP", "MOMENT")):
            out.append(token)
    return tuple(out)


def _as_reel(noun: Token) -> Token:
    return replace(noun, kind="word", start=noun.end if _key(noun) else noun.start, concepts=_REEL, value=None)


# --- so many of them -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    """`make three 60 second shorts`: how many reels are asked for, and where in the parts."""

    count: int
    noun: Token
    before: list[Part]
    own: Part
    behind: list[Part]


def _counted(parts: list[Part], scene: ParseContext) -> list[Tokens] | None:
    header = next((found for n in range(len(parts)) if (found := _header(parts, n))), None)
    if header is None or any(t.is_a("ASSEMBLE") for part in parts for t in part.tokens):
        return None
    around = [*header.before, *header.behind]
    listed = _listed_in(around, header.count)
    if listed is None and _is_weak(header.noun) and not _made(header.own):
        return None  # `two videos, 10 seconds each` are those that there are
    if header.count > MOST or (listed is None and _lists_others(around)):
        return []
    if listed is None:
        return _each(header.before, [header.own.tokens] * header.count, header.behind)
    start, stop = listed
    rest = [(place, part) for place, part in enumerate(around) if not start <= place < stop]
    head, first = around[start].opened
    items = [first, *(part.tokens for part in around[start + 1 : stop])]
    shared = [part for place, part in rest if place < len(header.before)]
    behind = [part for place, part in rest if place >= len(header.before)]
    ahead = [*shared, Part((), head), Part((), header.own.tokens)]
    return _each(ahead, items, behind)


def _header(parts: list[Part], place: int) -> _Header | None:
    tokens = parts[place].tokens
    at = next((i for i, t in enumerate(tokens) if t.kind == "number" and _counts(t)), None)
    if at is None:
        return None
    end = next((i for i in range(at + 1, len(tokens)) if _is_noun(tokens[i], "REEL_NOUNS")), None)
    if end is None or not all(map(_is_plain, tokens[at + 1 : end])) or _is_of_these(tokens[:at]):
        return None
    if end + 1 < len(tokens) and tokens[end + 1].is_a("CLIP", "MOMENT", "VIDEO"):
        return None  # `three short clips`
    if not all(t.is_a(*_HANDLED) or passes(t) or _key(t) for t in tokens[:at]):
        return None  # `go back three versions`
    head = tokens[:at] if not any(map(_key, tokens[:at])) else ()
    listed = [] if head == tokens[:at] else [Part(parts[place].lead, tokens[:at])]
    own = Part(parts[place].lead if head else (), (*head, *tokens[at + 1 : end + 1]))
    tail = [Part((), tokens[end + 1 :])] if end + 1 < len(tokens) else []
    before, behind = [*parts[:place], *listed], [*tail, *parts[place + 1 :]]
    return _Header(int(tokens[at].value), tokens[end], before, own, behind)


def _counts(token: Token) -> bool:
    return float(token.value).is_integer() and token.value > 1


def _is_of_these(head: Tokens) -> bool:
    """`the three versions`, `out of two videos`: those that there are."""
    return any(t.text in said("OWN") | said("OUT_OF") for t in head)


def _is_weak(noun: Token) -> bool:
    """A noun that may as well mean footage."""
    return noun.is_a("VIDEO", "GAME") and not noun.is_a("REEL")


def _made(part: Part) -> bool:
    return any(t.is_a(*_HANDLED) for t in part.tokens)


def _listed_in(parts: list[Part], count: int) -> tuple[int, int] | None:
    """Where as many parts as there are reels each say one of them."""
    for start in range(len(parts) - count + 1):
        run = parts[start : start + count]
        if _is_list(run) and not any(_is_list([*run, part]) for part in parts[start + count : start + count + 1]):
            return start, start + count
    return None


def _lists_others(parts: list[Part]) -> bool:
    """Whether some are listed, but not as many as were counted."""
    return any(_is_list(parts[start : start + 2]) for start in range(len(parts) - 1))


def _is_list(run: Sequence[Part]) -> bool:
    """Whether all say the same kind of thing of a reel, or each begins with its article."""
    said_of = [part.opened for part in run]
    if not all(part.keys and all(map(_is_plain, own)) for part, (_, own) in zip(run, said_of, strict=True)):
        return False
    alike = frozenset.intersection(*(part.keys for part in run))
    return bool(alike) or all(own and _is_article(own[0]) for _, own in said_of)


# --- one beside another ----------------------------------------------------------------------------------------------


def _listed(parts: list[Part]) -> list[Tokens] | None:
    """`a 20 second reel of a.mp4 and a 40 second one of b.mov`, `15, 30 and 60 second versions`."""
    start = next((n for n, part in enumerate(parts) if _is_item(part, opening=True)), None)
    if start is None or _is_of_these(parts[start].opened[0]):
        return None
    items = list(takewhile(lambda part: _is_item(part), parts[start + 1 :]))
    run = [parts[start], *items]
    if len(run) < 2 or len(run) > MOST:
        return None
    head, first = run[0].opened
    own = [first, *(part.tokens for part in items)]
    if _shares_noun(run):
        own = [*((*item, run[-1].tokens[-1]) for item in own[:-1]), own[-1]]
    elif not all(map(_is_whole, run)):
        return None
    return _each([*parts[:start], Part(run[0].lead, head)], own, parts[start + len(run) :])


def _is_item(part: Part, *, opening: bool = False) -> bool:
    head, own = part.opened
    if head and not (opening and all(t.is_a(*_HANDLED) or passes(t) for t in head)):
        return False
    return bool(own) and bool(part.keys)


def _is_whole(part: Part) -> bool:
    """`a 30 second vertical one`, `one for youtube`: an article, what it is called, and something said of it."""
    _, own = part.opened
    if not _is_article(own[0]) or own[0].is_a("ADD"):
        return False
    noun = next((i for i, t in enumerate(own) if i and _is_noun(t)), None)
    if noun is None:
        return _is_noun(own[0]) or own[-1].text in said("STANDS_FOR_NOUN")
    ahead = own[1:noun]
    return all(map(_is_plain, ahead)) and not (noun + 1 < len(own) and own[noun + 1].is_a("CLIP", "MOMENT", "CARD"))


def _shares_noun(run: Sequence[Part]) -> bool:
    """`a vertical and a square version`: only the last one is called by its name, which ends it."""
    *others, last = run
    bare = all(part.keys <= {"length", "shape"} for part in run) and _is_list(run)
    return bare and not any(_is_named(t) for part in others for t in part.tokens) and _is_named(last.tokens[-1])


# --- one of each file, or each by itself -----------------------------------------------------------------------------


def _of_files(parts: list[Part], apart: bool, scene: ParseContext) -> list[Tokens] | None:
    """`a 30 second highlight for each video`: one of each file of the footage."""
    files = scene.situation.footage
    tokens = [t for part in parts for t in (*part.lead, *part.tokens)]
    at = next((i for i, t in enumerate(tokens) if t.is_a("BATCH")), None)
    if at is None or len(files) < 2:
        return None
    nouns = [i for i, t in enumerate(tokens) if _is_noun(t) or (apart and t.is_a("CLIP"))]
    if not any(_meet(tokens, at, noun) for noun in nouns):
        return None
    if len(files) > MOST:
        return []
    noun = tokens[next(place for place in nouns if _meet(tokens, at, place))]
    out = []
    for media in files:
        name = replace(tokens[at], kind="asset", concepts=frozenset(), value=media.name)
        own = [_as_reel(t) if t is noun else t for t in (*tokens[:at], name, *tokens[at + 1 :])]
        out.append(_settled(tuple(own), chosen=True))
    return out


def _meet(tokens: Sequence[Token], one: int, other: int) -> bool:
    """Whether nothing is said between a reel and `of each video` that could be the share of each."""
    first, last = sorted((one, other))
    if one < other:
        return all(t.is_a(*_HANDLED) or _is_plain(t) for t in tokens[first + 1 : last]) and any(
            map(_is_article, tokens[first + 1 : last])
        )
    return all(passes(t) and t.is_a("LINK") for t in tokens[first + 1 : last])  # not `with something from each video`


def _delivered(parts: list[Part]) -> list[Tokens] | None:
    """`10 seconds from a.mp4 and the last 20 seconds of b.mov, render each`: what is said of each is all of it."""
    run = [part for part in parts if part.keys & {"file", "stretch"}]
    if len(run) < 2 or len(run) > MOST:
        return None
    start = parts.index(run[0])
    if parts[start : start + len(run)] != run:
        return []
    before, behind = parts[:start], parts[start + len(run) :]
    return [
        tuple(t for part in (*before, Part((), own.tokens), *behind) for t in (*part.lead, *part.tokens)) for own in run
    ]
