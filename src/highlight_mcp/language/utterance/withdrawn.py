"""Orders that are not meant: taken back in a piece of their own, somebody else's, or mocked.

The words are those of the languages' `withdrawn` files. `TAKES_BACK` and `SETS_ASIDE` fill a last piece, with `BESIDE`
around them, as does `FORGIVES`; `VOIDS` end a piece anywhere; `TELLS` and `WEIGHS` are whole pieces that order nothing.
"""

import re
from collections.abc import Iterator

from .. import folders
from ..lexicon import Codes, is_wide
from ..normalize import NormalizedText
from .shape import UtteranceKind

_MARK = re.compile(r"(?:[,;!?\n、。…—|()>]|[.:](?!\d))+|\s-+\s")
_LONGEST = 200  # characters of a piece that is looked at
_NEVER = re.compile("(?!)")
Piece = tuple[int, str]


def is_voided(source: NormalizedText) -> bool:
    """Whether a message says itself that what it orders is not to be done."""
    pieces = _pieces(source)
    if (last := _last(pieces, source.languages)) and _filled(pieces[last][1], source.languages, "TAKES_BACK"):
        return _says_more(pieces[:last], source.languages)
    voids = _ending("VOIDS", source.languages)
    for i, (_, text) in enumerate(pieces):
        if found := voids.search(text):
            return _says_more([*pieces[:i], (0, text[: found.start()]), *pieces[i + 1 :]], source.languages)
    return False


def aside_at(source: NormalizedText) -> int | None:
    """Where the last piece begins if all it says is that something is to be left aside; an offset in `work`."""
    pieces = _pieces(source)
    last = _last(pieces, source.languages)
    return pieces[last][0] if last and _filled(pieces[last][1], source.languages, "SETS_ASIDE") else None


def kind(text: str, languages: Codes) -> UtteranceKind | None:
    """The sort of a piece that tells or weighs something; None for any other."""
    if _whole("TELLS", languages).fullmatch(text) or forgives(text, languages):
        return "remark"
    return "hypothesis" if _whole("WEIGHS", languages).fullmatch(text) else None


def forgives(text: str, languages: Codes) -> bool:
    """Whether a piece only says that a fault told before it is of no matter."""
    return _filled(text, languages, "FORGIVES")


def _pieces(source: NormalizedText) -> list[Piece]:
    """What stands between the marks, with its offset; quotes and names of files are masked."""
    text = source.work
    for start, end, _ in source.protected:
        text = text[:start] + "“" * (end - start) + text[end:]
    found, at = list[Piece](), 0
    for mark in (*_MARK.finditer(text), None):
        end = mark.start() if mark else len(text)
        if (piece := text[at:end]).strip() and len(piece) <= _LONGEST:
            found.append((at, piece.strip()))
        at = mark.end() if mark else end
    return found


def _last(pieces: list[Piece], languages: Codes) -> int | None:
    """The place of the last piece that says anything: `…, forget it, sorry`."""
    return next((i for i in reversed(range(len(pieces))) if _says_more(pieces[i : i + 1], languages)), None)


def _says_more(pieces: list[Piece], languages: Codes) -> bool:
    return not all(_filled(text, languages, "BESIDE") or not text.strip() for _, text in pieces)


def _filled(text: str, languages: Codes, key: str) -> bool:
    """Whether a piece is made of words of the key alone, with those that may stand beside them."""
    word, at, found = _whole(key, languages, "BESIDE"), 0, False
    own = _whole(key, languages)
    while match := word.match(text, at):
        found = found or own.fullmatch(match.group("word")) is not None
        at = match.end()
    return found and at == len(text)


def _phrases(code: str, *keys: str) -> Iterator[str]:
    words = folders.words(code, "withdrawn")
    for phrase in (phrase for key in keys for phrase in words.get(key, ())):
        inner = ".*".join(re.escape(part) for part in phrase.split("*"))
        yield inner if is_wide(phrase.strip("*")[0]) else rf"(?<!\w){inner}(?!\w)"


@folders.remembered
def _whole(key: str, languages: Codes, *others: str) -> re.Pattern[str]:
    found = [phrase for code in languages for phrase in _phrases(code, key, *others)]
    longest = sorted(set(found), key=len, reverse=True)
    return re.compile(rf"(?P<word>{'|'.join(longest)})\s*") if longest else _NEVER


@folders.remembered
def _ending(key: str, languages: Codes) -> re.Pattern[str]:
    found = sorted({phrase for code in languages for phrase in _phrases(code, key)}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(found)})$") if found else _NEVER
