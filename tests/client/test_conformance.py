"""What contract section 11 asks of a client, line by line, against our own strict backend behind a scripted proxy."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from backend.rig import Rig
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.edit_stream import EditHandle
from highlight_mcp.client.results import RenderResult
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.testing import ScriptedCloud, faults, streams
from waiting import until

from .conftest import MakeClient, guest_config
from .test_turns import quick, result

pytestmark = pytest.mark.anyio


async def with_footage(client: BackendClient, film: str) -> str:
    """A new session with one file."""
    session = (await client.session(name="Derby")).session_id
    await client.upload(session, [film])
    return session


async def edit(client: BackendClient, session: str, words: str = "best bits") -> EditHandle:
    """One whole edit."""
    turn = await client.start_edit(session, instruction=words)
    assert await turn.wait(15)
    return turn


async def edited(guest: MakeClient, film: str, **changes: Any) -> EditHandle:
    """One whole edit in a fresh session."""
    async with guest(**changes) as client:
        return await edit(client, await with_footage(client, film))


async def rendered(client: BackendClient, session: str) -> RenderResult:
    """One whole export."""
    started = await client.start_render(session)
    return await client.render(started.render_id, 15)


async def test_a_well_behaved_cloud_takes_footage_to_a_reel_that_costs_one_session(
    scripted: ScriptedCloud, guest: MakeClient, film: str, tmp_path: Path
) -> None:
    async with guest() as client:
        session = await with_footage(client, film)
        told = result(await edit(client, session))
        assert told.message == "Cut to 1000 ms."
        assert told.changes[0].startswith("added Video 1")
        render = await rendered(client, session)
        assert render.path is not None
        assert render.path.read_bytes() == b"reel" * 1000
        assert (await client.credits()).available == 50
    assert not scripted.requests("extension")


async def test_one_token_is_reused_across_restarts(scripted: ScriptedCloud, guest: MakeClient) -> None:
    for _ in range(3):
        async with guest() as client:
            assert (await client.credits()).available == 100
    assert len(scripted.requests("token")) == 1


async def test_1001_is_answered_by_a_new_token_of_the_same_client_id_and_one_replay(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    async with guest() as client:
        session = await with_footage(client, film)
        scripted.expire_tokens()
        assert result(await edit(client, session)).message == "Cut to 1000 ms."
    first, second = scripted.requests("token")
    assert first.headers["x-client-id"] == second.headers["x-client-id"]
    assert [request.status for request in scripted.requests("edit")] in ([200], [401, 200])


async def test_1001_at_the_edit_itself_is_replayed_once(scripted: ScriptedCloud, guest: MakeClient, film: str) -> None:
    async with guest() as client:
        session = await with_footage(client, film)
        scripted.script("edit", faults.error(1001))
        scripted.script("state", faults.none(), calls=None)
        scripted.expire_tokens()
        assert result(await edit(client, session)).message == "Cut to 1000 ms."
    assert len(scripted.requests("edit")) == 2


async def test_1002_is_answered_by_a_new_session_with_the_footage_and_a_notice(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    async with guest() as client:
        old = await with_footage(client, film)
        scripted.lose_sessions()
        turn = await edit(client, old)
        assert result(turn).message == "Cut to 1000 ms."
        assert turn.session_id == client.successor(old) != old
        assert "timeline is gone" in turn.notices[0]
        assert len((await client.state(old)).media) == 1
    assert len(scripted.requests("upload")) == 2


async def test_a_silent_turn_is_reported_as_the_difference_of_the_timeline(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("edit", faults.asked("silent"))
    told = result(await edited(guest, film))
    assert "added Video 1" in told.message
    assert told.status == "done"
    assert len(scripted.requests("edit")) == 1


async def test_partial_texts_and_the_final_text_are_shown_once(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("edit", streams.rewritten(streams.in_fragments(4)))
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."


async def test_frames_that_come_twice_are_shown_once(scripted: ScriptedCloud, guest: MakeClient, film: str) -> None:
    scripted.script("edit", streams.rewritten(streams.in_fragments(3), streams.duplicated()))
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."


async def test_thoughts_echoes_and_tools_of_the_agent_stay_hidden(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("edit", streams.rewritten(streams.thinking(), streams.chattering()))
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."


async def test_heartbeats_in_all_spellings_are_no_output(scripted: ScriptedCloud, guest: MakeClient, film: str) -> None:
    scripted.script("edit", streams.rewritten(streams.heartbeats(), piece=5))
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."


@pytest.mark.slow
@pytest.mark.parametrize("beat", streams.HEARTBEATS, ids=lambda beat: repr(beat.decode().strip()))
async def test_a_heartbeat_in_every_spelling_is_no_output(
    scripted: ScriptedCloud, guest: MakeClient, film: str, beat: bytes
) -> None:
    scripted.script("edit", streams.rewritten(streams.each(lambda item, beat=beat: (beat, item, beat))))  # type: ignore[misc]
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."


async def test_a_comment_ping_keeps_the_connection_but_is_no_event(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    pings: list[bytes | float] = [b": ping\n\n", 0.3] * 8
    scripted.script("edit", streams.instead(*pings, streams.words("Done.")))
    turn = await edited(guest, film, clocks=quick(silence_s=2))
    assert result(turn).message == "Done."
    assert turn.progress is None


async def test_an_unterminated_last_frame_counts_as_a_silent_turn(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("edit", faults.asked("unterminated"))
    told = result(await edited(guest, film))
    assert "Cut to" not in told.message
    assert "added Video 1" in told.message


async def test_a_line_separator_inside_text_survives(scripted: ScriptedCloud, guest: MakeClient, film: str) -> None:
    scripted.script("edit", streams.rewritten(streams.spoken(lambda text: f"one\u2028two\u2029{text}\x85.")))
    assert result(await edited(guest, film)).message == "one\u2028two\u2029Cut to 1000 ms.\x85."


async def test_a_frame_of_two_mebibytes_is_read(scripted: ScriptedCloud, guest: MakeClient, film: str) -> None:
    scripted.script("edit", streams.rewritten(streams.big_frame(2 * 1024 * 1024)))
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."


async def test_a_frame_that_is_not_json_is_passed_over(scripted: ScriptedCloud, guest: MakeClient, film: str) -> None:
    scripted.script("edit", streams.rewritten(streams.broken_frames()))
    assert result(await edited(guest, film)).message == "Cut to 1000 ms."
    scripted.script("edit", faults.asked("garbage-frame"))
    async with guest() as client:
        assert result(await edit(client, await with_footage(client, film))).status == "done"


@pytest.mark.parametrize("speaks", ["adk", "adk-snake", "plain"])
@pytest.mark.parametrize("piece", [None, pytest.param(7, marks=pytest.mark.slow)])
async def test_every_published_dialect_is_read_whatever_the_chunks(
    scripted: ScriptedCloud, guest: MakeClient, film: str, speaks: streams.Dialect, piece: int | None
) -> None:
    scripted.script("edit", streams.rewritten(streams.dialect(speaks), piece=piece))
    told = result(await edited(guest, film))
    assert (told.message, told.status) == ("Cut to 1000 ms.", "done")
    assert told.changes


@pytest.mark.parametrize(
    ("code", "http", "kind", "advice"),
    [
        (402, 402, "export_blocked", "Register or upgrade your plan to unlock export."),
        (2001, 402, "no_credits", "https://web.test/register?bind=anon_"),
        pytest.param(2001, 403, "no_credits", "https://web.test/register?bind=anon_", marks=pytest.mark.slow),
        pytest.param(2001, 200, "no_credits", "https://web.test/register?bind=anon_", marks=pytest.mark.slow),
    ],
)
async def test_402_and_2001_are_told_apart_by_the_body(
    scripted: ScriptedCloud, guest: MakeClient, film: str, code: int, http: int, kind: str, advice: str
) -> None:
    scripted.script("submit", faults.error(code, http))
    async with guest() as client:
        session = await with_footage(client, film)
        await edit(client, session)
        with pytest.raises(ApiError) as raised:
            await client.start_render(session)
    assert raised.value.fault.kind == kind
    assert advice in raised.value.fault.next_step
    assert len(scripted.requests("submit")) == 1


SHAPES: dict[str, Callable[[Any], Any]] = {
    "within data": lambda value: {"code": 0, "data": value["data"]},
    "flat": lambda value: {key: item for key, item in value.items() if key not in ("data", "code")},
    "old names": lambda value: {
        "success": True,
        "taskId": value["id"],
        "status": value["status"],
        "outputUrl": (value.get("output") or {}).get("url"),
    },
}


@pytest.mark.parametrize("shape", list(SHAPES))
async def test_every_published_shape_of_a_render_is_read(
    scripted: ScriptedCloud, guest: MakeClient, film: str, shape: str
) -> None:
    for endpoint in ("submit", "poll"):
        scripted.script(endpoint, faults.shaped(shape, SHAPES[shape]), calls=None)
    async with guest() as client:
        session = await with_footage(client, film)
        await edit(client, session)
        render = await rendered(client, session)
    assert render.path is not None
    assert render.path.read_bytes() == b"reel" * 1000


async def test_a_lost_answer_to_the_submit_makes_no_second_job(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    lost = scripted.script("submit", faults.hang_up(passed_on=True))
    async with guest() as client:
        session = await with_footage(client, film)
        await edit(client, session)
        assert (await rendered(client, session)).status == "completed"
    assert lost.played == 1
    assert len(scripted.requests("submit")) == 1


KILLED = """
import sys
from pathlib import Path
import anyio
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig

