"""Streamable HTTP: who may call, and that both eras work over it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from highlight_mcp.backend_locator import open_client
from highlight_mcp.server.app import build_server
from highlight_mcp.server.http.app import HttpOptions, http_app, is_loopback
from highlight_mcp.settings import Settings

from .conftest import Host, Mode

TOKEN = "a-token-of-this-test"
BODY = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
HEADERS = {"Accept": "application/json, text/event-stream"}


@contextmanager
def serving(settings: Settings, token: str | None) -> Iterator[str]:
    """A server on a free port of this machine, in a thread."""
    app = http_app(build_server(lambda: open_client(settings)), HttpOptions(token=token))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.mark.anyio
async def test_footage_is_cut_over_http_in_both_eras(settings: Settings, either: Mode, match: Path) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with serving(settings, TOKEN) as url:
        async with (
            httpx2.AsyncClient(headers=bearer, timeout=60, verify=False) as http,
            Client(streamable_http_client(url, http_client=http), mode=either) as client,
        ):
            listed = await client.list_tools()
            host = Host(client, {tool.name: tool.output_schema for tool in listed.tools})
            await host.call("upload", sources=[str(match)], new_session=True)
            edited = await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 2000]]}])
    assert edited["timeline"]["duration_ms"] == 2000


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, 401),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"}, 421),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example"}, 403),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "127.0.0.1:80@evil.example"}, 421),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "localhost:80.evil.example"}, 421),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "http://localhost:80@evil.example"}, 403),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "null"}, 403),
    ],
)
def test_strangers_are_turned_away(settings: Settings, headers: dict[str, str], status: int) -> None:
    with serving(settings, TOKEN) as url:
        answer = httpx.post(url, json=BODY, headers={**HEADERS, **headers}, trust_env=False, verify=False)
    assert answer.status_code == status
    assert TOKEN not in answer.text


def test_a_web_page_cannot_reach_a_server_without_a_token(settings: Settings) -> None:
    with serving(settings, None) as url:
        rebound = httpx.post(url, json=BODY, headers={**HEADERS, "Host": "evil.example"}, trust_env=False, verify=False)
        foreign = httpx.post(
            url, json=BODY, headers={**HEADERS, "Origin": "https://evil.example"}, trust_env=False, verify=False
        )
    assert (rebound.status_code, foreign.status_code) == (421, 403)


def test_a_body_that_is_too_large_is_refused(settings: Settings) -> None:
    with serving(settings, None) as url:
        answer = httpx.post(
            url, json={**BODY, "params": {"x": "y" * 2_000_000}}, headers=HEADERS, trust_env=False, verify=False
        )
    assert answer.status_code == 413


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.com"])
def test_an_address_that_others_can_reach_needs_a_token(settings: Settings, host: str) -> None:
    server = build_server(lambda: open_client(settings))
    with pytest.raises(ValueError, match="token"):
        http_app(server, HttpOptions(host=host))
    assert callable(http_app(server, HttpOptions(host=host, token=TOKEN)))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_loopback_needs_none(host: str) -> None:
    assert is_loopback(host)


def test_the_token_does_not_show(settings: Settings) -> None:
    assert TOKEN not in repr(HttpOptions(token=TOKEN))
