"""News from other hosts: while somebody subscribes, the backend is watched and each change is told once."""

import logging
import re
from contextlib import aclosing

import anyio
import anyio.abc

from ...client.backend import BackendClient
from ...client.watch import CaughtUp, Change, Watched
from ...contract.codes import ContractError
from .connection import Connection
from .notifications import Notifier

log = logging.getLogger(__name__)
SETTLE_S = 3.0
AGAIN_S = 30.0
_SESSION = re.compile(r"(?:timeline|draft)://([^/]+)")
_RENDER = re.compile(r"render://([^/]+)/([^/]+)")


class Watcher:
    """Runs while a timeline, a draft or a render is subscribed to."""

    def __init__(self, connection: Connection, notifier: Notifier, tasks: anyio.abc.TaskGroup) -> None:
        self._connection = connection
        self._notifier = notifier
        self._tasks = tasks
        self._scope: anyio.CancelScope | None = None
        self._caught_up = anyio.Event()
        notifier.on_interest = self._turn

    async def settle(self) -> None:
        """Wait, but not for long, until changes would be noticed."""
        if self._scope is not None:
            with anyio.move_on_after(SETTLE_S):
                await self._caught_up.wait()

    def _turn(self) -> None:
        """Begin or end, as somebody is interested or nobody is."""
        wanted = bool(self._watched())
        if wanted and self._scope is None:
            self._scope = anyio.CancelScope()
            self._caught_up = anyio.Event()
            self._tasks.start_soon(self._run, self._scope)
        elif not wanted and self._scope is not None:
            self._scope.cancel()
            self._scope = None

    async def _run(self, scope: anyio.CancelScope) -> None:
        with scope:
            while True:
                try:
                    await self._follow(await self._connection.client())
                except ContractError as error:
                    log.info("the backend cannot be watched: %s", error.fault.kind)
                except Exception:
                    log.exception("watching the backend broke down; it begins anew")
                self._caught_up.set()
                await anyio.sleep(AGAIN_S)
                while not self._connection.opened:  # noqa: ASYNC110 - the next call opens it, not we
                    await anyio.sleep(1)

    async def _follow(self, client: BackendClient) -> None:
        async with aclosing(client.changes(self._watched)) as news:
            async for each in news:
                if isinstance(each, CaughtUp):
                    self._caught_up.set()
                else:
                    await self._pass_on(client, each)

    async def _pass_on(self, client: BackendClient, change: Change) -> None:
        if change.render_id is not None and (change.session_id, change.render_id) in self._watched():
            await _refresh(client, change.render_id)
        for uri in _uris(change):
            if change.fresh:
                await self._notifier.updated(uri, mark=change.mark)
            else:
                await self._notifier.found(uri, change.mark)

    def _watched(self) -> set[Watched]:
        found: set[Watched] = set()
        for uri in self._notifier.watched:
            if match := _SESSION.fullmatch(uri):
                found.add((match[1], None))
            elif match := _RENDER.fullmatch(uri):
                found.add((match[1], match[2]))
        return found


async def _refresh(client: BackendClient, render_id: str) -> None:
    """Whoever reads the render once told of its end must find it ended; the client asks only now and then."""
    try:
        await client.render(render_id, SETTLE_S)
    except ContractError as error:
        log.debug("could not look at %s: %s", render_id, error.fault.kind)


def _uris(change: Change) -> tuple[str, ...]:
    if change.render_id is not None:
        return (f"render://{change.session_id}/{change.render_id}",)
    return (f"timeline://{change.session_id}", f"draft://{change.session_id}")
