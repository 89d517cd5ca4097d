"""Serving MCP over Streamable HTTP: loopback by default, elsewhere only with a token."""

import hmac
import ipaddress
import socket
from dataclasses import dataclass, field

import uvicorn
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .state import ServerState

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
MAX_BODY = 1_000_000


@dataclass(frozen=True)
class HttpOptions:
    """Where to listen, and who may call.

    `allowed_hosts` are further names in the Host header, `allowed_origins` web pages that may call;
    both are exact or end with `:*` for any port.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()


def http_app(server: MCPServer[ServerState], options: HttpOptions) -> ASGIApp:
    """The ASGI application, MCP at `/mcp`. Raises ValueError for an open address without a token."""
    if not options.token and not is_loopback(options.host):
        raise ValueError(
            f"{options.host} can be reached from other machines, so a token is needed. "
            "Set HIGHLIGHT_HTTP_TOKEN or --token, or use --host 127.0.0.1."
        )
    inner = server.streamable_http_app(
        host=options.host,
        max_request_body_size=MAX_BODY,
        transport_security=TransportSecuritySettings(
            allowed_hosts=_hosts(options), allowed_origins=list(options.allowed_origins) + _origins()
        ),
    )
    return _BearerOnly(inner, options.token) if options.token else inner


def run_http(server: MCPServer[ServerState], options: HttpOptions) -> None:
    """Serve until interrupted. Raises ValueError for an open address without a token."""
    uvicorn.run(http_app(server, options), host=options.host, port=options.port, log_level="warning")


def is_loopback(host: str) -> bool:
    """True when only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _hosts(options: HttpOptions) -> list[str]:
    """Names that a Host header may carry: the address itself, this machine's loopback, and those named."""
    plain = f"[{options.host}]" if ":" in options.host else options.host
    names = dict.fromkeys((plain, *LOOPBACK_NAMES, *_own_names(options.host)))
    return [*(form for name in names for form in (name, f"{name}:*")), *options.allowed_hosts]


def _own_names(host: str) -> list[str]:
    """What other machines may call this one, when it listens on all its addresses."""
    if host not in ("0.0.0.0", "::"):
        return []
    name = socket.gethostname()
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
    except OSError:
        found = set()
    addresses = sorted(f"[{each}]" if ":" in each else each for each in found)
    return list(dict.fromkeys((name, name.partition(".")[0], socket.getfqdn(), *addresses)))


def _origins() -> list[str]:
    return [f"http://{name}:*" for name in LOOPBACK_NAMES]


class _BearerOnly:
    """Lets a request through only with the right bearer token; compares in constant time."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._admits(Headers(scope=scope).get("authorization", "")):
            await self._app(scope, receive, send)
            return
        body = {"error": "invalid_token", "error_description": "A valid bearer token is needed."}
        answer = JSONResponse(body, status_code=401, headers={"WWW-Authenticate": "Bearer"})
        await answer(scope, receive, send)

    def _admits(self, header: str) -> bool:
        scheme, _, token = header.partition(" ")
        return hmac.compare_digest(f"{scheme.lower()} {token.strip()}".encode(), self._expected)
