"""Jobs that only look at footage: they change nothing, so they need no durable record.

The first look at long footage takes minutes. Callers wait for a while; then they are told to ask
again, and the look goes on, so that its findings are there (or in the engine's cache) next time.
"""

import asyncio
import secrets
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from ..contract.codes import ContractError, fault
from .board import Board
from .children import ChildDied, Children, ChildStopped
from .config import BackendConfig

AT_ONCE = 2
KEPT = 16
RETRY_S = 5


class Seen(NamedTuple):
    """The result of the engine, and the picture if it made one."""

    result: dict[str, Any]
    picture: bytes | None


class Looks:
    """The looks of this process, by what is looked at; equal requests share one look."""

    def __init__(self, config: BackendConfig, children: Children, board: Board) -> None:
        self._config = config
        self._children = children
        self._board = board
        self._tasks: dict[str, asyncio.Task[Seen]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    def running(self) -> int:
        """How many looks go on."""
        return sum(not task.done() for task in self._tasks.values())

    async def moments(self, key: str, job: dict[str, Any], wait_s: float) -> dict[str, Any]:
        """The result of a job without a picture."""
        return (await self._shared(key, lambda: self._result(key, job), wait_s)).result

    async def picture(self, key: str, job: dict[str, Any], wait_s: float) -> Seen:
        """The result of a job that makes a picture; its `output` is chosen here."""
        return await self._shared(key, lambda: self._picture(key, job), wait_s)

    async def close(self) -> None:
        """End all looks."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _shared(self, key: str, look: Callable[[], Awaitable[Seen]], wait_s: float) -> Seen:
        """Join the look of this key, or begin it. Raises ContractError, `busy` when it takes longer."""
        task = self._tasks.get(key)
        if task is None:
            self._make_room()
            task = self._tasks[key] = asyncio.ensure_future(look())
        await asyncio.wait({task}, timeout=wait_s)
        if not task.done():
            step = self._board.read(key)
            raise ContractError(
                fault(
                    "busy",
                    f"The footage is still being looked at ({step.percent} %).",
                    "Ask again in a while; nothing is lost meanwhile.",
                    retry_after_s=RETRY_S,
                )
            )
        self._tasks.pop(key, None)
        return task.result()

    async def _result(self, key: str, job: dict[str, Any]) -> Seen:
        async with self._slots:
            return Seen(await self._run(key, job), None)

    async def _picture(self, key: str, job: dict[str, Any]) -> Seen:
        folder = self._config.scratch / f"look-{secrets.token_hex(6)}"
        async with self._slots:
            try:
                folder.mkdir(parents=True)
                result = await self._run(key, {**job, "output": str(folder / "picture.jpg")})
                return Seen(result, await asyncio.to_thread(_only_file, folder))
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    async def _run(self, key: str, job: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._config.timing.preview):
                return await self._children.run(key, job, progress=lambda *step: self._report(key, *step))
        except TimeoutError:
            step = "Try shorter footage."
            raise ContractError(fault("limit", "Looking at the footage took too long.", step)) from None
        except (ChildDied, ChildStopped):
            raise ContractError(fault("backend_error", "The engine crashed while it looked at the footage.")) from None
        finally:
            self._board.forget(key)

    def _report(self, key: str, stage: str, done: float, total: float, message: str) -> None:
        self._board.report(key, stage, done, total, message)

    def _make_room(self) -> None:
        """Findings that nobody fetched do not pile up."""
        over = [key for key, task in self._tasks.items() if task.done()]
        for key in over[: max(0, len(self._tasks) - KEPT + 1)]:
            task = self._tasks.pop(key)
            if not task.cancelled():
                task.exception()


def _only_file(folder: Path) -> bytes:
    found = sorted(file for file in folder.iterdir() if file.is_file())
    if not found:
        raise ContractError(fault("backend_error", "The engine made no picture."))
    return found[0].read_bytes()
