"""While work is done: the server answers, tells how far it is, and stops at once when nobody wants it any more."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from filelock import FileLock

from highlight_mcp.messages import say
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.settings import Settings
from highlight_mcp.testing import ScriptedCloud, faults
from media_factory import copy_of, make_clip, repeat
from server.conftest import Host
from waiting import until

from .backend_view import at_work, idle
from .doors import Door, Way, cloud_only, embedded_only, through

STILL_WORKING = say("client.still_working")

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:ping is removed")]
PINGS = 50
QUIET = ServerOptions(report_every_s=0.02, still_working_s=0.1)
"""A server that tells often, and of silence soon."""
SLOW_RENDER = [{"op": "keep", "ranges_ms": [[0, 40_000]]}, {"op": "aspect", "ratio": "9:16", "mode": "blur"}]


@pytest.fixture(scope="session")
def film(room: Path, shared_folder: Path) -> Path:
    """A minute that takes a while to look at: longer than fifty pings on any machine."""
    made = shared_folder / "film.mp4"
    with FileLock(made.with_suffix(".lock")):
        if not made.exists():
            part = shared_folder / "quarter.mp4"
            make_clip(part, seconds=16, size=(960, 540), cuts=(5, 10), sound="noise", loud=[(12, 15)])
            repeat(part, made, seconds=16, times=4)
    return Path(shutil.copy(made, room))


@pytest.fixture
def fresh(film: Path, tmp_path: Path) -> Path:
    """The same film with other bytes, so that no earlier look at it is remembered."""
    return copy_of(film, f"film-{tmp_path.name}.mp4")


async def ping(host: Host) -> None:
    """The shortest question of the era."""
    if host.client.protocol_version == "2026-07-28":
        await host.client.list_prompts()
    else:
        await host.client.send_ping()


async def answered_during(host: Host, tool: str, arguments: dict[str, Any], begun: Callable[[], Awaitable[Any]]) -> int:
    """How many pings are answered between the begin of a call's work and its end; the call is cancelled after 100."""
    over, count = anyio.Event(), 0

    async def work() -> None:
        await host.client.call_tool(tool, arguments)
        over.set()

    async with anyio.create_task_group() as calls:
        calls.start_soon(work)
        await until(begun)
        while not over.is_set() and count < PINGS:
            await ping(host)
            count += 1
        assert not over.is_set(), f"only {count} pings were answered"
        calls.cancel_scope.cancel()
    return count


async def prepared(host: Host, film: Path) -> str:
    """A session whose export takes a while."""
    session = (await host.call("upload", sources=[str(film)], new_session=True))["session_id"]
    await host.finished("edit", operations=SLOW_RENDER)
    return str(session)


def working(settings: Settings) -> Callable[[], Awaitable[Any]]:
    return lambda: at_work(settings)


@through([Way("http", "auto", "embedded")], among=embedded_only)
async def test_fifty_pings_are_answered_while_an_edit_looks_at_footage(door: Door, fresh: Path) -> None:
    async with door.host() as host:
        await host.call("upload", sources=[str(fresh)], new_session=True)
        wish = {"instruction": "the best moments, 6 seconds", "wait_s": 25}
        assert await answered_during(host, "edit", wish, working(door.settings)) == PINGS
        await until(lambda: idle(door.settings))
        state = await host.call("get_state", wait_s=20)  # the processes are gone a moment before that is written down
        assert state["turn"]["status"] == "cancelled"
        assert state["timeline"]["summary"] == "Timeline (0 tracks)"


@pytest.mark.slow
@through([Way("stdio", "legacy", "embedded")], among=embedded_only)
async def test_fifty_pings_are_answered_while_an_export_runs_which_leaves_nothing_when_cancelled(
    door: Door, film: Path
) -> None:
    async with door.host() as host:
        await prepared(host, film)
        assert await answered_during(host, "export", {"wait_s": 25}, working(door.settings)) == PINGS
        await until(lambda: idle(door.settings))
        assert (await host.call("get_state"))["renders"][0]["status"] == "cancelled"


