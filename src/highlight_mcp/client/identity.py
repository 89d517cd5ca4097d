"""Who we are to the cloud: a client id for ever, an anonymous token for seven days. Both files are private."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio

from ..contract.account import AnonymousToken
from .config import ClientConfig
from .json_store import JsonStore, write_private

MAX_ID = 200


@dataclass(frozen=True)
class StoredToken:
    """An anonymous token with the user it stands for."""

    token: str
    user_id: str = ""
    expires_at: str = ""


class Identity:
    """The client id and the stored token of one service."""

    def __init__(self, config: ClientConfig) -> None:
        self._config = config
        self._tokens = JsonStore(config.state_dir / "tokens")
        self._replaced_id: str | None = None

    async def client_id(self) -> str:
        """The id given by the user, else the stored one, else a new one that is stored."""
        if self._replaced_id:
            return self._replaced_id
        if self._config.client_id and _usable(self._config.client_id):
            return self._config.client_id
        try:
            stored = self._config.client_id_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            stored = ""
        return stored if _usable(stored) else await self.new_client_id()

    async def new_client_id(self) -> str:
        """Make and store a fresh id, after the service refused the one we had."""
        fresh = str(uuid.uuid4())
        self._replaced_id = fresh
        await anyio.to_thread.run_sync(write_private, self._config.client_id_file, fresh)
        return fresh

    def stored_token(self) -> StoredToken | None:
        """The stored token, None when there is none or its time is over."""
        record = self._tokens.get(self._config.backend_name) or {}
        token, user, until = (record.get(name) for name in ("token", "user_id", "expires_at"))
        if not isinstance(token, str) or not token:
            return None
        kept = AnonymousToken(token=token, user_id=str(user or ""), expires_at=str(until or ""))
        return None if kept.expired(datetime.now(UTC)) else StoredToken(kept.token, kept.user_id, kept.expires_at)

    async def store(self, token: AnonymousToken) -> StoredToken:
        """Keep a token with its end."""
        record = {"token": token.token, "user_id": token.user_id, "expires_at": token.expires_at}
        await self._tokens.put(self._config.backend_name, record)
        return StoredToken(**record)

    def forget(self, token: str) -> None:
        """Drop the stored token if it is still this one: another process may have renewed it."""
        kept = self.stored_token()
        if kept is None or kept.token == token:
            self._tokens.remove(self._config.backend_name)


def _usable(text: str) -> bool:
    return 0 < len(text) <= MAX_ID and text.isascii() and text.isprintable() and " " not in text
