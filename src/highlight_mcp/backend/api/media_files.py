"""Footage as it stands on the wire, looked at again before each use, and the links under which it is fetched."""

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.formats import format_of
from ...contract.upload import MediaFile
from ..media_roots import identify, opened, readable_roots, require_inside
from ..media_store import MediaRecord
from .responses import account_of, services_of


def media_file(source: MediaRecord, link: str) -> MediaFile:
    """The media object of answers and states."""
    info = source.info
    return MediaFile(
        file_id=info.media_id,
        media_id=info.media_id,
        filename=info.name,
        file_type=info.kind,
        kind=info.kind,
        cdn_url=link,
        url=link,
        duration=info.duration_ms / 1000,
        duration_ms=info.duration_ms,
        width=info.width,
        height=info.height,
        fps=round(float(info.frame_rate), 3) if info.frame_rate else 0.0,
        frame_rate=str(info.frame_rate) if info.frame_rate else None,
        size=info.size_bytes or source.size_bytes,
        hash=info.fingerprint,
        video_codec=info.video_codec,
        audio_codec=info.audio_codec,
        has_audio=info.has_sound,
        rotation=info.rotation,
        container=info.container,
        dynamic_range=info.dynamic_range,
        warnings=tuple(map(str, info.warnings)),
    )


async def media(request: Request) -> Response:
    """A media file by its link; ranges work."""
    services = services_of(request)
    _check_token(request)
    source = await asyncio.to_thread(services.shelf.find, request.path_params["media_id"])
    if source is None:
        raise ApiError(error_info("file_missing"))
    try:
        number, mark = await asyncio.to_thread(opened, source.path)
    except OSError:
        raise ApiError(error_info("file_missing")) from None
    if mark != source.mark:
        os.close(number)
        raise ApiError(error_info("file_missing", "backend.changed", name=source.info.name))
    return _Opened(number, source)


class _Opened(FileResponse):
    """A file that is open already: what is sent is what was compared, whatever its path leads to by then."""

    def __init__(self, number: int, source: MediaRecord) -> None:
        self._number = number
        known = _file(source.path, source.info.name)
        super().__init__(
            f"/dev/fd/{number}" if os.path.lexists(f"/dev/fd/{number}") else source.path,
            media_type=known.media_type,
            stat_result=os.fstat(number),
            headers={name: known.headers[name] for name in ("Content-Disposition", "X-Content-Type-Options")},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._number)


async def reel(request: Request) -> Response:
    """A finished reel by its link; ranges work."""
    services = services_of(request)
    _check_token(request)
    path = await asyncio.to_thread(services.renders.file_of, request.path_params["render_id"])
    return _found(path)


async def download(request: Request) -> Response:
    """A finished reel by its id, for callers with credentials."""
    services, render_id = services_of(request), request.path_params["render_id"]
    await asyncio.to_thread(services.renders.get, account_of(request), render_id, lambda _id: "")
    return _found(await asyncio.to_thread(services.renders.file_of, render_id))


def _check_token(request: Request) -> None:
    if not services_of(request).links.valid(request.path_params["token"]):
        raise ApiError(error_info("not_found"))


def _found(path: Path | None) -> Response:
    if path is None:
        raise ApiError(error_info("file_missing", "backend.reel_moved"))
    return _file(path, path.name)


def _file(path: Path, name: str) -> FileResponse:
    known = format_of(name)
    disposition = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=known.mime if known else "application/octet-stream", headers=headers)


async def refresh_sources(request: Request, session_id: str) -> dict[str, ErrorInfo]:
    """Look again at footage whose file changed since it was added. Returns why some of it cannot be used, by media id:
    a link now leads out of the media roots, the content is another one, or damaged.

    Raises ApiError `session_not_found`. A file that is gone is no problem here: the work may not need it.
    """
    services = services_of(request)
    session = await asyncio.to_thread(services.sessions.get, account_of(request), session_id)
    problems: dict[str, ErrorInfo] = {}
    for source in await asyncio.to_thread(services.shelf.of, session.id):
        try:
            await _refresh(request, session.id, source)
        except ApiError as error:
            problems[source.info.media_id] = error.fault
    return problems


def require_usable(problems: Mapping[str, ErrorInfo], needed: Iterable[str | None]) -> None:
    """Raises ApiError for the first footage that is needed and cannot be used."""
    found = next((problems[media_id] for media_id in needed if media_id and media_id in problems), None)
    if found is not None:
        raise ApiError(found)


async def _refresh(request: Request, session_id: str, source: MediaRecord) -> None:
    services = services_of(request)
    roots = readable_roots(services.config)
    try:
        mark = await asyncio.to_thread(identify, source.path, None if source.owned else roots)
    except OSError:
        if not source.owned:
            await asyncio.to_thread(require_inside, source.path, roots)
        return
    if mark != source.mark:
        await asyncio.to_thread(services.shelf.refreshed, session_id, _same(source, await _probed(request, source)))


async def _probed(request: Request, source: MediaRecord) -> MediaRecord:
    return await services_of(request).prober.probe(source.path, source.info.name, owned=source.owned)


def _same(before: MediaRecord, found: MediaRecord) -> MediaRecord:
    if found.info.media_id != before.info.media_id:
        raise ApiError(error_info("file_missing", "backend.changed", name=before.info.name))
    return found
