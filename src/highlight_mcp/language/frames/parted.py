"""The parts of a clip that was cut in two, by the sentence itself: `split clip 2 in half and speed up the second part`.

Within one request numbers and times are those before it, so that such a part is a stretch of the reel.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..context import ParseContext
from ..resolve import named, numbers
from ..speech import endings, said
from ..tokens import Clause, Token

FIRST, SECOND = 1, 2
_BY_LENGTH = ("LONGEST", "SHORTEST", "MIDDLE_CLIP")
_DROPS = ("REMOVE", "UNWANTED", "CUT", "TRIM", "SKIP", "KEEP", "ONLY")


def part_of(token: Token, behind: Token | None) -> int | None:
    """Which of two parts a token means, `the second part`, `后半段`, `第二部分`; None where it means none."""
    if token.is_a("FIRST_HALF", "SECOND_HALF"):
        return SECOND if token.is_a("SECOND_HALF") else FIRST
    place = _place(token)
    named = token.text.endswith(endings("PART_NOUN")) or (behind is not None and behind.text in said("PART_NOUN"))
    return place if named else None


def is_open(token: Token, behind: Token | None) -> bool:
    """Whether a token may mean one of two parts as well as a clip of the reel: `the second one`, `第二个`."""
    bare = token.text.endswith(endings("OPEN_NOUN")) or token.text.removeprefix("the ") in said("OPEN_PLACE")
    return _place(token) is not None and bare and part_of(token, behind) is None


def with_ordinals(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `first of the two` as the half that it means."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size = _of_two(tokens[at : at + 5])
        if size:
            half = "FIRST_HALF" if tokens[at].is_a("FRONT", "START") or _place(tokens[at]) == FIRST else "SECOND_HALF"
            last = tokens[at + size - 1]
            out.append(replace(tokens[at], kind="word", end=last.end, concepts=frozenset({half}), value=None))
        else:
            out.append(tokens[at])
        at += size or 1
    return out


def _of_two(tokens: Sequence[Token]) -> int:
    """How many tokens say `first of the two`, with what is counted; 0 where they say something else."""
    if not tokens or tokens[0].text.removeprefix("the ") not in said("OPEN_PLACE"):
        return 0
    links = [t.text for t in tokens[1:3]]
    counted = 3 if links == ["of", "the"] else 2 if links[:1] == ["of"] else 0
    if not counted or len(tokens) <= counted or tokens[counted].kind != "number" or tokens[counted].value != SECOND:
        return 0
    named = len(tokens) > counted + 1 and tokens[counted + 1].text.removesuffix("s") in said("PART_NOUN")
    return counted + (2 if named else 1)


def _place(token: Token) -> int | None:
    if token.kind != "clips" or len(token.value) != 1:
        return None
    first, last = token.value[0]
    return {1: FIRST, 2: SECOND, -1: SECOND}.get(first) if first == last else None


def with_parts(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """The tokens with the parts of a clip that is split before them as stretches; what may be one is made unknown."""
    bounds = _bounds(tokens, scene)
    if bounds is None:
        return list(tokens)
    end, start_ms, cut_ms, end_ms = bounds
    tokens = [*tokens[:end], *with_ordinals(tokens[end:])]
    out = list(tokens[:end])
    for at in range(end, len(tokens)):
        token = tokens[at]
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        part = part_of(token, behind)
        piece = [tokens[i] for i in _piece(tokens, at)]
        if out[-1] is not tokens[at - 1] and token.text in said("PART_NOUN"):
            continue  # `第二` and `部分` are one
        dropped = any(t.is_a(*_DROPS) for t in piece)  # what is split and half of it dropped is one trim
        uneven = abs(start_ms + end_ms - 2 * cut_ms) > 1  # not cut in the middle: its parts are no halves
        if _names_another(piece, token) or (dropped and part is None):
            out.append(token)
        elif dropped and uneven:
            out.append(replace(token, kind="clips", concepts=frozenset(), value=((part, part),)))
        elif dropped:
            half = frozenset({"FIRST_HALF" if part == FIRST else "SECOND_HALF"})
            out.append(replace(token, kind="word", concepts=half, value=None))
        elif part is not None:
            span = (start_ms, cut_ms) if part == FIRST else (cut_ms, end_ms)
            out.append(replace(token, kind="range", concepts=frozenset(), value=span))
        else:
            out.append(replace(token, kind="unknown", value=None) if is_open(token, behind) else token)
    return out


def _names_another(piece: Sequence[Token], part: Token) -> bool:
    """Whether a clip is named beside it: `the second half of clip 5`."""
    return any(t.kind == "clips" and t is not part and _place(t) is None for t in piece)


def _piece(tokens: Sequence[Token], at: int) -> range:
    start = next((i + 1 for i in range(at - 1, -1, -1) if _parts(tokens[i])), 0)
    return range(start, next((i for i in range(at, len(tokens)) if _parts(tokens[i])), len(tokens)))


def _parts(token: Token) -> bool:
    return token.kind == "separator" or token.is_a("AND", "THEN", "BUT")


def _bounds(tokens: Sequence[Token], scene: ParseContext) -> tuple[int, int, int, int] | None:
    """Where the piece ends that splits one clip, and start, cut and end of that clip in the reel, in ms."""
    at = next((i for i, t in enumerate(tokens) if _splits(t, tokens, i)), None)
    if at is None:
        return None
    piece = _piece(tokens, at)
    own = [tokens[i] for i in piece]
    chosen = [numbers(t.value, scene.count) for t in own if t.kind == "clips"]
    chosen = chosen or [named(Clause([t]), scene.situation) for t in own if t.is_a(*_BY_LENGTH)]
    if len(chosen) != 1 or not chosen[0] or len(chosen[0]) != 1:
        return None
    clip = scene.situation.clips[chosen[0][0] - 1]
    end = clip.start_ms + clip.duration_ms
    times = [int(t.value) for t in own if t.kind in ("time", "duration")]
    if not times:
        return piece.stop, clip.start_ms, clip.start_ms + clip.duration_ms // 2, end
    cut = times[0] if clip.start_ms < times[0] < end else clip.start_ms + times[0]
    return (piece.stop, clip.start_ms, cut, end) if len(times) == 1 and clip.start_ms < cut < end else None


def _splits(token: Token, tokens: Sequence[Token], at: int) -> bool:
    halved = any(tokens[i].is_a("HALF") or tokens[i].text in said("HALVES") for i in _piece(tokens, at))
    return token.is_a("SPLIT") or (token.is_a("CUT") and halved)
