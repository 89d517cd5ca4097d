"""The web server: uvicorn with few connections, none silent, none that drips, none cut off amid an answer.

uvicorn limits only the pause between two requests. Here each connection is watched for as long as it lasts.
"""

import asyncio
import errno
import logging
import socket
import time
from dataclasses import dataclass
from typing import Any, cast

import h11
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
SAY_EVERY_S = 60.0
NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 30\r\n\r\nToo many connections are open."
)


@dataclass(frozen=True)
class ConnectionLimits:
    """What one connection, and all of them, may take.

    A request line with its headers has `header_s` to arrive (nginx and Apache give 20 to 60 s). While a body is
    expected, at least `body_bytes` arrive in each `body_s`: about 0.5 KB/s, below any line that video is sent over.
    After a refusal that was given before the end of a body, up to `linger_s` and `linger_bytes` of the rest are
    thrown away, so that the answer is read before the connection is closed.
    """

    connections: int
    header_s: float = 20.0
    body_s: float = 30.0
    body_bytes: int = 16 * 1024
    linger_s: float = 10.0
    linger_bytes: int = 64 * 2**20
    look_s: float = 1.0


def connection_limit() -> int:
    """Half of the files that this process may have open: the other half is for backends and footage."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 500
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1000 if soft == resource.RLIM_INFINITY else max(16, min(1000, soft // 2))


class WatchedConnection(H11Protocol):
    """One connection under limits; `limits` is set by a subclass."""

    limits: ConnectionLimits

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._waiting_since = self._window_start = self.loop.time()
        self._window_bytes = self._lingered = 0
        self._lingering = False
        self._look_task: asyncio.TimerHandle | None = None
        super().connection_made(cast(asyncio.Transport, _Lingering(transport, self)))
        if len(self.connections) > self.limits.connections and not _make_room(self):
            transport.write(NO_ROOM)
            transport.close()
            return
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look_task is not None:
            self._look_task.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            self._lingered += len(data)
            if self._lingered > self.limits.linger_bytes:
                self.transport.abort()
            return
        self._window_bytes += len(data)
        super().data_received(data)

    def eof_received(self) -> None:
        if self._lingering:
            self.transport.abort()

    def on_response_complete(self) -> None:
        self._waiting_since = self.loop.time()
        super().on_response_complete()

    @property
    def idle(self) -> bool:
        """True while no request is being answered: nothing is lost when it ends."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def waiting_since(self) -> float:
        """When the wait for the next request began."""
        return self._waiting_since

    @property
    def unread(self) -> bool:
        """True while the caller still has to send the rest of a body."""
        return self.conn.their_state is h11.SEND_BODY

    def linger(self) -> None:
        """Say that nothing more will come, then listen for a while without keeping anything."""
        if self._lingering:
            return
        self._lingering = True
        self._waiting_since = self.loop.time()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _look_later(self) -> None:
        self._look_task = self.loop.call_later(self.limits.look_s, self._look)

    def _look(self) -> None:
        """Ends the connection when it has kept us waiting for too long."""
        if self._overdue(self.loop.time()):
            self.transport.abort()
        else:
            self._look_later()

    def _overdue(self, now: float) -> bool:
        if self._lingering:
            return now - self._waiting_since > self.limits.linger_s
        if self.unread:
            return self._drips(now)
        self._window_start, self._window_bytes = now, 0
        return self.idle and now - self._waiting_since > self.limits.header_s

    def _drips(self, now: float) -> bool:
        """True when a body came too slowly; a pause that we asked for does not count."""
        paused = self.flow.read_paused
        if now - self._window_start < self.limits.body_s and not paused:
            return False
        enough = paused or self._window_bytes >= self.limits.body_bytes
        self._window_start, self._window_bytes = now, 0
        return not enough


class _Lingering:
    """A transport that is not closed over bytes that are still on their way: that would wipe out the answer."""

    def __init__(self, transport: asyncio.Transport, owner: WatchedConnection) -> None:
        self._transport = transport
        self._owner = owner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        if self._owner.unread and not self._transport.is_closing():
            self._owner.linger()
        else:
            self._transport.close()


def _make_room(newcomer: WatchedConnection) -> bool:
    """End the connection that has said nothing for longest, so that silence cannot keep others out."""
    others = (each for each in newcomer.connections if isinstance(each, WatchedConnection) and each is not newcomer)
    oldest = min((each for each in others if each.idle), key=lambda each: each.waiting_since, default=None)
    if oldest is None:
        return False
    oldest.connections.discard(oldest)
    oldest.transport.abort()
    return True


class FullOnce:
    """Tells that the system has no room for further connections, once a minute and in one line."""

    def __init__(self) -> None:
        self._said = -SAY_EVERY_S

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in FULL or "socket" not in context:
            loop.default_exception_handler(context)
        elif loop.time() - self._said >= SAY_EVERY_S:
            self._said = loop.time()
            log.error("no further connection can be taken: %s", error.strerror)


class GoneOnce(logging.Filter):
    """Tells that callers went away, or were given up, before their request was whole: once a minute, in one line.

    The SDK and uvicorn log each of them with a traceback, although nothing is wrong here.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said = -SAY_EVERY_S

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what is not to be told again."""
        error = record.exc_info[1] if record.exc_info else None
        if not _gone(error):
            return True
        if time.monotonic() - self._said < SAY_EVERY_S:
            return False
        self._said = time.monotonic()
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = "a caller went away, or was too slow, before the request was whole", ()
        record.exc_info = record.exc_text = None
        return True


def _gone(error: BaseException | None) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_gone(each) for each in error.exceptions)
    return isinstance(error, ClientDisconnect)


BACKLOG = 128
"""Connections that the system holds for us. asyncio takes up to so many in one go, however many fail."""

TELLERS = ("mcp.server.streamable_http", "mcp.server.streamable_http_manager", "uvicorn.error")
"""Loggers that tell of a request that failed."""


class WebServer(uvicorn.Server):
    """Serves an application; `limits` is for tests."""

    def __init__(self, app: ASGIApp, limits: ConnectionLimits | None = None) -> None:
        chosen = limits or ConnectionLimits(connection_limit())
        protocol = type("Connection", (WatchedConnection,), {"limits": chosen})
        config = uvicorn.Config(
            app, http=protocol, ws="none", loop="asyncio", backlog=BACKLOG, log_level="warning", access_log=False
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        asyncio.get_running_loop().set_exception_handler(FullOnce())
        once = GoneOnce()
        for name in TELLERS:
            logging.getLogger(name).addFilter(once)
        await super().startup(sockets)
