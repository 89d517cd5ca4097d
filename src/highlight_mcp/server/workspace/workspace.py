"""All that one user has on this server: the connection, the sessions, the jobs, the subscriptions.

A user is the authenticated principal of a request; "" is the one user of a server that knows no users. A handler sees
the workspace of its caller as the state of the server (see `sdk_handlers`), so that nothing of anybody else can be
reached by mistake.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc
from mcp import MCPError
from mcp.types import INVALID_REQUEST

from ...messages import say
from ..options import OpenClient, ServerOptions
from .connection import BackendConnection, CallerSessions
from .jobs import Jobs, MomentsJob, PreviewJob, UploadSnapshot
from .local_export import LocalExporter
from .subscriptions import ChangePublisher, ResourceNotifier
from .tasks import TaskStore

log = logging.getLogger(__name__)
IDLE_CHECK_S = 2.0
IDLE_S = 86_400.0


@dataclass(frozen=True)
class WorkspaceConfig:
    """Where one person works: the backend, and what may be named there.

    Equal places serve equally; `mark` stands for what `open_client` was made of.
    """

    open_client: OpenClient = field(compare=False)
    options: ServerOptions
    mark: str = ""


FindConfig = Callable[[str], WorkspaceConfig | None]
"""The place of a person; None for somebody who is not (or no longer) known."""


@dataclass
class Workspace:
    """Shared by all requests of one person.

    `shown` holds the addresses of pages that were shown, `task_store` the tasks.
    """

    person: str
    place: WorkspaceConfig
    connection: BackendConnection
    notifier: ResourceNotifier
    tasks: anyio.abc.TaskGroup
    uploads: Jobs[UploadSnapshot]
    previews: Jobs[PreviewJob]
    rankings: Jobs[MomentsJob]
    publisher: ChangePublisher
    sessions: CallerSessions = field(default_factory=CallerSessions)
    shown: set[str] = field(default_factory=set)
    task_store: TaskStore = field(default_factory=TaskStore)
    here: LocalExporter | None = None
    used: float = field(default_factory=time.monotonic)

    @property
    def is_idle(self) -> bool:
        """True when nobody has come for a day and nobody listens."""
        return not self.notifier.watched and time.monotonic() - self.used > IDLE_S

    @property
    def options(self) -> ServerOptions:
        """What holds for this person."""
        return self.place.options


class Workspaces:
    """The workspaces of a server, one per person, each made at the first need.

    A workspace whose person is gone, or works elsewhere now, is cleared: its streams end, its connection closes.
    """

    def __init__(self, places: FindConfig, tasks: anyio.abc.TaskGroup) -> None:
        self._places = places
        self._tasks = tasks
        self._lock = anyio.Lock()
        self._workspaces: dict[str, Workspace] = {}

    async def of(self, person: str) -> Workspace:
        """The workspace of a person. Raises MCPError when nobody of that name is known."""
        place = self._places(person)
        if place is None:
            self._clear(person)
            raise MCPError(code=INVALID_REQUEST, message=say("server.user_gone"))
        async with self._lock:
            workspace = self._workspaces.get(person)
            if workspace is not None and workspace.place != place:
                self._clear(person)
                workspace = None
            if workspace is None:
                workspace = await self._tasks.start(self._hold, person, place)
            workspace.used = time.monotonic()
            return workspace

    async def keep(self) -> None:
        """Clear the workspaces of people who are gone or stay away; runs until it is cancelled."""
        while True:
            await anyio.sleep(IDLE_CHECK_S)
            for person, workspace in list(self._workspaces.items()):
                try:
                    if self._places(person) != workspace.place or (person and workspace.is_idle):
                        self._clear(person)
                except Exception:
                    log.exception("could not look after the workspace of %s", person or "the owner")

    def _clear(self, person: str) -> None:
        workspace = self._workspaces.pop(person, None)
        if workspace is not None:
            workspace.notifier.close()
            workspace.tasks.cancel_scope.cancel()

    async def _hold(self, person: str, place: WorkspaceConfig, *, task_status: anyio.abc.TaskStatus[Workspace]) -> None:
        """Keep a workspace; what goes wrong at it concerns nobody else."""
        workspace: Workspace | None = None
        try:
            async with anyio.create_task_group() as tasks:
                workspace = _workspace(person, place, tasks)
                self._workspaces[person] = workspace
                task_status.started(workspace)
                await anyio.sleep_forever()
        except Exception:
            log.exception("a workspace stopped unexpectedly")
        finally:
            if workspace is not None and self._workspaces.get(person) is workspace:
                del self._workspaces[person]


def _workspace(person: str, place: WorkspaceConfig, tasks: anyio.abc.TaskGroup) -> Workspace:
    connection, notifier = BackendConnection(place.open_client, tasks), ResourceNotifier()
    return Workspace(
        person=person,
        place=place,
        connection=connection,
        notifier=notifier,
        publisher=ChangePublisher(connection, notifier, tasks),
        tasks=tasks,
        uploads=Jobs("upload", tasks),
        previews=Jobs("preview", tasks),
        rankings=Jobs("ranking", tasks),
        here=LocalExporter(place.options.open_here, tasks) if place.options.open_here is not None else None,
    )


ServerState = Workspace


def lifespan_of(places: FindConfig) -> Callable[[object], AbstractAsyncContextManager[Any]]:
    """The lifespan of a server, which gives its `Workspaces`; nothing is opened before the first call needs it."""

    @asynccontextmanager
    async def lifespan(_server: object) -> AsyncIterator[Workspaces]:
        async with anyio.create_task_group() as tasks:
            workspaces = Workspaces(places, tasks)
            tasks.start_soon(workspaces.keep)
            yield workspaces
            tasks.cancel_scope.cancel()

    return lifespan
