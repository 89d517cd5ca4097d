"""Footage is used in place, so it is looked at again before each use: still there, still the same, still allowed."""

import asyncio

from starlette.requests import Request

from ...contract.codes import ContractError, fault
from ..media import Source
from ..roots import identify, readable_roots, require_inside
from .answers import account_of, services_of


async def refresh_sources(request: Request, session_id: str) -> None:
    """Look again at footage whose file changed since it was added.

    Raises ContractError `session_not_found`, `outside_roots` when a link now leads out of the media
    roots, or `file_missing` when the content is another one. A file that is gone is no error here:
    the work may not need it.
    """
    services = services_of(request)
    session = await asyncio.to_thread(services.sessions.get, account_of(request), session_id)
    roots = readable_roots(services.config)
    for source in await asyncio.to_thread(services.shelf.of, session.id):
        try:
            mark = await asyncio.to_thread(identify, source.path, None if source.owned else roots)
        except OSError:
            if not source.owned:
                await asyncio.to_thread(require_inside, source.path, roots)
            continue
        if mark != source.mark:
            await asyncio.to_thread(services.shelf.refreshed, session.id, _same(source, await _probed(request, source)))


async def _probed(request: Request, source: Source) -> Source:
    return await services_of(request).prober.probe(source.path, source.info.name, owned=source.owned)


def _same(before: Source, found: Source) -> Source:
    if found.info.media_id != before.info.media_id:
        raise ContractError(fault("file_missing", "backend.changed", name=before.info.name))
    return found
