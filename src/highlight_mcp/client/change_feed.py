"""News of a backend: what changed, whoever changed it.

a backend of our own making   a stream of events, opened again when it breaks
any other                     the sessions that somebody watches are looked at every thirty seconds

Watching never starts a backend that has gone away: it waits until somebody's call has.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass

import anyio
from pydantic import ValidationError

from ..contract.draft_codec import fingerprint
from ..contract.errors import ApiError
from ..contract.local_api import CHANGE, EVENTS_PATH, NOW, READY, ChangeEvent
from ..contract.wire import loads
from .edit_outcome import StateApi
from .http_api import ApiClient
from .local_api import LocalApi
from .results import RenderResult
from .transport import Transport, TransportError

log = logging.getLogger(__name__)

AGAIN_S = 2.0
SILENCE_S = 45.0
LOOK_S = 30.0
UNAUTHORIZED = 401


@dataclass(frozen=True)
class Change:
    """A session whose timeline is as `mark` says, or a render with its status as `mark`.

    `fresh` is true for a change seen as it happened, false for the state of things found on arrival.
    """

    session_id: str
    mark: str | int
    render_id: str | None = None
    fresh: bool = True


class SnapshotComplete:
    """From now on, changes are seen as they happen."""


ChangeSubscription = tuple[str, str | None]
"""A session, or one of its renders."""

FeedEvent = Change | SnapshotComplete


class ChangeFeed:
    """Follows one backend."""

    def __init__(
        self,
        caller: ApiClient,
        transport: Transport,
        states: StateApi,
        extensions: LocalApi,
        render: Callable[[str], Awaitable[RenderResult]],
    ) -> None:
        self._credentials = caller.credentials
        self._extensions = extensions
        self._transport = transport
        self._states = states
        self._render = render

    async def news(self, watched: Callable[[], Collection[ChangeSubscription]]) -> AsyncGenerator[FeedEvent, None]:
        """News without end; `watched` says what matters, for a backend that has to be asked."""
        while (offered := await self._offered()) is not False:
            address = await self._address() if offered else None
            if address is not None:
                try:
                    async with aclosing(self._streamed(*address)) as changes:
                        async for change in changes:
                            yield change
                except TransportError as trouble:
                    log.debug("the news broke off: %s", trouble)
                except _NotOffered:
                    break
            await anyio.sleep(AGAIN_S)
        async with aclosing(self._looked_at(watched)) as changes:
            async for change in changes:
                yield change

    async def _offered(self) -> bool | None:
        """Does the backend send news? None while it cannot be asked."""
        try:
            return await self._extensions.present()
        except ApiError:
            return None

    async def _address(self) -> tuple[str, dict[str, str]] | None:
        """Where to listen, and with which headers; None while the backend is away."""
        config = self._credentials.config
        if config.lookup is None:
            try:
                return self._credentials.base_url, await self._credentials.headers()
            except ApiError:
                return None
        running = config.lookup()
        return None if running is None else (running.base_url, {"Authorization": f"Bearer {running.token}"})

    async def _streamed(self, base_url: str, headers: dict[str, str]) -> AsyncGenerator[FeedEvent, None]:
        """The events of one connection. Raises TransportError, _NotOffered."""
        wanted = {**headers, "Accept": "text/event-stream"}
        async with self._transport.stream("GET", base_url + EVENTS_PATH, wanted, silence_s=SILENCE_S) as answer:
            if answer.status == UNAUTHORIZED or answer.status >= 500:
                raise TransportError(f"the backend answered {answer.status}", sent=True)
            if not answer.is_events:
                raise _NotOffered
            async with aclosing(answer.events()) as frames:
                async for name, data in frames:
                    if name == READY:
                        yield SnapshotComplete()
                    elif (change := _read(name, data)) is not None:
                        yield change

    async def _looked_at(
        self, watched: Callable[[], Collection[ChangeSubscription]]
    ) -> AsyncGenerator[FeedEvent, None]:
        yield SnapshotComplete()
        while True:
            for session_id, render_id in sorted(watched(), key=str):
                try:
                    yield await self._look(session_id, render_id)
                except ApiError as error:
                    log.debug("could not look at %s: %s", session_id, error.fault.kind)
            await anyio.sleep(LOOK_S)

    async def _look(self, session_id: str, render_id: str | None) -> Change:
        if render_id is not None:
            return Change(session_id, (await self._render(render_id)).status, render_id, fresh=False)
        state = await self._states.latest(session_id)
        version = state.version if state.version is not None else fingerprint(state.draft)
        return Change(session_id, version, fresh=False)


class _NotOffered(Exception):
    """The backend sends no news."""


def _read(name: str, data: str) -> Change | None:
    """A change; None for anything that a newer backend may say."""
    if name not in (NOW, CHANGE):
        return None
    try:
        event = ChangeEvent.model_validate(loads(data))
    except (ValueError, ValidationError):
        return None
    mark = event.status if event.render_id is not None else event.version
    return None if mark is None else Change(event.session_id, mark, event.render_id, fresh=name == CHANGE)
