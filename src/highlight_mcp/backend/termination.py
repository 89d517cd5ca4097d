"""Ending a process and everything it started."""

import asyncio
import os
import signal
import sys
from contextlib import suppress

import psutil

from .fork_server import EngineProcess


async def terminate(process: EngineProcess, grace_s: float) -> None:
    """SIGTERM to the process group, SIGKILL after `grace_s`, then reap. Safe to call twice."""
    if process.returncode is None:
        _signal(process, hard=False)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)
    _signal(process, hard=True)
    if process.returncode is None:
        await process.wait()


def kill_leftover(pid: int, started: float, marker: str) -> bool:
    """Kill a child of an earlier backend that is still there. Returns True when there was one.

    The start time guards against a process that got the same id since; `marker` must be part of
    its command line.
    """
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - started) > 1.0 or marker not in " ".join(process.cmdline()):
            return False
        for member in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                member.kill()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return True


def memory_of(pid: int) -> int:
    """Resident bytes of a process and its children; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(_resident(member) for member in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def started_at(pid: int) -> float:
    """When a process started, in epoch seconds; 0.0 when it is gone already."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _signal(process: EngineProcess, *, hard: bool) -> None:
    """Signal the group of a process, and while it is not over the process, too: just forked, it leads no group yet."""
    if sys.platform == "win32":
        _kill_tree(process.pid)
        return
    kind = signal.SIGKILL if hard else signal.SIGTERM
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, kind)
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, kind)


def _kill_tree(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for member in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                member.kill()
