"""A stock Agent Development Kit server at the other end: what it streams is understood, whatever it does."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from client.conftest import QUICK
from highlight_mcp.backend_locator import connect
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.edit_stream import EditHandle
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.messages import say
from highlight_mcp.server.app import build_server
from highlight_mcp.settings import Settings
from media_factory import make_clip
from server.conftest import Host

from .adk_peer import AdkCloud, adk_server

STILL_WORKING = say("client.still_working")

pytestmark = [pytest.mark.peers, pytest.mark.anyio, pytest.mark.timeout(180)]
CLOCKS = replace(QUICK, silence_s=8, turn_total_s=20, notice_s=0.5, heartbeats_only_s=15)


@pytest.fixture(scope="module")
def adk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with adk_server(tmp_path_factory.mktemp("adk")) as url:
        yield url


@pytest.fixture
def peer(adk: str) -> Iterator[AdkCloud]:
    service = AdkCloud(adk)
    with service.running():
        yield service


Open = Callable[[], Any]


@pytest.fixture
def opened(peer: AdkCloud, tmp_path: Path) -> Open:
    """Opens a client that is configured as a user does it: by the address of the backend."""
    settings = Settings.load(
        {"backend": peer.base_url, "home": tmp_path / "home", "output_dir": tmp_path / "out"}, environ={}
    )

    @asynccontextmanager
    async def client() -> AsyncIterator[BackendClient]:
        config = await connect(settings, tmp_path / "client_id")
        assert config.kind == "remote"
        async with BackendClient(replace(config, clocks=CLOCKS)) as made:
            yield made

    return client


async def turn_of(client: BackendClient, said: str, **more: Any) -> EditHandle:
    session = (await client.session()).session_id
    turn = await client.start_edit(session, instruction=said, **more)
    assert await turn.wait(15)
    return turn


async def test_fragments_and_the_whole_are_told_once_and_thoughts_and_tools_never(peer: AdkCloud, opened: Open) -> None:
    async with opened() as client:
        turn = await turn_of(client, "reel please")
    assert turn.result is not None
    assert turn.result.message == "I cut one moment of five seconds."
    assert turn.result.status == "done"
    assert any("added" in change for change in turn.result.changes)
    frames = peer.frames()
    assert [frame.get("partial", False) for frame in frames] == [True, False, False, True, True, True, False]
    assert any("functionCall" in part for frame in frames for part in frame["content"]["parts"])


async def test_a_turn_without_words_is_told_from_the_state(peer: AdkCloud, opened: Open) -> None:
    async with opened() as client:
        turn = await turn_of(client, "silent please")
    assert turn.result is not None
    assert "0:04" in turn.result.message
    assert not [part for frame in peer.frames() for part in frame["content"]["parts"] if "text" in part]


async def test_a_turn_that_does_nothing_is_said_to_have_done_nothing(peer: AdkCloud, opened: Open) -> None:
    async with opened() as client:
        turn = await turn_of(client, "nothing please")
    assert turn.result is not None
    assert turn.result.status == "needs_input"
    assert "Nothing changed" in turn.result.message


async def test_a_long_silence_is_survived_with_signs_of_life(peer: AdkCloud, opened: Open) -> None:
    heard: list[str] = []
    async with opened() as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, instruction="long please")
        turn.subscribe(lambda update: heard.append(update.message))
        assert await turn.wait(15)
    assert turn.result is not None
    assert turn.result.message == "That took a while."
    assert heard.count(STILL_WORKING) >= 3


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("poor me", "no_credits", "No credits are left"),
        ("blocked by a model", "agent_error", "The answer was blocked."),
        ("crash now", "agent_error", "The editing service reported a problem."),
    ],
)
async def test_errors_inside_a_stream_are_faults_in_words(
    peer: AdkCloud, opened: Open, said: str, kind: str, words: str
) -> None:
    async with opened() as client:
        turn = await turn_of(client, said)
    assert turn.fault is not None
    assert turn.fault.kind == kind
    assert words in turn.fault.message
    assert "nmv_usr_" not in turn.fault.text
    assert "/srv" not in turn.fault.text
    assert "RuntimeError" not in turn.fault.text


async def test_line_separators_and_a_megabyte_of_text_arrive_whole(peer: AdkCloud, opened: Open) -> None:
    async with opened() as client:
        turn = await turn_of(client, "odd please")
    assert turn.result is not None
    assert "é 進球" in turn.result.message
    assert len(peer.streams[-1]) > 1_000_000


async def test_a_session_that_the_server_has_lost_is_replaced_and_the_turn_played_once(
    peer: AdkCloud, opened: Open
) -> None:
    async with opened() as client:
        session = (await client.session()).session_id
        await peer.forget(session)
        turn = await client.start_edit(session, instruction="reel please")
        assert await turn.wait(15)
        assert client.successor(session) != session
    assert turn.result is not None
    assert turn.result.message.startswith("I cut one moment")
    assert any("no longer had the old session" in notice for notice in turn.notices)
    assert len(peer.streams) == 1


async def test_operations_are_heard_as_sentences(peer: AdkCloud, opened: Open) -> None:
    operations = [{"op": "remove", "target": {"clips": [2]}}, {"op": "volume", "target": "bgm", "level": 0.35}]
    async with opened() as client:
        turn = await turn_of(client, "", operations=operations)
    assert turn.result is not None
    assert turn.result.message == "I heard: Remove clip 2. Set the volume of the music to 35%."


async def test_a_second_request_waits_for_the_first(peer: AdkCloud, opened: Open) -> None:
    async with opened() as client:
        session = (await client.session()).session_id
        first = await client.start_edit(session, instruction="long please")
        with pytest.raises(ApiError) as raised:
            await client.start_edit(session, instruction="reel please")
        assert raised.value.fault.kind == "busy"
        assert await first.wait(15)


async def test_the_tools_work_over_a_stock_server(peer: AdkCloud, opened: Open, tmp_path: Path) -> None:
    film = make_clip(tmp_path / "match.mp4", seconds=5)
    peer.reel = await anyio.Path(film).read_bytes()
    with anyio.fail_after(60):
        async with Client(build_server(opened)) as mcp:
            listed = await mcp.list_tools()
            host = Host(mcp, {tool.name: tool.output_schema for tool in listed.tools})
            await host.call("upload", sources=[str(film)])
            edited = await host.finished("edit", instruction="buttons please")
            made = await host.finished("export")
    assert edited["message"].startswith("The backend says: «Your clip is cut.")
    assert "Click" not in edited["message"]
    assert [action["tool"] for action in edited["suggested_actions"]] == ["export"]
    assert edited["timeline"]["summary"] == "Timeline (1 track): 1. Video: match.mp4 (0-1s)"
    assert await anyio.Path(made["path"]).read_bytes() == peer.reel
