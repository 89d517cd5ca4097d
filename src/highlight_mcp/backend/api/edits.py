"""Edits (contract sections 4 and 11) and their event stream in the ADK dialect (section 4.2)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.local_api import JobSettings, TurnInfo
from ...contract.turn import EDIT_TIMELINE, TURN_SCHEMA, RunRequest
from ...contract.wire import dumps
from ...messages import language_of
from ...timeline.operations import InvalidOperation, parse_operations
from ..edits import EditRequest
from ..jobs import EDIT
from ..ledger import Account
from ..services import Services
from ..tables import RUNNING
from .media import refresh_sources, require_usable
from .responses import account_of, number, ok, read_body, services_of, settings_of

AUTHOR = "nemo_agent"


class TurnStream:
    """Watches one turn and tells about it until it is over. The turn does not need the stream."""

    def __init__(self, services: Services, account: Account, turn_id: str) -> None:
        self._services = services
        self._account = account
        self._turn_id = turn_id
        self._number = 0

    async def frames(self) -> AsyncIterator[bytes]:
        """All frames of the stream."""
        turn = await self._read()
        yield self._heartbeat(turn)
        yield self._event([{"functionCall": {"id": "fc-1", "name": EDIT_TIMELINE, "args": {}}}])
        timing = self._services.config.timing
        shown, last = (turn.progress, turn.stage, turn.message), time.monotonic()
        with self._services.events.wakeup() as commits:
            turn = await self._read()
            while turn.status == RUNNING:
                await commits.wait(min(timing.progress, timing.poll))
                turn = await self._read()
                now, state = time.monotonic(), (turn.progress, turn.stage, turn.message)
                changed = state != shown and now - last >= timing.progress
                if turn.status == RUNNING and (changed or now - last >= timing.heartbeat):
                    shown, last = state, now
                    yield self._heartbeat(turn)
        for frame in self._ending(turn):
            yield frame

    def _ending(self, turn: TurnInfo) -> list[bytes]:
        response, words = _response_and_words(turn)
        frames = [self._event([{"functionResponse": {"id": "fc-1", "name": EDIT_TIMELINE, "response": response}}])]
        problem = ErrorInfo.model_validate(turn.fault) if turn.status == "failed" and turn.fault else None
        if problem is not None:
            error = {"errorCode": problem.code, "errorMessage": problem.text}
            return [*frames, self._event([], turnComplete=True, **error)]
        return [*frames, self._event([{"text": words}] if words else [], turnComplete=True)]

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


def _response_and_words(turn: TurnInfo) -> tuple[dict[str, Any], str]:
    """The function response and the words of a turn that is over."""
    if turn.result is not None:
        return turn.result.body(), turn.result.message
    status = turn.status if turn.status in ("failed", "cancelled") else "failed"
    words = ErrorInfo.model_validate(turn.fault).text if turn.fault else ""
    result = {"schema": TURN_SCHEMA, "ok": False, "status": status, "message": words}
    return {**result, **({"fault": turn.fault} if turn.fault else {})}, words


MAX_WAIT_S = 30.0
MAX_OPERATIONS = 500
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def run_sse(request: Request) -> Response:
    """Start a turn and stream its progress. The turn goes on when the caller hangs up."""
    services, account = services_of(request), account_of(request)
    stream_of = _strict_streams(request) if services.config.strict else TurnStream
    body = await read_body(request, RunRequest)
    language = request.headers.get("accept-language")
    settings = settings_of(request)
    asked = _checked(body, services.config.limits.instruction_chars, language, settings)
    asked = replace(asked, request_id=body.request_id)
    problems = await refresh_sources(request, body.session_id)
    if problems:
        await asyncio.to_thread(_require_means, services, account, body.session_id, problems)
        asked = replace(asked, settings={**asked.settings, "unusable": _in_job(problems)})
    turn_id = await asyncio.to_thread(
        services.turns.start, account, body.session_id, asked, services.dispatcher.enqueue, settings.reader
    )
    services.reconciler.poke()
    return StreamingResponse(
        stream_of(services, account, turn_id).frames(), media_type="text/event-stream", headers=HEADERS
    )


def _strict_streams(request: Request) -> Callable[[Services, Account, str], TurnStream]:
    """How streams are made for those who test clients. Raises ApiError for a misbehaviour that is not known."""
    from .strict_stream import StrictStream, asked_fault

    return partial(StrictStream, fault=asked_fault(request))


def _require_means(services: Services, account: Account, session_id: str, problems: Mapping[str, ErrorInfo]) -> None:
    """Where there is no version to work on, some of the footage must be of use. Raises ApiError."""
    sources = [source.info.media_id for source in services.media_store.of(session_id)]
    if not services.sessions.get(account, session_id).head_rev and problems.keys() >= set(sources):
        require_usable(problems, sources)


def _in_job(problems: Mapping[str, ErrorInfo]) -> dict[str, Any]:
    return {media_id: [problem.what.dump(), problem.step.dump()] for media_id, problem in problems.items()}


async def latest(request: Request) -> Response:
    """The running or last turn of a session; waits for its end up to `wait_s`."""
    services, account = services_of(request), account_of(request)
    wait_s = number(request, "wait_s", 0.0, MAX_WAIT_S)
    session_id = request.path_params["session_id"]
    session = await asyncio.to_thread(services.sessions.get, account, session_id)
    until = time.monotonic() + wait_s
    with services.events.wakeup() as commits:
        while True:
            turn = await asyncio.to_thread(services.turns.latest, session.id)
            if turn is None:
                raise ApiError(error_info("not_found", "backend.no_turn_yet"))
            if turn.status != RUNNING or time.monotonic() >= until or await request.is_disconnected():
                return ok(turn)
            await commits.wait(services.config.timing.poll)


async def cancel(request: Request) -> Response:
    """Cancel a turn. Returns its final state."""
    services, account = services_of(request), account_of(request)
    turn_id = request.path_params["turn_id"]
    await asyncio.to_thread(services.turns.get, account, turn_id)
    await services.cancel(EDIT, turn_id)
    return ok(await asyncio.to_thread(services.turns.get, account, turn_id))


def _checked(body: RunRequest, limit: int, language: str | None, settings: JobSettings) -> EditRequest:
    text = (body.text or "").strip() or None
    operations, cuts = body.operations, body.cuts
    if cuts is not None:
        spoken = language_of(language) if language else None
        return EditRequest(None, None, None, spoken, settings.as_job(), cuts.model_dump())
    if text is None and not operations:
        raise ApiError(error_info("bad_request", "backend.nothing_asked"))
    if text is not None and len(text) > limit:
        raise ApiError(error_info("bad_request", "backend.too_many_characters", limit=limit))
    if operations is not None and len(operations) > MAX_OPERATIONS:
        raise ApiError(error_info("bad_request", "backend.too_many_operations", max_operations=MAX_OPERATIONS))
    try:
        parsed = [operation.to_json() for operation in parse_operations(operations or [])]
    except InvalidOperation as error:
        raise ApiError(error_info("bad_request", error.what, next_step=error.step)) from None
    spoken = language_of(language) if language else None
    return EditRequest(text, parsed or None, body.base_version, spoken, settings.as_job())
