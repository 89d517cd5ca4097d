"""What a host sees of the server over stdio: size, start, answers during work, cancelling.

    python benchmarks/probes.py FILE [--starts 5]

FILE is a recording of a minute or more. Printed: seconds from the start of the process to its first answer and to a
client that is initialised; those of the command `call` with a wrong path; bytes of `tools/list`; how long pings take
while an upload, an edit and an export run (milliseconds, and how many); seconds from a cancellation until no engine
process is at work, and how many partial files there are then. Everything happens in a data directory of its own, which
is removed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import psutil
from mcp import Client, StdioServerParameters

from highlight_mcp.backend_locator import running_backend, stop_backend
from highlight_mcp.settings import Settings

BLUR = [{"op": "keep", "ranges_ms": [[0, 60_000]]}, {"op": "aspect", "ratio": "9:16", "mode": "blur"}]
WISH = "the best moments, 20 seconds"
LIMIT_S = 30.0


class Bench:
    """A data directory, and servers over stdio that use it."""

    def __init__(self, folder: Path, footage: Path) -> None:
        self.settings = Settings.load(
            {"home": folder / "data", "output_dir": folder / "reels", "media_roots": str(footage.parent)}, environ={}
        )

    def host(self) -> Client:
        """A client of a new server process; the older era has a ping of its own."""
        environment = {
            **os.environ,
            "HIGHLIGHT_HOME": str(self.settings.home),
            "HIGHLIGHT_OUTPUT_DIR": str(self.settings.output_dir),
            "HIGHLIGHT_MEDIA_ROOTS": os.pathsep.join(map(str, self.settings.media_roots)),
        }
        server = StdioServerParameters(command=sys.executable, args=["-m", "highlight_mcp"], env=environment)
        return Client(server, mode="legacy")

    def engines(self) -> list[psutil.Process]:
        """Engine processes of the backend that are alive and at work; the fork server waits for work."""
        backend = running_backend(self.settings)
        if backend is None:
            return []
        started = psutil.Process(backend.pid).children()
        waiting = [each for each in started if "highlight_mcp.engine.fork_server" in each.cmdline()]
        working = [each for each in started if each not in waiting]
        working += [each for server in waiting for each in server.children()]
        return [each for each in working if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]

    def partial(self) -> int:
        """Files of unfinished work."""
        places = [self.settings.home / "tmp", self.settings.home / "renders"]
        hidden = [file for file in self.settings.output_dir.glob(".*") if file.is_file()]
        return len(hidden) + sum(1 for place in places for file in place.rglob("*") if file.is_file())


async def pinged(client: Client, work: Callable[[], Awaitable[Any]], until: float | None = None) -> list[float]:
    """Milliseconds of each ping while some work runs, which is cancelled after `until` seconds."""
    times: list[float] = []
    async with anyio.create_task_group() as tasks:
        over, begun = anyio.Event(), time.monotonic()

        async def run() -> None:
            await work()
            over.set()

        tasks.start_soon(run)
        while not over.is_set() and (until is None or time.monotonic() - begun < until):
            asked = time.monotonic()
            await client.send_ping()
            times.append(1000 * (time.monotonic() - asked))
            await anyio.sleep(0.005)
        tasks.cancel_scope.cancel()
    return times


async def cancelled(bench: Bench, client: Client, tool: str, arguments: dict[str, Any]) -> float:
    """Seconds from the cancellation of a call, once its engine works, until no engine process is left."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.call_tool(tool, arguments))
        with anyio.fail_after(LIMIT_S):
            while not await anyio.to_thread.run_sync(bench.engines):  # noqa: ASYNC110 - another process's doing
                await anyio.sleep(0.02)
        await anyio.sleep(0.5)
        tasks.cancel_scope.cancel()
    begun = time.monotonic()
    with anyio.fail_after(LIMIT_S):
        while await anyio.to_thread.run_sync(bench.engines):  # noqa: ASYNC110
            await anyio.sleep(0.02)
    return time.monotonic() - begun


def told(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    late = ordered[max(0, round(0.99 * len(ordered)) - 1)]
    print(f"pings during {name:8} {len(times):5}   median {statistics.median(times):6.1f} ms   "
          f"99 % {late:6.1f} ms   longest {ordered[-1]:6.1f} ms")  # fmt: skip


def first_answer_s() -> tuple[float, float]:
    """Wall and CPU seconds from the start of the server to its answer of `initialize`."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "probe", "version": "1"}}
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    begun, pipe = time.monotonic(), subprocess.PIPE
    with subprocess.Popen([sys.executable, "-m", "highlight_mcp"], stdin=pipe, stdout=pipe) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps(request).encode() + b"\n")
        server.stdin.flush()
        server.stdout.readline()
        spent = psutil.Process(server.pid).cpu_times()
        took = time.monotonic() - begun
        server.kill()
    return took, spent.user + spent.system


def wrong_path_s(folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds of `highlight-mcp call` with a file that is not there."""
    before, begun = psutil.Process().cpu_times(), time.monotonic()
    sources = json.dumps([str(folder / "nothing.mp4")])
    command = [sys.executable, "-m", "highlight_mcp", "call", "upload", f"sources={sources}"]
    own = {**os.environ, "HIGHLIGHT_HOME": str(folder / "other"), "HIGHLIGHT_MEDIA_ROOTS": str(folder)}
    subprocess.run(command, env=own, stdout=subprocess.DEVNULL, check=False)
    after = psutil.Process().cpu_times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - begun, spent


async def measure(bench: Bench, footage: Path, starts: int) -> None:
    begun: list[float] = []
    for _ in range(starts):
        before = time.monotonic()
        async with bench.host() as client:
            begun.append(time.monotonic() - before)
            listed = await client.list_tools()
    size = len(listed.model_dump_json(by_alias=True, exclude_none=True).encode())
    print(f"tools {len(listed.tools)}, schema {size} bytes")
    print(f"start to initialised: median {statistics.median(begun):.2f} s, best {min(begun):.2f} s of {starts}")
    async with bench.host() as client:
        upload = {"sources": [str(footage)], "new_session": True}
        told("upload", await pinged(client, lambda: client.call_tool("upload", upload)))
        edit = {"instruction": WISH, "wait_s": 25}
        took = await cancelled(bench, client, "edit", edit)
        print(f"edit cancelled: no process after {took:.2f} s, {bench.partial()} partial files")
        told("edit", await pinged(client, lambda: client.call_tool("edit", edit)))
        await client.call_tool("edit", {"operations": [{"op": "reset"}, *BLUR], "wait_s": 25})
        told("export", await pinged(client, lambda: client.call_tool("export", {"wait_s": 25}), until=5))
        await anyio.sleep(2)
        took = await cancelled(bench, client, "export", {"wait_s": 25})
        await anyio.sleep(0.5)
        print(f"export cancelled: no process after {took:.2f} s, {bench.partial()} partial files")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--starts", type=int, default=5)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message="ping is removed")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.file.resolve())
        answers = [first_answer_s() for _ in range(arguments.starts)]
        print("start to the first answer: {:.2f} s, {:.2f} CPU s (best of {})".format(*min(answers), len(answers)))
        print("call with a wrong path: {:.2f} s, {:.2f} CPU s".format(*wrong_path_s(Path(folder))))
        try:
            anyio.run(measure, bench, arguments.file.resolve(), arguments.starts)
        finally:
            stop_backend(bench.settings)


if __name__ == "__main__":
    main()
