"""What lives as long as the server: the desks of the people it serves.

A handler sees the desk of its caller as the state of the server (see `seam`), so that nothing of
anybody else can be reached by mistake.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio

from .desk.desk import Desk, Desks, Places

ServerState = Desk


def lifespan_of(places: Places) -> Callable[[object], AbstractAsyncContextManager[Any]]:
    """The lifespan of a server, which gives its `Desks`; nothing is opened before the first call needs it."""

    @asynccontextmanager
    async def lifespan(_server: object) -> AsyncIterator[Desks]:
        async with anyio.create_task_group() as tasks:
            desks = Desks(places, tasks)
            tasks.start_soon(desks.keep)
            yield desks
            tasks.cancel_scope.cancel()

    return lifespan
