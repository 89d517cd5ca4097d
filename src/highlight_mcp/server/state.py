"""What lives as long as the server: the connection, the sessions, the jobs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.abc

from .connection import Connection, OpenClient
from .drawing import Drawing, Ranking
from .jobs import Jobs
from .notifications import Notifier
from .options import ServerOptions
from .sessions import Sessions
from .uploading import Upload

RenderKey = tuple[str, str, str, str | None]
"""Session, fingerprint of the draft, preset, file name."""


@dataclass
class ServerState:
    """Shared by all requests of a server. `renders` holds the renders started here."""

    options: ServerOptions
    connection: Connection
    notifier: Notifier
    tasks: anyio.abc.TaskGroup
    uploads: Jobs[Upload]
    previews: Jobs[Drawing]
    rankings: Jobs[Ranking]
    sessions: Sessions = field(default_factory=Sessions)
    renders: dict[RenderKey, str] = field(default_factory=dict)


def lifespan_of(
    open_client: OpenClient, options: ServerOptions, notifier: Notifier
) -> Callable[[object], AbstractAsyncContextManager[ServerState]]:
    """The lifespan of a server; nothing is opened before the first call needs it."""

    @asynccontextmanager
    async def lifespan(_server: object) -> AsyncIterator[ServerState]:
        async with anyio.create_task_group() as tasks:
            yield ServerState(
                options=options,
                connection=Connection(open_client, tasks),
                notifier=notifier,
                tasks=tasks,
                uploads=Jobs("upload", tasks),
                previews=Jobs("preview", tasks),
                rankings=Jobs("ranking", tasks),
            )
            tasks.cancel_scope.cancel()

    return lifespan
