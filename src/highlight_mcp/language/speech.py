"""Words that are compared, and forms of sentences: what tells an order from other speech, as the folders have it."""

import re

from . import folders
from .lexicon import Codes, alphabet


@folders.remembered
def said(key: str) -> frozenset[str]:
    """The words of a class, in all languages. Raises KeyError for a class that is not there."""
    return frozenset(word for code in folders.codes() for word in folders.words(code, "speech")[key])


@folders.remembered
def endings(key: str) -> tuple[str, ...]:
    """The same as a tuple, for `str.endswith`."""
    return tuple(said(key))


@folders.remembered
def form(key: str, languages: Codes) -> re.Pattern[str]:
    """The form of a sentence in any of the languages; it matches nothing where none of them has it.

    Raises KeyError for a form that is not there.
    """
    return re.compile(alternatives(key, languages))


def alternatives(key: str, languages: Codes | None = None) -> str:
    """A regular expression for a form in any of some languages, or of all. Raises KeyError as `form`."""
    found = [folders.expressions(code, "speech")[key] for code in languages or folders.codes()]
    return "|".join(filter(None, found)) or "(?!)"


@folders.remembered
def of_script(languages: Codes, *, wide: bool) -> Codes:
    """Those of the languages that are written in a wide script, or in Latin letters."""
    return tuple(code for code in languages if bool(alphabet(code)) == wide)
