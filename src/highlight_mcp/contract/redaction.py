"""What may be shown or logged: no tokens, no raw JSON, no unreadable characters."""

import re

MASK = "***"
MAX_TEXT = 4_000

_SECRETS = re.compile(
    r"(?:nmv_usr_|clm_)[A-Za-z0-9_\-]+"
    r"|(?i:x-client-id|authorization)\s*[:=]\s*(?i:bearer\s+)?\S+"
    r"|(?i:bearer)\s+[A-Za-z0-9._~+/=\-]{6,}"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def masked(text: str) -> str:
    """The text with tokens, claim tokens, bearer credentials and header ids masked."""
    return _SECRETS.sub(MASK, text)


def printable(text: str) -> str:
    """The text without control characters and without halves of surrogate pairs."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", whole)


def for_people(text: object, fallback: str = "") -> str:
    """Text of a backend as it may be shown: masked, at most 4 000 characters, never raw JSON.

    Anything that is not text, is empty or is a JSON value gives `fallback`.
    """
    if not isinstance(text, str):
        return fallback
    clean = masked(printable(text)).strip()
    if not clean or (clean[0] in "{[" and clean[-1] in "}]"):
        return fallback
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"
