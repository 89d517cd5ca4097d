"""Work that goes on between calls: streams being read, renders being watched."""

import logging
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup

log = logging.getLogger(__name__)


class BackgroundTasks:
    """A task group that may be built before the event loop runs, and that ends with its owner."""

    def __init__(self) -> None:
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel all tasks. The error of the caller's block is not wrapped into a group on its way out."""
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)
        self._tasks = None

    def start(self, work: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> None:
        """Start a task. Raises RuntimeError outside `async with`."""
        if self._tasks is None:
            raise RuntimeError("use the client with `async with`")
        self._tasks.start_soon(_alone, work, *arguments)


async def _alone(work: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> None:
    """What goes wrong in one task ends neither the others nor the connection."""
    try:
        await work(*arguments)
    except Exception:
        log.exception("work in the background broke down")
