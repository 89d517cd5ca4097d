"""Exports (contract section 7)."""

import asyncio
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from ...contract.errors import ApiError, error_info
from ...contract.render import RenderList, RenderRequest
from ..jobs import RENDER
from ..publishing import chosen_folder, require_writable
from ..render_request import RenderSpec, read_request
from ..services import Services
from ..storage import require_space
from .media import refresh_sources, require_usable
from .responses import Json, account_of, base_of, ok, read_body, services_of, session_of, settings_of

SKILL_HEADERS = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def submit(request: Request) -> Response:
    """Accept a render and answer at once."""
    services, account = services_of(request), account_of(request)
    if services.config.strict and not all(request.headers.get(name) for name in SKILL_HEADERS):
        raise ApiError(error_info("export_blocked"))
    body = await read_body(request, RenderRequest)
    session = await asyncio.to_thread(services.sessions.get, account, body.session_id)
    problems = await refresh_sources(request, session.id)
    sources = {source.info.media_id: source for source in await asyncio.to_thread(services.media_store.of, session.id)}
    asked = settings_of(request)
    folder = await asyncio.to_thread(chosen_folder, body.output.folder, services.config, Path(asked.output_dir))
    settings = asked.model_copy(update={"output_dir": str(folder)})
    spec = await asyncio.to_thread(read_request, body, sources, services.config, settings)
    require_usable(problems, (source.info.media_id for source in spec.sources))
    if not await asyncio.to_thread(services.renders.exists, body.id):
        await asyncio.to_thread(_check_means, services, spec)
    await asyncio.to_thread(services.renders.submit, account, session.id, body.id, spec, services.dispatcher.enqueue)
    services.reconciler.poke()
    return await _answer(request, services, body.id)


def _check_means(services: Services, spec: RenderSpec) -> None:
    """A new render needs its footage and a place for the reel; one that was accepted before is only asked about.

    What is in a store is as it was, and has room.
    """
    if services.config.team:
        return
    gone = [source.info.name for source in spec.sources if not source.path.is_file()]
    if gone:
        raise ApiError(error_info("file_missing", "backend.footage_gone", gone=", ".join(gone)))
    output = Path(spec.settings.output_dir)
    for folder in (services.config.home, output):
        require_space(folder, services.config.limits.free_space)
    require_writable(output)


async def status(request: Request) -> Response:
    """How a render stands."""
    return await _answer(request, services_of(request), request.path_params["render_id"])


async def cancel(request: Request) -> Response:
    """Cancel a render. Returns its final state."""
    services, render_id = services_of(request), request.path_params["render_id"]
    await _answer(request, services, render_id)
    await services.cancel(RENDER, render_id)
    return await _answer(request, services, render_id)


async def listing(request: Request) -> Response:
    """The renders of a session, newest first."""
    services, base, session = services_of(request), base_of(request), await session_of(request)
    renders = await asyncio.to_thread(
        services.renders.of, session.id, lambda render_id: services.links.render(base, render_id)
    )
    return ok(RenderList(renders=tuple(item.answer()["data"] for item in renders)))


async def _answer(request: Request, services: Services, render_id: str) -> Json:
    if not _ID.fullmatch(render_id):
        raise ApiError(error_info("not_found", "backend.no_render_id"))
    base = base_of(request)
    render = await asyncio.to_thread(
        services.renders.get, account_of(request), render_id, lambda name: services.links.render(base, name)
    )
    return Json(render.answer())
