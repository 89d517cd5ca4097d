"""How a sentence opens that goes on from another: what it takes back, what it praises, and what it then orders."""

from collections.abc import Sequence
from itertools import pairwise

from .. import utterance
from ..context import ParseContext
from ..corrections import contrast
from ..frames.passing import KINDS
from ..numbers import apply_signs
from ..scanner import join_particles
from ..speech import form
from ..speech import said as words
from ..tokens import Token
from .said import SIZES

_NOTHING = frozenset({"FILLER", "LINK", "ASIDE"})
_OPENING = ("CORRECTION", "WRONG", "MEANT")


def opened(tokens: Sequence[Token]) -> tuple[list[Token], bool]:
    """What stands behind `oops, I meant …` or `no, …`, and whether the sentence opens so."""
    tokens = _unpraised(tokens)
    end = 0
    for at, token in enumerate(tokens):
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        stands_alone = behind is None or behind.kind == "separator" or behind.is_a(*_OPENING)
        if token.is_a("CORRECTION", "MEANT") or (token.is_a("WRONG") and stands_alone):
            end = at + 1
        elif token.kind != "separator" and not token.is_a("LINK", "ASIDE"):
            break
    rest = list(tokens[end:])
    while rest and (rest[0].kind == "separator" or rest[0].text == ","):
        rest.pop(0)
    return (rest, True) if end and rest else (list(tokens), False)


def _unpraised(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens without a word of praise before the first comma: `good, throw away …`."""
    comma = next((at for at, token in enumerate(tokens) if token.kind == "separator"), len(tokens))
    praised = 0 < comma < len(tokens) and all(token.is_a("PRAISE") for token in tokens[:comma])
    return tokens[comma + 1 :] if praised else tokens


def ordered(tokens: Sequence[Token], scene: ParseContext) -> tuple[list[Token], bool] | None:
    """The tokens of what is ordered, and whether `not A but B` is among it.

    None where something is asked, supposed or reported, or where what is only told names clips or values.
    """
    apart = ParseContext(scene.source, scene.situation, scene.language)
    judged = {token.start: token for token in utterance.orders(list(tokens), apart)}
    if apart.findings:
        return None
    out: list[Token] = []
    for a, b in _stretches(tokens):
        if _is_value(tokens[a:b]):
            out += tokens[a:b]
            continue
        if b < len(tokens) and _complains(tokens[a:b], scene):
            continue
        stretch = [judged.get(token.start, token) for token in tokens[a:b]]
        told = [old for old, new in zip(tokens[a:b], stretch, strict=True) if _is_emptied(old, new)]
        if any(old.kind in KINDS for old in told) or (told and out and not _is_courteous(tokens[a:b])):
            return None  # what is told behind an order may take it back
        out += [] if told else stretch
    out = _unpurposed(out)
    joined = join_particles(out)  # the particle of a verb means nothing by itself
    settled = apply_signs([new for old, new in zip(out, joined, strict=True) if new is old or not new.is_a("PARTICLE")])
    chosen = contrast(settled)
    kept = [new for old, new in zip(settled, chosen, strict=True) if new is old or new.kind == "separator"]
    return kept, len(kept) < len(settled)


def _unpurposed(tokens: list[Token]) -> list[Token]:
    """The tokens without what they are for, at their end: `square would be better for the team page`."""
    at = next((i for i in reversed(range(1, len(tokens))) if tokens[i].text in words("PURPOSE_OPENS")), None)
    told = tokens[at + 1 :] if at is not None else []
    plain = all(t.kind == "unknown" or (t.kind == "word" and t.concepts <= _NOTHING) for t in told)
    return tokens[:at] if plain and any(t.kind == "unknown" for t in told) else tokens


def _complains(stretch: Sequence[Token], scene: ParseContext) -> bool:
    """`太快了没看清，…`, `way too long, …`: a fault by itself, which tells why something else follows."""
    said = [token for token in stretch if token.kind != "separator"]
    if not said or any(token.kind in KINDS for token in said):
        return False
    text = scene.source.work[said[0].start : said[-1].end]
    told = any(token.kind == "unknown" or token.concepts == {"FILLER"} for token in said)  # and no direction alone
    return told and form("FAULT", scene.source.languages).search(text) is not None


def _is_courteous(stretch: Sequence[Token]) -> bool:
    return all(token.kind == "separator" or token.is_a("PRAISE", "ASIDE", "LINK", "DONE_WITH") for token in stretch)


def _is_value(stretch: Sequence[Token]) -> bool:
    """`0.7倍更好`, `40 is better`: a value that is preferred, which would be praise where nothing stood before it."""
    said = [token for token in stretch if token.kind != "separator"]
    sized, rather = [t for t in said if t.kind in SIZES], [t for t in said if t.is_a("RATHER")]
    return bool(sized and rather) and all(t in sized or t.is_a("RATHER", "LINK", "ASIDE") for t in said)


def _is_emptied(old: Token, new: Token) -> bool:
    emptied = new.concepts == {"FILLER"} and new.value is None and new.kind == "word"
    return emptied and (old.concepts != {"FILLER"} or old.kind != "word")


def _stretches(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Bounds of what stands between marks of punctuation; a mark opens the stretch behind it."""
    starts = [0, *(at for at, token in enumerate(tokens) if at and token.kind == "separator"), len(tokens)]
    return [(a, b) for a, b in pairwise(starts) if a < b]
