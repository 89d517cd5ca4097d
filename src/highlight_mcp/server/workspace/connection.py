"""The one connection to the backend: opened at the first need, shared by all calls, opened again when lost."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio
import anyio.abc

from ...client.backend import BackendClient

log = logging.getLogger(__name__)
OpenClient = Callable[[], AbstractAsyncContextManager[BackendClient]]


class BackendConnection:
    """Holds a client in a task of its own, because calls come and go.

    A backend that exits or is killed is found or started again by the client itself, within the next call.
    """

    def __init__(self, open_client: OpenClient, tasks: anyio.abc.TaskGroup) -> None:
        self._open = open_client
        self._tasks = tasks
        self._lock = anyio.Lock()
        self._client: BackendClient | None = None

    @property
    def opened(self) -> bool:
        """True once a call has needed the backend."""
        return self._client is not None

    async def client(self) -> BackendClient:
        """The client, opened now if need be. Raises ApiError when the backend cannot be reached."""
        async with self._lock:
            if self._client is None:
                self._client = await self._tasks.start(self._hold)
            return self._client

    async def _hold(self, *, task_status: anyio.abc.TaskStatus[BackendClient]) -> None:
        started = False
        try:
            async with self._open() as client:
                started = True
                task_status.started(client)
                await anyio.sleep_forever()
        except Exception:
            if not started:
                raise
            log.exception("the connection to the backend ended")
        finally:
            self._client = None