@through([Way("memory", "auto", "cloud")], among=cloud_only)
async def test_fifty_pings_are_answered_while_an_upload_is_sent(
    door: Door, match: Path, cloud: ScriptedCloud
) -> None:  # fmt: skip
    cloud.script("upload", faults.silence(), calls=None)
    seen = len(cloud.requests("upload"))

    async def sent() -> bool:
        return len(cloud.requests("upload")) > seen

    async with door.host() as host:
        arguments = {"sources": [str(match)], "new_session": True, "wait_s": 25}
        assert await answered_during(host, "upload", arguments, sent) == PINGS


@through([], among=embedded_only)
async def test_a_picture_that_nobody_waits_for_is_not_drawn_on(door: Door, fresh: Path) -> None:
    async with door.host() as host:
        await host.call("upload", sources=[str(fresh)], new_session=True)
        arguments = {"what": "moments"}
        assert await answered_during(host, "preview", arguments, working(door.settings)) == PINGS
        await until(lambda: idle(door.settings))


class Heard:
    """Hears progress."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.words: list[str] = []

    async def __call__(self, value: float, total: float | None, message: str | None) -> None:
        assert total == 100
        self.values.append(value)
        self.words.append(message or "")

    def holds(self) -> None:
        """At least one report, with words, strictly rising up to 100."""
        assert self.values
        assert self.values == sorted(set(self.values))
        assert 0 < self.values[0] <= self.values[-1] <= 100
        assert all(self.words), self.words


async def heard(host: Host, tool: str, **arguments: Any) -> Heard:
    """What a call that succeeds tells while it works."""
    told = Heard()
    result = await host.client.call_tool(tool, arguments, progress_callback=cast(Any, told))
    assert not result.is_error, result
    assert (result.structured_content or {}).get("status") in (None, "done", "completed"), result
    told.holds()
    return told


@through([], among=embedded_only)
async def test_every_long_tool_tells_its_stage_and_how_far_it_is(door: Door, fresh: Path) -> None:
    async with door.host(QUIET) as host:
        uploaded = await heard(host, "upload", sources=[str(fresh)], new_session=True)
        edited = await heard(host, "edit", instruction="the best moments, 6 seconds", wait_s=25)
        await heard(host, "preview")
        made = await heard(host, "export", preset="480p", wait_s=25)
    assert any(fresh.name in words for words in uploaded.words), uploaded.words
    assert any(words.startswith("listen: ") for words in edited.words), edited.words
    assert any(words.startswith("Encoding ") for words in made.words), made.words


@through([Way("memory", "auto", "embedded")], among=embedded_only)
async def test_no_tool_tells_more_than_its_interval_allows_and_its_end(door: Door, match: Path) -> None:
    async with door.host(ServerOptions(report_every_s=3600)) as host:
        told = [await heard(host, "upload", sources=[str(match)], new_session=True)]
        await host.call("edit", operations=[{"op": "keep", "ranges_ms": [[0, 6000]]}])
        told.append(await heard(host, "export", preset="480p", wait_s=25))
    assert [len(each.values) <= 2 for each in told] == [True] * 2, [each.words for each in told]


@through([Way("memory", "auto", "cloud"), Way("stdio", "legacy", "cloud")])
async def test_silence_is_broken_with_a_sign_of_life_on_every_way(
    door: Door, match: Path, request: pytest.FixtureRequest
) -> None:  # fmt: skip
    async with door.host(QUIET) as host:
        if door.cloud is not None:
            door.cloud.script("upload", faults.late(1.0), calls=1)
            await host.call("upload", sources=[str(match)], new_session=True)
        else:
            await host.call("upload", sources=[str(request.getfixturevalue("fresh"))], new_session=True)
            await host.finished("edit", instruction="the best moments, 6 seconds", wait_s=25)
        reports = list(host.reports)
    words = [message for _, _, message in reports]
    assert STILL_WORKING in words, words


@through([Way("stdio", "auto", "cloud")])
async def test_a_client_that_asks_for_no_progress_gets_its_results_all_the_same(door: Door, match: Path) -> None:
    async with door.host(QUIET) as host:
        if door.cloud is not None:
            door.cloud.script("upload", faults.late(0.5), calls=1)
        uploaded = await host.client.call_tool("upload", {"sources": [str(match)], "new_session": True})
        assert not uploaded.is_error
        edited = await host.client.call_tool("edit", {"instruction": "the loudest moments, 3 seconds", "wait_s": 25})
        assert (edited.structured_content or {})["status"] == "done"
