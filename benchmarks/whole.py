"""The whole way, upload to finished file through the MCP server, next to a plain decode of the same footage.

    python benchmarks/whole.py FILE… [--seconds 60]

Per file: CPU seconds and wall seconds of upload, edit and export (the backend and its engine children; the
server beside them is small), the peak memory of the largest engine child, and the same for decoding every frame
once with PyAV. Compare ratios and CPU seconds; wall times depend on what else the machine does.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import anyio
import psutil

from highlight_mcp.commands.mcp_client import McpClient, open_client

DECODE = """
import sys, av
with av.open(sys.argv[1]) as container:
    for stream in container.streams:
        stream.thread_type = "AUTO"
    for packet in container.demux(video=0):
        for frame in packet.decode():
            pass
"""


class Watch:
    """Follows the backend's process tree: its CPU time, and the peak memory of a child."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._done = threading.Event()
        self.peak_mb = 0.0
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def cpu_s(self) -> float:
        backend = self._backend()
        times = [each.cpu_times() for each in (backend, *backend.children(recursive=True))]
        return sum(t.user + t.system + t.children_user + t.children_system for t in times)

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _backend(self) -> psutil.Process:
        return psutil.Process(json.loads((self._home / "backend.json").read_text())["pid"])

    def _follow(self) -> None:
        while not self._done.wait(0.1):
            try:
                for child in self._backend().children(recursive=True):
                    self.peak_mb = max(self.peak_mb, child.memory_info().rss / 2**20)
            except (OSError, ValueError, psutil.Error):
                continue


def decode(file: Path) -> dict[str, float]:
    """Every frame decoded once."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-c", DECODE, str(file)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": time.monotonic() - started, "mb": after.ru_maxrss / 1024}


async def whole(file: Path, seconds: int, home: Path) -> list[tuple[str, float, float]]:
    """(step, CPU s, wall s) of the way of one file."""
    watch, rows = Watch(home), []
    environment = {
        "HIGHLIGHT_HOME": str(home),
        "HIGHLIGHT_OUTPUT_DIR": str(home / "out"),
        "HIGHLIGHT_MEDIA_ROOTS": str(file.parent),
        "HIGHLIGHT_IDLE_EXIT_S": "10",
    }
    async with open_client(environment, quiet=True) as host:
        await host.call("get_state")
        session = ""
        for step in ("upload", "edit", "export"):
            cpu, started = watch.cpu_s(), time.monotonic()
            session = await _step(host, step, session, file, seconds)
            rows.append((step, watch.cpu_s() - cpu, time.monotonic() - started))
    watch.stop()
    return [*rows, ("peak", watch.peak_mb, 0.0)]


async def _step(host: McpClient, step: str, session: str, file: Path, seconds: int) -> str:
    if step == "upload":
        done: dict[str, Any] = await host.call("upload", sources=[str(file)], new_session=True)
    elif step == "edit":
        wish = f"pull the best moments and compile them into a {seconds}-second highlight reel in HD"
        done = await host.edit(session_id=session, instruction=wish)
    else:
        done = await host.export(session_id=session)
    return str(done["session_id"])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--seconds", type=int, default=60)
    given = arguments.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'file':<22}{'step':<10}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'of a decode':>13}")
    for file in given.files:
        plain = decode(file)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            rows = anyio.run(whole, file.resolve(), given.seconds, Path(home))
        peak = rows.pop()[1]
        print(f"{file.name:<22}{'decode':<10}{plain['cpu']:>9.1f}{plain['wall']:>9.1f}{plain['mb']:>9.0f}{1:>13.2f}")
        for step, cpu, wall in rows:
            print(f"{file.name:<22}{step:<10}{cpu:>9.1f}{wall:>9.1f}{'':>9}{cpu / plain['cpu']:>13.2f}")
        total = sum(cpu for _, cpu, _ in rows), sum(wall for _, _, wall in rows)
        print(f"{file.name:<22}{'all':<10}{total[0]:>9.1f}{total[1]:>9.1f}{peak:>9.0f}{total[0] / plain['cpu']:>13.2f}")


if __name__ == "__main__":
    main()
