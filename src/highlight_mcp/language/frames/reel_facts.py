"""The measures of a reel: lengths, number of moments, order, pace, and the stretch of footage to look at."""

from typing import Any

from ...timeline.operations import RangeTarget, Remove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..spans.durations import pair_ms
from ..tokens import Token
from . import subjects
from .frame import Filled

_LONGEST_CLIP_MS = 60_000
_MOST_MOMENTS = 500
_CALM = ("quiet", "安静")

Span = tuple[int, int]
Part = tuple[Token, ...]


_OWN = frozenset(
    {
        "the",
        "this",
        "that",
        "my",
        "our",
        "your",
        "whole",
        "entire",
        "final",
        "current",
        "existing",
        "这个",
        "这条",
        "这",
        "把",
    }
)
FRESH = frozenset(
    {"new", "fresh", "instead", "brand new", "brand-new", "a", "an", "一个", "一条", "一段", "一版", "另"}
)
_DONE_ZH = ("成片",)


def is_the_one(tokens: list[Token], reel: Token) -> bool:
    """`the reel`, `my highlight reel`, `成片`: the one there is, where `the highlights of …` are moments."""
    i = tokens.index(reel)
    if reel.text in _DONE_ZH:
        return True
    if reel.text.endswith("s") or reel.text.startswith("best") or reel.is_a("MAKE"):
        return False
    near = tokens[max(0, i - 3) : i]
    words = {t.text for t in near}
    return bool(words & _OWN) and not words & FRESH and not any(t.kind == "duration" for t in near)


def criterion(filled: Filled) -> tuple[str | None, frozenset[str]]:
    """What to look for, and what of it can only be approximated."""
    if filled.has("quiet"):
        return ("quiet" if any(t.text.startswith(_CALM) for t in filled.of("quiet")) else "silence"), frozenset()
    found = [
        c.removeprefix("CRITERION:") for t in filled.tokens for c in sorted(t.concepts) if c.startswith("CRITERION:")
    ]
    near = frozenset({"approx_semantic"}) if any(t.is_a("SEMANTIC") for t in filled.tokens) else frozenset[str]()
    if {"applause", "laughter"} <= set(found):
        return "applause+laugh", frozenset()
    for scoring in ("score_change", "goal"):
        if scoring in found:
            return scoring, frozenset({"approx_semantic"})
    if "cheer" in found:
        return "cheer", near
    return (found[0] if found else None), near


def search(filled: Filled, scene: ParseContext) -> dict[str, Any] | Unresolved:
    """What is to be looked for by name, or what it would take to look for it."""
    token = filled.value("search", "named")
    if token is None:
        return {}
    wanted = token.value.criterion
    if wanted in ("words", "topic") and not scene.situation.hears:
        return Unresolved("words", token.start, code="needs_extra:asr")
    if wanted == "sound" and not scene.situation.names_sounds:
        return Unresolved("sounds", token.start, code="needs_extra:sounds")
    return {"criterion": wanted, "query": token.value.query}


def read(filled: Filled, scene: ParseContext) -> dict[str, Any] | Unresolved | None:
    """Arguments of a reel; None where they do not go together, a question where a length is none."""
    sizes = _sizes(filled, scene)
    if isinstance(sizes, Unresolved) or sizes is None:
        return sizes
    facts = sizes
    for reader in (_count, _order, _pace, _bounds, _source):
        found = reader(filled, scene)
        if found is None:
            return None
        facts |= found
    which = subjects.read_goals(filled, scene)
    if which is None:
        return None
    facts |= which
    if filled.has("told") and not _is_told(filled, facts):
        return None
    return facts


def _is_told(filled: Filled, facts: dict[str, Any]) -> bool:
    """`a two hour game`: a length of the footage, where the reel is shorter or only counted."""
    lengths = [t.value for t in filled.of("told") if t.kind == "duration"]
    if not lengths:
        return True
    if "total_ms" in facts:
        return bool(min(lengths) > facts["total_ms"])
    return "count" in facts or "clip_ms" in facts or filled.has("reel")


