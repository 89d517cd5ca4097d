"""What one edit costs: an operation on reels of many clips, or a whole edit in sessions of many versions.

    python benchmarks/edits.py operations [clips ...]
    python benchmarks/edits.py sessions [versions ...]

`operations` prints CPU milliseconds per operation and, in brackets, that time as a multiple of one pass of
pydantic over the same clips: a cost that grows faster than the reel shows as a growing multiple.

`sessions` prints CPU seconds of the backend and its children, and wall seconds, for one edit of each kind through the
client, beside two limits: the same work in a process that is warm already, and an engine process from its start. The
sample is the footage; everything happens in a data directory of its own, which is removed.
"""

import argparse
import asyncio
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil

from highlight_mcp.backend_locator import backend_config, open_client, running_backend, stop_backend
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.engine.edit import job as engine_edit
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.settings import Settings
from highlight_mcp.timeline.layout import layout_clips
from highlight_mcp.timeline.media import FootageAnalyzer, MediaInfo
from highlight_mcp.timeline.model import Clip, Timeline, VideoTrack
from highlight_mcp.timeline.operations import AnyOperation, apply, operation_adapter
from highlight_mcp.timeline.time import TimeRange


class Blind(FootageAnalyzer):
    """Footage that nobody asks about: none of these operations looks at it. Every text can be drawn."""

    def lettering(self, text: str) -> str:
        return text


def reel(count: int) -> Timeline:
    """A reel of `count` clips of one second."""
    ranges = [TimeRange(start_ms=1000 * index, end_ms=1000 * index + 1000) for index in range(count)]
    clips = [
        Clip(id=f"seg_{index}", start_ms=0, duration_ms=1000, media_id="m", source=source)
        for index, source in enumerate(ranges, 1)
    ]
    return Timeline(tracks=(VideoTrack(id="trk_v1", name="reel", role="main", clips=layout_clips(clips)),))


def operations(count: int) -> dict[str, AnyOperation]:
    """One of each kind that means many clips."""
    half = {"clips": list(range(1, count, 2))}
    bodies = {
        "remove half": {"op": "remove", "target": half},
        "keep half": {"op": "keep", "target": half},
        "remove a range": {"op": "remove", "target": {"range_ms": [1000, 500 * count]}},
        "speed of a range": {"op": "speed", "factor": "2", "target": {"range_ms": [0, 1000 * count]}},
        "mute half": {"op": "volume", "target": half, "level": 0},
        "trim all": {"op": "trim", "head_ms": 100},
        "split half": {"op": "split", "target": half, "at": "middle"},
        "reverse": {"op": "reorder", "sort": "reverse"},
        "crossfades": {"op": "transition"},
        "a text on each": {"op": "text_add", "template": "{n}", "per_clip": True},
    }
    return {name: operation_adapter.validate_python(body) for name, body in bodies.items()}


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of three runs."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def print_operations(counts: list[int]) -> None:
    """CPU milliseconds per operation on reels of so many clips."""
    media = MediaInfo(media_id="m", name="a.mp4", kind="video", duration_ms=10**8, size_bytes=1, fingerprint="f")
    print(f"{'operation':<18}" + "".join(f"{f'{count} clips':>20}" for count in counts))
    rows: dict[str, list[str]] = {}
    for count in counts:
        timeline = reel(count)
        text = timeline.model_dump_json()
        limit = cpu_s(lambda text=text: Timeline.model_validate_json(text))  # type: ignore[misc]
        for name, operation in operations(count).items():
            work = lambda op=operation, now=timeline: apply(now, [op], {"m": media}, Blind())  # noqa: E731
            took = cpu_s(work)  # type: ignore[arg-type]
            rows.setdefault(name, []).append(f"{1000 * took:>9.1f} ms ({took / limit:4.1f}×)")
    for name, cells in rows.items():
        print(f"{name:<18}" + "".join(f"{cell:>20}" for cell in cells))


KINDS: dict[str, dict[str, Any]] = {
    "a typed operation": {"operations": [{"op": "volume", "level": 0.5}]},
    "undo": {"operations": [{"op": "undo"}]},
    "redo": {"operations": [{"op": "redo"}]},
    "short words": {"instruction": "mute clip 2"},
    "undo in words": {"instruction": "undo"},
    "version 1": {"operations": [{"op": "restore", "version": 1}]},
    "a question": {"instruction": "what can you do?"},
}
FIRST = [{"op": "keep", "ranges_ms": [[0, 4_000], [10_000, 14_000], [20_000, 24_000]]}]
RUNS = 3


