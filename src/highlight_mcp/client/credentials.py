"""The address and the credentials in force, how both are renewed, and who we are to the cloud.

The cloud knows us by a client id for ever and by an anonymous token for seven days; both files are private.
"""

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

import anyio

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.session import ANONYMOUS_TOKEN_PATH, CLIENT_ID_HEADER, AnonymousToken
from ..contract.wire import read
from ..messages import active_language, message, next_step_of
from .config import ClientConfig, attribution
from .json_store import JsonStore, write_private
from .transport import Transport, TransportError

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


log = logging.getLogger(__name__)

NOT_IMPLEMENTED = 501


class ServiceEndpoint(NamedTuple):
    """Where a call goes, and with which token."""

    base_url: str
    token: str | None


class Credentials:
    """Knows where to call and as whom; renews anonymous tokens and finds a restarted backend."""

    def __init__(self, config: ClientConfig, transport: Transport) -> None:
        self._config = config
        self._transport = transport
        self._identity = Identity(config)
        self._lock = anyio.Lock()
        self._anonymous: StoredToken | None = None

    @property
    def config(self) -> ClientConfig:
        return self._config

    @property
    def base_url(self) -> str:
        return self._config.base_url.rstrip("/")

    @property
    def anonymous(self) -> bool:
        """True when tokens are ours to renew, not the user's."""
        return self._config.token is None and self._config.kind != "embedded"

    @property
    def user_id(self) -> str:
        """User of the anonymous token, empty when there is none."""
        return self._anonymous.user_id if self._anonymous else ""

    @property
    def expires_at(self) -> str | None:
        """End of the anonymous token in ISO 8601, None when there is none."""
        return (self._anonymous.expires_at or None) if self._anonymous else None

    async def token(self) -> str | None:
        """The token to send; fetches an anonymous one when none is there. Empty for a server without tokens."""
        if not self.anonymous:
            return self._config.token
        async with self._lock:
            if self._anonymous is None:
                self._anonymous = self._identity.stored_token() or await self._mint()
            return self._anonymous.token

    async def endpoint(self) -> ServiceEndpoint:
        """Address and token in force."""
        return ServiceEndpoint(self.base_url, await self.token())

    async def headers(self) -> dict[str, str]:
        """Attribution and authorization for one call to the service."""
        token = await self.token()
        headers = attribution(self._config) | {"Accept-Language": active_language()}
        return headers | ({"Authorization": f"Bearer {token}"} if token else {})

    async def renew(self, refused: ServiceEndpoint) -> bool:
        """After a refused token: get another one. True when a replay makes sense."""
        if not self.anonymous:
            return await self.reconnect(refused)
        async with self._lock:
            if self._anonymous is not None and self._anonymous.token == refused.token:
                self._identity.forget(self._anonymous.token)
                self._anonymous = self._identity.stored_token() or await self._mint()
            return True

    async def reconnect(self, failed: ServiceEndpoint) -> bool:
        """Find the embedded backend again, unless another call just did. True when a replay makes sense."""
        if self._config.reconnect is None:
            return False
        async with self._lock:
            if failed == ServiceEndpoint(self.base_url, self._config.token):
                config = await self._config.reconnect()
                self._config = replace(self._config, base_url=config.base_url, token=config.token)
            return True

    async def _mint(self) -> StoredToken:
        """Ask for an anonymous token: a fresh id once after 400, one more try after 429.

        A server of others that hands out none is spoken to without.
        """
        try:
            return await self._first()
        except ApiError as error:
            if self._config.kind == "remote" and _no_sign_in(error.fault):
                return StoredToken("")
            if error.fault.kind != "rate_limited":
                raise
            await self._slow_down(error.fault)
        # Another process of the same user may have stored its token meanwhile.
        stored = self._identity.stored_token()
        if stored is not None:
            return stored
        try:
            return await self._ask(await self._identity.client_id())
        except ApiError as error:
            raise ApiError(_no_token(error.fault)) from None

    async def _first(self) -> StoredToken:
        try:
            return await self._ask(await self._identity.client_id())
        except ApiError as error:
            if error.fault.kind != "client_id_missing" and error.fault.http != 400:
                raise
        return await self._ask(await self._identity.new_client_id())

    async def _slow_down(self, problem: ErrorInfo) -> None:
        """Wait as long as the service asks. Raises ApiError when that is too long."""
        clocks = self._config.timing
        delay = clocks.rate_limit_s if problem.retry_after_s is None else problem.retry_after_s
        if delay > clocks.rate_limit_max_s:
            raise ApiError(_no_token(problem))
        await anyio.sleep(delay)

    async def _ask(self, client_id: str) -> StoredToken:
        headers = attribution(self._config) | {CLIENT_ID_HEADER: client_id}
        url = self.base_url + ANONYMOUS_TOKEN_PATH
        try:
            answer = await self._transport.call("POST", url, headers)
        except TransportError as trouble:
            kind = "timed_out" if trouble.timed_out else "unreachable"
            raise ApiError(error_info(kind, "client.no_sign_in")) from None
        payload = read(answer.status, answer.body, retry_after_s=answer.retry_after_s)
        log.info("got an anonymous token")
        return await self._identity.store(AnonymousToken.parse(payload))


def _no_sign_in(problem: ErrorInfo) -> bool:
    """True when a service that was reached and is in order refuses the call."""
    passing = problem.kind in ("unreachable", "timed_out", "rate_limited") or problem.http in (408, 425)
    return not passing and (problem.http < 500 or problem.http == NOT_IMPLEMENTED)


def _no_token(problem: ErrorInfo) -> ErrorInfo:
    """A service gives one token per client and week; one that got lost on the way cannot be had again."""
    if problem.kind != "rate_limited":
        return problem
    refusal = message("client.no_more_sign_in")
    return problem.with_words(refusal, next_step_of(refusal))
