"""A share of each source: `10 seconds from clip1.mp4 and 5 from clip2.mp4`, `每个视频取5秒`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ....timeline.media import MediaInfo
from ....timeline.operations import Highlights, Keep
from ..clause import Clause
from ..outcome import Deed, Finding
from ..scene import Scene
from ..token import Token
from .ranges import bounds_of
from .reel_details import criterion_of, the_single_best

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


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
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
        yield Deed(op, at + place, caveats=caveats, targeted=True)


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


def _equal(clause: Clause, scene: Scene) -> list[tuple[MediaInfo, dict[str, Any]]]:
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


def _of_each(clause: Clause, scene: Scene) -> Token | None:
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
