"""Addresses of media and reels: unguessable, and valid until this backend ends."""

import hmac
import secrets
from urllib.parse import quote


class Links:
    """Makes and checks the links of this start."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(18)

    def media(self, base: str, media_id: str) -> str:
        """Where a media file can be fetched."""
        return f"{base}/media/{self._token}/{quote(media_id, safe='')}"

    def render(self, base: str, render_id: str) -> str:
        """Where a finished reel can be fetched."""
        return f"{base}/renders/{self._token}/{quote(render_id, safe='')}.mp4"

    def valid(self, token: str) -> bool:
        """True for the token of this start."""
        return hmac.compare_digest(token.encode(), self._token.encode())