def _sizes(filled: Filled, scene: ParseContext) -> dict[str, Any] | Unresolved | None:
    facts: dict[str, Any] = {}
    for part in filled.roles.get("size", ()):
        token = next(t for t in part if t.kind in ("duration", "time"))
        if token.value <= 0:
            return Unresolved(token.text.strip(), token.start, missing=("length",))
        name = _name_of(part, filled)
        if name == "total_ms" and "clip_min_ms" in facts and _bounds_as_well(part, filled):
            name = "clip_max_ms"
        if name in facts:
            both_totals = name == "total_ms" and facts[name] != token.value
            if any(t.is_a("GAME", "NARRATION") for t in filled.tokens):
                return None
            return Unresolved(token.text.strip(), token.start, missing=("total_s",)) if both_totals else None
        ends = pair_ms(token.text) if name == "clip_ms" else None
        facts |= {"clip_min_ms": ends[0], "clip_max_ms": ends[1]} if ends else {name: token.value}
    if bounds := filled.value("ends", "range"):
        if bounds.value[1] is None or bounds.value[1] > _LONGEST_CLIP_MS or facts.keys() & {"clip_ms", "clip_min_ms"}:
            return None
        facts |= {"clip_min_ms": bounds.value[0], "clip_max_ms": bounds.value[1]}
    if around := filled.value("around", "duration"):
        if "clip_ms" in facts or around.value > _LONGEST_CLIP_MS:
            return None
        facts["clip_ms"] = around.value * (2 if filled.says("around", "BEFORE") else 1)
    return facts


def _bounds_as_well(part: Part, filled: Filled) -> bool:
    """`每段不短于四秒，不长于八秒`: the bound right behind another one is of the same."""
    ahead = [t for t in filled.tokens if t.end <= part[0].start and t.kind != "separator" and not t.is_a("AND")]
    bound = any(t.is_a("AT_MOST") for t in part) and not any(t.is_a("TOTAL", "ALL") for t in part)
    return bound and bool(ahead) and ahead[-1].kind == "duration"


def _name_of(part: Part, filled: Filled) -> str:
    each = any(t.is_a("EACH") for t in part) or _apiece(part, filled) or _of_clips(part, filled)
    each = each or (any(t.is_a("WHERE") for t in part) and any(t.is_a("KEEP") for t in part))
    if each and not any(t.is_a("TOTAL") for t in part):
        return (
            "clip_max_ms"
            if any(t.is_a("AT_MOST") for t in part)
            else "clip_min_ms"
            if any(t.is_a("AT_LEAST") for t in part)
            else "clip_ms"
        )
    return "total_ms"


def _apiece(part: Part, filled: Filled) -> bool:
    """`挑四个，一个十秒`; in `剪一个十秒的视频` it is the article of what is made."""
    if not any(t.text in ("一段", "一个", "一条", "一处") for t in part):
        return False
    behind = next((t for t in filled.tokens if t.start >= part[-1].end), None)
    ahead = next((t for t in reversed(filled.tokens) if t.end <= part[0].start), None)
    apart = ahead is not None and ahead.kind == "separator" and part[0].text in ("一段", "一处")
    return any(t.is_a("AT_MOST", "AT_LEAST") for t in part) or (
        (filled.has("count") or apart) and (behind is None or behind.kind == "separator" or behind.is_a("AROUND"))
    )


def _of_clips(part: Part, filled: Filled) -> bool:
    """`6 second clips`, `clips of 6 seconds`: of each one, where there are several."""
    nouns = [t for t in part if t.is_a("CLIP", "MOMENT")]
    last = filled.tokens.index(part[-1])
    behind = filled.tokens[last + 1 : last + 2]
    if part[-1].kind == "duration" and behind and behind[0].is_a("CLIP", "MOMENT") and behind[0].text.isascii():
        nouns += behind  # `six 8 second clips`
    if not nouns:
        return False
    return any(t.text.endswith("s") for t in nouns) or filled.has("count")


