"""Addresses that any front of a team understands: what they are good for stands in them, signed, with their end."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

LIFE_S = 3_600.0
STEP_S = 600.0
"""The end of an address is rounded up to this, so that the same one is given again for a while."""


class Signer:
    """Signs and reads; whoever knows the secret of the team."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def token(self, kind: str, facts: dict[str, Any], life_s: float = LIFE_S) -> str:
        """What goes into an address; good for `life_s` seconds, and up to ten minutes more."""
        ends = int((time.time() + life_s) // STEP_S + 1) * int(STEP_S)
        body = _packed(json.dumps([kind, ends, facts], sort_keys=True, separators=(",", ":")).encode())
        return f"{body}.{self._mark(body)}"

    def facts(self, kind: str, token: str) -> dict[str, Any] | None:
        """What stands in a token; None for one that is not ours, of another kind, or over."""
        body, _, mark = token.partition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(body).encode()):
            return None
        try:
            found, ends, facts = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, TypeError):
            return None
        return dict(facts) if found == kind and ends > time.time() else None

    def of(self, name: str) -> str:
        """A secret that is derived for somebody."""
        return self._mark(f"account:{name}")

    def _mark(self, text: str) -> str:
        return _packed(hmac.digest(self._secret, text.encode("utf-8", "surrogateescape"), hashlib.sha256))


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
