"""Progress of one call: strictly increasing, at most one report per second, never silent for long."""

import logging
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import anyio
import anyio.abc

from ..client.edit_stream import EditUpdate
from ..messages import say
from .options import ServerOptions
from .outputs import percent, stage_name

log = logging.getLogger(__name__)
Report = Callable[[float, float | None, str | None], Awaitable[None]]
STEP = 0.01
WHOLE = 100.0


class ProgressReporter:
    """Collects signs of life and reports the newest; use it with `async with` around the work.

    A report is due when the percentage rose or the words changed; words alone move the value by a
    hundredth of a percent, since a value may never repeat. Nothing is sent after the context ends. `name`
    says what is done as long as nobody else has said it.
    """

    def __init__(self, report: Report, options: ServerOptions, name: str = "") -> None:
        self._report = report
        self._name = name
        self._every_s = options.report_every_s
        self._silence_s = options.still_working_s
        self._percent = 0.0
        self._message = ""
        self._sent = 0.0
        self._told = ""
        self._news = anyio.Event()
        self._group: anyio.abc.TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._pump)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._group is not None
        if kind is None and self._due:
            await self._send(self._message)
        self._group.cancel_scope.cancel()
        return await self._group.__aexit__(kind, error, trace)

    def update(self, done: float | None, total: float | None, message: str) -> None:
        """Take in a sign of life; cheap, callable from any callback of this event loop."""
        known = percent(done, total)
        if known is not None:
            self._percent = max(self._percent, float(known))
        self._message = message or self._message
        if self._due:
            self._news.set()

    def heard(self, update: EditUpdate) -> None:
        """Take in a heartbeat of an edit turn."""
        self.update(
            update.progress,
            update.total,
            update.message if update.alive else format_stage(update.stage, update.message),
        )

    @property
    def _due(self) -> bool:
        return self._percent > self._sent or self._message != self._told

    async def _pump(self) -> None:
        while True:
            with anyio.move_on_after(self._silence_s) as silence:
                await self._news.wait()
            if not self._due and not silence.cancelled_caught:
                self._news = anyio.Event()
                continue
            started = time.monotonic()
            await self._send(self._message if self._due else None)
            await anyio.sleep(max(0.0, self._every_s - (time.monotonic() - started)))

    async def _send(self, news: str | None) -> None:
        """Report what is new, or else that work goes on."""
        value = min(max(self._percent, round(self._sent + STEP, 2)), WHOLE)
        rises, self._sent, self._news = value > self._sent, value, anyio.Event()
        if news is not None:
            self._told = news
        message = say("client.still_working") if news is None else news
        try:
            if rises:
                await self._report(value, WHOLE, message or self._name or None)
        except Exception:  # the transport of a client that has gone raises what it likes
            log.debug("progress could not be reported", exc_info=True)
        if self._due:
            self._news.set()


def format_stage(stage: str, message: str) -> str:
    """`detect: scanning 0:42:10 of 2:00:00`."""
    name = stage_name(stage)
    if not stage or message.startswith((stage, name)):
        return message
    return say("server.progress", stage=name, message=message) if message else name
