"""One edit turn as seen by a caller: its progress while it runs, its result when it is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from ..contract.errors import ErrorInfo
from ..contract.local_api import TurnInfo
from ..contract.redaction import cited, inline, sanitize_message
from ..contract.turn import TurnResult, TurnStatus

SHORT_STAGE = 40


@dataclass(frozen=True)
class EditUpdate:
    """One sign of life. `progress` of `total`, None when unknown; `message` is fit for users.

    `alive`: nothing is known but that work goes on; the message says that.
    """

    stage: str = ""
    progress: float | None = None
    total: float | None = None
    message: str = ""
    alive: bool = False


Listener = Callable[[EditUpdate], None]


class EditHandle:
    """A running or finished turn. Progress never decreases; exactly one of result and fault is set at the end.

    `notices` are sentences for the user that belong to this turn, such as the loss of an old session;
    `foreign` says that the backend is elsewhere,
    `words` what of the result's message are its own words.
    """

    def __init__(self, turn_id: str, session_id: str, cancel: Callable[["EditHandle"], Awaitable[None]]) -> None:
        self.turn_id = turn_id
        self.session_id = session_id
        self.status: TurnStatus = "running"
        self.stage = ""
        self.progress: float | None = None
        self.total: float | None = None
        self.message = ""
        self.result: TurnResult | None = None
        self.fault: ErrorInfo | None = None
        self.notices: list[str] = []
        self.foreign = False
        self._alive = False
        self.words = ""
        self.shown_at = 0.0
        self.confirmed = False
        self._cancel = cancel
        self._over = anyio.Event()
        self._listeners: list[Listener] = []

    @property
    def finished(self) -> bool:
        return self.status != "running"

    @property
    def said(self) -> str:
        """What is told of the turn as it stands; the words of a backend elsewhere are marked."""
        if self.result is not None:
            text, words = self.result.message, self.words
        else:
            text, words = self.message, "" if self._alive else self.message
        return text.replace(words, cited(words), 1) if self.foreign and words else text

    async def wait(self, seconds: float) -> bool:
        """Wait until the turn is over, at most so many seconds. True when it is over."""
        if not self.finished and seconds > 0:
            with anyio.move_on_after(seconds):
                await self._over.wait()
        return self.finished

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every update from now on; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    async def cancel(self) -> "EditHandle":
        """Stop the work; a turn that is over stays as it is. Raises ApiError."""
        if not self.finished:
            await self._cancel(self)
        return self

    def update(self, update: EditUpdate) -> None:
        """Take over a sign of life and pass it on; progress that falls back is ignored."""
        stage = inline(update.stage, SHORT_STAGE) if self.foreign else update.stage
        self.stage = stage or self.stage
        self.message, self._alive = (update.message, update.alive) if update.message else (self.message, self._alive)
        self.total = update.total if update.total is not None else self.total
        if update.progress is not None and (self.progress is None or update.progress > self.progress):
            self.progress = update.progress
            self.shown()
        theirs = self.foreign and bool(update.message) and not update.alive
        said = cited(update.message) if theirs else update.message
        for listener in tuple(self._listeners):
            listener(EditUpdate(self.stage, self.progress, self.total, said, update.alive))

    def follow(self, info: TurnInfo) -> None:
        """Take over what the backend says of the turn."""
        self.update(EditUpdate(sanitize_message(info.stage), info.progress, info.total, sanitize_message(info.message)))

    def shown(self) -> None:
        """Note that the user has just seen something; `shown_at` is in the clock of the event loop."""
        self.shown_at = anyio.current_time()

    def finish(self, result: TurnResult) -> None:
        """End the turn with a result; only the first end counts."""
        if not self.finished:
            self.result, self.status = result, result.status
            self._end()

    def fail(self, fault: ErrorInfo) -> None:
        """End the turn with a fault; only the first end counts."""
        if not self.finished:
            self.fault = fault
            self.status = "cancelled" if fault.kind == "cancelled" else "failed"
            self._end()

    def _end(self) -> None:
        self._over.set()
        self._listeners.clear()
