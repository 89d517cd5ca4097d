"""One edit turn as its caller sees it, and reading its stream to the end, under the time-outs of the contract."""

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import anyio

from ..contract.errors import ApiError, ErrorInfo
from ..contract.local_api import TurnInfo
from ..contract.redaction import cited, inline, sanitize_message
from ..contract.turn import (
    EDIT_TIMELINE,
    RUN_PATH,
    Event,
    Heartbeat,
    IgnoredEvent,
    RunRequest,
    StreamError,
    TextPart,
    ToolResult,
    TurnComplete,
    TurnResult,
    TurnStatus,
    classify,
    turn_result,
)
from ..contract.wire import dumps
from .config import Timeouts
from .http_api import ApiClient, of_broken
from .transport import StreamingResponse, TransportError

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
        text = cited(update.message) if theirs else update.message
        for listener in tuple(self._listeners):
            listener(EditUpdate(self.stage, self.progress, self.total, text, update.alive))

    def follow(self, turn: TurnInfo) -> None:
        """Take over what the backend says of the turn."""
        self.update(EditUpdate(sanitize_message(turn.stage), turn.progress, turn.total, sanitize_message(turn.message)))

    def shown(self) -> None:
        """Note that the user has just seen something; `shown_at` is in the clock of the event loop."""
        self.shown_at = anyio.current_time()

    def finish(self, result: TurnResult) -> None:
        """End the turn with a result; only the first end counts."""
        if not self.finished:
            self.result, self.status = result, result.status
            self._end()

    def retell(self, end: TurnResult | ErrorInfo) -> None:
        """The same end in the words of who asks now, who may speak another language."""
        if isinstance(end, TurnResult):
            self.result = end
        else:
            self.fault = end

    def fail(self, fault: ErrorInfo) -> None:
        """End the turn with a fault; only the first end counts."""
        if not self.finished:
            self.fault = fault
            self.status = "cancelled" if fault.kind == "cancelled" else "failed"
            self._end()

    def _end(self) -> None:
        self._over.set()
        self._listeners.clear()


APOLOGY = re.compile(r"temporary (?:issue|problem|error)", re.IGNORECASE)


class EditStreamLog:
    """Collects the events of one turn.

    Fragments (partial texts) count until a whole text repeats them; of fragments and whole text
    only one is kept.
    """

    def __init__(self) -> None:
        self.result: TurnResult | None = None
        self.error: StreamError | None = None
        self.complete = False
        self.broken_error = ""
        self._whole: list[str] = []
        self._fragments: list[str] = []

    def take(self, event: Event) -> bool:
        """Take one event in. True when it brought new words for the user."""
        match event:
            case TextPart(text, partial):
                return self._text(text, partial)
            case ToolResult(name, response) if name in (EDIT_TIMELINE, ""):
                self._tool_result(response)
            case StreamError():
                self.error = self.error or event
            case TurnComplete():
                self.complete = True
            case IgnoredEvent(_, error_text) if error_text:
                self.broken_error = error_text
            case _:
                pass
        return False

    @property
    def texts(self) -> list[str]:
        """The words of the turn, each once; a late apology after normal output is left out."""
        texts = [text for text in (*self._whole, "".join(self._fragments)) if text.strip()]
        if len(texts) > 1 and APOLOGY.search(texts[-1]) and len(texts[-1]) < 400:
            texts.pop()
        return [clean for text in texts if (clean := sanitize_message(text))]

    @property
    def text(self) -> str:
        """All words in one text, empty for a silent turn."""
        return "\n\n".join(self.texts)

    def _text(self, text: str, partial: bool) -> bool:
        if partial:
            self._fragments.append(text)
            return bool(text.strip())
        pieces = "".join(self._fragments)
        # A service that sends frames twice sends its fragments twice.
        repeated = bool(pieces.strip()) and (_same(pieces, text) or _same(_without_echo(self._fragments), text))
        if pieces.strip() and not repeated:
            self._whole.append(pieces)
        self._fragments.clear()
        if not text.strip() or (self._whole and _squeezed(self._whole[-1]) == _squeezed(text)):
            return False
        self._whole.append(text)
        return not repeated

    def _tool_result(self, response: Any) -> None:
        result = turn_result(response)
        if result is not None:
            self.result = result


