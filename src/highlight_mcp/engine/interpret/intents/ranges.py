"""Stretches of time: of the reel, or of a file that is named beside them: `the last ten seconds of match.mp4`."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import PurePath
from typing import Any

from ....timeline.media import MediaInfo
from ....timeline.operations import Keep, Span
from ..clause import Clause
from ..outcome import Deed, Finding, Gap
from ..scene import Scene
from ..token import Token

_STRETCHES = ("range", "head", "tail")
_ALLOWED = (
    "FILLER", "KEEP", "ONLY", "FIND", "TRIM", "MOMENT", "VIDEO", "GAME", "CLIP", "THAT_CLIP", "AND", "THEN", "BETWEEN",
    "ADD", "ASSEMBLE",
)  # fmt: skip
_WISHES = frozenset({"give me", "get me", "i want", "i need", "i'd like", "我要", "我想要", "想要", "给我", "用"})
SMALL_WORDS = frozenset({
    "the", "a", "an", "of", "in", "from", "just", "please", "my", "our", "your", "this", "these", "with",
    "to", "as", "的", "把", "请", "那", "这", "给", "一个", "成", "那段",
})  # fmt: skip
_AGAINST = ("REMOVE", "UNWANTED", "SKIP", "NOT", "EXCEPT", "REEL", "BEST", "SHORTEN", "REPLAY")
_AWAY = ("out", "off", "away")
_FOOTAGE = ("source", "original", "raw ", "素材", "原片", "源")
_REEL = ("reel", "成片", "timeline", "时间线")
_OF = re.compile(r"\s*(?:out of|of|from|in)\s+", re.I)
_TAKING = frozenset({"取", "截", "选取", "就行", "就好", "即可"})


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
    """With footage and no reel, a stretch and nothing else said is what to keep."""
    if scene.situation.has_timeline or not scene.situation.footage or (scene.reel_wanted and _elsewhere(scene)):
        return
    stretches = [t for t in clause.free() if t.kind in _STRETCHES]
    own = _own(clause)
    if not stretches or clause.has(*_AGAINST) or not own or not all(t in own for t in stretches):
        return
    sources = footage_named(clause, scene)
    if len(sources) > 1 or (not sources and clause.peek("asset")):
        return
    words, at = scene.words(clause), stretches[0].start
    source = sources[0] if sources else None
    end = source.duration_ms if source else scene.situation.source_ms
    bounds = tuple(bounds_of(token, end) for token in stretches)
    clause.used |= {t.start for t in own}
    if any(a >= b for a, b in bounds):
        yield Gap(words, at, missing=("target",))
        return
    before = scene.findings[-1] if scene.findings else None
    if isinstance(before, Deed) and isinstance(before.op, Keep) and before.op.ranges_ms and _same(before.op, source):
        bounds = (*before.op.ranges_ms, *bounds)
        scene.findings.pop()
    facts: dict[str, Any] = {"ranges_ms": bounds, "ref": "source"} | ({"source": source.name} if source else {})
    yield Deed(Keep.model_validate(facts), at, targeted=True)


def _own(clause: Clause) -> list[Token]:
    """The whole clause where it says nothing else, or what stands before its first comma: `0:10-0:20, vertical`."""
    if all(_plain(t) for t in clause.tokens):
        return clause.tokens
    comma = next((i for i, t in enumerate(clause.tokens) if i and t.kind == "separator"), 0)
    head = clause.tokens[:comma]
    return head if all(_plain(t) for t in head) else []


def _same(before: Keep, source: MediaInfo | None) -> bool:
    return before.source == (source.name if source else None)


def footage_named(clause: Clause, scene: Scene) -> list[MediaInfo]:
    """The uploaded videos that the clause names, in the order said, each once."""
    said = [str(t.value).casefold() for t in clause.tokens if t.kind == "asset"]
    known = {m.name.casefold(): m for m in scene.situation.footage}
    return [known[name] for name in dict.fromkeys(said) if name in known]


def of_footage(token: Token) -> bool:
    """`of the source`, `of the original footage`, `源素材`: times of the recording, not of the reel."""
    return token.is_a("GAME", "SOURCE_SOUND") and any(word in token.text for word in _FOOTAGE)


def span(clause: Clause, scene: Scene) -> Span | None:
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
    return Span(range_ms=(bounds[0], min(bounds[1], end) if end > bounds[0] else bounds[1]))


def stretch_of(bounds: tuple[int, int], scene: Scene, sources: Sequence[MediaInfo], of_source: bool) -> Span:
    """A range of the first of `sources`, of the only file, or of the reel; of a file laid down whole it is the same."""
    if not of_source or scene.uncut:
        return Span(range_ms=bounds)
    return Span(range_ms=bounds, ref="source", media_id=sources[0].media_id if sources else None)


def _file_beside(stretch: Token, clause: Clause, scene: Scene) -> MediaInfo | None:
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


def _file_by_stem(stretch: Token, behind: list[Token], scene: Scene) -> MediaInfo | None:
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


def _plain(token: Token) -> bool:
    if token.kind == "asset" or token.kind in _STRETCHES or token.kind == "separator":
        return True
    if token.text in _WISHES or token.text in _TAKING:
        return True
    if any(word in token.text.split() for word in _AWAY) or token.text == "make":
        return False
    if token.is_a("CUT"):
        return False
    if token.is_a("TRIM") and token.text not in _WISHES and not token.text.startswith(("take", "took")):
        return False
    return token.kind == "word" and token.is_a(*_ALLOWED)


def _elsewhere(scene: Scene) -> bool:
    return bool(scene.sentence_has & {"REEL", "BEST"})
