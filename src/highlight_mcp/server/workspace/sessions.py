"""Which session a call means when it names none: the caller's latest."""

import re

from ...client.backend import BackendClient
from ...contract.errors import ApiError, error_info
from ..results import nothing_yet

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
        found = await self.find(caller, named, client)
        if found is None:
            raise nothing_yet()
        return found
