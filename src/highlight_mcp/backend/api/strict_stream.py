"""What the strict profile does to the streams of edits, for the tests of clients (contract section 11).

As in the cloud three turns of ten end without words; a header asks for worse. No other profile loads this.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal, get_args

from starlette.requests import Request

from ...contract.errors import ApiError, error_info
from ...contract.local_api import TurnInfo
from ..ledger import Account
from ..services import Services
from .edits import TurnStream

HEADER = "X-Test-Fault"
Fault = Literal["silent", "drop", "heartbeat-only", "garbage-frame", "unterminated", "none"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
"""`none` keeps even the usual silent turns away."""


def asked_fault(request: Request) -> Fault | None:
    """The misbehaviour that the request asks for. Raises ApiError `bad_request` for an unknown one."""
    text = request.headers.get(HEADER)
    fault = next((each for each in FAULTS if each == text), None)
    if text is not None and fault is None:
        raise ApiError(error_info("bad_request", "backend.no_test_fault", text=text, faults=", ".join(FAULTS)))
    return fault


def is_silent(turn_number: int) -> bool:
    """Three turns of ten end without words."""
    return turn_number * 3 % 10 < 3


class StrictStream(TurnStream):
    """The stream of a turn, spoiled as asked."""

    def __init__(self, services: Services, account: Account, turn_id: str, fault: Fault | None) -> None:
        super().__init__(services, account, turn_id)
        self._fault = fault

    async def frames(self) -> AsyncIterator[bytes]:
        """All frames of the stream."""
        if self._fault is None and is_silent(await asyncio.to_thread(self._services.turns.count)):
            self._fault = "silent"
        async for frame in self._beats() if self._fault == "heartbeat-only" else super().frames():
            yield frame
            if self._fault == "drop":
                return
            if self._fault == "garbage-frame":
                self._fault = "none"
                yield b'data: {"error": "a "broken" frame"}\n\n'

    async def _beats(self) -> AsyncIterator[bytes]:
        """Signs of life until the caller hangs up, and nothing else."""
        yield self._heartbeat(await self._read())
        while True:
            await asyncio.sleep(self._services.config.timing.heartbeat)
            yield b"event: heartbeat\ndata: heartbeat\n\n"

    def _ending(self, turn: TurnInfo) -> list[bytes]:
        *frames, last = super()._ending(turn)
        if self._fault == "silent":
            return [*frames, self._event([], turnComplete=True)]
        return [*frames, last[:-1] if self._fault == "unterminated" else last]
