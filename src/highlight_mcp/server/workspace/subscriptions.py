"""Telling subscribers of both protocol eras what has changed, once per change, whoever changed it."""

import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Protocol

import anyio
import anyio.abc
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.types import SubscriptionsListenRequestParams, SubscriptionsListenResult

from ...client.backend import BackendClient
from ...client.change_feed import Change, ChangeSubscription, SnapshotComplete
from ...contract.errors import ApiError
from .connection import BackendConnection

log = logging.getLogger(__name__)
MARKS_KEPT = 2000
UNKNOWN = object()

ResourceMark = str | int | None
"""The version of a timeline or the status of a render; None when it is not known."""


class Subscriber(Protocol):
    """The session of a legacy client."""

    async def send_resource_updated(self, uri: Any) -> None: ...


class ResourceNotifier:
    """The subscriptions of one person: modern clients listen, legacy ones subscribe to single resources.

    A change may be reported by the call that made it and by the backend; `mark` tells the two apart
    from two changes.
    """

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self._listening = ListenHandler(self._bus)
        self._legacy: dict[str, dict[object, Subscriber]] = {}
        self._modern: Counter[str] = Counter()
        self._told: dict[str, object] = {}
        self.on_interest: Callable[[], None] = lambda: None

    @property
    def watched(self) -> frozenset[str]:
        """The addresses that somebody wants to hear of."""
        return frozenset(uri for uri, clients in self._legacy.items() if clients) | frozenset(+self._modern)

    def subscribe(self, uri: str, client: object, session: Subscriber) -> bool:
        """A legacy client wants to hear of a resource; once per client. True for its first subscription."""
        first = not any(client in clients for clients in self._legacy.values())
        self._legacy.setdefault(uri, {})[client] = session
        self.on_interest()
        return first

    def unsubscribe(self, uri: str, client: object) -> None:
        """A legacy client does not want to hear of a resource any more."""
        clients = self._legacy.get(uri, {})
        clients.pop(client, None)
        if not clients:
            self._legacy.pop(uri, None)
        self.on_interest()

    def forget(self, client: object) -> None:
        """A legacy client is gone."""
        for uri in list(self._legacy):
            self.unsubscribe(uri, client)

    async def listen(
        self,
        ctx: ServerRequestContext[Any, Any],
        params: SubscriptionsListenRequestParams,
        settle: Callable[[], Awaitable[None]],
    ) -> SubscriptionsListenResult:
        """Serve the stream of a modern client until one side ends it; it begins when `settle` is done."""
        wanted = Counter(str(uri) for uri in set(params.notifications.resource_subscriptions or ()))
        self._modern += wanted
        self.on_interest()
        try:
            await settle()
            return await self._listening(ctx, params)
        finally:
            self._modern -= wanted
            self.on_interest()

    async def updated(self, *uris: str, mark: ResourceMark = None) -> None:
        """These resources have changed, and are as `mark` says now; the same mark is told once."""
        for uri in uris:
            if mark is not None and self._told.get(uri) == mark:
                continue
            self._remember(uri, UNKNOWN if mark is None else mark)
            await self._tell(uri)

    async def found(self, uri: str, mark: ResourceMark) -> None:
        """A resource is as `mark` says, since whenever; told only when it was known to be different."""
        known = self._told.get(uri, UNKNOWN)
        self._remember(uri, mark)
        if known is not UNKNOWN and known != mark:
            await self._tell(uri)

    def close(self) -> None:
        """End all streams."""
        self._listening.close()
        self._legacy.clear()

    def _remember(self, uri: str, mark: object) -> None:
        self._told.pop(uri, None)
        self._told[uri] = mark
        if len(self._told) > MARKS_KEPT:
            del self._told[next(iter(self._told))]

    async def _tell(self, uri: str) -> None:
        await self._bus.publish(ResourceUpdated(uri=uri))
        for client, session in list(self._legacy.get(uri, {}).items()):
            try:
                await session.send_resource_updated(uri)
            except Exception:  # the transport of a client that has gone raises what it likes
                log.debug("dropped a subscriber of %s", uri, exc_info=True)
                self.unsubscribe(uri, client)


SETTLE_S = 3.0
AGAIN_S = 30.0
_SESSION = re.compile(r"(?:timeline|draft)://([^/]+)")
_RENDER = re.compile(r"render://([^/]+)/([^/]+)")


class ChangePublisher:
    """Runs while a timeline, a draft or a render is subscribed to."""

    def __init__(self, connection: BackendConnection, notifier: ResourceNotifier, tasks: anyio.abc.TaskGroup) -> None:
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
                except ApiError as error:
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
                if isinstance(each, SnapshotComplete):
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

    def _watched(self) -> set[ChangeSubscription]:
        watched: set[ChangeSubscription] = set()
        for uri in self._notifier.watched:
            if match := _SESSION.fullmatch(uri):
                watched.add((match[1], None))
            elif match := _RENDER.fullmatch(uri):
                watched.add((match[1], match[2]))
        return watched


async def _refresh(client: BackendClient, render_id: str) -> None:
    """Whoever reads the render once told of its end must find it ended; the client asks only now and then."""
    try:
        await client.render(render_id, SETTLE_S)
    except ApiError as error:
        log.debug("could not look at %s: %s", render_id, error.fault.kind)


def _uris(change: Change) -> tuple[str, ...]:
    if change.render_id is not None:
        return (f"render://{change.session_id}/{change.render_id}",)
    return (f"timeline://{change.session_id}", f"draft://{change.session_id}")
