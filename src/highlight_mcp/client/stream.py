"""Reading one edit stream to its end, under the clocks of the contract."""

import logging
from collections.abc import Callable
from contextlib import aclosing
from enum import Enum, auto

import anyio

from ..contract.codes import ContractError
from ..contract.redaction import for_people
from ..contract.run_sse import RUN_PATH, RunRequest
from ..contract.sse import Heartbeat, Ignored, classify
from ..contract.wire import dumps
from .calls import Caller, of_broken
from .config import Clocks
from .transcript import Transcript
from .transport import Broken, Streamed
from .turn import Turn, TurnUpdate

log = logging.getLogger(__name__)

AFTER_LAST_S = 2.0
"""How long a service may keep the stream open after its last event."""


class Ending(Enum):
    """How a stream ended: closed by the service, broken, or given up by our clocks."""

    CLOSED = auto()
    DROPPED = auto()
    GIVEN_UP = auto()


class StreamReader:
    """Sends one turn and listens; progress goes to the turn, words to the transcript."""

    def __init__(self, caller: Caller, turn: Turn, clocks: Clocks) -> None:
        self._caller = caller
        self._turn = turn
        self._clocks = clocks
        self._output_at = anyio.current_time()
        self.transcript = Transcript()
        self.opened = anyio.Event()

    async def run(self, request: RunRequest, named: Callable[[str], None]) -> Ending:
        """Send the request once and read the answer. `named` is told the turn id of the backend.

        Raises ContractError when the turn was refused, that is, when nothing ran.
        """
        body = dumps(request.body()).encode()
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        self._output_at = anyio.current_time()
        outcome = await self._listen(body, headers, named)
        if isinstance(outcome, ContractError):
            raise outcome
        return outcome

    async def _listen(
        self, body: bytes, headers: dict[str, str], named: Callable[[str], None]
    ) -> Ending | ContractError:
        outcome: Ending | ContractError = Ending.GIVEN_UP
        with anyio.move_on_after(self._clocks.turn_total_s):
            try:
                async with self._caller.stream(RUN_PATH, lambda: body, headers) as answer:
                    outcome = await self._events(answer, named) if answer.is_events else Ending.CLOSED
            except Broken as trouble:
                outcome = Ending.DROPPED if trouble.sent else ContractError(of_broken(trouble))
            except ContractError as error:
                outcome = Ending.DROPPED if _may_have_run(error) else error
        return outcome

    async def _events(self, answer: Streamed, named: Callable[[str], None]) -> Ending:
        frames = answer.events()
        async with aclosing(frames):
            while True:
                frame: tuple[str, str] | None = None
                patience = AFTER_LAST_S if self.transcript.complete else self._clocks.heartbeats_only_s
                with anyio.move_on_at(self._output_at + patience) as waiting:
                    frame = await anext(frames, None)
                if frame is None and waiting.cancelled_caught and not self.transcript.complete:
                    return Ending.GIVEN_UP
                if frame is None:
                    return Ending.CLOSED
                self._take(*frame, named)

    def _take(self, name: str, data: str, named: Callable[[str], None]) -> None:
        for event in classify(name, data):
            if isinstance(event, Heartbeat):
                self._heartbeat(event, named)
                continue
            if isinstance(event, Ignored):
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
            update = TurnUpdate(for_people(event.stage), event.progress, event.total, for_people(event.message))
            self._turn.update(update)


def _may_have_run(error: ContractError) -> bool:
    """An unreadable server error, such as a gateway's, says nothing about the edit behind it."""
    return error.fault.kind == "transport" and error.fault.http >= 500