async def main() -> None:
    url, folder, session = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    config = ClientConfig(base_url=url, kind="cloud", state_dir=folder / "state", output_dir=folder / "out",
                          client_id_file=folder / "client_id", version="0.1.0")
    async with BackendClient(config) as client:
        await client.start_render(session)

anyio.run(main)
"""


async def test_an_export_whose_process_was_killed_at_the_submit_is_resumed_by_the_next_one(
    scripted: ScriptedCloud, guest: MakeClient, film: str, tmp_path: Path
) -> None:
    async with guest() as client:
        session = await with_footage(client, film)
        await edit(client, session)
    stuck = scripted.script("submit", faults.silence(passed_on=True))
    command = [sys.executable, "-c", KILLED, scripted.url, str(tmp_path), session]
    async with await anyio.open_process(command, stdout=None, stderr=None) as process:
        await until(lambda: stuck.played and scripted.requests("submit")[0].passed_on)
        process.kill()
    render_id = scripted.requests("submit")[0].json["id"]
    async with guest() as client:
        render = await client.render(render_id, 15)
        assert [item.render_id for item in await client.renders(session)] == [render_id]
    assert render.path is not None
    assert len(scripted.requests("submit")) == 1


async def test_an_edit_whose_stream_breaks_is_found_in_the_state_and_never_sent_again(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("edit", streams.cut(40, "reset"))
    patient = quick(dropped_first_s=0.2, dropped_every_s=0.3, dropped_checks=20)
    assert result(await edited(guest, film, clocks=patient)).changes
    assert len(scripted.requests("edit")) == 1


@pytest.mark.parametrize("end", ["reset", "close", "complete"])
async def test_our_own_backend_is_asked_about_a_turn_whose_stream_ended_too_soon(
    strict_rig: Rig, scripted_own: ScriptedCloud, tmp_path: Path, film: str, end: streams.End
) -> None:
    strict_rig.plan(edit_s=0.5)
    config = guest_config(scripted_own, tmp_path, kind="remote", clocks=quick(dropped_checks=2))
    scripted_own.script("edit", streams.cut(220, end))
    async with BackendClient(config) as client:
        told = result(await edit(client, await with_footage(client, film)))
    assert (told.status, told.rev, told.changes) == ("done", 1, ("«cut to 1000 ms»",))
    assert len(scripted_own.requests("edit")) == 1


async def test_no_secret_appears_in_a_log_or_a_result(
    scripted: ScriptedCloud, guest: MakeClient, film: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)

    def leak(value: Any) -> Any:
        return {"code": 7777, "message": f"bad {scripted.tokens[0]} Authorization: Bearer {scripted.tokens[0]}"}

    shown: list[str] = []
    async with guest() as client:
        session = await with_footage(client, film)
        shown.append(repr(await edit(client, session)))
        for endpoint in ("credits", "edit", "submit"):
            scripted.script(endpoint, faults.shaped("leaking", leak), calls=None)
        for call in (
            client.credits,
            lambda: client.start_edit(session, instruction="go"),
            lambda: client.start_render(session),
        ):
            with pytest.raises(ApiError) as raised:
                await call()
            shown += [raised.value.fault.text, repr(raised.value)]
    everything = "\n".join([caplog.text, *shown])
    assert "7777" in everything
    assert scripted.tokens[0] not in everything
    assert (tmp_path / "client_id").read_text() not in everything
