"""Clips told by their length, as the clips that have it: `anything shorter than ten seconds isn't worth having`.

`the two longest` are told so, too, unless the next one is as long. Only where clips are there to be measured and
nothing is chosen anew. A bare number that such clips are brought to has the unit of the bound: `anything over 12
seconds, cap it at 12`.
"""

from collections.abc import Sequence
from dataclasses import replace

from .context import ParseContext
from .corrections import unit_of
from .lexicon import is_wide
from .speech import said
from .tokens import Token

_CHOOSING = ("REEL", "BEST", "SILENCE", "FIND", "EXPORT")
_LEADING = ("CLIP", "EACH", "ALL", "EVERYTHING")
_MOST = 8  # tokens from what leads to the length


def as_clips(tokens: Sequence[Token], scene: ParseContext) -> list[Token] | None:
    """The tokens with what is told by its length as clips; None where nothing is, or no clip has that length."""
    if not scene.situation.has_timeline or any(t.is_a(*_CHOOSING) for t in tokens):
        return None
    for start in range(len(tokens)):
        if (found := _extreme(tokens, start, scene) or _beyond(tokens, start, scene)) is None:
            continue
        end, clips = found
        if not clips or len(clips) == scene.count:
            return None
        first, last = tokens[start], tokens[end - 1]
        text = scene.source.work[first.start : last.end]
        named = Token("clips", first.start, last.end, text, value=tuple((n, n) for n in clips))
        bound = next((t for t in tokens[start:end] if t.kind == "duration"), None)
        return [*tokens[:start], named, *(_measured(tokens[end:], bound) if bound else tokens[end:])]
    return None


_Found = tuple[int, Sequence[int]]


def _extreme(tokens: Sequence[Token], start: int, scene: ParseContext) -> _Found | None:
    """The end of `the two longest clips`, `最短的两段` from a token on, and these clips."""
    ahead = tokens[start : start + 2]
    if len(ahead) < 2 or {t.kind for t in ahead} != {"number", "word"}:
        return None
    number, word = sorted(ahead, key=lambda t: t.kind)
    if not word.is_a("LONGEST", "SHORTEST") or not float(number.value).is_integer():
        return None
    end = start + 2
    if end < len(tokens) and (tokens[end].is_a("CLIP") or tokens[end].text in said("ANYTHING")):
        end += 1
    count, longest = int(number.value), word.is_a("LONGEST")
    ranked = sorted(scene.situation.clips, key=lambda c: c.duration_ms, reverse=longest)
    if not 1 <= count < len(ranked) or ranked[count - 1].duration_ms == ranked[count].duration_ms:
        return None
    return end, sorted(clip.number for clip in ranked[:count])


def _beyond(tokens: Sequence[Token], start: int, scene: ParseContext) -> _Found | None:
    """The end of what is told by its length from a token on, and the clips that have it."""
    if (found := _bounded(tokens, start) or _headless(tokens, start)) is None:
        return None
    end, bound = found
    return end, [c.number for c in scene.situation.clips if _fits(c.duration_ms, bound, tokens[start:end])]


def _headless(tokens: Sequence[Token], start: int) -> tuple[int, Token] | None:
    """`超过十四秒的`: an attribute whose noun is left out."""
    ahead = tokens[start : start + 3]
    if len(ahead) < 3 or not ahead[0].is_a("OVER", "AT_MOST") or ahead[1].kind != "duration":
        return None
    return (start + 3, ahead[1]) if ahead[2].text in said("POSSESSIVE") and is_wide(ahead[2].text[0]) else None


def _bounded(tokens: Sequence[Token], start: int) -> tuple[int, Token] | None:
    """The end of what is told by its length from a token on, and that length."""
    first = tokens[start]
    anything = first.text in said("ANYTHING")
    if not anything and not first.is_a(*_LEADING) and first.text not in said("IF"):
        return None
    clip, compared = anything or first.text in said("IF"), False
    for k in range(start, min(len(tokens), start + _MOST)):
        token = tokens[k]
        if token.kind == "duration":
            end = k + 1
            while end < len(tokens) and tokens[end].text in said("SIZED_SO"):
                end += 1
            return (end, token) if compared and clip else None
        clip = clip or token.is_a("CLIP") or (token.is_a("EACH") and not token.is_a("FILLER"))
        compared = compared or token.is_a("OVER", "AT_MOST")
        passed = token.text in said("SIZED_BY") or token.text in said("RUNS_ON") | said("RUNS_ON_OWNED")
        if token.kind != "word" or not (k == start or token.is_a("CLIP", "OVER", "AT_MOST") or passed):
            return None
    return None


def _fits(length: int, bound: Token, words: Sequence[Token]) -> bool:
    over = any(t.is_a("OVER") for t in words)
    return length > int(bound.value) if over else length < int(bound.value)


def _measured(tokens: Sequence[Token], bound: Token) -> list[Token]:
    """A bare number behind what leads to a length, as a length in the unit of the bound."""
    out, unit = list(tokens), unit_of(bound)
    for k, token in enumerate(out[1:], 1):
        led = out[k - 1].is_a("TO", "AT_MOST", "POINT")
        if unit and led and token.kind == "number":
            out[k] = replace(token, kind="duration", value=round(token.value * unit))
    return out
