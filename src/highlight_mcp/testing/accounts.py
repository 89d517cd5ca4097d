"""Accounts as the scripted cloud shows them: tokens that expire and sessions that get lost on command.

The backend behind keeps its accounts, so that credits and work can be compared over an expiry.
"""

import json
import secrets
from typing import Any

from ..contract.session import CLIENT_ID_HEADER
from .wire import ReceivedRequest


class CloudAccounts:
    """Tokens handed out, each for one token of the backend, and the sessions seen so far."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self._inner: dict[str, str] = {}
        self._expired: set[str] = set()
        self._granted: dict[str, dict[str, Any]] = {}
        self._sessions: set[str] = set()
        self._lost: set[str] = set()

    def expire(self) -> None:
        """From now on no token that was handed out is good any more; asking for one gives another."""
        self._expired |= set(self._inner)

    def lose(self) -> None:
        """From now on no session that was made is known any more."""
        self._lost |= self._sessions

    def refused(self, request: ReceivedRequest) -> bool:
        """True when the token of the request has expired."""
        return _bearer(request) in self._expired

    def lost(self, request: ReceivedRequest) -> bool:
        """True when the request is about a lost session; bodies of JSON are looked into as well."""
        parts = set(request.path.split("/"))
        if request.endpoint in ("edit", "submit"):
            parts |= {str(request.json_or({}).get(name)) for name in ("session_id", "sessionId")}
        return bool(parts & self._lost)

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        """The authorization that the backend knows."""
        inner = self._inner.get(_bearer(request))
        return {"Authorization": f"Bearer {inner}"} if inner else {}

    def renewed(self, request: ReceivedRequest) -> dict[str, Any] | None:
        """Another token for a client whose token has expired, None for a client that is new or has a good one."""
        granted = self._granted.get(request.headers.get(CLIENT_ID_HEADER.lower(), ""))
        if granted is None or granted["token"] not in self._expired:
            return None
        fresh = f"nmv_usr_{secrets.token_urlsafe(24)}"
        self._inner[fresh] = self._inner[granted["token"]]
        self.tokens.append(fresh)
        granted["token"] = fresh
        return {"code": 0, "message": "success", "data": dict(granted)}

    def note(self, request: ReceivedRequest, body: bytes) -> None:
        """Take note of a token or a session in an answer of the backend."""
        try:
            data = json.loads(body).get("data") or {}
        except (ValueError, AttributeError):
            return
        if request.endpoint == "token" and data.get("token"):
            self._inner[data["token"]] = data["token"]
            self.tokens.append(data["token"])
            self._granted[request.headers.get(CLIENT_ID_HEADER.lower(), "")] = dict(data)
        elif request.endpoint == "session" and data.get("session_id"):
            self._sessions.add(data["session_id"])


def _bearer(request: ReceivedRequest) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ").strip()
