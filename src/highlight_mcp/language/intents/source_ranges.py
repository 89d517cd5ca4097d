"""Stretches of the footage by name: `the last ten seconds of match.mp4`, `5 s from each file`, `每个视频取5秒`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePath
from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.operations import Highlights, Keep, RangeTarget
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..tokens import Clause, Token
from .reel_options import criterion_of, the_single_best

_STRETCHES = ("range", "head", "tail")
_FOOTAGE = ("source", "original", "raw ", "素材", "原片", "源")
_REEL = ("reel", "成片", "timeline", "时间线")
_OF = re.compile(r"\s*(?:out of|of|from|in)\s+", re.I)


def footage_named(clause: Clause, scene: ParseContext) -> list[MediaInfo]:
    """The uploaded videos that the clause names, in the order said, each once."""
    said = [str(t.value).casefold() for t in clause.tokens if t.kind == "asset"]
    known = {m.name.casefold(): m for m in scene.situation.footage}
    return [known[name] for name in dict.fromkeys(said) if name in known]


def of_footage(token: Token) -> bool:
    """`of the source`, `of the original footage`, `源素材`: times of the recording, not of the reel."""
    return token.is_a("GAME", "SOURCE_SOUND") and any(word in token.text for word in _FOOTAGE)


def span(clause: Clause, scene: ParseContext) -> RangeTarget | None:
    """The next range that the clause names, or its first or last seconds: of the file beside it, else of the reel.

    None when there is none or it is empty.
    """
    token = clause.value("range", "head", "tail")
    if token is None:
        return None
    source = _file_beside(token, clause, scene)
    marks = [t for t in clause.tokens if of_footage(t)]
    end = scene.situation.duration_ms or scene.situation.source_ms
    bounds = bounds_of(token, source.duration_ms if source else end)
    if bounds[0] >= bounds[1]:
        return None
    if source is not None or marks:
        clause.used |= {t.start for t in marks}
        return stretch_of(bounds, scene, [source] if source else [], of_source=True)
    return RangeTarget(range_ms=(bounds[0], min(bounds[1], end) if end > bounds[0] else bounds[1]))


def stretch_of(
    bounds: tuple[int, int], scene: ParseContext, sources: Sequence[MediaInfo], of_source: bool
) -> RangeTarget:
    """A range of the first of `sources`, of the only file, or of the reel; of a file laid down whole it is the same."""
    if not of_source or scene.uncut:
        return RangeTarget(range_ms=bounds)
    return RangeTarget(range_ms=bounds, ref="source", media_id=sources[0].media_id if sources else None)


def _file_beside(stretch: Token, clause: Clause, scene: ParseContext) -> MediaInfo | None:
    """The file whose times a stretch tells: named after it, up to the next stretch, else before it, else farther on."""
    known = {media.name.casefold(): media for media in scene.situation.footage}
    behind = [t for t in clause.tokens if t.start >= stretch.end]
    near = list(takewhile(lambda token: token.kind not in _STRETCHES, behind))
    if any(token.kind == "word" and any(word in token.text for word in _REEL) for token in near):
        return None
    if (by_stem := _file_by_stem(stretch, near, scene)) is not None:
        return by_stem
    ahead = [t for t in reversed(clause.tokens) if t.end <= stretch.start]
    for token in (*near, *ahead, *behind):
        if token.kind == "asset" and (media := known.get(str(token.value).casefold())) is not None:
            clause.used.add(token.start)
            return media
    return None


def _file_by_stem(stretch: Token, behind: list[Token], scene: ParseContext) -> MediaInfo | None:
    """`0:12-0:15 of match`: a file without its ending, where it stands bare and right behind the stretch."""
    text = scene.source.work[stretch.end :]
    lead = _OF.match(text)
    if lead is None:
        return None
    at = stretch.end + lead.end()
    token = next((t for t in behind if t.start == at), None)
    stems = {PurePath(media.name).stem.casefold(): media for media in scene.situation.footage}
    return stems.get(token.text.casefold()) if token is not None else None


def bounds_of(token: Token, end: int) -> tuple[int, int]:
    """Start and end of a range, a head or a tail in footage of length `end`."""
    if token.kind == "head":
        return 0, token.value
    if token.kind == "tail":
        return max(0, end - token.value), end
    return token.value[0], end if token.value[1] is None else token.value[1]


_SOURCES = ("video", "file", "source", "recording", "one", "视频", "文件", "素材")
_LENGTHS = ("duration", "head", "tail", "range")
_OUT_OF = frozenset({"from", "of", "out of", "per"})
_TAKEN = frozenset({
    "取", "各取", "截", "截取", "各截", "选", "选取", "抽", "抽取", "拿", "剪", "出", "用", "各",
    "挑", "挑出", "选出", "找", "找出", "抓",
})  # fmt: skip
_OTHERWISE = (
    "TITLE", "CAPTION", "SUBTITLES", "CARD", "MUSIC", "FADE", "FADE_IN", "FADE_OUT", "TRANSITION", "REMOVE",
    "UNWANTED",
    "SKIP", "NOT", "FREEZE", "SPLIT", "SPEED", "FASTER", "SLOWER", "MUTE",
)  # fmt: skip


def read_shares(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """One reel per source, the first in place of the old one and the others behind it."""
    footage = scene.situation.footage
    if len(footage) < 2 or clause.has(*_OTHERWISE) or clause.peek("quote", "clips"):
        return
    shares = _named(clause, footage) or _equal(clause, scene)
    if not shares:
        return
    at = clause.at
    criterion, caveats = criterion_of(clause)
    if any(t.is_a("BATCH") for t in clause.tokens):
        scene.sentence_has -= {"BATCH"}
    clause.spend()
    for place, (source, facts) in enumerate(shares):
        stretch = None if criterion else facts.pop("range_ms", None)
        facts |= {"source": source.name} | ({"criterion": criterion} if criterion else {})
        facts |= {"mode": "append"} if place else {}
        op = Keep.model_validate(facts | {"ranges_ms": [stretch]}) if stretch else Highlights.model_validate(facts)
        yield ParsedOperation(op, at + place, caveats=caveats, targeted=True)


def _named(clause: Clause, footage: tuple[MediaInfo, ...]) -> list[tuple[MediaInfo, dict[str, Any]]]:
    """Each named source with the length beside it; one length for all goes to each of them."""
    known = {m.name.casefold(): m for m in footage}
    said = [known[name] for t in clause.tokens if t.kind == "asset" and (name := str(t.value).casefold()) in known]
    lengths = [t for t in clause.free() if t.kind in _LENGTHS]
    if len(said) < 2 or len(set(said)) != len(said) or not lengths:
        return []
    if len(lengths) == 1 and clause.has("EACH"):
        lengths = lengths * len(said)
    elif len(lengths) < len(said):
        lengths = [_in_seconds(t) for t in clause.free() if t.kind in (*_LENGTHS, "number")]
    if len(lengths) != len(said):
        return []
    return [(source, _share(token, source)) for source, token in zip(said, lengths, strict=True)]


def _in_seconds(token: Token) -> Token:
    """`… and 5 of clip2.mp4`: a bare number beside a length is of its unit."""
    return token if token.kind != "number" else replace(token, kind="duration", value=round(token.value * 1000))


def _equal(clause: Clause, scene: ParseContext) -> list[tuple[MediaInfo, dict[str, Any]]]:
    """`20 seconds from each video`, `two moments from each video`: the same of every source."""
    each = _of_each(clause, scene)
    if each is None:
        return []
    footage = scene.situation.footage
    sizes = [t for t in clause.free() if t.kind in (*_LENGTHS, "number")]
    if not sizes:
        return [(source, {"count": 1}) for source in footage] if the_single_best(clause) else []
    size = min(sizes, key=lambda t: abs(t.start - each.start))
    totals = [t.value for t in sizes if t is not size and t.kind == "duration"]
    if size.kind == "number" and size.value * 1000 * len(footage) in totals:
        size = _in_seconds(size)
    if size.kind == "number":
        counted = not totals and clause.has("MOMENT", "BEST", "CLIP") and float(size.value).is_integer()
        return [(source, {"count": int(size.value)}) for source in footage] if counted else []
    return [(source, _share(size, source)) for source in footage]


def _of_each(clause: Clause, scene: ParseContext) -> Token | None:
    """The words that say that every source gives its share."""
    tokens = clause.tokens
    for i, token in enumerate(tokens):
        if not token.is_a("BATCH", "EACH"):
            continue
        before = tokens[i - 1].text if i else ""
        after = tokens[i + 1].text if i + 1 < len(tokens) else ""
        whole = token.is_a("BATCH") or after in _SOURCES
        clips = not scene.situation.has_timeline and token.text in ("each clip", "every clip", "each", "each one")
        if token.text.startswith("per ") and whole:
            return token
        if before in _OUT_OF and (whole or clips):
            return token
        sources = any(t.text in ("视频", "文件", "素材") for t in tokens[max(0, i - 2) : i])
        if after in _TAKEN and (token.is_a("BATCH") or sources):
            return token
    return None


def _share(token: Token, source: MediaInfo) -> dict[str, Any]:
    if token.kind == "duration":
        return {"total_ms": min(token.value, source.duration_ms or token.value)}
    start, end = bounds_of(token, source.duration_ms)
    return {"range_ms": (start, end)}