def cpu_of(pid: int) -> float:
    """CPU seconds so far of a process and of all that it started, ended ones too."""
    backend = psutil.Process(pid)
    times = [each.cpu_times() for each in (backend, *backend.children(recursive=True))]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))


def lengthen(settings: Settings, session_id: str, count: int) -> None:
    """Give a session so many versions, without an edit for each; no backend may be running."""
    with sqlite3.connect(backend_config(settings).database_file) as database:
        (newest,) = database.execute("select max(rev) from versions where session_id = ?", (session_id,)).fetchone()
        copied = (
            "insert into versions select session_id, ?, ?, ?, ?, change, timeline, duration_ms, created_ms, operations"
            " from versions where session_id = ? and rev = 1"
        )
        rows = ((rev, rev - 1, rev, f"made_{rev}", session_id) for rev in range(newest + 1, count + 1))
        database.executemany(copied, rows)
        database.execute("update sessions set head_rev = ? where id = ?", (max(newest, count), session_id))


async def edited(client: BackendClient, session_id: str, request: dict[str, Any]) -> None:
    turn = await client.start_edit(session_id, **request)
    await turn.wait(60)
    assert turn.result is not None, turn


async def measured(settings: Settings, session_id: str) -> dict[str, tuple[float, float]]:
    """CPU and wall seconds of each kind of edit: medians, after one that finds everything cold."""
    async with open_client(settings) as client:
        backend = running_backend(settings)
        assert backend is not None
        for request in KINDS.values():
            await edited(client, session_id, request)
        found: dict[str, list[tuple[float, float]]] = {}
        for _ in range(RUNS):
            for name, request in KINDS.items():
                cpu, wall = cpu_of(backend.pid), time.monotonic()
                await edited(client, session_id, request)
                took = time.monotonic() - wall
                await asyncio.sleep(0.3)  # the workflow ends after its result is told
                found.setdefault(name, []).append((cpu_of(backend.pid) - cpu, took))
    return {name: (statistics.median(c for c, _ in each), statistics.median(w for _, w in each))
            for name, each in found.items()}  # fmt: skip


async def make_session(settings: Settings, footage: Path) -> str:
    async with open_client(settings) as client:
        session_id = (await client.session()).session_id
        await client.upload(session_id, [str(footage)])
        await edited(client, session_id, {"operations": FIRST})
        return session_id


def fresh_cpu_s() -> float:
    """CPU seconds of one engine process that is started for the lightest edit."""
    before = psutil.Process().cpu_times()
    job = json.dumps({"job": "edit", "instruction": "undo"}) + "\n"
    with subprocess.Popen([sys.executable, "-m", "highlight_mcp.engine"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(job)
        child.stdin.flush()
        child.stdout.read()
    after = psutil.Process().cpu_times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def print_sessions(counts: list[int]) -> None:
    """CPU and wall seconds of each kind of edit in sessions of so many versions."""
    folder = Path(tempfile.mkdtemp(prefix="highlight-edits-"))
    footage = Path(str(files("highlight_mcp") / "sample" / "match.mp4"))
    values = {"home": folder / "data", "output_dir": folder / "reels", "media_roots": str(footage.parent)}
    settings = Settings.load(values, environ={})
    rows: dict[str, list[str]] = {name: [] for name in KINDS}
    try:
        session_id = asyncio.run(make_session(settings, footage))
        for count in counts:
            stop_backend(settings)
            lengthen(settings, session_id, count)
            for name, (cpu, wall) in asyncio.run(measured(settings, session_id)).items():
                rows[name].append(f"{cpu:>9.2f} s ({wall:4.1f} s)")
    finally:
        stop_backend(settings)
        shutil.rmtree(folder)
    print(f"{'CPU s (wall s)':<20}" + "".join(f"{f'{count} versions':>20}" for count in counts))
    for name, cells in rows.items():
        print(f"{name:<20}" + "".join(f"{cell:>20}" for cell in cells))
    warm = cpu_s(lambda: engine_edit.run({"instruction": "undo"}, no_progress))
    print(
        f"limits: the same words in a warm process {warm:.3f} s, an engine process from its start {fresh_cpu_s():.2f} s"
    )


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(description="What one edit costs.")
    parser.add_argument("table", choices=("operations", "sessions"))
    parser.add_argument("counts", nargs="*", type=int)
    asked = parser.parse_args()
    if asked.table == "operations":
        print_operations(asked.counts or [250, 500, 1000, 2000])
    else:
        print_sessions(asked.counts or [10, 1000, 5000])


if __name__ == "__main__":
    main()
