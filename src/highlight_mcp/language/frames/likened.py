"""Lengths that are told by what there is: `as long as clip 3`, `the first half of clip 2`, `后半段`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..context import ParseContext
from ..resolve import numbers
from ..tokens import Token, TokenKind

_LONG = frozenset({"long", "short", "长", "短"})
_LIKE = frozenset({"跟", "和", "与", "同", "像"})


def told_by_clips(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """The tokens with each such length as a span of time, behind a `to` where none leads to it."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        taken = _taken(tokens[at : at + _MOST])
        clip = next((t for t in tokens[at : at + taken] if t.kind == "clips"), None)
        length = _length(clip, scene) if clip is not None else None
        if length is None:
            out.append(tokens[at])
            at += 1
            continue
        first, last = tokens[at], tokens[at + taken - 1]
        text = " ".join(t.text for t in tokens[at : at + taken])
        if not (out and out[-1].is_a("TO")):
            out.append(Token("word", first.start, first.start, "to", frozenset({"TO", "FILLER", "LINK"})))
        out.append(Token("duration", first.start, last.end, text, value=length))
        at += taken
    return out


_MOST = 5


def _taken(ahead: Sequence[Token]) -> int:
    """How many tokens tell a length so; 0 for none."""
    said = [t.text for t in ahead]
    if len(said) > 3 and said[0] == said[2] == "as" and said[1] in _LONG and ahead[3].kind == "clips":
        return 4
    skipped = next((n for n, text in enumerate(said) if text not in ("the", "same", "the same")), 0)
    rest = said[skipped:]
    if len(rest) > 2 and rest[0] == "length" and rest[1] in ("of", "as") and ahead[skipped + 2].kind == "clips":
        return skipped + 3
    if len(said) > 2 and said[0] in _LIKE and ahead[1].kind == "clips":
        noun = 1 if ahead[2].is_a("CLIP") else 0
        alike = ahead[2 + noun : 4 + noun]
        if len(alike) == 2 and alike[0].is_a("SAME") and alike[1].text in _LONG:
            return 4 + noun
    return 0


def _length(clip: Token, scene: ParseContext) -> int | None:
    """Milliseconds of the one clip that is named; None for several, or one that is not there."""
    found = numbers(clip.value, scene.count)
    return scene.situation.clips[found[0] - 1].duration_ms if found is not None and len(found) == 1 else None


_HALVES = ("FIRST_HALF", "SECOND_HALF")
_CHOOSING = ("BEST", "FIND", "SHORTEN", "MOMENT", "SPLIT", "HALF", "HALVED")
_OF = frozenset({"of", "in", "from", "on", "的"})


def halves_of_the_cut(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """The tokens with a half of the reel, or of the clip it is said of, as so many seconds of its beginning or end.

    Not beside what is chosen anew or was split, nor where it may be the half of a game.
    """
    out = list(tokens)
    halves = [i for i, t in enumerate(out) if t.is_a(*_HALVES) and not t.text.endswith("场")]
    if not scene.situation.has_timeline or any(_chooses(out, half) for half in halves):
        return out
    before: Token | None = None
    for at in halves:
        clip = _beside(out, at)
        again = before is not None and clip is None and not any(t.kind == "clips" for t in _piece(out, at))
        out[at] = _half(out[at], before if again else clip, scene, again=again, named=_named(out, at))
        before = clip or before
    return out


def _half(token: Token, clip: Token | None, scene: ParseContext, *, again: bool, named: bool) -> Token:
    """A half as a stretch of the clip it is said of, of the reel where none is `named`; `again`: of the clip before."""
    length = _length(clip, scene) if clip is not None else None
    first = token.is_a("FIRST_HALF")
    if again and clip is not None and length is not None:
        start = scene.situation.clips[(numbers(clip.value, scene.count) or (1,))[0] - 1].start_ms
        middle, end = start + length // 2, start + length
        return replace(token, kind="range", concepts=frozenset(), value=(start, middle) if first else (middle, end))
    if clip is None and not named:
        length = sum(c.duration_ms for c in scene.situation.clips)
    kind: TokenKind = "head" if first else "tail"
    return token if length is None else replace(token, kind=kind, concepts=frozenset(), value=length // 2)


def _named(tokens: Sequence[Token], at: int) -> bool:
    """Whether clips are named before the half, or beside it, of which it may be said."""
    return any(t.kind == "clips" for t in (*tokens[:at], *_piece(tokens, at)))


def _piece(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    start = next((i + 1 for i in range(at, -1, -1) if tokens[i].kind == "separator"), 0)
    return tokens[start : next((i for i in range(at, len(tokens)) if tokens[i].kind == "separator"), len(tokens))]


def _chooses(tokens: Sequence[Token], half: int) -> bool:
    """Whether a reel is chosen; behind the half, `of the reel` says whose half it is."""
    ahead = any(t.is_a("REEL") for t in tokens[:half]) or any(t.is_a(*_CHOOSING) for t in tokens)
    behind = [t for before, t in pairwise(tokens[half:]) if t.is_a("REEL") and before.text not in ("the", "of")]
    return ahead or bool(behind)


def _beside(tokens: Sequence[Token], at: int) -> Token | None:
    """The clip that the half is said of: `the first half of clip 2`, `第二段的前半段`."""
    before = [t for t in tokens[max(0, at - 2) : at] if t.text not in _OF]
    if before and before[-1].kind == "clips":
        return before[-1]
    behind = tokens[at + 1 : at + 3]
    return behind[1] if len(behind) == 2 and behind[0].text in _OF and behind[1].kind == "clips" else None
