"""What another host does is heard of, in both eras, once, and without keeping the backend alive."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client

from client.cloud import Cloud
from client.conftest import cloud, config
from highlight_mcp.backend_locator import open_client, running_backend, stop_backend
from highlight_mcp.client import change_feed
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.change_feed import Change, SnapshotComplete
from highlight_mcp.client.config import ClientConfig
from highlight_mcp.contract.local_api import EVENTS_PATH
from highlight_mcp.contract.session import ANONYMOUS_TOKEN_PATH, CLIENT_ID_HEADER, NEW_SESSION_PATH
from highlight_mcp.server.app import build_server
from highlight_mcp.settings import Settings
from highlight_mcp.testing import backend
from waiting import throughout, until

from .conftest import Bench, Host, Mode

__all__ = ["cloud", "config"]
pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")]
KEEP = [{"op": "keep", "ranges_ms": [[0, 2000]]}]
FASTER = [{"op": "speed", "factor": 2}]

Heard = list[str]


@asynccontextmanager
async def listening(bench: Bench, mode: Mode, *uris: str) -> AsyncIterator[tuple[Host, Heard]]:
    """A host that subscribes to resources, and the addresses it hears of."""
    heard: Heard = []

    async def note(message: Any) -> None:
        if mode == "legacy" and type(message).__name__ == "ResourceUpdatedNotification":
            heard.append(str(message.params.uri))

    async with bench.host(mode, message_handler=note) as host:
        if mode == "legacy":
            for uri in uris:
                await host.client.subscribe_resource(uri)
            yield host, heard
            return
        async with host.client.listen(resource_subscriptions=list(uris)) as events, anyio.create_task_group() as tasks:

            async def follow() -> None:
                async for event in events:
                    heard.append(str(getattr(event, "uri", event)))

            tasks.start_soon(follow)
            yield host, heard
            tasks.cancel_scope.cancel()


def count(heard: Heard, number: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(heard) >= number

    return enough


async def settled(heard: Heard, expected: Heard) -> None:
    """These and no more, also a moment later."""
    await until(count(heard, len(expected)))
    await throughout(lambda: heard == expected, 0.3)


@pytest.mark.slow
async def test_an_edit_of_another_host_is_heard_of_once_and_so_is_ones_own(
    bench: Bench, either: Mode, match: Path
) -> None:
    async with bench.host() as other:
        session = (await other.call("upload", sources=[str(match)], new_session=True))["session_id"]
        await other.finished("edit", operations=KEEP)
        timeline = f"timeline://{session}"
        async with listening(bench, either, timeline) as (host, heard):
            await other.finished("edit", session_id=session, operations=FASTER)
            await settled(heard, [timeline])
            await host.finished("edit", session_id=session, operations=[{"op": "undo"}])
            await settled(heard, [timeline, timeline])
            await other.call("get_state", session_id=session)
            await host.call("get_state", session_id=session)
            await settled(heard, [timeline, timeline])


@pytest.mark.slow
async def test_a_render_that_ends_after_its_call_is_heard_of(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host() as other:
        session = (await other.call("upload", sources=[str(match)], new_session=True))["session_id"]
        await other.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 20_000]]}])
        made = await other.call("export", session_id=session, preset="720p", wait_s=0)
        assert made["status"] != "completed"
        render = f"render://{session}/{made['render_id']}"
        async with listening(bench, either, render) as (host, heard):
            await until(count(heard, 1))
            facts = (await host.client.read_resource(render)).contents[0]
            assert json.loads(facts.text)["status"] == "completed"  # type: ignore[union-attr]
            await host.call("export", render_id=made["render_id"])
            await settled(heard, [render])


@pytest.mark.slow
async def test_watching_neither_keeps_the_backend_nor_starts_it_again(tmp_path: Path, era: Mode, match: Path) -> None:
    made = {"home": tmp_path / "home", "output_dir": tmp_path / "reels", "idle_exit_s": 5}
    settings = Settings.load({**made, "media_roots": str(match.parent)}, environ={})
    bench = Bench(settings)
    try:
        async with bench.host() as other:
            session = (await other.call("upload", sources=[str(match)], new_session=True))["session_id"]
            uri = f"timeline://{session}"
            async with listening(bench, era, uri) as (_host, heard):

                async def away() -> bool:
                    return await anyio.to_thread.run_sync(running_backend, settings) is None

                await until(lambda: not (settings.home / "backend.json").exists())
                await throughout(away, 3 * change_feed.AGAIN_S / 2)  # nobody starts it again
                await other.finished("edit", session_id=session, operations=KEEP)
                await settled(heard, [uri])
    finally:
        stop_backend(settings)


@pytest.mark.slow
async def test_the_news_of_one_account_are_not_told_to_another(tmp_path: Path) -> None:
    with backend(tmp_path, profile="strict") as running:
        async with httpx.AsyncClient(base_url=running.url, trust_env=False, verify=False, timeout=20) as http:
            tokens = []
            for name in ("a" * 36, "b" * 36):
                answer = await http.post(ANONYMOUS_TOKEN_PATH, headers={CLIENT_ID_HEADER: name})
                tokens.append({"Authorization": f"Bearer {answer.json()['data']['token']}"})
            hers = await http.post(NEW_SESSION_PATH, json={}, headers=tokens[0])
            assert hers.status_code == 200, hers.text
            assert (await http.get(EVENTS_PATH)).status_code == 401
            told = [await first_frames(http, token) for token in tokens]
    assert [text.count("event: now") for text in told] == [1, 0]


async def first_frames(http: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """The stream up to the event that says that all is told."""
    text = ""
    async with http.stream("GET", EVENTS_PATH, headers=headers) as answer:
        async for piece in answer.aiter_text():
            text += piece
            if "event: ready" in text:
                break
    return text


async def test_a_client_tells_what_there_was_from_what_changes(bench: Bench, match: Path) -> None:
    async with bench.host() as host, open_client(bench.settings) as client:
        session = (await host.call("upload", sources=[str(match)], new_session=True))["session_id"]
        await host.finished("edit", operations=KEEP)
        async with aclosing(client.changes(list)) as news:
            with anyio.fail_after(60):
                found = []
                async for each in news:
                    if isinstance(each, SnapshotComplete):
                        break
                    found.append(each)
                assert Change(session, 1, fresh=False) in found
                await host.finished("edit", session_id=session, operations=FASTER)
                assert await anext(news) == Change(session, 2)


@pytest.mark.parametrize("kind", ["cloud", "remote"])
async def test_a_backend_without_news_is_looked_at(
    cloud: Cloud,
    config: Callable[..., ClientConfig],
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(change_feed, "LOOK_S", 0.05)
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    server = build_server(lambda: BackendClient(config(kind=kind)))
    other = build_server(lambda: BackendClient(config(kind=kind)))
    async with Client(server) as mine, Client(other) as theirs:
        uploaded = await mine.call_tool("upload", {"sources": [str(clip)]})
        session = (uploaded.structured_content or {})["session_id"]
        uri = f"timeline://{session}"
        async with mine.listen(resource_subscriptions=[uri]) as events:
            known = len(cloud.seen)
            await until(lambda: len(cloud.seen) >= known + 2)  # it has looked once, and looks again
            await theirs.call_tool("edit", {"session_id": session, "instruction": "the best goals, 60 seconds"})
            with anyio.fail_after(30):
                async for event in events:
                    assert getattr(event, "uri", None) == uri
                    break
