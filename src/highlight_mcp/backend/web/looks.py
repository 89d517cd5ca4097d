"""Looking at a session: health, candidate moments, pictures (contract section 11)."""

import asyncio
import os
import secrets
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ... import __version__
from ...contract.codes import ContractError, fault
from ...contract.local import DESCRIPTION_HEADER, Health, Moments
from ...contract.wire import CONTRACT_VERSION
from ..children import ChildDied, ChildStopped
from ..media import Source
from ..services import Services
from ..sessions import Session
from .answers import account_of, number, ok, services_of

WHATS = ("storyboard", "moments", "frame")
MAX_AT_MS = 10 * 24 * 3_600_000
POLL_S = 0.5
CRITERION_CHARS = 40


async def health(request: Request) -> Response:
    """What this backend is and how busy."""
    services = services_of(request)
    jobs = await asyncio.to_thread(services.busy_jobs)
    idle = 0.0 if jobs else services.activity.idle_before_this_s
    return ok(Health(version=__version__, contract=CONTRACT_VERSION, jobs_running=jobs, idle_s=idle, pid=os.getpid()))


async def moments(request: Request) -> Response:
    """Ranked candidate moments of a session's footage, and how lively it is over time."""
    services, session, sources = await _session(request)
    if not sources:
        return ok(Moments())
    criterion = request.query_params.get("criterion", "auto")[:CRITERION_CHARS]
    job = {"job": "moments", "media": _jobs(sources), "criterion": criterion, "cache": str(services.config.cache)}
    return ok(Moments.parse(await _child(request, services, session, job)))


async def preview(request: Request) -> Response:
    """A picture of the cut, of the candidate moments, or of one frame."""
    services, session, sources = await _session(request)
    what = request.query_params.get("what", "storyboard")
    if what not in WHATS:
        raise ContractError(fault("bad_request", f"There is no preview {what!r}.", f"Previews: {', '.join(WHATS)}."))
    timeline = await asyncio.to_thread(services.history.timeline, session.id, session.head_rev)
    at_ms = request.query_params.get("at_ms")
    folder = services.config.scratch / f"preview-{secrets.token_hex(6)}"
    job = {
        "job": "preview",
        "what": what,
        "timeline": None if timeline is None else timeline.model_dump(mode="json"),
        "media": _jobs(sources),
        "at_ms": None if at_ms is None else int(number(request, "at_ms", 0, MAX_AT_MS)),
        "media_id": request.query_params.get("media_id"),
        "output": str(folder / "picture.jpg"),
        "cache": str(services.config.cache),
    }
    try:
        folder.mkdir(parents=True)
        result = await _child(request, services, session, job)
        picture = await asyncio.to_thread(_picture, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    headers = {DESCRIPTION_HEADER: quote(str(result.get("description") or "")), "Cache-Control": "no-store"}
    return Response(picture, media_type=str(result.get("mime") or "image/jpeg"), headers=headers)


async def _session(request: Request) -> tuple[Services, Session, list[Source]]:
    services = services_of(request)
    session_id = request.path_params["session_id"]
    session = await asyncio.to_thread(services.sessions.get, account_of(request), session_id)
    return services, session, await asyncio.to_thread(services.shelf.of, session.id)


def _jobs(sources: list[Source]) -> list[dict[str, Any]]:
    return [source.as_job() for source in sources]


def _picture(folder: Path) -> bytes:
    found = sorted(file for file in folder.iterdir() if file.is_file())
    if not found:
        raise ContractError(fault("backend_error", "The engine made no picture."))
    return found[0].read_bytes()


async def _child(request: Request, services: Services, session: Session, job: dict[str, Any]) -> dict[str, Any]:
    """Run a job for as long as the caller waits for it."""
    key = f"{job['job']}:{session.id}:{secrets.token_hex(4)}"
    running = asyncio.create_task(services.children.run(key, job))
    try:
        async with asyncio.timeout(services.config.timing.preview):
            while not (await asyncio.wait({running}, timeout=POLL_S))[0]:
                if await request.is_disconnected():
                    raise ContractError(fault("cancelled"))
        return await running
    except TimeoutError:
        raise ContractError(fault("limit", "Looking at the footage took too long.", "Try shorter footage.")) from None
    except (ChildDied, ChildStopped):
        raise ContractError(fault("backend_error", "The engine crashed while it looked at the footage.")) from None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
