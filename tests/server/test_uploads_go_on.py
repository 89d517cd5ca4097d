"""An upload that was accepted goes on when its host closes, and every file that did not get in is named."""

import shutil
from pathlib import Path
from typing import Any

import anyio
import pytest

from highlight_mcp.backend_locator import open_client
from highlight_mcp.contract.errors import ApiError
from media_factory import make_clip
from waiting import until

from .conftest import Bench, Host, Mode, text_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def many(room: Path, tmp_path: Path) -> Path:
    """A folder of the media root with five films, two that are damaged, and things that are no footage."""
    folder = room / tmp_path.name
    folder.mkdir()
    for number in range(5):
        make_clip(folder / f"film {number}.mp4", seconds=1, size=(160, 90), cuts=(0.1 * number,))
    (folder / "damaged.mp4").write_bytes(b"no film at all")
    (folder / "broken.webm").write_bytes(b"nor this")
    (folder / "phone.3gp").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    (folder / "sub").mkdir()
    return folder


async def over(host: Host, **arguments: Any) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        state = await host.call("get_state", wait_s=20, **arguments)
        return state if state["upload"]["status"] != "running" else None

    found: dict[str, Any] = await until(ended, 60)
    return found


def named(found: dict[str, Any]) -> set[str]:
    """The names of what did not get in; each has a reason."""
    assert all(each["error"]["message"] for each in found["failed"])
    return {Path(each["source"]).name for each in found["failed"]}


EXPECTED = {"damaged.mp4", "broken.webm", "phone.3gp", "notes.txt", "sub"}


async def test_a_folder_is_added_to_its_end_after_the_host_has_closed(bench: Bench, either: Mode, many: Path) -> None:
    async with bench.host(either) as host:
        handle = await host.call("upload", sources=[str(many)], new_session=True, wait_s=0)
        assert handle["status"] == "running"
    async with bench.host(either) as other:
        state = await over(other, session_id=handle["session_id"])
        assert state["upload"]["job_id"] == handle["job_id"]
        assert [each["name"] for each in state["media"]] == [f"film {number}.mp4" for number in range(5)]
        assert named(state["upload"]) == EXPECTED
        text = text_of(await other.raw("get_state", session_id=handle["session_id"]))
    for name in EXPECTED:
        assert f"{name}: " in text


async def test_what_was_skipped_or_failed_is_named_in_the_answer_itself(bench: Bench, many: Path) -> None:
    async with bench.host() as host:
        result = await host.raw("upload", sources=[str(many)], new_session=True, wait_s=25)
    found = dict(result.structured_content or {})
    assert named(found) == EXPECTED
    assert all(f"{name}: " in text_of(result) for name in EXPECTED)


async def test_when_nothing_can_be_added_every_file_is_named(bench: Bench, many: Path) -> None:
    bad = [str(many / name) for name in ("damaged.mp4", "broken.webm", "phone.3gp")]
    async with bench.host() as host:
        before = await host.call("get_state")
        result = await host.raw("upload", sources=bad, new_session=True, wait_s=25)
        assert result.is_error
        assert all(name in text_of(result) for name in bad)
        assert len((result.structured_content or {})["failed"]) == 3
        after = await host.call("get_state")
    assert after.get("session_id") == before.get("session_id"), "no empty session stays behind"


async def test_another_host_can_stop_an_upload_and_an_edit_waits_for_one(bench: Bench, many: Path) -> None:
    async with bench.host() as host:
        handle = await host.call("upload", sources=[str(many)], new_session=True, wait_s=0)
    async with bench.host() as other:
        edited = await other.call("edit", operations=[{"op": "keep", "ranges_ms": [[0, 500]]}], wait_s=25)
        assert edited["session_id"] == handle["session_id"]
        assert edited["timeline"]["duration_ms"] == 500
        stopped = await other.call("cancel", job_id=handle["job_id"])
        assert (stopped["kind"], stopped["status"]) == ("upload", "done")


async def test_cancelling_the_call_takes_the_upload_and_its_empty_session_back(
    bench: Bench, room: Path, tmp_path: Path
) -> None:
    folder = room / tmp_path.name
    folder.mkdir()
    film = make_clip(folder / "film 00.mp4", seconds=1, size=(160, 90))
    for number in range(1, 60):
        (folder / f"film {number:02}.mp4").write_bytes(film.read_bytes() + bytes(number))
    shutil.move(film, folder / "zzz.mp4")
    async with bench.host() as host, open_client(bench.settings) as looking:
        before = {each.session_id for each in await looking.sessions()}

        async def fresh() -> str | None:
            new = {each.session_id for each in await looking.sessions()} - before
            return next(iter(new), None)

        async def running() -> bool:
            session = await fresh()
            return session is not None and await looking.latest_upload(session) is not None

        async def stopped() -> bool:
            session = await fresh()
            if session is None:
                return True
            try:
                told = await looking.latest_upload(session)
            except ApiError as gone:
                return gone.fault.kind == "session_not_found"
            return told is not None and told.status == "cancelled"

        async with anyio.create_task_group() as calls:
            calls.start_soon(lambda: host.client.call_tool("upload", {"sources": [str(folder)], "new_session": True}))
            await until(running)
            calls.cancel_scope.cancel()
        await until(stopped)