def _same(pieces: str, whole: str) -> bool:
    """True when one text contains the other, spaces aside."""
    a, b = _squeezed(pieces), _squeezed(whole)
    return a in b or b in a


def _without_echo(fragments: list[str]) -> str:
    """The fragments joined, each that equals the one before it left out."""
    return "".join(piece for piece, former in zip(fragments, ["", *fragments], strict=False) if piece != former)


def _squeezed(text: str) -> str:
    return "".join(text.split())


log = logging.getLogger(__name__)

AFTER_LAST_S = 2.0
"""How long a service may keep the stream open after its last event."""


class StreamEnd(Enum):
    """How a stream ended: closed by the service, broken, or given up by our clocks."""

    CLOSED = auto()
    DROPPED = auto()
    GIVEN_UP = auto()


class EditStreamReader:
    """Sends one turn and listens; progress goes to the turn, words to the transcript."""

    def __init__(self, caller: ApiClient, turn: EditHandle, clocks: Timeouts) -> None:
        self._caller = caller
        self._turn = turn
        self._clocks = clocks
        self._output_at = anyio.current_time()
        self.transcript = EditStreamLog()
        self.opened = anyio.Event()

    async def run(self, request: RunRequest, named: Callable[[str], None]) -> StreamEnd:
        """Send the request once and read the answer. `named` is told the turn id of the backend.

        Raises ApiError when the turn was refused, that is, when nothing ran.
        """
        body = dumps(request.body()).encode()
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        self._output_at = anyio.current_time()
        outcome = await self._listen(body, headers, named)
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome

    async def _listen(self, body: bytes, headers: dict[str, str], named: Callable[[str], None]) -> StreamEnd | ApiError:
        outcome: StreamEnd | ApiError = StreamEnd.GIVEN_UP
        with anyio.move_on_after(self._clocks.turn_total_s):
            try:
                async with self._caller.stream(RUN_PATH, lambda: body, headers) as answer:
                    outcome = await self._events(answer, named) if answer.is_events else StreamEnd.CLOSED
            except TransportError as trouble:
                outcome = StreamEnd.DROPPED if trouble.sent else ApiError(of_broken(trouble))
            except ApiError as error:
                outcome = StreamEnd.DROPPED if _may_have_run(error) else error
        return outcome

    async def _events(self, answer: StreamingResponse, named: Callable[[str], None]) -> StreamEnd:
        frames = answer.events()
        async with aclosing(frames):
            while True:
                frame: tuple[str, str] | None = None
                patience = AFTER_LAST_S if self.transcript.complete else self._clocks.heartbeats_only_s
                with anyio.move_on_at(self._output_at + patience) as waiting:
                    frame = await anext(frames, None)
                if frame is None and waiting.cancelled_caught and not self.transcript.complete:
                    return StreamEnd.GIVEN_UP
                if frame is None:
                    return StreamEnd.CLOSED
                self._take(*frame, named)

    def _take(self, name: str, data: str, named: Callable[[str], None]) -> None:
        for event in classify(name, data):
            if isinstance(event, Heartbeat):
                self._heartbeat(event, named)
                continue
            if isinstance(event, IgnoredEvent):
                log.debug("ignored a frame: %s", event.reason)
            else:
                self._output_at = anyio.current_time()
            if self.transcript.take(event):
                self._turn.shown()
        self.opened.set()

    def _heartbeat(self, event: Heartbeat, named: Callable[[str], None]) -> None:
        if event.turn_id:
            named(event.turn_id)
        if event.progress is not None and event.progress > (self._turn.progress or -1):
            self._output_at = anyio.current_time()
        if event.stage or event.progress is not None or event.message:
            update = EditUpdate(
                sanitize_message(event.stage), event.progress, event.total, sanitize_message(event.message)
            )
            self._turn.update(update)


def _may_have_run(error: ApiError) -> bool:
    """An unreadable server error, such as a gateway's, says nothing about the edit behind it."""
    return error.fault.kind == "transport" and error.fault.http >= 500
