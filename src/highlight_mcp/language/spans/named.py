"""What is to be looked for by name: words that are said, a subject, a sound, something to be seen.

Recognised only where it can be searched for: elsewhere the same words are refused with their reason.
"""

import re
from dataclasses import dataclass

from .. import folders
from ..lexicon import index, is_wide
from ..normalize import NormalizedText
from ..tokens import MaskedText, Token
from .grammar import EDGE

_CRITERIA = ("words", "topic", "sound", "picture")
_OURS = ("CRITERION:", "SHAPE:", "JOIN:", "LOOK:")
_OUR_NOUNS = frozenset({"BEST", "SEMANTIC", "MUSIC", "FADE", "TITLE", "SUBTITLES", "TRANSITION", "CAPTION", "SILENCE"})


@dataclass(frozen=True, slots=True)
class NamedSearch:
    """What a `named` token means: a criterion of `Highlights` and what to look for."""

    criterion: str
    query: str


@folders.remembered
def _patterns(criterion: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a criterion in all languages, in the order in which they are tried."""
    found = (text for code in folders.codes() for text in folders.alternatives(code, "named")[criterion.upper()])
    return tuple(re.compile(text.replace(r"\b", EDGE)) for text in found)


@folders.remembered
def _form(key: str) -> re.Pattern[str]:
    found = (text for code in folders.codes() for text in folders.alternatives(code, "named")[key])
    return re.compile("|".join(found) or "(?!)")


def mark_names(canvas: MaskedText, source: NormalizedText, criteria: frozenset[str]) -> None:
    """Paint what is searched for by name, for the criteria that can be searched here."""
    for criterion in _CRITERIA:
        if criterion not in criteria or not _form(f"{criterion.upper()}_HINT").search(canvas.text):
            continue
        for regex in _patterns(criterion):
            match = _first(canvas, regex)
            if match is None:
                continue
            said = match.group("query").strip()
            query = _unquoted(source.verbatim(*match.span("query")).strip(" :："))
            own = criterion in ("sound", "picture") and not _form("NOISE").fullmatch(said)
            signal = own and _measured(match.group("query"))
            raised = _form("RAISED").match(match.group()) and _form("RAISED_TO").match(said)
            if query and not signal and not raised and not _form("NOTHING").fullmatch(said):
                found = NamedSearch(criterion, query)
                name = Token("named", match.start(), match.end(), match.group(), frozenset({"FIND"}), found)
                canvas.tokens = [t for t in canvas.tokens if not match.start() <= t.start < match.end()]
                canvas.paint(name)
                return


def _unquoted(query: str) -> str:
    """Without the quotes around all of it."""
    inner = query[1:-1]
    whole = len(query) > 2 and query[0] in "\"“‘'「『《" and query[-1] in "\"”’'」』》"
    return inner if whole and not re.search(r"[\"“”‘’「」『』《》]", inner) else query


def _measured(query: str) -> bool:
    """Whether the words name what our own signals or operations are for: the loudest crowd, a fade, music."""
    words = query.split() if not any(is_wide(sign) for sign in query) else list(query)
    glue = "" if any(is_wide(sign) for sign in query) else " "
    pieces = {glue.join(words[a:b]) for a in range(len(words)) for b in range(a + 1, min(a + 4, len(words)) + 1)}
    found = {concept for piece in pieces for concept in index().get(piece, ())}
    return any(concept in _OUR_NOUNS or concept.startswith(_OURS) for concept in found)


def _first(canvas: MaskedText, regex: re.Pattern[str]) -> re.Match[str] | None:
    """The first match that begins outside of what is quoted."""
    for match in regex.finditer(canvas.text):
        begun = [t for t in canvas.tokens if t.start <= match.start() < t.end]
        if not begun:
            return match
    return None
