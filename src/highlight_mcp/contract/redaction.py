"""What may be shown or logged: no tokens, no raw JSON, no unreadable characters."""

import json
import re
from itertools import islice

from ..messages import say

MASK = "***"
MAX_TEXT = 4_000
MAX_OBJECTS = 50
MAX_INLINE, MAX_NAME, KEPT_END = 300, 80, 20

_SECRETS = re.compile(
    r"(?:nmv_usr_|clm_)[A-Za-z0-9_\-]+"
    r"|(?i:x-client-id|authorization)\s*[:=]\s*(?i:bearer\s+)?\S+"
    r"|(?i:bearer)\s+[A-Za-z0-9._~+/=\-]{6,}"
)
_JSON_START = re.compile(r"\{(?=\s*\")|\[(?=\s*[\[{])")
_DECODER = json.JSONDecoder()
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSEEN = re.compile(r"[\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
"""Signs without width that reorder or hide text: nobody sees them, but programs and models read them."""

_LINES = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_MARKS = re.compile(r"[\x80-\x9f\xad\u200e\u200f\u2028\u2029]|(?<=[\x00-\x7f])[\u200c\u200d]")


def redact(text: str) -> str:
    """The text with tokens, claim tokens, bearer credentials and header ids masked."""
    return _SECRETS.sub(MASK, text)


def printable(text: str) -> str:
    """The text without control characters, unseen signs, and halves of surrogate pairs."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _UNSEEN.sub("", _CONTROLS.sub("", whole))


def display_name(name: str) -> str:
    """A file name as people may see it: on one line, with plain spaces and nothing that hides or reorders it."""
    plain = _MARKS.sub("", " ".join(printable(name).split()))
    return plain or "file"


def inline(text: str, limit: int = MAX_INLINE) -> str:
    """Words of others on one line, masked, without JSON, at most so many signs; a long one keeps its end."""
    lines = (" ".join(line.split()) for line in _LINES.split(redact(printable(text[: 4 * MAX_TEXT]))))
    whole = _MARKS.sub("", strip_json(" / ".join(line for line in lines if line))).strip()
    return whole if len(whole) <= limit else f"{whole[: limit - KEPT_END - 1]}…{whole[-KEPT_END:]}"


def labelled(name: str) -> str:
    """A name from elsewhere that can stand in double quotation marks, or before a bracket in the summary line."""
    return named(name).replace('"', "'")


def named(name: str) -> str:
    """A name from elsewhere, of a file or a clip, as it may stand among our own words."""
    return inline(name, MAX_NAME) or "file"


def quoted(text: str, limit: int = MAX_INLINE) -> str:
    """Words of others in marks that they cannot close."""
    return "«" + inline(text, limit).replace("«", "‹").replace("»", "›") + "»"


def cited(text: str) -> str:
    """What a backend says, marked as its words: nobody shall take them for ours, or for the user's."""
    return say("contract.backend_says", said=quoted(text, MAX_TEXT))


def sanitize_message(text: object, fallback: str = "") -> str:
    """Text of a backend as it may be shown: masked, without JSON in it, at most 4 000 characters.

    Anything that is not text, or of which nothing is left, gives `fallback`.
    """
    if not isinstance(text, str):
        return fallback
    clean = strip_json(redact(printable(text[: 4 * MAX_TEXT]))).strip()
    if not clean:
        return fallback
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"


def strip_json(text: str) -> str:
    """The text with JSON objects, and lists of them, cut out; plain brackets stay."""
    kept, place = [], 0
    for match in islice(_JSON_START.finditer(text), MAX_OBJECTS):
        if match.start() < place:
            continue
        try:
            value, end = _DECODER.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if value and (isinstance(value, dict) or any(isinstance(item, dict | list) for item in value)):
            kept.append(text[place : match.start()])
            place = end
    return "".join([*kept, text[place:]])
