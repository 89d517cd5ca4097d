"""Reading one edit stream to its end, under the time-outs of the contract, and what it has said so far."""

import logging
import re
from collections.abc import Callable
from contextlib import aclosing
from enum import Enum, auto
from typing import Any

import anyio

from ..contract.errors import ApiError
from ..contract.redaction import sanitize_message
from ..contract.sse import Event, Heartbeat, IgnoredEvent, StreamError, TextPart, ToolResult, TurnComplete, classify
from ..contract.turn import EDIT_TIMELINE, RUN_PATH, RunRequest, TurnResult, turn_result
from ..contract.wire import dumps
from .config import Timeouts
from .edit_handle import EditHandle, EditUpdate
from .http_api import ApiClient, of_broken
from .transport import StreamingResponse, TransportError

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
        said = [text for text in (*self._whole, "".join(self._fragments)) if text.strip()]
        if len(said) > 1 and APOLOGY.search(said[-1]) and len(said[-1]) < 400:
            said.pop()
        return [clean for text in said if (clean := sanitize_message(text))]

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
        found = turn_result(response)
        if found is not None:
            self.result = found


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
