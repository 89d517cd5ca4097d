"""Work that takes longer than a call: handles, joining, cancelling, a backend that is killed."""

import os
import signal
from pathlib import Path
from typing import Any

import anyio
import pytest

from highlight_mcp.backend_locator import running_backend
from highlight_mcp.server.options import ServerOptions
from media_factory import copy_of
from waiting import throughout, until

from .conftest import Bench, Host, Mode

pytestmark = pytest.mark.anyio
RUNNING = ("pending", "processing")


async def prepared(host: Host, match: Path) -> str:
    """A session whose export at 1080p takes a while: small footage is scaled up and blurred at the sides."""
    uploaded = await host.call("upload", sources=[str(match)], new_session=True)
    slow = [{"op": "keep", "ranges_ms": [[0, 40_000]]}, {"op": "aspect", "ratio": "9:16", "mode": "blur"}]
    await host.finished("edit", operations=slow)
    return str(uploaded["session_id"])


async def seen(host: Host, session_id: str, *wanted: str) -> dict[str, Any]:
    """The newest export once its status is one of `wanted`."""

    async def newest() -> dict[str, Any] | None:
        renders = (await host.call("get_state", session_id=session_id))["renders"]
        return dict(renders[0]) if renders and renders[0]["status"] in wanted else None

    found: dict[str, Any] = await until(newest)
    return found


async def turn_of(host: Host, *unwanted: str) -> dict[str, Any] | None:
    """The state once there is a turn whose status is none of `unwanted`."""
    state = await host.call("get_state")
    return state if state.get("turn") and state["turn"]["status"] not in unwanted else None


async def test_without_waiting_an_edit_returns_a_handle_and_get_state_waits_for_its_end(
    bench: Bench, either: Mode, match: Path
) -> None:
    async with bench.host(either) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        handle = await host.call("edit", instruction="the loudest moments, 5 seconds", wait_s=0)
        assert handle["status"] == "running"
        assert handle["turn_id"]
        assert "get_state" in handle["next_step"]
        state = await host.call("get_state", wait_s=25)
        assert state["turn"]["turn_id"] == handle["turn_id"]
        assert state["turn"]["status"] == "done"
        assert state["turn"]["picks"]
        assert state["timeline"]["version"] == 1


async def test_a_second_edit_while_one_runs_is_refused_as_busy(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.call("edit", instruction="the loudest moments, 5 seconds", wait_s=0)
        error = await host.error("edit", instruction="undo")
        assert error["kind"] == "busy"
        assert error["retryable"]


@pytest.mark.slow
async def test_an_export_is_a_job_that_is_joined_resumed_and_cancelled(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        session = await prepared(host, match)
        first = await host.call("export", wait_s=0)
        assert first["status"] in RUNNING
        assert first["render_id"] in first["next_step"]
        again = await host.call("export", wait_s=0)
        assert again["render_id"] == first["render_id"]
        other = await host.call("export", preset="480p", wait_s=0)
        assert other["render_id"] != first["render_id"]
        for handle in (first, other):
            cancelled = await host.call("cancel", job_id=handle["render_id"])
            assert cancelled["kind"] == "render"
        gone = await seen(host, session, "cancelled")
        assert "path" not in gone
        resumed = await host.call("export", render_id=first["render_id"], wait_s=10)
        assert resumed["status"] == "cancelled"
        fresh = await host.call("export", wait_s=0)
        assert fresh["render_id"] != first["render_id"]
        await host.call("cancel", job_id=fresh["render_id"])


@pytest.mark.slow
async def test_progress_of_an_export_names_the_stage(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await prepared(host, match)
        handle = await host.call("export", wait_s=3)
        reports = list(host.reports)
        await host.call("cancel", job_id=handle["render_id"])
    assert reports
    assert any(message for _, _, message in reports)
    assert all(total == 100 and 0 < value <= 100 for value, total, _ in reports)


async def test_cancelling_the_call_cancels_the_export_that_it_started(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        session = await prepared(host, match)
        async with anyio.create_task_group() as calls:
            calls.start_soon(lambda: host.client.call_tool("export", {"wait_s": 25}))
            await seen(host, session, *RUNNING)
            calls.cancel_scope.cancel()
        await seen(host, session, "cancelled")


@pytest.mark.slow
async def test_cancelling_a_call_that_only_waits_leaves_the_export_alone(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        session = await prepared(host, match)
        handle = await host.call("export", wait_s=0)
        async with anyio.create_task_group() as calls:
            calls.start_soon(lambda: host.raw("export", render_id=handle["render_id"], wait_s=25))
            await until(lambda: host.reports)
            calls.cancel_scope.cancel()

        async def running() -> bool:
            newest = (await host.call("get_state", session_id=session))["renders"][0]
            return newest["render_id"] == handle["render_id"] and newest["status"] in RUNNING

        await throughout(running, 3 * ServerOptions().withdraw_s)
        await host.call("cancel", job_id=handle["render_id"])


async def test_cancelling_the_call_cancels_the_edit_that_it_started(bench: Bench, match: Path) -> None:
    fresh = copy_of(match, "not-looked-at-before.mp4")
    async with bench.host() as host:
        await host.call("upload", sources=[str(fresh)], new_session=True)
        async with anyio.create_task_group() as calls:
            calls.start_soon(lambda: host.client.call_tool("edit", {"instruction": "the best cheers, 9 seconds"}))
            await until(lambda: turn_of(host))
            calls.cancel_scope.cancel()
        state = await until(lambda: turn_of(host, "running"))
        assert state["turn"]["status"] == "cancelled"
        assert state["timeline"]["summary"] == "Timeline (0 tracks)"


async def test_the_tool_cancel_stops_an_edit(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        handle = await host.call("edit", instruction="the best applause, 9 seconds", wait_s=0)
        stopped = await host.call("cancel", job_id=handle["turn_id"])
        assert stopped["status"] == "cancelled"
        assert stopped["session_id"] == handle["session_id"]


@pytest.mark.parametrize("job_id", ["render_0_000000", "turn_0000", "upload_0000", "x" * 90])
async def test_cancelling_unknown_work_says_so(bench: Bench, job_id: str) -> None:
    async with bench.host() as host:
        error = await host.error("cancel", job_id=job_id)
    assert error["kind"] == "not_found"
    assert "get_state" in error["next_step"]


async def test_an_upload_that_takes_its_time_returns_a_handle(bench: Bench, match: Path, song: Path) -> None:
    async with bench.host() as host:
        await host.call("credits")
        handle = await host.call("upload", sources=[str(match), str(song)], new_session=True, wait_s=0)
        assert handle["status"] == "running"
        assert handle["job_id"].startswith("upload_")
        state = await host.call("get_state", wait_s=25)
        assert state["session_id"] == handle["session_id"]
        assert state["upload"]["status"] == "done"
        assert len(state["media"]) == 2


@pytest.mark.slow
async def test_an_edit_waits_for_the_footage_that_is_still_arriving(bench: Bench, match: Path, song: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match), str(song)], new_session=True, wait_s=0)
        edited = await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 1000]]}])
        assert edited["timeline"]["duration_ms"] == 1000


