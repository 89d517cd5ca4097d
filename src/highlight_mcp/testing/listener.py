"""Loopback listeners in a thread of their own, which can stop and start to listen while they run."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

LOOPBACK = "127.0.0.1"
LIMIT_S = 15.0
PAUSE_S = 0.01
BACKLOG = 64
STREAM_LIMIT = 1024 * 1024

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class LoopbackServer:
    """One port; `open` may follow `close`, with the same port again."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(
            self._enter, LOOPBACK, self.port, backlog=BACKLOG, limit=STREAM_LIMIT, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more: connections are refused, those that exist go on."""
        if self._server is None or not self._server.is_serving():
            return
        # A connection that is being accepted while its server closes is lost by asyncio with its socket open.
        for listening in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _turn in range(2):
            await asyncio.sleep(0)
        self._server.close()
        async with asyncio.timeout(LIMIT_S):
            while await self._is_heard():
                pass

    async def _is_heard(self) -> bool:
        """A process that starts meanwhile has a copy of the socket, and listens, until it becomes its own program."""
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, self.port)
        except ConnectionError:
            return False
        writer.transport.abort()
        await asyncio.sleep(PAUSE_S)
        return True

    async def end(self) -> None:
        """Close, and end what is going on."""
        await self.close()
        for task in tuple(self._inside):
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._attend(reader, writer))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        # A task that is cancelled before its first step runs no `finally` of its own.
        task.add_done_callback(lambda _task: writer.transport.abort())

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await self._serve(reader, writer)


class ServerThread:
    """The thread that the doors live in."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something inside and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The thread runs for as long as the context lasts."""
        thread = threading.Thread(target=self._live, name="scripted-cloud")
        thread.start()
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(LIMIT_S)

    def _live(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(_sweep())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _sweep() -> None:
    """End what came in at the last moment, and let closed connections disappear."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for _turn in range(3):
        await asyncio.sleep(0)
