"""Telling clients of both protocol eras that a resource has changed."""

import logging
from typing import Any, Protocol

from mcp.server.subscriptions import ResourceUpdated, SubscriptionBus

log = logging.getLogger(__name__)


class Subscriber(Protocol):
    """The session of a legacy client."""

    async def send_resource_updated(self, uri: Any) -> None: ...


class Notifier:
    """Modern clients listen on the bus; legacy ones subscribe to single resources."""

    def __init__(self, bus: SubscriptionBus) -> None:
        self._bus = bus
        self._legacy: dict[str, dict[object, Subscriber]] = {}

    def subscribe(self, uri: str, client: object, session: Subscriber) -> None:
        """A legacy client wants to hear of a resource; once per client, however often it asks."""
        self._legacy.setdefault(uri, {})[client] = session

    def unsubscribe(self, uri: str, client: object) -> None:
        """A legacy client does not want to hear of a resource any more."""
        self._legacy.get(uri, {}).pop(client, None)

    async def updated(self, *uris: str) -> None:
        """These resources have changed."""
        for uri in uris:
            await self._bus.publish(ResourceUpdated(uri=uri))
            for client, session in list(self._legacy.get(uri, {}).items()):
                try:
                    await session.send_resource_updated(uri)
                except Exception:  # the transport of a client that has gone raises what it likes
                    log.debug("dropped a subscriber of %s", uri, exc_info=True)
                    self.unsubscribe(uri, client)
