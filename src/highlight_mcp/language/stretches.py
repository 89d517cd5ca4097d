"""Stretches of the footage or of the reel by name: `the last ten seconds of match.mp4`, `0:12-0:15 of match`."""

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import PurePath

from ..timeline.media import MediaInfo
from ..timeline.operations import RangeTarget
from . import folders
from .context import ParseContext
from .speech import said
from .tokens import Clause, Token

_STRETCHES = ("range", "head", "tail")


def of_footage(token: Token) -> bool:
    """`of the source`, `of the original footage`, `源素材`: times of the recording, not of the reel."""
    return token.is_a("GAME", "SOURCE_SOUND") and any(word in token.text for word in said("OF_SOURCE"))


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
    if not of_source or scene.is_one_recording:
        return RangeTarget(range_ms=bounds)
    return RangeTarget(range_ms=bounds, ref="source", media_id=sources[0].media_id if sources else None)


def _file_beside(stretch: Token, clause: Clause, scene: ParseContext) -> MediaInfo | None:
    """The file whose times a stretch tells: named after it, up to the next stretch, else before it, else farther on."""
    known = {media.name.casefold(): media for media in scene.situation.footage}
    behind = [t for t in clause.tokens if t.start >= stretch.end]
    near = list(takewhile(lambda token: token.kind not in _STRETCHES, behind))
    if any(token.kind == "word" and any(word in token.text for word in said("OF_REEL")) for token in near):
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
    lead = _of_file().match(text)
    if lead is None:
        return None
    at = stretch.end + lead.end()
    token = next((t for t in behind if t.start == at), None)
    stems = {PurePath(media.name).stem.casefold(): media for media in scene.situation.footage}
    return stems.get(token.text.casefold()) if token is not None else None


@folders.remembered
def _of_file() -> re.Pattern[str]:
    """`of`, `from`: what stands between a stretch and its file."""
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, said('OF_FILE')))})\s+")


def bounds_of(token: Token, end: int) -> tuple[int, int]:
    """Start and end of a range, a head or a tail in footage of length `end`."""
    if token.kind == "head":
        return 0, token.value
    if token.kind == "tail":
        return max(0, end - token.value), end
    return token.value[0], end if token.value[1] is None else token.value[1]
