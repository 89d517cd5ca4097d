"""A host that goes away: an edit that it waited for stops, what has become a job goes on, nothing is left behind."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from forked import Command
from highlight_mcp.backend_locator import running_backend
from server.conftest import Bench, Host
from server.test_stdio import INITIALIZE, Pipe
from waiting import until

from .backend_view import at_work, idle
from .test_while_working import SLOW_RENDER, film, fresh

__all__ = ["film", "fresh"]
pytestmark = pytest.mark.anyio
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ERAS = ["modern", pytest.param("legacy", marks=pytest.mark.slow)]


class Wire:
    """A server process spoken to by hand, in one of the two eras; its end is the test's own doing."""

    def __init__(self, pipe: Pipe, era: str) -> None:
        self.pipe = pipe
        self._modern = era == "modern"
        self._number = 1
        if not self._modern:
            pipe.send(INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"})
            pipe.answer(1)

    def send(self, tool: str, **arguments: Any) -> int:
        """Call a tool without waiting for the answer."""
        self._number += 1
        meta = {"progressToken": self._number, **(ENVELOPE if self._modern else {})}
        params = {"name": tool, "arguments": arguments, "_meta": meta}
        self.pipe.send({"jsonrpc": "2.0", "id": self._number, "method": "tools/call", "params": params})
        return self._number

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of a call."""
        result = self.pipe.answer(self.send(tool, **arguments))["result"]
        assert not result.get("isError"), result
        found: dict[str, Any] = result["structuredContent"]
        return found


@contextmanager
def wire(environment: dict[str, str], era: str) -> Iterator[Wire]:
    pipe = Pipe(Command([], environment))
    try:
        yield Wire(pipe, era)
    finally:
        if pipe.process.poll() is None:
            pipe.close()
        for stream in (pipe.process.stdin, pipe.process.stdout, pipe.process.stderr):
            stream.close()


async def ended(host: Host, session: str) -> dict[str, Any]:
    """The state of a session whose turn is over."""

    async def over() -> dict[str, Any] | None:
        state = await host.call("get_state", session_id=session)
        return state if state.get("turn") and state["turn"]["status"] != "running" else None

    found: dict[str, Any] = await until(over)
    return found


@pytest.mark.parametrize("era", ERAS)
async def test_an_edit_that_nobody_waits_for_any_more_stops_and_changes_nothing(
    bench: Bench, environment: dict[str, str], fresh: Path, era: str
) -> None:
    with wire(environment, era) as it:
        session = it.call("upload", sources=[str(fresh)], new_session=True)["session_id"]
        it.send("edit", instruction="the best moments, 6 seconds", wait_s=25)
        await until(lambda: at_work(bench.settings))
        _, errors = await anyio.to_thread.run_sync(it.pipe.close)
        assert it.pipe.process.returncode == 0, errors
        assert "Traceback" not in errors
        async with bench.host() as host:
            state = await ended(host, session)
            assert state["turn"]["status"] == "cancelled"
            assert state["timeline"]["summary"] == "Timeline (0 tracks)"
        await until(lambda: idle(bench.settings))


@pytest.mark.slow
@pytest.mark.parametrize("era", ERAS)
async def test_an_edit_that_has_become_a_job_goes_on_without_its_host(
    bench: Bench, environment: dict[str, str], fresh: Path, era: str
) -> None:
    with wire(environment, era) as it:
        session = it.call("upload", sources=[str(fresh)], new_session=True)["session_id"]
        handle = it.call("edit", instruction="the best moments, 6 seconds", wait_s=0)
        assert handle["status"] == "running"
        await anyio.to_thread.run_sync(it.pipe.close)
        async with bench.host() as host:
            state = await ended(host, session)
        assert state["turn"]["status"] == "done"
        assert state["timeline"]["version"] == 1


@pytest.mark.parametrize("how", ["closed", pytest.param("killed", marks=pytest.mark.slow)])
async def test_an_export_goes_on_without_its_host_and_can_be_cancelled_by_another(
    bench: Bench, environment: dict[str, str], film: Path, how: str
) -> None:
    with wire(environment, "modern") as it:
        session = it.call("upload", sources=[str(film)], new_session=True)["session_id"]
        it.call("edit", operations=SLOW_RENDER)
        it.send("export", wait_s=25)
        (engine,) = await until(lambda: at_work(bench.settings))
        if how == "killed":
            it.pipe.process.kill()
        await anyio.to_thread.run_sync(it.pipe.close)
        async with bench.host() as host:
            render = (await host.call("get_state", session_id=session))["renders"][0]
            assert render["status"] in ("pending", "processing")
            assert await at_work(bench.settings) == [engine]
            await host.call("cancel", job_id=render["render_id"])
            await until(lambda: idle(bench.settings))
            assert (await host.call("get_state", session_id=session))["renders"][0]["status"] == "cancelled"


@pytest.mark.slow
async def test_an_export_survives_that_everything_is_killed(
    bench: Bench, environment: dict[str, str], film: Path
) -> None:  # fmt: skip
    with wire(environment, "legacy") as it:
        it.call("upload", sources=[str(film)], new_session=True)
        it.call("edit", operations=SLOW_RENDER)
        handle = it.call("export", preset="draft", wait_s=0)
        await until(lambda: at_work(bench.settings))
        backend = running_backend(bench.settings)
        assert backend is not None
        it.pipe.process.kill()
        os.kill(backend.pid, signal.SIGKILL)
        async with bench.host() as host:
            made = await host.finished("export", render_id=handle["render_id"])
    assert made["status"] == "completed"
    assert all(check["ok"] for check in made["checks"])
    await until(lambda: idle(bench.settings))
