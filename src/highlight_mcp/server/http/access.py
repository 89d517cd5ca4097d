"""Who may call over HTTP: holders of a token of this server or of an issuer; and where clients get one (RFC 9728).

Tokens of an issuer (OAuth 2.0 resource server) are JWTs that were signed for us, and are still good. Claims as in
RFC 9068, keys as in RFC 7517, the issuer's metadata as in RFC 8414 or OpenID Connect Discovery.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import anyio
import jwt
from jwt.types import Options
from mcp.server.auth.provider import AccessToken, TokenVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ...client.config import Timeouts
from ...client.transport import Response, Transport, TransportError
from ...contract.wire import loads
from .users import ANONYMOUS, User

log = logging.getLogger(__name__)

SCOPE = "highlight"
EVERYBODY = "everybody"

Identify = Callable[[str], Awaitable[AccessToken | None]]
"""The holder of an access token of an issuer; None for a token that is not good here."""


class KnownPeople(Protocol):
    """Those who have a token of this server. `ever`: whether anybody ever had one."""

    @property
    def ever(self) -> bool: ...

    def all(self) -> Mapping[str, object]:
        """Everybody by name."""

    def find(self, token: str) -> User | None:
        """Whose token this is."""


class AccessVerifier(TokenVerifier):
    """Turns a bearer token into a person: the `subject` of what `verify_token` gives.

    The shared token stands for the person "", who is everybody. Nothing here keeps or logs a token.
    """

    def __init__(self, shared: str | None, people: KnownPeople | None, outsider: Identify | None = None) -> None:
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

    async def tell(_request: Request) -> JSONResponse:
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


ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""Asymmetric ones only, by the kind of key that they go with."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEYS_LAST_S = 3600.0
ASK_AGAIN_S = 10.0
PATIENCE_S = 10.0
MAX_TOKEN = 16_384
LEEWAY_S = 30
CHECKS: Options = {
    "require": ["exp", "iss", "aud", "sub"],
    "enforce_minimum_key_length": True,
}
DOCUMENTS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


class InvalidToken(Exception):
    """The issuer's documents cannot be used; the text says why."""


class Issuer:
    """The keys of one issuer, fetched at the first need, again after an hour and when an unknown one is named."""

    def __init__(self, url: str, resource: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._resource = resource
        self._clock = clock
        self._lock = anyio.Lock()
        self._keys: list[dict[str, Any]] = []
        self._fetched = self._asked = float("-inf")

    async def holder(self, token: str) -> AccessToken | None:
        """Whose token this is; None when it is not good here. The token itself is kept nowhere."""
        if len(token) > MAX_TOKEN or token.count(".") != 2:
            return None
        try:
            head = jwt.get_unverified_header(token)
            key = await self._key(str(head.get("alg", "")), head.get("kid"))
            if key is None:
                log.info("an access token was refused: no key of the issuer fits")
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._resource,
                issuer=self._url,
                leeway=LEEWAY_S,
                options=CHECKS,
            )
        except jwt.PyJWTError as error:
            log.info("an access token was refused: %s", type(error).__name__)
            return None
        except (InvalidToken, TransportError) as error:
            log.warning("access tokens cannot be checked: %s", error)
            return None
        return self._holder(claims)

    def _holder(self, claims: dict[str, Any]) -> AccessToken | None:
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            return None
        return AccessToken(
            token="",
            client_id=str(claims.get("client_id") or claims.get("azp") or subject),
            scopes=_scopes(claims),
            expires_at=int(claims["exp"]),
            resource=self._resource,
            subject=person_of_subject(self._url, subject),
            claims={"iss": self._url},
        )

    async def _key(self, algorithm: str, kid: Any) -> jwt.PyJWK | None:
        """The key that a token names, after asking the issuer again if it is unknown.

        Raises InvalidToken, TransportError.
        """
        kind = next((kind for kind, names in ALGORITHMS.items() if algorithm in names), None)
        if kind is None:
            return None
        async with self._lock:
            now = self._clock()
            key = self._find(kind, algorithm, kid) if now - self._fetched < KEYS_LAST_S else None
            if key is None and now - self._asked >= ASK_AGAIN_S:
                self._asked = now
                self._keys = await self._fetch()
                self._fetched = now
                key = self._find(kind, algorithm, kid)
        return None if key is None else jwt.PyJWK.from_dict(key, algorithm)

    def _find(self, kind: str, algorithm: str, kid: Any) -> dict[str, Any] | None:
        """By its id; a token without one means the only key of its kind."""
        fitting = [
            key
            for key in self._keys
            if key.get("kty") == kind and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm
        ]
        if kid is not None:
            return next((key for key in fitting if key.get("kid") == kid), None)
        return fitting[0] if len(fitting) == 1 else None

    async def _fetch(self) -> list[dict[str, Any]]:
        transport = Transport(self._url, Timeouts(connect_s=PATIENCE_S, request_s=PATIENCE_S))
        try:
            facts = await self._metadata(transport)
            if facts.get("issuer") != self._url:
                raise InvalidToken(f"{self._url} says that it is another issuer")
            address = facts.get("jwks_uri")
            if not isinstance(address, str) or not _safe(address):
                raise InvalidToken(f"{self._url} names no safe address of its keys")
            keys = _json(await transport.call("GET", address, {"Accept": "application/json"})).get("keys")
        finally:
            await transport.aclose()
        if not isinstance(keys, list):
            raise InvalidToken(f"{address} holds no keys")
        return [key for key in keys if isinstance(key, dict)]

    async def _metadata(self, transport: Transport) -> dict[str, Any]:
        if not _safe(self._url):
            raise InvalidToken(f"{self._url} is not an https address")
        for address in _documents(self._url):
            answer = await transport.call("GET", address, {"Accept": "application/json"})
            if answer.status == 200:
                return _json(answer)
        raise InvalidToken(f"{self._url} publishes no metadata")


def person_of_subject(issuer: str, subject: str) -> str:
    """The person that a subject of an issuer is: fit for a folder, like no name in the file of people."""
    return ANONYMOUS + hashlib.sha256(f"{issuer}\n{subject}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _documents(issuer: str) -> list[str]:
    """Where metadata may be: the well-known part before the path of the issuer, or behind it."""
    parts = urlsplit(issuer)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return list(dict.fromkeys([*(root + each + path for each in DOCUMENTS), f"{root}{path}{DOCUMENTS[1]}"]))


def _safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _json(answer: Response) -> dict[str, Any]:
    try:
        document = loads(answer.body) if answer.status == 200 else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InvalidToken(f"an address of the issuer answered {answer.status} without an object")
    return document


def _scopes(claims: dict[str, Any]) -> list[str]:
    given = claims.get("scope", claims.get("scp", ""))
    return given.split() if isinstance(given, str) else [each for each in given if isinstance(each, str)]
