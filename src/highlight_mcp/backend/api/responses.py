"""Reading requests and writing answers: envelopes, bodies, faults."""

import asyncio
import errno
import json
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.requests import Request
from starlette.responses import Response

from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.local_api import SETTINGS_HEADER, JobSettings
from ...contract.wire import WireModel, dumps, failure, loads, success
from ...timeline.schemas import fault_of
from .. import sqlite
from ..config import BackendConfig
from ..ledger import Account
from ..services import Services
from ..sessions import SessionRecord

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=WireModel)


class Json(Response):
    """A JSON answer; nobody may cache it."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(content, status_code, {"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        return dumps(content).encode()


def ok(data: WireModel | dict[str, Any]) -> Json:
    """The envelope of a call that worked."""
    return Json(success(data.body() if isinstance(data, WireModel) else data))


def failed(problem: ErrorInfo) -> Json:
    """The envelope of a call that failed."""
    wait = {} if problem.retry_after_s is None else {"Retry-After": str(problem.retry_after_s)}
    return Json(failure(problem), problem.http or 500, wait)


def services_of(request: Request) -> Services:
    """The services of this backend."""
    services: Services = request.app.state.services
    return services


def account_of(request: Request) -> Account:
    """Who is calling; the guard has checked it."""
    account: Account = request.state.account
    return account


def settings_of(request: Request) -> JobSettings:
    """What the settings of the calling host say of its jobs; our own where it says nothing, or is not trusted.

    Raises ApiError `bad_request`.
    """
    config, text = services_of(request).config, request.headers.get(SETTINGS_HEADER)
    if text is None or config.shared:
        font = None if config.font is None else str(config.font)
        models = {name: str(folder) for name, folder in config.models.items()}
        return JobSettings(output_dir=str(config.output_dir), font=font, models=models)
    try:
        return JobSettings.model_validate_json(text)
    except ValidationError:
        raise ApiError(error_info("bad_request", "backend.unreadable_header", name=SETTINGS_HEADER)) from None


async def session_of(request: Request) -> SessionRecord:
    """The session that the address of a request names. Raises ApiError `session_not_found`."""
    services, session_id = services_of(request), request.path_params["session_id"]
    return await asyncio.to_thread(services.sessions.get, account_of(request), session_id)


def base_of(request: Request) -> str:
    """The address under which the caller reached us."""
    return f"{request.url.scheme}://{request.url.netloc}"


async def read_json(request: Request, limit: int | None = None) -> Any:
    """The JSON body. Raises ApiError `bad_request` or `file_too_large`."""
    most = services_of(request).config.limits.json_body if limit is None else limit
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > most:
            raise ApiError(error_info("bad_request", "backend.request_too_large", most=most // 2**20))
    try:
        value = loads(bytes(raw))
    except ValueError as error:
        raise ApiError(error_info("bad_request", "backend.request_not_json", error=str(error))) from None
    if b"\\ud" in raw.lower():
        _check_text(value)
    return value


def _check_text(value: Any) -> None:
    """JSON can carry half a sign, which no text and no database can. Raises ApiError that shows where."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        around = error.object[max(0, error.start - 20) : error.end + 20]
        raise ApiError(error_info("bad_request", "backend.half_sign", around=ascii(around)[1:-1])) from None


async def read_body(request: Request, model: type[Body]) -> Body:
    """The body as a model. Raises ApiError `bad_request` that names the field."""
    value = await read_json(request)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "JSON"
        raise ApiError(error_info("bad_request", "backend.wrong_field", where=where, msg=fault_of(first))) from None


def number(request: Request, name: str, default: float, most: float) -> float:
    """A query parameter from 0 to `most`. Raises ApiError `bad_request`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ApiError(error_info("bad_request", "backend.wrong_number", name=name, most=most, text=text))
    return min(value, most)


def fault_from(error: Exception, config: BackendConfig) -> ErrorInfo:
    """What a caller is told about an exception."""
    if isinstance(error, ApiError):
        return error.fault
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or (isinstance(error, OperationalError) and "disk is full" in str(error.orig)):
        return error_info("no_space")
    if isinstance(error, DBAPIError) and error.orig is not None:
        fault = sqlite.fault_of(error.orig, config)
        if fault is not None:
            log.error("%s", fault.message)
            return fault
    log.error("request failed", exc_info=error)
    return error_info("backend_error")


T = TypeVar("T")


async def while_heard(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of some work; it is cancelled when the connection of a request whose body was read breaks."""
    working, listening = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, listening), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ApiError(error_info("cancelled", "backend.caller_left"))
        return working.result()
    finally:
        for task in (working, listening):
            task.cancel()
        await asyncio.gather(working, listening, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
