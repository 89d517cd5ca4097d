"""What the operating system says of a backend: its engine children, and the files of its unfinished work."""

from pathlib import Path

import anyio
import psutil

from highlight_mcp.backend_locator import running_backend
from highlight_mcp.settings import Settings

WORKING = ("tmp", "renders")


def engines(settings: Settings) -> list[int]:
    """The engine processes at work for the backend of a data directory; its fork server waits for work."""
    running = running_backend(settings)
    if running is None:
        return []
    found = []
    for child in psutil.Process(running.pid).children(recursive=True):
        try:
            command = " ".join(child.cmdline())
            waits = "highlight_mcp.engine.fork_server" in command and child.ppid() == running.pid
            if "highlight_mcp.engine" in command and not waits and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def partial_files(settings: Settings) -> list[Path]:
    """Files of work that is not finished, wherever they may lie."""
    working = [file for name in WORKING for file in (settings.home / name).rglob("*") if file.is_file()]
    reels = settings.output_dir
    return working + [file for file in reels.glob("*") if file.name.startswith(".") or file.stat().st_size == 0]


async def at_work(settings: Settings) -> list[int]:
    """Like `engines`, asked in a thread."""
    return await anyio.to_thread.run_sync(engines, settings)


async def idle(settings: Settings) -> bool:
    """True when no engine runs and no partial file is left."""
    return not await at_work(settings) and not await anyio.to_thread.run_sync(partial_files, settings)
