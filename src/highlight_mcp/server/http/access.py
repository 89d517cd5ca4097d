"""Who may call over HTTP: holders of a token, checked here; and where clients get one (RFC 9728)."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from mcp.server.auth.provider import AccessToken, TokenVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .users import UserStore

SCOPE = "highlight"
EVERYBODY = "everybody"

Identify = Callable[[str], Awaitable[AccessToken | None]]
"""The holder of an access token of an issuer; None for a token that is not good here."""


class AccessVerifier(TokenVerifier):
    """Turns a bearer token into a person: the `subject` of what `verify_token` gives.

    The shared token stands for the person "", who is everybody. Nothing here keeps or logs a token.
    """

    def __init__(self, shared: str | None, people: UserStore | None, outsider: Identify | None = None) -> None:
        self._shared = shared
        self._people = people
        self._outsider = outsider

    @property
    def needed(self) -> bool:
        """False where nobody ever had a token: then whoever reaches the server may use it."""
        return self.held or (self._people is not None and self._people.ever)

    @property
    def held(self) -> bool:
        """True while somebody can have a token that is good here."""
        if self._shared or self._outsider is not None:
            return True
        return self._people is not None and bool(self._people.all())

    async def verify_token(self, token: str) -> AccessToken | None:
        """The holder of a token, None for a stranger."""
        given = token.strip()
        if not given:
            return None
        if self._shared and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._shared.encode()):
            return _holder("", EVERYBODY)
        person = self._people.find(given) if self._people is not None else None
        if person is not None:
            return _holder(person.name, person.token_hash)
        return await self._outsider(given) if self._outsider is not None else None


def _holder(person: str, client_id: str) -> AccessToken:
    """The token itself is left out: nothing behind this line needs it."""
    return AccessToken(token="", client_id=client_id, scopes=[SCOPE], subject=person)


WELL_KNOWN = "/.well-known/oauth-protected-resource"
FOR_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}


def metadata_url(resource: str) -> str:
    """Where the metadata of a resource is: the well-known part stands between host and path."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path.rstrip('/')}"


def metadata_routes(resource: str, issuer: str | None, access: AccessVerifier) -> list[Route]:
    """The metadata with the path of the resource behind it and without; none while no token is needed.

    Without an issuer no authorization server is named: tokens come from whoever runs the server.
    """

    async def tell(_request: Request) -> Response:
        if not access.needed:
            return JSONResponse({"error": "not_found"}, status_code=404)
        facts = {
            "resource": resource,
            **({"authorization_servers": [issuer]} if issuer else {}),
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
            "resource_name": "Highlight reels",
        }
        return JSONResponse(facts, headers=FOR_ALL)

    suffixed = urlsplit(metadata_url(resource)).path
    return [Route(path, tell, methods=["GET"]) for path in dict.fromkeys((f"{WELL_KNOWN}/mcp", suffixed, WELL_KNOWN))]
