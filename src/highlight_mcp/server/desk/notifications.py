"""Telling clients of both protocol eras that a resource has changed, once per change."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.types import SubscriptionsListenRequestParams, SubscriptionsListenResult

log = logging.getLogger(__name__)
KEPT = 2000
UNKNOWN = object()

Mark = str | int | None
"""The version of a timeline or the status of a render; None when it is not known."""


class Subscriber(Protocol):
    """The session of a legacy client."""

    async def send_resource_updated(self, uri: Any) -> None: ...


class Notifier:
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

    async def updated(self, *uris: str, mark: Mark = None) -> None:
        """These resources have changed, and are as `mark` says now; the same mark is told once."""
        for uri in uris:
            if mark is not None and self._told.get(uri) == mark:
                continue
            self._remember(uri, UNKNOWN if mark is None else mark)
            await self._tell(uri)

    async def found(self, uri: str, mark: Mark) -> None:
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
        if len(self._told) > KEPT:
            del self._told[next(iter(self._told))]

    async def _tell(self, uri: str) -> None:
        await self._bus.publish(ResourceUpdated(uri=uri))
        for client, session in list(self._legacy.get(uri, {}).items()):
            try:
                await session.send_resource_updated(uri)
            except Exception:  # the transport of a client that has gone raises what it likes
                log.debug("dropped a subscriber of %s", uri, exc_info=True)
                self.unsubscribe(uri, client)
