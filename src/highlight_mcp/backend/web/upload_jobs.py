"""Uploads as jobs (contract section 11): started, followed and cancelled by whoever comes."""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import Response

from ...contract.codes import ContractError, fault
from ...contract.upload_job import UploadItem, UploadJob, UploadStart
from ..jobs import UPLOAD
from ..tables import RUNNING
from ..uploads import Upload
from .answers import account_of, base_of, number, ok, read_body, services_of
from .media_files import media_file

MAX_WAIT_S = 30.0
LOOK_S = 0.1


async def start(request: Request) -> Response:
    """Accept an upload; from here on it needs nobody."""
    services, account = services_of(request), account_of(request)
    body = await read_body(request, UploadStart)
    if services.config.strict:
        raise ContractError(fault("not_supported", "backend.local_only"))
    limit = services.config.limits.files_per_call
    if len(body.sources) > limit:
        raise ContractError(fault("bad_request", "backend.too_many_added", limit=limit))
    if any(bool(each.path) == bool(each.url) for each in body.sources):
        raise ContractError(fault("bad_request", "backend.path_or_url"))
    session_id = request.path_params["session_id"]
    upload_id, joined = await asyncio.to_thread(
        services.uploads.start, account, session_id, body, services.dispatcher.enqueue
    )
    services.reconciler.poke()
    found = await asyncio.to_thread(services.uploads.get, account, upload_id)
    return ok(_told(request, found).model_copy(update={"joined": joined}))


async def latest(request: Request) -> Response:
    """The running or last upload of a session."""
    services, account = services_of(request), account_of(request)
    session = await asyncio.to_thread(services.sessions.get, account, request.path_params["session_id"])
    found = await asyncio.to_thread(services.uploads.latest, account, session.id)
    return await _followed(request, found)


async def one(request: Request) -> Response:
    """One upload."""
    services, account = services_of(request), account_of(request)
    found = await asyncio.to_thread(services.uploads.get, account, request.path_params["upload_id"])
    return await _followed(request, found)


async def cancel(request: Request) -> Response:
    """Cancel an upload; what is in stays. Returns its final state."""
    services, account = services_of(request), account_of(request)
    upload_id = request.path_params["upload_id"]
    await asyncio.to_thread(services.uploads.get, account, upload_id)
    await services.cancel(UPLOAD, upload_id)
    return ok(_told(request, await asyncio.to_thread(services.uploads.get, account, upload_id)))


async def _followed(request: Request, found: Upload) -> Response:
    """The upload once it is over, once more than `after` sources had their turn, or after `wait_s`."""
    services = services_of(request)
    until = time.monotonic() + number(request, "wait_s", 0.0, MAX_WAIT_S)
    after = int(number(request, "after", 0.0, 1e6))
    while True:
        over, done = await asyncio.to_thread(services.uploads.progress, found.upload_id)
        if over or done > after or time.monotonic() >= until or await request.is_disconnected():
            break
        await asyncio.sleep(LOOK_S)
    return ok(_told(request, await asyncio.to_thread(services.uploads.get, account_of(request), found.upload_id)))


def _told(request: Request, found: Upload) -> UploadJob:
    links, base = services_of(request).links, base_of(request)
    items = tuple(
        UploadItem(
            source=each.asked.source,
            file=None if each.source is None else media_file(each.source, links.media(base, each.source.info.media_id)),
            fault=each.fault,
        )
        for each in found.items
    )
    return UploadJob(
        upload_id=found.upload_id,
        session_id=found.session_id,
        status=found.status,
        done=sum(each.file is not None or each.fault is not None for each in items),
        total=len(items),
        message=found.step.message if found.status == RUNNING else "",
        items=items,
        left_out=found.left_out,
        fault=found.fault,
    )
