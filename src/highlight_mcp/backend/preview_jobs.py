"""Jobs that only look at footage: they change nothing, so they need no durable record.

The first look at long footage takes minutes. Callers wait for a while; then they are told to ask
again, and the look goes on, so that its findings are there (or in the engine's cache) next time. A look that has
not begun is dropped when nobody waits for it any more: when all its callers have left, or have not asked again.
"""

import asyncio
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..contract.errors import ApiError, error_info
from ..messages import message
from .config import BackendConfig
from .engine_runner import LOOKS_AT_ONCE, EngineCancelled, EngineCrashed, EngineRunner
from .jobs import ProgressStore

KEPT = 16
MOST_WAITING = 16
"""Looks that have not begun; the next caller is told to come back."""
RETRY_S = 5
FORGOTTEN_S = 6 * RETRY_S
"""A caller who was told to ask again after `RETRY_S` and has not done so by then does not wait."""
GONE_POLL_S = 0.5

Gone = Callable[[], Awaitable[bool]]


class PreviewResult(NamedTuple):
    """The result of the engine, and the picture if it made one."""

    result: dict[str, Any]
    picture: bytes | None


@dataclass(eq=False)
class _PreviewJob:
    """One look and its callers; `left_at` is when the last one left (monotonic seconds)."""

    task: "asyncio.Task[PreviewResult] | None" = None
    callers: int = 0
    begun: bool = False
    left_at: float = 0.0

    @property
    def done(self) -> bool:
        return self.task is not None and self.task.done()

    @property
    def idle(self) -> bool:
        """Not begun, and no caller there at this moment."""
        return not self.begun and not self.done and self.callers == 0

    @property
    def forgotten(self) -> bool:
        return self.idle and time.monotonic() - self.left_at > FORGOTTEN_S


class PreviewJobs:
    """The looks of this process, by what is looked at; equal requests share one look."""

    def __init__(self, config: BackendConfig, children: EngineRunner, progress_store: ProgressStore) -> None:
        self._config = config
        self._children = children
        self._progress_store = progress_store
        self._looks: dict[str, _PreviewJob] = {}
        self._slots = asyncio.Semaphore(LOOKS_AT_ONCE)

    def running(self) -> int:
        """How many looks go on."""
        return sum(not look.done for look in self._looks.values())

    async def moments(self, key: str, job: dict[str, Any], wait_s: float, gone: Gone) -> dict[str, Any]:
        """The result of a job without a picture. `gone` tells whether the caller has left."""
        return (await self._shared(key, lambda look: self._result(look, key, job), wait_s, gone)).result

    async def picture(self, key: str, job: dict[str, Any], wait_s: float, gone: Gone) -> PreviewResult:
        """The result of a job that makes a picture; its `output` is chosen here."""
        return await self._shared(key, lambda look: self._picture(look, key, job), wait_s, gone)

    async def close(self) -> None:
        """End all looks."""
        tasks = [look.task for look in self._looks.values() if look.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _shared(
        self, key: str, begin: Callable[[_PreviewJob], Coroutine[Any, Any, PreviewResult]], wait_s: float, gone: Gone
    ) -> PreviewResult:
        """Join the look of this key, or begin it. Raises ApiError, `busy` when it takes longer."""
        look = self._looks.get(key)
        if look is None:
            self._make_room()
            look = self._looks[key] = _PreviewJob()
            look.task = asyncio.create_task(begin(look))
        assert look.task is not None
        look.callers += 1
        leaving = asyncio.create_task(_left(gone))
        try:
            await asyncio.wait({look.task, leaving}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            look.callers -= 1
            look.left_at = time.monotonic()
            left = leaving.done()
            leaving.cancel()
            if left and look.idle:
                self._drop(key, look)
        if not look.done:
            raise self._busy(key)
        self._forget(key, look)
        return look.task.result()

    def _busy(self, key: str) -> ApiError:
        step = self._progress_store.read(key)
        waits = step.stage == "waiting"
        what = step.message if waits else message("backend.looking", percent=step.percent)
        problem = error_info("busy", what, next_step="backend.looking.next", retry_after_s=RETRY_S)
        return ApiError(problem)

    def _forget(self, key: str, look: _PreviewJob) -> None:
        """Nobody joins this look any more; a newer one of the same key stays."""
        if self._looks.get(key) is look:
            del self._looks[key]

    def _drop(self, key: str, look: _PreviewJob) -> None:
        assert look.task is not None
        look.task.cancel()
        self._forget(key, look)

    async def _result(self, look: _PreviewJob, key: str, job: dict[str, Any]) -> PreviewResult:
        async with self._slots:
            look.begun = True
            return PreviewResult(await self._run(key, job), None)

    async def _picture(self, look: _PreviewJob, key: str, job: dict[str, Any]) -> PreviewResult:
        folder = self._config.scratch / f"look-{secrets.token_hex(6)}"
        async with self._slots:
            look.begun = True
            try:
                folder.mkdir(parents=True)
                result = await self._run(key, {**job, "output": str(folder / "picture.jpg")})
                return PreviewResult(result, await asyncio.to_thread(_only_file, folder))
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    async def _run(self, key: str, job: dict[str, Any]) -> dict[str, Any]:
        try:
            report = partial(self._progress_store.report, key)
            return await self._children.run_again(key, job, progress=report, limit_s=self._config.timing.preview)
        except TimeoutError:
            raise ApiError(error_info("limit", "backend.looking_too_long")) from None
        except (EngineCrashed, EngineCancelled):
            raise ApiError(error_info("backend_error", "backend.looking_crashed")) from None
        finally:
            self._progress_store.forget(key)

    def _make_room(self) -> None:
        """Findings that nobody fetched do not pile up, nor do looks that nobody waits for. Raises ApiError."""
        over = [(key, look) for key, look in self._looks.items() if look.done]
        for key, look in over[: max(0, len(self._looks) - KEPT + 1)]:
            self._forget(key, look)
            if look.task is not None and not look.task.cancelled():
                look.task.exception()
        for key, look in list(self._looks.items()):
            if look.forgotten:
                self._drop(key, look)
        waiting = [(key, look) for key, look in self._looks.items() if not look.begun and not look.done]
        if len(waiting) < MOST_WAITING:
            return
        idle = min((one for one in waiting if one[1].idle), key=lambda one: one[1].left_at, default=None)
        if idle is None:
            raise ApiError(error_info("busy", "backend.many_looks", waiting=len(waiting), retry_after_s=RETRY_S))
        self._drop(*idle)


async def _left(gone: Gone) -> None:
    while not await gone():  # noqa: ASYNC110 - a closed connection announces itself to nobody
        await asyncio.sleep(GONE_POLL_S)


def _only_file(folder: Path) -> bytes:
    """The picture; hidden beside it may lie what an attempt that was killed has left."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    if not files:
        raise ApiError(error_info("backend_error", "backend.no_picture_made"))
    return files[0].read_bytes()