@pytest.mark.slow
async def test_a_killed_backend_is_started_again_by_the_next_call_and_nothing_is_lost(
    bench: Bench, either: Mode, match: Path
) -> None:
    async with bench.host(either) as host:
        session = await prepared(host, match)
        handle = await host.call("export", preset="draft", wait_s=0)
        before = running_backend(bench.settings)
        assert before is not None
        os.kill(before.pid, signal.SIGKILL)
        made = await host.finished("export", render_id=handle["render_id"])
        assert made["status"] == "completed"
        assert made["checks"]
        after = running_backend(bench.settings)
        assert after is not None
        assert after.pid != before.pid
        state = await host.call("get_state")
        assert state["session_id"] == session
        assert state["timeline"]["duration_ms"] == 40_000


async def test_two_hosts_share_one_backend_and_one_session_list(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as one, bench.host("legacy") as two:
        uploaded = await one.call("upload", sources=[str(match)], new_session=True)
        state = await two.call("get_state")
        assert state["session_id"] == uploaded["session_id"]
        joined = await two.call("upload", sources=[str(match)])
        assert joined["session_id"] == uploaded["session_id"]


async def test_footage_that_joins_an_unnamed_earlier_session_says_so(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
    async with bench.host() as host:
        joined = await host.call("upload", sources=[str(match)])
    assert any("new_session=true" in warning for warning in joined["warnings"])


async def test_a_picture_that_takes_its_time_is_there_at_a_later_call(bench: Bench, match: Path) -> None:
    hurried = ServerOptions(media_roots=bench.settings.media_roots, preview_s=0)
    async with bench.host(options=hurried) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        first = await host.call("preview", what="moments")
        assert first["status"] == "running"
        assert "Call preview again" in first["next_step"]
    async with bench.host() as host:
        assert (await host.call("preview", what="moments"))["status"] == "done"


async def test_a_call_that_hangs_in_the_backend_is_given_up(bench: Bench, match: Path) -> None:
    impatient = ServerOptions(media_roots=bench.settings.media_roots, longest_s=0.001)
    async with bench.host(options=impatient) as host:
        error = await host.error("get_state")
    assert error["kind"] == "timed_out"


async def test_a_session_that_has_gone_is_not_offered_again(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.error("get_state", session_id="ses_of_nobody")
        assert (await host.call("get_state"))["media"]


@pytest.mark.slow
async def test_the_same_export_asked_for_at_once_and_from_another_host_is_one_render(bench: Bench, match: Path) -> None:
    answers: list[dict[str, Any]] = []

    async def export(host: Host) -> None:
        answers.append(await host.call("export", wait_s=0))

    async with bench.host() as one, bench.host("legacy") as two:
        session = await prepared(one, match)
        async with anyio.create_task_group() as calls:
            calls.start_soon(export, one)
            calls.start_soon(export, one)
        await export(two)
        state = await one.call("get_state", session_id=session)
        assert len({answer["render_id"] for answer in answers}) == 1
        assert [each["render_id"] for each in state["renders"]] == [answers[0]["render_id"]]
        await two.call("cancel", job_id=answers[0]["render_id"])
        fresh = await two.call("export", wait_s=0)
        assert fresh["render_id"] != answers[0]["render_id"]
        await one.call("cancel", job_id=fresh["render_id"])


@pytest.mark.slow
async def test_a_render_that_runs_is_seen_by_another_host(bench: Bench, match: Path) -> None:
    async with bench.host() as one, bench.host() as two:
        session = await prepared(one, match)
        handle = await one.call("export", preset="480p", wait_s=0)
        seen_there = await two.call("get_state", session_id=session)
        assert seen_there["renders"][0]["render_id"] == handle["render_id"]
        stopped = await two.call("cancel", job_id=handle["render_id"])
        assert stopped["status"] in ("cancelled", "processing", "pending")
        await seen(two, session, "cancelled")
