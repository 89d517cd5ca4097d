"""Which file words ask for, as a preset of `export` and, where it makes several, the ending."""

import re

from ...presets import DEFAULT_PRESET, PRESETS, implied_by, making
from ..tokens import Token

_KINDS = ("FILE:", "CONTAINER:")
_SERVICES = ("whatsapp", "youtube")
"""Services whose presets keep the shape of the reel; to say others is to ask for a tall picture."""
_PROGRAMS = {
    "final cut": "fcpxml",
    "fcp": "fcpxml",
    "resolve": "fcpxml",
    "达芬奇": "fcpxml",
    "opentimelineio": "otio",
    "剪映": "capcut",
    "dnxhd": "dnxhr",
}
"""Programs and formats by the names that people give them. Resolve reads FCPXML with more of it than the others."""
_WORD = re.compile(r"[a-z0-9]+")


def file_kind(token: Token) -> str:
    """The concept of a kind of file, empty for any other word."""
    return next((concept for concept in sorted(token.concepts) if concept.startswith(_KINDS)), "")


def is_made(token: Token) -> bool:
    """Whether an export makes the kind of file that a word means; true of any other word."""
    return not file_kind(token) or _made(token) != (None, None)


def preset_of_file(token: Token) -> tuple[str | None, str | None]:
    """The preset and the ending that a word for a kind of file means; (None, None) where none is to be named."""
    preset, ending = _made(token) if file_kind(token) else (None, None)
    return (None, None) if preset == DEFAULT_PRESET else (preset, ending)


def _made(token: Token) -> tuple[str | None, str | None]:
    text, kind = token.text.lower(), file_kind(token).partition(":")[2]
    for word in (*_WORD.findall(text), kind):
        if word in PRESETS:
            return word, None
        if (preset := implied_by(word) or next(making(word), None)) is not None:
            return preset, word
    return next(((preset, None) for name, preset in _PROGRAMS.items() if name in text), (None, None))


def service_named(words: str) -> str | None:
    """The service that a clause names and that has a preset of its own."""
    said = _WORD.findall(words.lower())
    return next((name for name in _SERVICES if name in said), None)
