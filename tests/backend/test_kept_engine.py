"""Light edits where the engine cannot fork: one process does them one after another, as long as they are light."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from highlight_mcp.backend.config import FORK_SERVER, KEPT_ENGINE, BackendConfig, warm_starts
from highlight_mcp.backend.engine_runner import EngineCancelled, EngineCrashed, EngineRunner
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.timeline.media import MediaInfo
from media_factory import make_clip
from waiting import until

INFO = MediaInfo(media_id="m", name="a.mp4", kind="video", duration_ms=60_000, width=64, height=48, texts_inside=False)
CLIP = {"id": "seg_1", "start_ms": 0, "duration_ms": 9000, "media_id": "m", "source": {"start_ms": 0, "end_ms": 9000}}
REEL = {"tracks": [{"kind": "video", "id": "trk_1", "clips": [CLIP]}]}


class Edits:
    """Edits of the real engine, and the processes that did them."""

    def __init__(self, home: Path, footage: Path) -> None:
        config = BackendConfig(home=home, output_dir=home, media_roots=(), **warm_starts("darwin"))
        self.runner = EngineRunner(config)
        self.pids: list[int] = []
        self.commands: list[str] = []
        self._footage = footage

    async def edit(self, words: str, begun: Callable[[int], Any] = str, **more: Any) -> dict[str, Any]:
        """One edit of a reel with one clip; `begun` is called with its process before that has read its job."""

        def started(pid: int, _started: float) -> None:
            self.pids.append(pid)
            self.commands.append(" ".join(psutil.Process(pid).cmdline()))
            begun(pid)

        media = [{"info": INFO.model_dump(mode="json"), "path": str(self._footage)}]
        spec = {"job": "edit", "instruction": words, "timeline": REEL, "media": media, **more}
        return await self.runner.run("job", spec, on_start=started)


def scenario(tmp_path: Path, work: Callable[[Edits], Any]) -> Edits:
    """Edits in one event loop, as the durable workflows have one."""
    edits = Edits(tmp_path, make_clip(tmp_path / "a.mp4", seconds=2))
    before = set(psutil.Process().children())

    async def run() -> None:
        try:
            await work(edits)
        finally:
            edits.runner.close()
            await until(lambda: set(psutil.Process().children()) <= before)

    asyncio.run(run())
    return edits


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_how_light_jobs_are_started_follows_from_the_system() -> None:
    assert warm_starts("linux") == {"fork_server": FORK_SERVER}
    assert warm_starts("darwin") == warm_starts("win32") == {"kept_engine": KEPT_ENGINE}


def test_light_edits_are_done_by_one_process_and_each_as_if_it_were_alone(tmp_path: Path) -> None:
    async def work(edits: Edits) -> None:
        first = await edits.edit("cut the first 3 seconds of clip 1")
        assert first["timeline"]["tracks"][0]["clips"][0]["source"] == {"start_ms": 3000, "end_ms": 9000}
        chinese = await edits.edit("把第一段静音")
        again = await edits.edit("cut the first 3 seconds of clip 1")
        assert again == first and chinese["message"] != first["message"]

    assert len(set(scenario(tmp_path, work).pids)) == 1


def test_a_process_that_has_opened_footage_does_no_other_edit(tmp_path: Path) -> None:
    async def work(edits: Edits) -> None:
        await edits.edit("mute clip 1")
        await edits.edit("make it 9:16")  # looks where to crop
        assert not is_alive(edits.pids[-1])
        await edits.edit("mute clip 1")
        await edits.edit("mute clip 1")

    pids = scenario(tmp_path, work).pids
    assert pids[0] == pids[1] and pids[2] == pids[3] != pids[0]


@pytest.mark.slow
def test_an_edit_that_fails_is_the_last_one_of_its_process(tmp_path: Path) -> None:
    async def work(edits: Edits) -> None:
        with pytest.raises(ApiError):
            await edits.edit("")
        await edits.edit("mute clip 1")

    assert len(set(scenario(tmp_path, work).pids)) == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGSTOP, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_a_process_that_was_killed_or_stopped_while_it_waited_is_replaced(tmp_path: Path, number: int) -> None:
    async def work(edits: Edits) -> None:
        await edits.edit("mute clip 1")
        os.kill(edits.pids[0], number)
        await edits.edit("mute clip 1")
        assert not is_alive(edits.pids[0])

    assert len(set(scenario(tmp_path, work).pids)) == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_edit_killed_in_its_process_is_done_in_the_ordinary_way_when_it_is_tried_again(tmp_path: Path) -> None:
    async def work(edits: Edits) -> None:
        await edits.edit("mute clip 1")
        with pytest.raises(EngineCrashed):
            await edits.edit("mute clip 1", begun=lambda pid: os.kill(pid, signal.SIGKILL))
        await edits.edit("mute clip 1")

    commands = scenario(tmp_path, work).commands
    assert ["kept_engine" in command for command in commands] == [True, True, False]


@pytest.mark.slow
def test_cancelling_an_edit_ends_its_process(tmp_path: Path) -> None:
    async def work(edits: Edits) -> None:
        await edits.edit("mute clip 1")
        with pytest.raises(EngineCancelled):
            await edits.edit("mute clip 1", begun=lambda pid: _stopped_midway(edits, pid))
        assert not is_alive(edits.pids[0])
        await edits.edit("mute clip 1")

    assert len(set(scenario(tmp_path, work).pids)) == 2


def _stopped_midway(edits: Edits, pid: int) -> None:
    """Cancel an edit that cannot be over first: its process is held."""
    os.kill(pid, signal.SIGSTOP)
    edits.runner.stop("job")
