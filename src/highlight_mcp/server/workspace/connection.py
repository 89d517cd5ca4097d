"""The one connection to the backend, and which session a call means when it names none: the caller's latest.

The connection is opened at the first need, shared by all calls, opened again when lost.
"""

import logging
import re

import anyio
import anyio.abc

from ...client.backend import BackendClient
from ...contract.errors import ApiError, error_info
from ..options import OpenClient
from ..outputs import nothing_yet

log = logging.getLogger(__name__)


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


KEPT = 1000
_ID = re.compile(r"[\w.:@=+-]{1,200}")


def is_id(text: str) -> bool:
    """True for what may be the id of a session or an export; no backend is asked about anything else."""
    return _ID.fullmatch(text) is not None and not set(text) <= {"."}


class CallerSessions:
    """Remembers the latest session of each caller; a caller is a connection, or all of one process."""

    def __init__(self) -> None:
        self._latest: dict[str, str] = {}
        self._spoken: dict[str, str] = {}

    def remember(self, caller: str, session_id: str) -> None:
        """This is the session the caller works in now; the oldest callers are forgotten."""
        self._latest.pop(caller, None)
        self._latest[caller] = session_id
        if len(self._latest) > KEPT:
            del self._latest[next(iter(self._latest))]

    def forget(self, caller: str, session_id: str | None) -> None:
        """This session is gone: do not send the caller there again."""
        if self._latest.get(caller) == session_id:
            self._latest.pop(caller, None)

    def speak(self, caller: str, language: str) -> None:
        """The caller writes in this language."""
        self._spoken.pop(caller, None)
        self._spoken[caller] = language
        if len(self._spoken) > KEPT:
            del self._spoken[next(iter(self._spoken))]

    def spoken(self, caller: str) -> str | None:
        """The language in which the caller last wrote, None for one who has not written yet."""
        return self._spoken.get(caller)

    def remembers(self, caller: str) -> bool:
        """True when the caller has worked in a session before."""
        return caller in self._latest

    async def find(self, caller: str, named: str | None, client: BackendClient) -> str | None:
        """The session named, else the latest of this caller, else the newest of the backend, else None.

        A session that was lost and replaced gives the one that took over. Raises ApiError.
        """
        if named is not None and not is_id(named):
            raise ApiError(error_info("session_not_found", "server.no_such_session", session_id=named))
        chosen = named or self._latest.get(caller)
        if chosen is None:
            listed = await client.sessions()
            chosen = listed[0].session_id if listed else None
        return None if chosen is None else client.successor(chosen)

    async def need(self, caller: str, named: str | None, client: BackendClient) -> str:
        """Like `find`. Raises ApiError `no_session` that says how to get one."""
        session_id = await self.find(caller, named, client)
        if session_id is None:
            raise nothing_yet()
        return session_id
