"""What was accepted goes on: a call out of time is no host that cancels, and one fault ends one piece of work."""

import shutil
from pathlib import Path
from typing import Any

import anyio
import pytest

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.results import Preview
from highlight_mcp.server.options import ServerOptions
from waiting import until

from .conftest import Bench, Host, Mode

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
LONGEST_S = 2.0
KEEP = [{"op": "keep", "ranges_ms": [[0, 3000]]}]


def slowly(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a call of the client be answered only when the time of its tool call is over, as on a loaded machine."""
    real = getattr(BackendClient, name)

    async def late(self: BackendClient, *given: Any, **named: Any) -> Any:
        over = anyio.current_time() + LONGEST_S
        answer = await real(self, *given, **named)
        await until(lambda: anyio.current_time() > over)  # what starts work is not cancelled with its call
        return answer

    monkeypatch.setattr(BackendClient, name, late)


async def ended(host: Host, what: str) -> dict[str, Any] | None:
    """The last edit or the newest export of the latest session, once it is over."""
    state = await host.call("get_state")
    found = state["turn"] if what == "edit" else (state["renders"] or [None])[0]
    return found if found and found["status"] not in ("running", "pending", "processing") else None


@pytest.mark.parametrize(
    ("tool", "start", "given", "status"),
    [
        ("edit", "start_edit", {"instruction": "the loudest moments, 5 seconds", "wait_s": 20}, "done"),
        ("export", "start_render", {"preset": "draft", "wait_s": 0}, "completed"),
    ],
)
async def test_work_that_was_accepted_goes_on_when_its_call_runs_out_of_time(
    bench: Bench, match: Path, monkeypatch: pytest.MonkeyPatch, tool: str, start: str, given: Any, status: str
) -> None:
    async with bench.host() as host:
        session = (await host.call("upload", sources=[str(match)], new_session=True))["session_id"]
        if tool == "export":
            await host.finished("edit", operations=KEEP)
    slowly(monkeypatch, start)
    impatient = ServerOptions(media_roots=bench.settings.media_roots, longest_s=LONGEST_S)
    async with bench.host(options=impatient) as host:
        await host.call("get_state", session_id=session)
        error = await host.error(tool, **given)
        assert error["kind"] == "timed_out"
        assert "goes on" in error["next_step"]
        work = await until(lambda: ended(host, tool))
    assert work["status"] == status
    assert (work.get("turn_id") or work.get("render_id")) in error["next_step"], "the handle, to wait for it"


async def test_a_fault_in_one_piece_of_work_ends_that_piece_alone(
    bench: Bench, match: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_given: Any, **_named: Any) -> Preview:
        raise RuntimeError("a mistake of ours")

    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        running = await host.call("edit", instruction="the loudest moments, 5 seconds", wait_s=0)
        monkeypatch.setattr(BackendClient, "preview", broken)
        error = await host.error("preview")
        assert error["kind"] == "internal"
        assert "mistake" not in error["message"]
        state = await host.call("get_state", wait_s=25)
        assert state["turn"]["turn_id"] == running["turn_id"]
        assert state["turn"]["status"] == "done"
    assert "a mistake of ours" in caplog.text


async def test_the_credits_of_a_session_of_nobody_are_refused_and_the_latest_session_stays(
    bench: Bench, match: Path
) -> None:
    async with bench.host() as host:
        session = (await host.call("upload", sources=[str(match)], new_session=True))["session_id"]
        error = await host.error("credits", session_id="ses_doesnotexist")
        assert error["kind"] == "session_not_found"
        assert (await host.call("get_state"))["session_id"] == session
        assert (await host.call("credits", session_id=session))["session_id"] == session


async def test_a_running_export_can_be_asked_for_while_nothing_can_be_written(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 20_000]]}])
        handle = await host.call("export", preset="draft", wait_s=0)
        (folder,) = {path.parent for path in bench.settings.home.rglob("renders/*.json")}
        shutil.rmtree(folder)
        folder.touch()
        try:
            made = await host.finished("export", render_id=handle["render_id"])
            assert made["status"] == "completed"
            assert made["checks"]
        finally:
            folder.unlink()


@pytest.mark.parametrize("name", ["A%2F..%2FB", "..", ".", "A%2F"])
async def test_an_address_that_holds_no_id_is_an_unknown_resource(bench: Bench, either: Mode, name: str) -> None:
    async with bench.host(either) as host:
        for uri in (f"timeline://{name}", f"draft://{name}", f"moments://{name}", f"render://ses_1/{name}"):
            with pytest.raises(Exception, match=r"(?i)unknown resource") as refused:
                await host.client.read_resource(uri)
            assert "/api/" not in str(refused.value)
