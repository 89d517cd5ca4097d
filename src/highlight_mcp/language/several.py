"""A wish for several reels, parted into one wish for each: what they share is said of all, the rest of one alone.

Reels are counted (`three 60 second shorts`), listed (`a vertical one and a wide one`, `15 and 30 second versions`),
wanted of each file, or told apart by how they are delivered (`…, render each`). Each is then read as a sentence of its
own, with everything that a wish for a reel may say.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from . import folders
from .context import ParseContext
from .frames.passing import passes
from .lexicon import is_wide
from .reel_parts import (
    Part,
    Tokens,
    alike,
    counts_reels,
    is_article,
    is_named,
    is_noun,
    is_plain,
    key_of,
    stands_for_a_reel,
)
from .speech import form, said
from .tokens import Token

MOST = 20
_REEL = frozenset({"REEL"})
_WIDE = "SHAPE:16:9"
_HANDLED = frozenset({"MAKE", "CUT", "FIND", "CHANGE", "EXPORT"})


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
            if is_wide(token.text[0]) and is_article(token) and any(map(key_of, run)):
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
    """One sentence for each item, with the parts around them in all, or in the one that they name (`the second …`)."""
    own: list[Tokens] = [()] * len(items)
    shared: list[Part] = []
    for part in behind:
        found = _named_by(part, len(items))
        if found is None:
            shared.append(part)
        else:
            own[found[0]] = (*own[found[0]], *part.lead, *part.tokens[found[1] :])
    items, behind = [(*item, *more) for item, more in zip(items, own, strict=True)], shared
    ahead = [t for part in before for t in (*part.lead, *part.tokens)]
    after = [t for part in behind for t in (*part.lead, *part.tokens)]
    named = any(is_named(t) and t.text not in said("VERSION_NOUN") for t in (*ahead, *(t for i in items for t in i)))
    return [_settled((*ahead, *item, *after), chosen=named) for item in items]


def _named_by(part: Part, count: int) -> tuple[int, int] | None:
    """Which of some reels a part is about, from 0, and how many tokens say so: `the second vertical`; else None."""
    said_so = next((i for i, t in enumerate(part.tokens) if not is_wide(t.text[0]) and t.text not in said("OWN")), 0)
    first = part.tokens[said_so]
    if first.kind == "clips" and len(first.value) == 1 and not any(w in first.text for w in said("CLIP_CALLED")):
        number, last = first.value[0]
    elif first.kind in ("word", "unknown") and first.text in _places():
        number = last = _places()[first.text]
    else:
        return None
    place = number - 1 if number > 0 else count + number
    return (place, said_so + 1) if number == last and 0 <= place < count and len(part.tokens) > said_so + 1 else None


@folders.remembered
def _places() -> dict[str, int]:
    """`first`, `second`, …: places by their words."""
    named = (folders.words(code, "speech")["PLACES"] for code in folders.codes())
    return {word: place for words in named for place, word in enumerate(words, 1)}


def _settled(tokens: Tokens, *, chosen: bool) -> Tokens:
    """A wish for one reel as it would have been said alone: it is named, and nothing in it counts reels.

    Where a version is wanted and nothing else is said but its shape, it is one of what there is, and nothing is chosen.
    """
    out: list[Token] = []
    named = not chosen and not any(key_of(t) in ("length", "content") for t in tokens)
    for place, token in enumerate(tokens):
        behind = tokens[place + 1] if place + 1 < len(tokens) else None
        if is_named(token):
            out += [token] if key_of(token) else []
            out += [] if named else [_as_reel(token)]
            named = True
        elif key_of(token) == "shape" and token.text in said("WIDE"):
            out.append(replace(token, kind="word", concepts=frozenset({_WIDE})))
        elif token.is_a("COLON") or token.text in said("NOT_OF_ONE") or (is_article(token) and not passes(token)):
            continue
        elif not token.is_a("EACH") or (behind is not None and behind.is_a("CLIP", "MOMENT")):
            out.append(token)
    return tuple(out)


def _as_reel(noun: Token) -> Token:
    return replace(noun, kind="word", start=noun.end if key_of(noun) else noun.start, concepts=_REEL, value=None)


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
    listed = _listed_in(around, header.count) or _told_in(around, header.count)
    if listed is None and _is_weak(header.noun) and not _made(header.own):
        return None  # `two videos, 10 seconds each` are those that there are
    if header.count > MOST or (listed is None and _lists_others(around)):
        return []
    if listed is None and any(stands_for_a_reel(part) and is_noun(part.opened[1][0]) for part in around):
        return []  # `two versions, one vertical`: and the other?
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
    end = next((i for i in range(at + 1, len(tokens)) if is_noun(tokens[i], "REEL_NOUNS")), None)
    if end is None or not all(map(is_plain, tokens[at + 1 : end])) or _is_of_these(tokens[:at]):
        return None
    if end + 1 < len(tokens) and tokens[end + 1].is_a("CLIP", "MOMENT", "VIDEO"):
        return None  # `three short clips`
    if not all(t.is_a(*_HANDLED) or passes(t) or key_of(t) for t in tokens[:at]):
        return None  # `go back three versions`
    head = tokens[:at] if not any(map(key_of, tokens[:at])) else ()
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


def _told_in(parts: list[Part], count: int) -> tuple[int, int] | None:
    """Where as many parts each tell a reel, some of them in words that only a reading of each can judge."""
    tells = [bool(part.keys) or stands_for_a_reel(part) for part in parts]
    for start in range(len(parts) - count + 1):
        run = parts[start : start + count]
        whole = all(tells[start : start + count]) and (
            any(map(stands_for_a_reel, run)) or all("length" in part.keys for part in run)
        )
        if whole and alike(run) and not any(map(stands_for_a_reel, parts[start + count : start + count + 1])):
            return start, start + count
    return None


def _lists_others(parts: list[Part]) -> bool:
    """Whether some are listed, but not as many as were counted."""
    return any(_is_list(parts[start : start + 2]) for start in range(len(parts) - 1))


def _is_list(run: Sequence[Part]) -> bool:
    """Whether all say the same kind of thing of a reel, or each begins with its article."""
    said_of = [part.opened for part in run]
    if not all(part.keys and all(map(is_plain, own)) for part, (_, own) in zip(run, said_of, strict=True)):
        return False
    alike = frozenset.intersection(*(part.keys for part in run))
    return bool(alike) or all(own and is_article(own[0]) for _, own in said_of)


# --- one beside another ----------------------------------------------------------------------------------------------


def _listed(parts: list[Part]) -> list[Tokens] | None:
    """`a 20 second reel of a.mp4 and a 40 second one of b.mov`, `15, 30 and 60 second versions`."""
    start = next((n for n, part in enumerate(parts) if _is_item(part, opening=True)), None)
    if start is None or _is_of_these(parts[start].opened[0]):
        return None
    items = list(takewhile(lambda part: _is_item(part) or stands_for_a_reel(part), parts[start + 1 :]))
    run = [parts[start], *items]
    if len(run) < 2 or len(run) > MOST:
        return None
    head, first = run[0].opened
    own = [first, *(part.tokens for part in items)]
    if _shares_noun(run):
        own = [*((*item, run[-1].tokens[-1]) for item in own[:-1]), own[-1]]
    elif not all(_is_whole(part) for part in run if part.keys):
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
    if not is_article(own[0]) or own[0].is_a("ADD"):
        return False
    noun = next((i for i, t in enumerate(own) if i and is_noun(t)), None)
    if noun is None:
        return is_noun(own[0]) or own[-1].text in said("STANDS_FOR_NOUN")
    ahead = own[1:noun]
    return all(map(is_plain, ahead)) and not (noun + 1 < len(own) and own[noun + 1].is_a("CLIP", "MOMENT", "CARD"))


def _shares_noun(run: Sequence[Part]) -> bool:
    """`a vertical and a square version`: only the last one is called by its name, which ends it."""
    *others, last = run
    bare = all(part.keys <= {"length", "shape"} for part in run) and _is_list(run)
    return bare and not any(is_named(t) for part in others for t in part.tokens) and is_named(last.tokens[-1])


# --- one of each file, or each by itself -----------------------------------------------------------------------------


def _of_files(parts: list[Part], apart: bool, scene: ParseContext) -> list[Tokens] | None:
    """`a 30 second highlight for each video`, `每个视频各剪一条`: one of each file of the footage."""
    tokens = [t for part in parts for t in (*part.lead, *part.tokens)]
    found = _files_named(tokens, scene)
    if found is None or len(found[2]) < 2 or any(t.is_a("ASSEMBLE") for t in tokens):
        return None
    at, end, files = found
    tokens[at:end] = [replace(tokens[at], kind="word", concepts=frozenset({"BATCH"}), value=None)]
    nouns = [i for i, t in enumerate(tokens) if is_noun(t) or (apart and t.is_a("CLIP")) or counts_reels(tokens, i)]
    noun = next((place for place in nouns if _meet(tokens, at, place)), None)
    if noun is None:
        return None
    if len(files) > MOST:
        return []
    out = []
    for name in files:
        media = replace(tokens[at], kind="asset", concepts=frozenset(), value=name)
        own = [_as_reel(t) if t is tokens[noun] else t for t in (*tokens[:at], media, *tokens[at + 1 :])]
        out.append(_settled(tuple(own), chosen=True))
    return out


def _files_named(tokens: Sequence[Token], scene: ParseContext) -> tuple[int, int, list[str]] | None:
    """Where files are named of which each is meant, and which: `each video`, `a.mp4和b.mov各`, `两个视频各`."""
    known = [media.name for media in scene.situation.footage]
    at = next((i for i, t in enumerate(tokens) if t.is_a("BATCH")), None)
    if at is not None:
        return at, at + 1, known
    each = next((i for i, t in enumerate(tokens) if t.text in said("EACH_OF_THEM")), None)
    if each is None:
        return None
    start = each
    while start and (tokens[start - 1].kind == "asset" or tokens[start - 1].is_a("AND") or _marks(tokens[start - 1])):
        start -= 1
    names = [str(t.value) for t in tokens[start:each] if t.kind == "asset"]
    if names:
        return (start, each, names) if set(names) <= set(known) and len(set(names)) == len(names) else None
    counted = next((i for i in range(each) if tokens[i].kind == "number" and tokens[i].value == len(known)), None)
    if counted is None or not any(t.is_a("VIDEO") for t in tokens[counted:each]):
        return None
    return (counted, each, known) if all(map(is_plain, tokens[counted + 1 : each])) else None


def _meet(tokens: Sequence[Token], one: int, other: int) -> bool:
    """Whether nothing is said between a reel and `of each video` that could be the share of each."""
    first, last = sorted((one, other))
    if one < other:
        between = tokens[first + 1 : last]
        told = all(t.is_a(*_HANDLED) or is_plain(t) for t in between)
        return told and (any(map(is_article, between)) or counts_reels(tokens, other))
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
