"""All that one person has on this server: the connection, the sessions, the jobs, the subscriptions.

A person is the authenticated principal of a request; "" is the one user of a server that knows no people.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
import anyio.abc
from mcp import MCPError
from mcp.types import INVALID_REQUEST

from ...messages import say
from ..options import ServerOptions
from ..task import TaskBook
from .connection import Connection, OpenClient
from .drawing import Drawing, Ranking
from .here import Here
from .jobs import Jobs
from .notifications import Notifier
from .sessions import Sessions
from .uploading import Upload
from .watching import Watcher

log = logging.getLogger(__name__)
LOOK_S = 2.0
DESERTED_S = 86_400.0


@dataclass(frozen=True)
class Place:
    """Where one person works: the backend, and what may be named there.

    Equal places serve equally; `mark` stands for what `open_client` was made of.
    """

    open_client: OpenClient = field(compare=False)
    options: ServerOptions
    mark: str = ""


Places = Callable[[str], Place | None]
"""The place of a person; None for somebody who is not (or no longer) known."""


@dataclass
class Desk:
    """Shared by all requests of one person.

    `shown` holds the addresses of pages that were shown, `book` the tasks.
    """

    person: str
    place: Place
    connection: Connection
    notifier: Notifier
    tasks: anyio.abc.TaskGroup
    uploads: Jobs[Upload]
    previews: Jobs[Drawing]
    rankings: Jobs[Ranking]
    watcher: Watcher
    sessions: Sessions = field(default_factory=Sessions)
    shown: set[str] = field(default_factory=set)
    book: TaskBook = field(default_factory=TaskBook)
    here: Here | None = None
    used: float = field(default_factory=time.monotonic)

    @property
    def deserted(self) -> bool:
        """True when nobody has come for a day and nobody listens."""
        return not self.notifier.watched and time.monotonic() - self.used > DESERTED_S

    @property
    def options(self) -> ServerOptions:
        """What holds for this person."""
        return self.place.options


class Desks:
    """The desks of a server, one per person, each made at the first need.

    A desk whose person is gone, or works elsewhere now, is cleared: its streams end, its connection closes.
    """

    def __init__(self, places: Places, tasks: anyio.abc.TaskGroup) -> None:
        self._places = places
        self._tasks = tasks
        self._lock = anyio.Lock()
        self._desks: dict[str, Desk] = {}

    async def of(self, person: str) -> Desk:
        """The desk of a person. Raises MCPError when nobody of that name is known."""
        place = self._places(person)
        if place is None:
            self._clear(person)
            raise MCPError(code=INVALID_REQUEST, message=say("server.user_gone"))
        async with self._lock:
            desk = self._desks.get(person)
            if desk is not None and desk.place != place:
                self._clear(person)
                desk = None
            if desk is None:
                desk = await self._tasks.start(self._hold, person, place)
            desk.used = time.monotonic()
            return desk

    async def keep(self) -> None:
        """Clear the desks of people who are gone or stay away; runs until it is cancelled."""
        while True:
            await anyio.sleep(LOOK_S)
            for person, desk in list(self._desks.items()):
                try:
                    if self._places(person) != desk.place or (person and desk.deserted):
                        self._clear(person)
                except Exception:
                    log.exception("could not look after the workspace of %s", person or "the owner")

    def _clear(self, person: str) -> None:
        desk = self._desks.pop(person, None)
        if desk is not None:
            desk.notifier.close()
            desk.tasks.cancel_scope.cancel()

    async def _hold(self, person: str, place: Place, *, task_status: anyio.abc.TaskStatus[Desk]) -> None:
        """Keep a desk; what goes wrong at it concerns nobody else."""
        desk: Desk | None = None
        try:
            async with anyio.create_task_group() as tasks:
                desk = _desk(person, place, tasks)
                self._desks[person] = desk
                task_status.started(desk)
                await anyio.sleep_forever()
        except Exception:
            log.exception("a desk broke down")
        finally:
            if desk is not None and self._desks.get(person) is desk:
                del self._desks[person]


def _desk(person: str, place: Place, tasks: anyio.abc.TaskGroup) -> Desk:
    connection, notifier = Connection(place.open_client, tasks), Notifier()
    return Desk(
        person=person,
        place=place,
        connection=connection,
        notifier=notifier,
        watcher=Watcher(connection, notifier, tasks),
        tasks=tasks,
        uploads=Jobs("upload", tasks),
        previews=Jobs("preview", tasks),
        rankings=Jobs("ranking", tasks),
        here=Here(place.options.open_here, tasks) if place.options.open_here is not None else None,
    )
