"""Clips that lie between two others, as these clips: `everything between clips 2 and 5`, `头尾别动，中间的都静音`.

The two stand behind the word, or were named ahead of it. Where something is moved or put there, it is a place.
"""

from collections.abc import Sequence
from dataclasses import replace

from .context import ParseContext
from .lexicon import is_wide
from .resolve import numbers
from .speech import said
from .tokens import Token

_PLACED = ("ADD", "TRANSITION", "CARD", "TITLE", "CAPTION", "SWAP")
_EACH = ("ALL", "EVERYTHING", "EACH", "CLIP")


def as_clips(tokens: Sequence[Token], scene: ParseContext) -> list[Token] | None:
    """The tokens with what lies between two clips as clips; None where nothing does, or it is a place."""
    at = next((i for i, t in enumerate(tokens) if t.is_a("BETWEEN")), None)
    if at is None or not scene.situation.has_timeline or _is_place(tokens):
        return None
    start, end = _spread(tokens, at)
    behind = _pair(tokens[end:], scene)
    pair = behind or _pair([t for t in tokens[:start] if t.kind == "clips"], scene)
    while (
        not behind
        and start
        and is_wide(tokens[at].text[0])
        and (tokens[start - 1].is_a("AND") or tokens[start - 1].kind == "clips")
    ):
        start -= 1
    if pair is None or not pair[0] + 1 < pair[1]:
        return None
    if behind:
        end += _length_of_pair(tokens[end:])
    first, last = tokens[start], tokens[end - 1]
    inner = (pair[0] + 1, pair[1] - 1)
    named = Token("clips", first.start, last.end, scene.source.work[first.start : last.end], value=(inner,))
    ahead = [replace(t, concepts=t.concepts - {"RESET"}) if t.is_a("REMOVE") else t for t in tokens[:start]]
    return [*ahead, named, *tokens[end:]]  # `delete everything between …`: not the whole reel


def _is_place(tokens: Sequence[Token]) -> bool:
    joins = any(concept.startswith("JOIN:") for t in tokens for concept in t.concepts)
    moves = any(t.is_a("MOVE") and not t.is_a("CHANGE") and not _sets(tokens, i) for i, t in enumerate(tokens))
    return joins or moves or any(t.is_a(*_PLACED) and not t.is_a("FILLER", "CHANGE") for t in tokens)


def _sets(tokens: Sequence[Token], i: int) -> bool:
    """`放到0.8倍速`: a value is set, nothing is moved."""
    return i + 1 < len(tokens) and tokens[i + 1].kind in ("factor", "percent", "decibels")


def _spread(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Where the words for what lies between begin and end: `everything in between`, `中间的几段都`."""
    start, end = at, at + 1
    if start and tokens[start - 1].is_a(*_EACH):
        start -= 1
    while (
        end < len(tokens)
        and is_wide(tokens[at].text[0])
        and (tokens[end].is_a(*_EACH) or tokens[end].text in said("POSSESSIVE"))
    ):
        end += 1
    return start, end


def _pair(tokens: Sequence[Token], scene: ParseContext) -> tuple[int, int] | None:
    """The two clips that are named first, in the order of the reel; None where it is not two."""
    clips = [t for t in tokens[: _length_of_pair(tokens)] if t.kind == "clips"]
    named = [n for t in clips for n in numbers(t.value, scene.count) or ()]
    return (min(named), max(named)) if len(named) == 2 and named[0] != named[1] else None


def _length_of_pair(tokens: Sequence[Token]) -> int:
    """How many tokens from the first on are clips, or join them."""
    end = 0
    while end < len(tokens) and (tokens[end].kind == "clips" or (end and tokens[end].is_a("AND"))):
        end += 1
    return end
