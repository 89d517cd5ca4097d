"""Serving MCP over Streamable HTTP: loopback by default, elsewhere only with tokens."""

import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mcp.server import MCPServer
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from ...messages.reasons import WrongValue, reason_of
from ..context import AUTHORITY, REQUEST_URL
from ..workspace.workspace import ServerState
from .access import SCOPE, AccessVerifier, metadata_routes, metadata_url
from .web_server import WebServer

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
MAX_BODY = 1_000_000
MCP_PATH = "/mcp"


@dataclass(frozen=True)
class HttpOptions:
    """Where to listen, and who may call.

    `allowed_hosts` are further names in the Host header, `allowed_origins` web pages that may call;
    both are exact or end with `:*` for any port. `public_url` is the address under which others reach
    the server; without it, the one it listens on. `access` says who holds which token, `token` is
    short for one shared token. `issuer` hands out access tokens.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    public_url: str | None = None
    issuer: str | None = None
    access: AccessVerifier | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """The address of the server as others know it, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{_bracketed(host)}:{self.port}"

    def base_now(self) -> str:
        """The same for the caller of the present message: without a public address, where that caller has come in."""
        return self.base_url if self.public_url else REQUEST_URL.get() or self.base_url

    @property
    def resource(self) -> str:
        """The address of the MCP endpoint: what access tokens must be made out for."""
        return self.base_url + MCP_PATH


def http_app(
    server: MCPServer[ServerState], options: HttpOptions, routes: Sequence[BaseRoute] = ()
) -> ASGIApp:  # fmt: skip
    """The ASGI application, MCP at `/mcp`, with further routes that see to their own permission.

    Raises WrongValue for an open address without tokens, or an address that is none.
    """
    _check_address(options)
    access = options.access or AccessVerifier(options.token, None)
    _check_access(options, access)
    security = TransportSecuritySettings(
        allowed_hosts=_hosts(options), allowed_origins=[*options.allowed_origins, *_origins(options)]
    )
    inner = server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        host=options.host,
        max_request_body_size=MAX_BODY,
        transport_security=security,
    )
    about = metadata_routes(options.resource, options.issuer, access)

    @contextlib.asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    guarded = _AuthGate(inner, access, metadata_url(options.resource))
    return _HostAllowList(Starlette(routes=[*about, *routes, Mount("/", guarded)], lifespan=running), security)


def run_http(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until interrupted."""
    WebServer(app).run([listener])


@contextlib.contextmanager
def bind_socket(options: HttpOptions) -> Iterator[socket.socket]:
    """A socket at the address of the options, port 0: any. Raises WrongValue that says why there can be none."""
    _check_address(options)
    where = f"{_bracketed(options.host)}:{options.port}"
    host = options.host.strip("[]")
    try:
        family = socket.getaddrinfo(host, options.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, options.port), family=family, backlog=128)
    except OSError as error:
        raise WrongValue("server.http.not_listening", where=where, reason=reason_of(error)) from None
    with listener:
        yield listener


def is_loopback(host: str) -> bool:
    """True when only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_address(options: HttpOptions) -> None:
    if not 0 <= options.port <= 65_535:
        raise WrongValue("server.http.port", port=options.port)
    for name, url in (("--public-url", options.public_url), ("HIGHLIGHT_HTTP_ISSUER", options.issuer)):
        if url is None:
            continue
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and AUTHORITY.fullmatch(parts.netloc)
        if not whole or parts.query or parts.fragment:
            raise WrongValue("server.http.address", name=name, example="https://reels.example.com", url=url)


def _check_access(options: HttpOptions, access: AccessVerifier) -> None:
    """Whoever is reached from elsewhere, by whatever way, lets in holders of tokens only."""
    if access.held:
        return
    if access.needed:
        raise WrongValue("server.http.nobody")
    open_to = next((name for name in _ways_in(options) if not is_loopback(name)), None)
    if open_to is not None:
        raise WrongValue("server.http.open", name=open_to)


def _ways_in(options: HttpOptions) -> list[str]:
    """The names under which callers may come, in front of a proxy or not."""
    public = [urlsplit(options.public_url).hostname or ""] if options.public_url else []
    further = [urlsplit(f"//{name.removesuffix(':*')}").hostname or name for name in options.allowed_hosts]
    return [options.host, *public, *further]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _hosts(options: HttpOptions) -> list[str]:
    """Names that a Host header may carry: the address itself, this machine's loopback, and those named."""
    names = dict.fromkeys((_bracketed(options.host), *LOOPBACK_NAMES, *_own_names(options.host)))
    public = [urlsplit(options.public_url).netloc] if options.public_url else []
    return [*(form for name in names for form in (name, f"{name}:*")), *public, *options.allowed_hosts]


def _own_names(host: str) -> list[str]:
    """What other machines may call this one, when it listens on all its addresses."""
    if host not in ("0.0.0.0", "::"):
        return []
    name = socket.gethostname()
    try:
        numbers = {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
    except OSError:
        numbers = set()
    addresses = sorted(_bracketed(each) for each in numbers)
    return list(dict.fromkeys((name, name.partition(".")[0], socket.getfqdn(), *addresses)))


def _origins(options: HttpOptions) -> list[str]:
    own = [f"http://{name}:*" for name in LOOPBACK_NAMES]
    if options.public_url:
        parts = urlsplit(options.public_url)
        own.append(f"{parts.scheme}://{parts.netloc}")
    return own


class _HostAllowList:
    """Turns away requests for names that are not ours, and those that other web pages send."""

    def __init__(self, app: ASGIApp, settings: TransportSecuritySettings) -> None:
        self._app = app
        self._security = TransportSecurityMiddleware(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (self._app if refusal is None else refusal)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        return _malformed(request) or await self._security.validate_request(request)


def _malformed(request: Request) -> Response | None:
    """Turn away what only begins like an address of ours: a pattern such as `localhost:*` takes any port for one."""
    host, origin = request.headers.get("host"), request.headers.get("origin")
    if host is not None and not AUTHORITY.fullmatch(host):
        return Response("Invalid Host header", status_code=421)
    if origin is not None and not AUTHORITY.fullmatch(origin.partition("://")[2]):
        return Response("Invalid Origin header", status_code=403)
    return None


class _AuthGate:
    """Asks for a token as soon as anybody has one."""

    def __init__(self, app: ASGIApp, access: AccessVerifier, metadata: str) -> None:
        self._app = app
        self._access = access
        checked = RequireAuthMiddleware(app, [SCOPE], AnyHttpUrl(metadata))
        self._guarded = AuthenticationMiddleware(checked, backend=BearerAuthBackend(access))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._guarded if scope["type"] == "http" and self._access.needed else self._app
        await app(scope, receive, send)