def total_said(filled: Filled) -> bool:
    """Whether a length of the whole reel is among what is said."""
    return any(_name_of(part, filled) == "total_ms" for part in filled.roles.get("size", ()))


def _count(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    said = filled.value("count", "number")
    if said is not None:
        before = [t for t in filled.tokens if t.end <= said.start]
        if before and before[-1].kind in ("duration", "time"):
            return None  # `one minute fifteen`
        if said.concepts or _counts_files(said, filled.tokens):
            return None
        if not float(said.value).is_integer() or not 1 <= said.value <= _MOST_MOMENTS or filled.has("one"):
            return None
        return {"count": int(said.value)}
    whole = filled.has("reel") or (filled.has("size") and total_said(filled))
    return {"count": 1} if not whole and (filled.has("one") or _is_singular(filled)) else {}


def _counts_files(number: Token, tokens: list[Token]) -> bool:
    behind = [t for t in tokens if t.start >= number.end and t.text not in ("个", "条", "段", "of", "the")]
    return bool(behind) and behind[0].is_a("VIDEO", "GAME") and not behind[0].is_a("REEL", "CLIP")


_ONE = frozenset({"moment", "one", "scene", "shot", "highlight", "play", "bit", "clip", "part", "goal"})


def _is_singular(filled: Filled) -> bool:
    """`the best moment`, `my best dunk`."""
    if not filled.has("best") or filled.has("size"):
        return False
    nouns = (*filled.of("thing"), *filled.of("named"), *filled.of("meant"))
    return any(t.text in _ONE or (t.is_a("SEMANTIC") and t.text.isascii() and not t.text.endswith("s")) for t in nouns)


def _order(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    if filled.says("order", "COUNTDOWN") or (filled.says("order", "BACK") and not filled.says("order", "BEST_FIRST")):
        return {"order": "countdown"}
    ends = {t.value for t in filled.of("order") if t.kind == "clips"}
    if ends:
        return {"order": "rank" if ends == {((1, 1),)} else "countdown"} if ends <= {((1, 1),), ((-1, -1),)} else None
    ranked = filled.has("unsorted") or filled.says("order", "BEST_FIRST", "FRONT")
    return {"order": "rank"} if ranked else {}


def _pace(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    if not filled.has("pace"):
        return {}
    return {"pace": "slow" if filled.says("pace", "SLOW_PACE") else "fast"}


def _bounds(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    """The stretch to look at, and what is left of it beside those left out."""
    name = (_source(filled, scene) or {}).get("source")
    own = next((m.duration_ms for m in scene.situation.footage if m.name == name), 0)
    end = own or scene.situation.source_ms
    spans: list[Span] = [(0, end)]
    gone = stretches_left_out(scene)
    spans = apart(spans, gone)
    parts = filled.roles.get("within", ())
    exact = [p for p in parts if any(t.kind in ("range", "head", "tail", "time", "duration") for t in p)]
    ends = any(t.kind in ("time", "duration") for p in exact for t in p)
    if len(parts) > len(exact) and ends and not filled.says("within", "FIRST_HALF"):
        return None
    for part in exact or parts:
        spans = _meet(spans, _stretches(part, end)[0])
    for part in filled.roles.get("without", ()):
        if any(t.is_a("BUT") for t in part):
            return None  # `…, but only use the last ten minutes`
        spans = apart(spans, _stretches(part, end))
    if any(_is_listed(a, b, filled) for a in parts for b in filled.roles.get("without", ())):
        return None
    if not filled.has("within", "without") and not gone:
        return _told_before(filled, scene, end)
    return {"range_ms": spans[0]} if len(spans) == 1 and spans[0][0] < spans[0][1] else None


def _told_before(filled: Filled, scene: ParseContext, end: int) -> dict[str, Any] | None:
    """`the last hour is when it gets good, five moments from there`: the stretch told of before, or all but that.

    What was told of a stretch is never passed over: without a word for which is meant there is no reading.
    """
    told = [_stretch(t, end) for t in scene.beside if t.kind in _TIMED[:-1]]
    if not told:
        return None if _looks_back(filled) else {}
    spans = told if filled.has("there") else apart([(0, end)], told) if _looks_back(filled) else []
    return {"range_ms": spans[0]} if len(spans) == 1 and spans[0][0] < spans[0][1] else None


def _looks_back(filled: Filled) -> bool:
    """`from the rest`, with nothing it could be the rest of."""
    return filled.has("rest") and any(
        t.is_a("REST") or t.text in ("follows", "left") or t.text.startswith(("后", "前", "往后", "那"))
        for t in filled.of("rest")
    )


def _is_listed(one: Part, other: Part, filled: Filled) -> bool:
    """`skip the first and the last ten minutes`: what an `and` ties together is left out together."""
    start, end = sorted((max(one[0].start, other[0].start), min(one[-1].end, other[-1].end)))
    between = [t for t in filled.tokens if start <= t.start and t.end <= end and t not in (*one, *other)]
    return any(t.is_a("AND") for t in between) and all(
        t.is_a("AND", "FILLER") or t.kind == "separator" for t in between
    )


_TIMED = ("range", "head", "tail", "time", "duration")


def _stretches(part: Part, end: int) -> list[Span]:
    """The stretches that a part of the sentence names; a half is only one where no times stand beside it."""
    timed = [t for t in part if t.kind in _TIMED]
    return [_stretch(t, end) for t in timed or [t for t in part if t.is_a("FIRST_HALF", "SECOND_HALF")]]


def _stretch(token: Token, end: int) -> Span:
    if token.kind in ("head", "time", "duration"):
        return 0, token.value
    if token.kind == "tail":
        return max(0, end - token.value), end
    if token.kind != "range":
        return (0, end // 2) if token.is_a("FIRST_HALF") else (end // 2, end)
    start, stop = token.value
    return start, end if stop is None else min(stop, end) if end else stop


def _meet(spans: list[Span], other: Span) -> list[Span]:
    return [(max(a, other[0]), min(b, other[1])) for a, b in spans]


def apart(spans: list[Span], others: list[Span]) -> list[Span]:
    """What is left of some stretches when others are taken out of them."""
    for start, stop in others:
        pieces = [piece for a, b in spans for piece in ((a, min(b, start)), (max(a, stop), b))]
        spans = [(a, b) for a, b in pieces if a < b]
    return spans


def _source(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    footage = {m.name.casefold(): m for m in scene.situation.footage}
    said = [str(t.value).casefold() for t in filled.of("file") if t.kind == "asset"]
    named = list(dict.fromkeys(name for name in said if name in footage))
    for token in filled.of("file"):
        ahead = filled.tokens[max(0, filled.tokens.index(token) - 1)].text
        if (
            token.kind == "asset"
            and str(token.value).casefold() not in footage
            and ahead in ("of", "from")
            and not filled.has("beat")
        ):
            return None  # `30 seconds of song.mp3`
    if (number := filled.value("files", "number")) and number.value != len(footage):
        return None
    if any(name not in footage and name not in {s.name.casefold() for s in scene.situation.songs} for name in said):
        return None
    if len(named) not in (0, 1, len(footage)):
        return None
    return {"source": footage[named[0]].name} if len(named) == 1 else {}


def stretches_left_out(scene: ParseContext) -> list[Span]:
    """`ignore the last ten minutes; nine clips from what remains`: of one file not cut yet, what is not to be used."""
    if not scene.uncut or len(scene.situation.footage) != 1:
        return []
    return [span for finding in scene.findings if (span := _span(finding))]


def drop_left_out(scene: ParseContext) -> None:
    """Drop the removals from the findings: the reel is made of what they leave."""
    if stretches_left_out(scene):
        scene.findings[:] = [finding for finding in scene.findings if not _span(finding)]


def _span(finding: Finding) -> Span | None:
    op = finding.op if isinstance(finding, ParsedOperation) else None
    return op.target.range_ms if isinstance(op, Remove) and isinstance(op.target, RangeTarget) else None
