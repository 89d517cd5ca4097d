"""Access tokens of an issuer: a real one over HTTP, which signs with its own keys."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from highlight_mcp.server.http.access import Issuer, person_of_subject
from highlight_mcp.server.http.app import HttpOptions

from .household import Household, household_in, serving
from .test_http import BODY, HEADERS

RESOURCE = "http://127.0.0.1:1/mcp"
WELL_KNOWN = "/.well-known/oauth-protected-resource"


class Authority:
    """An issuer: metadata and keys over HTTP; `asked` counts how often its keys were fetched."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Any]] = {}
        self.asked = 0
        self.claimed: str | None = None
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = authority.documents().get(self.path)
                body = json.dumps(found or {}).encode()
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/realm"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def documents(self) -> dict[str, Any]:
        """What is served, by path."""
        root = self.url.removesuffix("/realm")
        metadata = {"issuer": self.claimed or self.url, "jwks_uri": f"{root}/keys"}
        self.asked += 1
        return {"/realm/.well-known/openid-configuration": metadata, "/keys": {"keys": self._jwks()}}

    def _jwks(self) -> list[dict[str, Any]]:
        algorithms = get_default_algorithms()
        return [
            {**algorithms[name].to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}
            for kid, (name, key) in self.keys.items()
        ]

    def token(self, kid: str, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token signed with one of the keys; a claim that is None is left out."""
        algorithm, key = self.keys[kid]
        usual = {
            "iss": self.url,
            "sub": "ann",
            "aud": RESOURCE,
            "exp": int(time.time()) + 600,
            "scope": "openid highlight",
        }
        body = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(body, key, algorithm, headers={"kid": kid, **(headers or {})})


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def authority(key: rsa.RSAPrivateKey) -> Iterator[Authority]:
    made = Authority()
    made.keys = {"r": ("RS256", key), "e": ("ES256", ec.generate_private_key(ec.SECP256R1()))}
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.anyio
@pytest.mark.parametrize("kid", ["r", "e", "o", "p"])
async def test_a_good_token_names_its_holder(authority: Authority, kid: str, key: rsa.RSAPrivateKey) -> None:
    authority.keys |= {"o": ("EdDSA", ed25519.Ed25519PrivateKey.generate()), "p": ("PS256", key)}
    holder = await Issuer(authority.url, RESOURCE).holder(authority.token(kid))
    assert holder is not None
    assert holder.subject == person_of_subject(authority.url, "ann")
    assert holder.subject != person_of_subject(authority.url, "Ann")
    assert (holder.token, holder.scopes) == ("", ["openid", "highlight"])


Spoil = Callable[[Authority], str]


def with_key_of_another(authority: Authority) -> str:
    other = Authority()
    other.server.shutdown()
    other.server.server_close()
    other.keys = {"r": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048))}
    other.url = authority.url
    return other.token("r")


def unsigned(authority: Authority) -> str:
    _, body, _ = authority.token("r").split(".")
    head = _plain(b'{"alg":"none","typ":"JWT","kid":"r"}')
    return f"{head}.{body}."


def signed_with_the_public_key(authority: Authority) -> str:
    """The classic confusion: an HMAC whose secret is the published key."""
    public = authority.keys["r"][1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, body, _ = authority.token("r").split(".")
    head = _plain(b'{"alg":"HS256","typ":"JWT","kid":"r"}')
    return f"{head}.{body}.{_plain(hmac.digest(public, f'{head}.{body}'.encode(), 'sha256'))}"


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


SPOILT: dict[str, Spoil] = {
    "of another audience": lambda a: a.token("r", aud="https://other.example/mcp"),
    "of a longer audience": lambda a: a.token("r", aud=f"{RESOURCE}/more"),
    "without audience": lambda a: a.token("r", aud=None),
    "expired": lambda a: a.token("r", exp=int(time.time()) - 100),
    "without end": lambda a: a.token("r", exp=None),
    "not yet good": lambda a: a.token("r", nbf=int(time.time()) + 600),
    "of another issuer": lambda a: a.token("r", iss="https://other.example"),
    "without subject": lambda a: a.token("r", sub=None),
    "with an empty subject": lambda a: a.token("r", sub=""),
    "with an unknown key": lambda a: a.token("r", headers={"kid": "x"}),
    "with the id of another kind of key": lambda a: a.token("r", headers={"kid": "e"}),
    "signed by another": with_key_of_another,
    "unsigned": unsigned,
    "signed with the public key": signed_with_the_public_key,
    "cut": lambda a: a.token("r")[:-10],
    "no token": lambda _a: "nonsense",
    "of three empty parts": lambda _a: "..",
    "too long": lambda a: a.token("r", more="x" * 20_000),
}


@pytest.mark.anyio
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
async def test_a_token_that_is_not_good_is_refused(
    authority: Authority, spoil: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    token = spoil(authority)
    caplog.set_level("DEBUG")
    assert await Issuer(authority.url, RESOURCE).holder(token) is None
    assert token not in caplog.text


@pytest.mark.anyio
async def test_keys_are_kept_and_a_new_one_is_found_without_asking_again_and_again(authority: Authority) -> None:
    now = [0.0]
    issuer = Issuer(authority.url, RESOURCE, clock=lambda: now[0])
    old = authority.token("r")
    for _ in range(3):
        assert await issuer.holder(old) is not None
    fetched = authority.asked
    authority.keys = {"new": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048))}
    fresh = authority.token("new")
    for _ in range(3):
        assert await issuer.holder(fresh) is None, "asked a moment ago"
    assert authority.asked == fetched
    now[0] += 11
    assert await issuer.holder(fresh) is not None
    assert await issuer.holder(old) is None, "its key was withdrawn"


@pytest.mark.anyio
async def test_a_withdrawn_key_is_worthless_after_an_hour_at_the_latest(authority: Authority) -> None:
    now = [0.0]
    issuer = Issuer(authority.url, RESOURCE, clock=lambda: now[0])
    old = authority.token("r")
    assert await issuer.holder(old) is not None
    del authority.keys["r"]
    now[0] += 3601
    assert await issuer.holder(old) is None


@pytest.mark.anyio
async def test_an_issuer_that_calls_itself_otherwise_or_is_gone_vouches_for_nobody(authority: Authority) -> None:
    authority.claimed = "https://other.example"
    assert await Issuer(authority.url, RESOURCE).holder(authority.token("r")) is None
    assert await Issuer("http://127.0.0.1:9/realm", RESOURCE).holder(authority.token("r")) is None
    assert await Issuer("http://issuer.example/realm", RESOURCE).holder(authority.token("r")) is None


@pytest.fixture
def house(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    household = household_in(tmp_path_factory.mktemp("house"), http_issuer=authority.url)
    household.options = HttpOptions(port=0, issuer=authority.url)
    household.add("bob")
    with serving(household) as served:
        yield served


def test_a_stranger_is_told_where_tokens_come_from(house: Household, authority: Authority) -> None:
    refused = httpx.post(house.url, json=BODY, headers=HEADERS, trust_env=False, verify=False)
    assert refused.status_code == 401
    base = house.url.removesuffix("/mcp")
    assert f'resource_metadata="{base}{WELL_KNOWN}/mcp"' in refused.headers["www-authenticate"]
    for path in (f"{WELL_KNOWN}/mcp", WELL_KNOWN):
        facts = httpx.get(base + path, trust_env=False, verify=False).json()
        assert (facts["resource"], facts["authorization_servers"]) == (house.url, [authority.url])
        assert facts["scopes_supported"] == ["highlight"]


@pytest.mark.anyio
async def test_subjects_are_people_beside_those_of_the_file(house: Household, authority: Authority) -> None:
    async def sessions_of(token: str) -> str:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60, verify=False) as http,
            Client(streamable_http_client(house.url, http_client=http)) as client,
        ):
            return str((await client.call_tool("get_state", {})).structured_content)

    house.tokens[person_of_subject(authority.url, "ann")] = ""
    assert "no session yet" in await sessions_of(authority.token("r", aud=house.url))
    folder = house.settings.home / "users" / person_of_subject(authority.url, "ann")
    assert (folder / "backend.db").exists()


@pytest.mark.parametrize(("scope", "status"), [("openid", 403), (None, 403), ("highlight", 200)])
def test_the_scope_is_needed(house: Household, authority: Authority, scope: str | None, status: int) -> None:
    token = authority.token("r", aud=house.url, scope=scope)
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        **HEADERS,
        "Authorization": f"Bearer {token}",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
    }
    body = {**BODY, "params": {"_meta": meta}}
    answer = httpx.post(house.url, json=body, headers=headers, trust_env=False, verify=False)
    assert answer.status_code == status, answer.text
    assert token not in answer.text
    if status == 403:
        assert "insufficient_scope" in answer.headers["www-authenticate"]
