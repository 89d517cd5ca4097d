"""The event stream of an edit turn, in the ADK dialect (contract section 4.2)."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from ...contract.codes import Fault
from ...contract.local import TurnInfo
from ...contract.run_sse import EDIT_TIMELINE
from ...contract.turn import TURN_SCHEMA
from ...contract.wire import dumps
from ..accounts import Account
from ..services import Services
from ..tables import RUNNING

AUTHOR = "nemo_agent"


class TurnStream:
    """Watches one turn and tells about it until it is over. The turn does not need the stream."""

    def __init__(
        self, services: Services, account: Account, turn_id: str, misbehaviour: str | None = None, silent: bool = False
    ) -> None:
        self._services = services
        self._account = account
        self._turn_id = turn_id
        self._misbehaviour = misbehaviour
        self._silent = silent or misbehaviour == "silent"
        self._number = 0

    async def frames(self) -> AsyncIterator[bytes]:
        """All frames of the stream."""
        turn = await self._read()
        yield self._heartbeat(turn)
        if self._misbehaviour == "drop":
            return
        if self._misbehaviour == "garbage-frame":
            yield b'data: {"error": "a "broken" frame"}\n\n'
        yield self._event([{"functionCall": {"id": "fc-1", "name": EDIT_TIMELINE, "args": {}}}])
        shown, last = (turn.progress, turn.stage, turn.message), time.monotonic()
        while turn.status == RUNNING or self._misbehaviour == "heartbeat-only":
            await asyncio.sleep(min(self._services.config.timing.progress, self._services.config.timing.poll))
            turn = await self._read()
            now, state = time.monotonic(), (turn.progress, turn.stage, turn.message)
            changed = state != shown and now - last >= self._services.config.timing.progress
            if turn.status == RUNNING and (changed or now - last >= self._services.config.timing.heartbeat):
                shown, last = state, now
                yield self._heartbeat(turn)
            elif self._misbehaviour == "heartbeat-only" and now - last >= self._services.config.timing.heartbeat:
                last = now
                yield b"event: heartbeat\ndata: heartbeat\n\n"
        for frame in self._ending(turn):
            yield frame

    def _ending(self, turn: TurnInfo) -> list[bytes]:
        response, words = _told(turn)
        frames = [self._event([{"functionResponse": {"id": "fc-1", "name": EDIT_TIMELINE, "response": response}}])]
        if self._silent:
            return [*frames, self._event([], turnComplete=True)]
        problem = Fault.model_validate(turn.fault) if turn.status == "failed" and turn.fault else None
        if problem is not None:
            error = {"errorCode": problem.code, "errorMessage": problem.text}
            return [*frames, self._event([], turnComplete=True, **error)]
        last = self._event([{"text": words}] if words else [], turnComplete=True)
        return [*frames, last[:-1] if self._misbehaviour == "unterminated" else last]

    def _heartbeat(self, turn: TurnInfo) -> bytes:
        beat = {"type": "heartbeat", "turn_id": turn.turn_id, "stage": turn.stage, "progress": turn.progress}
        return f"event: heartbeat\ndata: {dumps({**beat, 'total': turn.total, 'message': turn.message})}\n\n".encode()

    def _event(self, parts: list[dict[str, Any]], **more: Any) -> bytes:
        self._number += 1
        event = {
            "content": {"role": "model", "parts": parts},
            **more,
            "author": AUTHOR,
            "invocationId": self._turn_id,
            "id": f"ev-{self._number}",
            "timestamp": time.time(),
            "actions": {"stateDelta": {}, "artifactDelta": {}},
        }
        return f"data: {dumps(event)}\n\n".encode()

    async def _read(self) -> TurnInfo:
        return await asyncio.to_thread(self._services.turns.get, self._account, self._turn_id)


def _told(turn: TurnInfo) -> tuple[dict[str, Any], str]:
    """The function response and the words of a turn that is over."""
    if turn.result is not None:
        return turn.result.body(), turn.result.message
    status = turn.status if turn.status in ("failed", "cancelled") else "failed"
    words = Fault.model_validate(turn.fault).text if turn.fault else ""
    told = {"schema": TURN_SCHEMA, "ok": False, "status": status, "message": words}
    return {**told, **({"fault": turn.fault} if turn.fault else {})}, words
