"""Paths as people and models write them, and the files that they mean.

A Mac stores letters and their accents apart and puts narrow spaces and curly apostrophes into names; what is typed, or
written by a model, has the plain signs. Quotes come with a path that was copied. Some paths exist only inside a chat.
"""

import unicodedata
from pathlib import Path

_QUOTES = ('""', "''", "“”", "‘’", "``")
_SIGNS = str.maketrans({
    "‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
})  # fmt: skip
_IN_CHATS = ("/mnt/user-data/", "/mnt/data/", "sandbox:")
"""Where Claude and ChatGPT keep what was dropped into a conversation."""


def unquoted(text: str) -> str:
    """A path without the quotes around it."""
    inside = len(text) > 2 and any(text[0] == pair[0] and text[-1] == pair[1] for pair in _QUOTES)
    return text[1:-1].strip() if inside else text


def is_in_a_chat(text: str) -> bool:
    """Whether a path is one of the machine that a chat runs on, and of no file here."""
    return text.startswith(_IN_CHATS) and not Path(text).exists()


def as_stored(path: Path) -> Path:
    """The one file or folder whose name differs only in how its signs are written; the same path where there is none.

    Every part that does not exist is looked up in its folder. Raises OSError.
    """
    found = Path(path.anchor)
    for part in path.parts[1:]:
        if (found / part).exists():
            found /= part
            continue
        wanted = _folded(part)
        alike = [each.name for each in found.iterdir() if _folded(each.name) == wanted] if found.is_dir() else []
        if len(alike) != 1:
            return path
        found /= alike[0]
    return found


def _folded(name: str) -> str:
    """A name with plain signs: compatibility forms, one kind of space, apostrophe, quote and dash."""
    plain = unicodedata.normalize("NFKC", name.translate(_SIGNS)).translate(_SIGNS)
    return "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in plain)
