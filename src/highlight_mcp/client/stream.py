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
from .turn import STILL_WORKING, Turn, TurnUpdate

log = logging.getLogger(__name__)


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
        self._visible_at = 0.0
        self._output_at = 0.0
        self.transcript = Transcript()
        self.opened = anyio.Event()

    async def run(self, request: RunRequest, named: Callable[[str], None]) -> Ending:
        """Send the request once and read the answer. `named` is told the turn id of the backend.

        Raises ContractError when the turn was refused, that is, when nothing ran.
        """
        body = dumps(request.body()).encode()
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        self._visible_at = self._output_at = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._remind)
            outcome = await self._listen(body, headers, named)
            tasks.cancel_scope.cancel()
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
                with anyio.move_on_at(self._output_at + self._clocks.heartbeats_only_s) as waiting:
                    frame = await anext(frames, None)
                    if frame is None:
                        return Ending.CLOSED
                if waiting.cancelled_caught or frame is None:
                    return Ending.GIVEN_UP
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
                self._visible_at = anyio.current_time()
        self.opened.set()

    def _heartbeat(self, event: Heartbeat, named: Callable[[str], None]) -> None:
        if event.turn_id:
            named(event.turn_id)
        if event.progress is not None and event.progress > (self._turn.progress or -1):
            self._visible_at = self._output_at = anyio.current_time()
        if event.stage or event.progress is not None or event.message:
            update = TurnUpdate(for_people(event.stage), event.progress, event.total, for_people(event.message))
            self._turn.update(update)

    async def _remind(self) -> None:
        """Say that work goes on whenever the user has seen nothing for a while."""
        while True:
            due = self._visible_at + self._clocks.notice_s
            await anyio.sleep(max(0.0, due - anyio.current_time()))
            if anyio.current_time() >= self._visible_at + self._clocks.notice_s:
                self._visible_at = anyio.current_time()
                self._turn.update(TurnUpdate(message=STILL_WORKING))


def _may_have_run(error: ContractError) -> bool:
    """An unreadable server error, such as a gateway's, says nothing about the edit behind it."""
    return error.fault.kind == "transport" and error.fault.http >= 500
