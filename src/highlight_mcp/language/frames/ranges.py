"""Ranges of footage in a sentence: a length with the time where it begins as one of them, what one shows passed over.

`ninety seconds starting at 31:20`, `从31:20开始的九十秒`: nothing of that is chosen. What a stretch shows, said
beside it (`10分到12分那段废话`, `最后十二分钟的问答整段`), tells why it is to go, and asks for nothing of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .. import folders
from ..context import ParseContext
from ..speech import said
from ..tokens import Token, is_head

_OTHER = (
    "REEL", "BEST", "SEMANTIC", "TITLE", "CAPTION", "CARD", "MUSIC", "FADE", "FADE_IN", "FADE_OUT", "TRANSITION",
    "FREEZE", "OVERLAY", "ZOOM", "REPLAY", "EACH", "TRIM", "LENGTHEN", "LONGER", "SHORTER", "SUBTITLES", "BY",
    "AT_MOST", "AT_LEAST",
)  # fmt: skip
_PREFIXES = ("CRITERION:", "JOIN:", "ASR:", "VISION:", "UNSUPPORTED:")


def with_lengths_from(tokens: Sequence[Token], scene: ParseContext) -> list[Token]:
    """The tokens with a length and the time where it begins as one stretch, where nothing else may last as long."""
    if any(_is_other(t) for t in tokens):
        return list(tokens)
    kept = [t for t in tokens if not _is_between(t)]
    for first, second in pairwise(kept):
        found = _joined(first, second)
        if found is not None:
            start, end = tokens.index(first), tokens.index(second)
            token = Token("range", first.start, second.end, f"{first.text} {second.text}", value=found)
            between = [t for t in tokens[start + 1 : end] if t.kind != "separator"]
            return [*tokens[:start], token, *between, *tokens[end + 1 :]] if _fits(found, scene) else list(tokens)
    return list(tokens)


def _is_other(token: Token) -> bool:
    named = any(c.startswith(_PREFIXES) for c in token.concepts)
    return token.kind in ("quote", "clips", "named", "number", "percent") or token.is_a(*_OTHER) or named


def _is_between(token: Token) -> bool:
    """A file's name, or a mark, between a length and where it begins."""
    return token.kind in ("asset", "separator") or (token.kind == "word" and token.text in said("OF_FILE"))


def _joined(first: Token, second: Token) -> tuple[int, int] | None:
    """The bounds in ms of two tokens that tell a length and where it begins; None where they tell something else."""
    for open_end, length in ((first, second), (second, first)):
        size = length.kind in ("duration", "head") and length.value
        opens = open_end.kind == "range" and open_end.value[1] is None and not _goes_on(open_end)
        if size and opens and (length.kind == "duration" or _begins(length)):
            return open_end.value[0], open_end.value[0] + size
    if first.kind == "time" and second.kind == "head" and _begins(second):
        return first.value, first.value + second.value
    return None


def _begins(head: Token) -> bool:
    """`开始的九十秒`, which is no first stretch of the whole where a time stands before it."""
    return any(head.text.startswith(word) for word in said("BEGINNING"))


def _goes_on(token: Token) -> bool:
    """`from 10:00 on`: everything that follows."""
    return any(token.text.endswith(f" {word}") for word in _onwards())


@folders.remembered
def _onwards() -> frozenset[str]:
    return frozenset(word for code in folders.codes() for word in folders.words(code, "times").get("ONWARDS", ()))


def _fits(bounds: tuple[int, int], scene: ParseContext) -> bool:
    end = scene.situation.source_ms if scene.uncut else scene.situation.duration_ms
    return not end or bounds[1] <= end


_STRETCHES = ("range", "head", "tail")
_TAKING = ("REMOVE", "UNWANTED", "CUT", "TRIM", "SKIP")
_PIECES = frozenset(
    {"那段", "这段", "那一段", "这一段", "整段", "部分", "那部分", "这部分", "那块", "那截", "一段", "全段"}
)
_MOST = 4


def without_descriptions(tokens: list[Token]) -> list[Token]:
    """The tokens with what stretches show passed over, where they are to be taken out."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if token.kind not in _STRETCHES:
            continue
        end = next((k for k in range(i + 1, len(tokens)) if tokens[k].kind == "separator"), len(tokens))
        verb = next((k for k in range(i + 1, end) if tokens[k].is_a(*_TAKING) and not tokens[k].is_a("SHOWN")), end)
        told = range(i + 1, verb)
        named = any(tokens[k].text in _PIECES for k in told) or token.text.endswith(("那段", "这段"))
        shown = [k for k in told if _is_shown(tokens[k], named=named)]
        if (
            verb == end
            or not shown
            or len(shown) > _MOST
            or tokens[i + 1].text not in (*_PIECES, "的", tokens[shown[0]].text)
        ):
            continue
        for k in shown:
            out[k] = replace(tokens[k], kind="word", concepts=frozenset({"FILLER"}), value="courtesy")
        for k in told:
            if tokens[k].text in _PIECES:
                out[k] = replace(tokens[k], concepts=frozenset({"FILLER"}))
    return out


def _is_shown(token: Token, *, named: bool) -> bool:
    """Whether a word says what is seen; a strange one does so only beside a word for a piece of film."""
    if token.is_a("SHOWN"):
        return True
    strange = token.kind == "unknown" and not token.text.isascii()
    return named and (strange or (token.kind == "word" and token.is_a("BORING") and not is_head(token)))
