"""Lengths that are told by a clip: `as long as clip 3`, `the length of clip 3`, `跟第三段一样长`."""

from collections.abc import Sequence

from ..context import ParseContext
from ..resolve import numbers
from ..tokens import Token

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
