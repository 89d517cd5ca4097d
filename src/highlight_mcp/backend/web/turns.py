"""Edit turns (contract sections 4 and 11)."""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ...contract.codes import ContractError, fault
from ...contract.local import JobSettings
from ...contract.run_sse import RunRequest
from ...messages import language_of
from ...timeline.operations import InvalidOperation, parse_operations
from ..jobs import EDIT
from ..tables import RUNNING
from ..turns import TurnRequest
from .answers import account_of, number, ok, read_body, services_of, settings_of
from .misbehaviour import asked_fault, is_silent
from .refreshing import refresh_sources
from .turn_stream import TurnStream

MAX_WAIT_S = 30.0
MAX_OPERATIONS = 500
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def run_sse(request: Request) -> Response:
    """Start a turn and stream its progress. The turn goes on when the caller hangs up."""
    services, account = services_of(request), account_of(request)
    misbehaviour = asked_fault(request)
    body = await read_body(request, RunRequest)
    language = request.headers.get("accept-language")
    asked = _checked(body, services.config.limits.instruction_chars, language, settings_of(request))
    await refresh_sources(request, body.session_id)
    turn_id = await asyncio.to_thread(
        services.turns.start, account, body.session_id, asked, services.dispatcher.enqueue
    )
    services.reconciler.poke()
    silent = False
    if services.config.strict and misbehaviour is None:
        silent = is_silent(await asyncio.to_thread(services.turns.count))
    stream = TurnStream(services, account, turn_id, misbehaviour, silent)
    return StreamingResponse(stream.frames(), media_type="text/event-stream", headers=HEADERS)


async def latest(request: Request) -> Response:
    """The running or last turn of a session; waits for its end up to `wait_s`."""
    services, account = services_of(request), account_of(request)
    wait_s = number(request, "wait_s", 0.0, MAX_WAIT_S)
    session_id = request.path_params["session_id"]
    session = await asyncio.to_thread(services.sessions.get, account, session_id)
    until = time.monotonic() + wait_s
    while True:
        turn = await asyncio.to_thread(services.turns.latest, session.id)
        if turn is None:
            raise ContractError(fault("not_found", "backend.no_turn_yet"))
        if turn.status != RUNNING or time.monotonic() >= until or await request.is_disconnected():
            return ok(turn)
        await asyncio.sleep(services.config.timing.poll)


async def cancel(request: Request) -> Response:
    """Cancel a turn. Returns its final state."""
    services, account = services_of(request), account_of(request)
    turn_id = request.path_params["turn_id"]
    await asyncio.to_thread(services.turns.get, account, turn_id)
    await services.cancel(EDIT, turn_id)
    return ok(await asyncio.to_thread(services.turns.get, account, turn_id))


def _checked(body: RunRequest, limit: int, language: str | None, settings: JobSettings) -> TurnRequest:
    text = (body.text or "").strip() or None
    operations = body.operations
    if text is None and not operations:
        raise ContractError(fault("bad_request", "backend.nothing_asked"))
    if text is not None and len(text) > limit:
        raise ContractError(fault("bad_request", "backend.too_many_characters", limit=limit))
    if operations is not None and len(operations) > MAX_OPERATIONS:
        raise ContractError(fault("bad_request", "backend.too_many_operations", max_operations=MAX_OPERATIONS))
    try:
        parsed = [operation.to_json() for operation in parse_operations(operations or [])]
    except InvalidOperation as error:
        raise ContractError(fault("bad_request", error.what, next_step=error.step)) from None
    spoken = language_of(language) if language else None
    return TurnRequest(text, parsed or None, body.base_version, spoken, settings.as_job())
