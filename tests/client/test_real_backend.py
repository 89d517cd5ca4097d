"""The client and our own backend, two processes that only know the wire."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from backend.rig import Rig
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import LOCAL_TIMEOUTS, BackendKind, ClientConfig
from highlight_mcp.contract.errors import ApiError

pytestmark = pytest.mark.anyio
CLOCKS = replace(LOCAL_TIMEOUTS, dropped_first_s=0.2, dropped_every_s=0.2, render_first_s=0.1, render_longest_s=0.3)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture
def configured(rig: Rig, tmp_path: Path) -> Callable[..., ClientConfig]:
    """How to reach the backend that runs now."""

    def make(kind: BackendKind = "embedded", **changes: Any) -> ClientConfig:
        state = rig.state() or {}
        return ClientConfig(
            base_url=state["url"],
            token=state["secret"] if kind == "embedded" else None,
            kind=kind,
            state_dir=tmp_path / "client",
            output_dir=tmp_path / "fetched",
            client_id_file=tmp_path / "client_id",
            version="0.1.0",
            clocks=CLOCKS,
            **changes,
        )

    return make


async def test_one_edit_from_footage_to_reel(rig: Rig, configured: Callable[..., ClientConfig]) -> None:
    rig.start()
    async with BackendClient(configured()) as client:
        session = (await client.session(name="Derby")).session_id
        media = (await client.upload(session, [rig.clip()]))[0]
        assert (media.kind, media.duration_ms, media.video_codec) == ("video", 60_000, "h264")
        turn = await client.start_edit(session, instruction="best bits")
        assert await turn.wait(20)
        assert turn.result is not None
        assert (turn.result.status, turn.result.changes) == ("done", ("cut to 1000 ms",))
        state = await client.state(session)
        assert (state.version, state.summary) == (turn.result.rev, "Timeline (1 track): 1. Video: first (0-1s)")
        started = await client.start_render(session)
        render = await client.render(started.render_id, 20)
        assert render.status == "completed"
        assert render.path is not None
        assert render.path.parent == rig.output
        assert [item.render_id for item in await client.renders(session)] == [render.render_id]
        assert [item.session_id for item in await client.sessions()] == [session]
        assert len(await client.versions(session)) >= 1
        assert (await client.preview(session, "storyboard")).mime == "image/jpeg"
        assert (await client.credits()).unlimited
        assert (await client.health()).contract == "1"
        assert await client.turn(session) is turn


@pytest.mark.slow
async def test_a_turn_survives_a_killed_backend_and_is_sent_only_once(
    rig: Rig, configured: Callable[..., ClientConfig]
) -> None:
    rig.start()
    rig.plan(edit_s=1.0)

    async def restarted() -> ClientConfig:
        await anyio.to_thread.run_sync(lambda: rig.start() if rig.processes[-1].poll() is not None else None)
        return configured()

    async with BackendClient(replace(configured(), reconnect=restarted)) as client:
        session = (await client.session()).session_id
        await client.upload(session, [rig.clip()])
        turn = await client.start_edit(session, instruction="best bits")
        assert turn.turn_id.startswith("turn_")
        await anyio.to_thread.run_sync(rig.kill)
        assert await turn.wait(40)
        assert turn.result is not None, turn.fault
        assert turn.result.changes == ("cut to 1000 ms",)
        versions = [item for item in await client.versions(session) if item.change]
    assert len(versions) == 1


async def test_a_running_turn_is_cancelled_quickly(rig: Rig, configured: Callable[..., ClientConfig]) -> None:
    rig.start()
    rig.plan(edit_s=120)
    async with BackendClient(configured()) as client:
        session = (await client.session()).session_id
        await client.upload(session, [rig.clip()])
        turn = await client.start_edit(session, instruction="best bits")
        with anyio.fail_after(30):
            await client.cancel_turn(turn.turn_id)
            assert await turn.wait(60)
        assert turn.status == "cancelled"
        again = await client.start_edit(session, instruction="nothing")
        rig.plan()
        await again.cancel()


async def test_what_the_backend_refuses_is_told_in_its_words(
    rig: Rig, configured: Callable[..., ClientConfig], tmp_path: Path
) -> None:
    rig.start()
    (tmp_path / "elsewhere.mp4").write_bytes(b"x")
    async with BackendClient(configured()) as client:
        session = (await client.session()).session_id
        kinds = []
        for source in (str(tmp_path / "elsewhere.mp4"), rig.clip("b.mp4", b"BROKEN"), str(rig.media / "no.mp4")):
            with pytest.raises(ApiError) as raised:
                await client.upload(session, [source])
            kinds.append(raised.value.fault.kind)
        assert kinds == ["outside_roots", "file_damaged", "file_missing"]
        with pytest.raises(ApiError) as raised:
            await client.start_render(session)
        assert raised.value.fault.kind == "nothing_to_export"
        with pytest.raises(ApiError) as raised:
            await client.state("no-such-session")
        assert raised.value.fault.kind == "session_not_found"
        with pytest.raises(ApiError) as raised:
            await client.render("render_1_a", 0)
        assert raised.value.fault.kind == "not_found"


@pytest.mark.slow
async def test_the_strict_profile_is_served_as_a_cloud(
    rig: Rig, configured: Callable[..., ClientConfig], tmp_path: Path
) -> None:
    rig.start(profile="strict")
    film = rig.clip()
    async with BackendClient(configured("cloud", platform="cursor")) as client:
        session = (await client.session()).session_id
        await client.upload(session, [film])
        for words in ("best bits", "more", "even more"):
            turn = await client.start_edit(session, instruction=words)
            assert await turn.wait(30)
            assert turn.result is not None, turn.fault
            assert turn.result.message
        balance = await client.credits()
        assert 0 <= balance.available <= 100
        started = await client.start_render(session)
        render = await client.render(started.render_id, 20)
        assert render.path is not None
        assert render.path.parent == tmp_path / "fetched"
        assert render.path.read_bytes() == b"reel" * 1000
