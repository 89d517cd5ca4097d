"""The children of several people: no more at once than there are places, the others wait in line and say so."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from highlight_mcp.backend.child_limits import LONG, SHORT, ChildQueue, budget_of
from highlight_mcp.backend.config import BackendConfig, Timing
from highlight_mcp.backend.engine_runner import EngineCancelled, EngineRunner
from highlight_mcp.messages import Message
from waiting import eventually

HOLDER = """
import asyncio, sys
from pathlib import Path
from highlight_mcp.backend.child_limits import LONG, ChildQueue

async def hold():
    async with ChildQueue(Path(sys.argv[1]), {LONG: 1}).place(LONG):
        print("in", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""
HELD = f"""
import json, sys
from pathlib import Path
sys.path.append({str(Path(__file__).parents[1])!r})
from waiting import eventually
job = json.loads(sys.stdin.readline())
Path(job["here"]).touch()
eventually("it may go on", Path(job["go"]).exists)
print(json.dumps({{"result": {{"name": job["name"]}}}}), flush=True)
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has a place."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"in\n"
            yield process
        finally:
            process.kill()


def test_who_waits_is_told_how_many_come_before_and_follows_one_that_died(tmp_path: Path) -> None:
    line = ChildQueue(tmp_path / "line", {LONG: 1, SHORT: 1})

    async def wait(process: subprocess.Popen[bytes]) -> list[int]:
        told: list[int] = []

        def waiting(before: int) -> None:
            told.append(before)
            process.kill()

        async with asyncio.timeout(60), line.place(SHORT), line.place(LONG, waiting):
            return told

    with holder(tmp_path / "line") as process:
        told = asyncio.run(wait(process))
    assert told and set(told) == {1}
    assert list((tmp_path / "line").iterdir()) == []


def person(folder: Path, name: str) -> EngineRunner:
    """The children of one person: with two places for long work, as the line is shared."""
    config = BackendConfig(
        home=folder / name,
        output_dir=folder,
        media_roots=(),
        child_command=(sys.executable, "-c", HELD),
        timing=Timing(grace=0.3),
        line=folder / "line",
        edit_slots=0,
        render_slots=0,
    )
    return EngineRunner(config)


def test_work_of_another_person_waits_for_a_place_and_can_be_stopped_there(tmp_path: Path) -> None:
    ann, bob = person(tmp_path, "ann"), person(tmp_path, "bob")
    told: list[str] = []
    started: list[int] = []

    def job(name: str) -> dict[str, Any]:
        return {"job": "render", "name": name, "here": str(tmp_path / f"{name}.here"), "go": str(tmp_path / "go")}

    def note(stage: str, _done: float, _total: float, message: Message) -> None:
        told.append(f"{stage}: {message}")

    async def until(what: str, condition: Any) -> None:
        await asyncio.to_thread(eventually, what, condition)

    async def run() -> list[Any]:
        running = [asyncio.create_task(ann.run(name, job(name))) for name in ("one", "two")]
        await until("both run", lambda: all((tmp_path / f"{name}.here").exists() for name in ("one", "two")))
        third = asyncio.create_task(
            bob.run("three", job("three"), progress=note, on_start=lambda *_: started.append(1))
        )
        await until("the third says that it waits", lambda: told)
        fourth = asyncio.create_task(bob.run("four", job("four")))
        await until("the fourth is there", lambda: "four" in bob.running())
        assert bob.stop("four")
        await asyncio.wait({fourth})
        assert isinstance(fourth.exception(), EngineCancelled)
        assert (started, (tmp_path / "three.here").exists()) == ([], False)
        (tmp_path / "go").touch()
        return await asyncio.gather(*running, third)

    assert [result["name"] for result in asyncio.run(run())] == ["one", "two", "three"]
    assert told[0] == "waiting: Waiting for its turn; 1 before it"
    assert started == [1]


def media(seconds: int, size_bytes: int, width: int = 0, height: int = 0, rate: str | None = None) -> dict[str, Any]:
    info = {"media_id": "m", "duration_ms": 1000 * seconds, "size_bytes": size_bytes, "width": width, "height": height}
    return {"info": {**info, "frame_rate": rate}, "path": "/m"}


def test_a_budget_follows_what_the_footage_is_and_not_what_a_small_file_claims() -> None:
    weeks = budget_of({"job": "edit", "media": [media(2_000_000, 20_000_000)]}, cpus=2)
    match = budget_of({"job": "edit", "media": [media(7_200, 6_000_000_000, 1920, 1080, "30")]}, cpus=2)
    night = budget_of({"job": "edit", "media": [media(36_000, 290_000_000)]}, cpus=2)
    huge = budget_of({"job": "edit", "media": [media(600, 6_000_000_000, 7680, 4320, "60000/1001")]}, cpus=2)
    assert weeks.cpu_s <= 1_600 < 10_000 < min(match.cpu_s, night.cpu_s, huge.cpu_s)
    assert match.memory_mb is not None and huge.memory_mb is not None
    assert match.memory_mb < 3_500 < 6_500 < huge.memory_mb
    photo = {"media_id": "p", "kind": "image", "duration_ms": 0, "width": 10_000, "height": 10_000}
    shown = budget_of({"job": "preview", "media": [{"info": photo, "path": "/p"}]}, cpus=2)
    assert shown.memory_mb is not None and shown.memory_mb < 4_000
    clip = {"media_id": "m", "start_ms": 0, "duration_ms": 60_000, "source": {"start_ms": 0, "end_ms": 60_000}}
    timeline = {"width": 1920, "height": 1080, "tracks": [{"kind": "video", "clips": [clip]}]}
    minute = budget_of({"job": "render", "timeline": timeline, "media": [media(60, 10**8, 1920, 1080, "30")]}, cpus=2)
    assert 600 + 60 * 20 < minute.cpu_s < 3_600 * 2
    assert json.dumps(minute.as_job())
