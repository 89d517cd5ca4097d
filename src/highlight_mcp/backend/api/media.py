"""Footage (contract sections 5 and 11): uploads at once or as jobs that go on when the caller leaves; the media."""

import asyncio
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.formats import mime_of
from ...contract.session import MediaFile, UploadItem, UploadJob, UploadResponse, UploadStart
from ...messages import in_sentences, message, say
from ..config import BackendConfig
from ..jobs import UPLOAD
from ..media_store import MediaRecord, display_path, identify, opened, require_inside, resolve
from ..services import Services
from ..tables import RUNNING
from ..uploads import UploadRecord
from .incoming import FormReceiver, ReceivedFile
from .responses import account_of, base_of, number, ok, read_body, read_json, services_of, session_of, while_heard


def media_file(source: MediaRecord, link: str) -> MediaFile:
    """The media object of answers and states."""
    media = source.info
    return MediaFile(
        file_id=media.media_id,
        media_id=media.media_id,
        filename=media.name,
        file_type=media.kind,
        kind=media.kind,
        cdn_url=link,
        url=link,
        duration=media.duration_ms / 1000,
        duration_ms=media.duration_ms,
        width=media.width,
        height=media.height,
        fps=round(float(media.frame_rate), 3) if media.frame_rate else 0.0,
        frame_rate=str(media.frame_rate) if media.frame_rate else None,
        size=media.size_bytes or source.size_bytes,
        hash=media.fingerprint,
        video_codec=media.video_codec,
        audio_codec=media.audio_codec,
        has_audio=media.has_sound,
        rotation=media.rotation,
        container=media.container,
        dynamic_range=media.dynamic_range,
        warnings=tuple(map(str, media.warnings)),
    )


async def media(request: Request) -> Response:
    """A media file by its link; ranges work."""
    services = services_of(request)
    _check_token(request)
    source = await asyncio.to_thread(services.media_store.find, request.path_params["media_id"])
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
    return _reel_answer(path)


async def download(request: Request) -> Response:
    """A finished reel by its id, for callers with credentials."""
    services, render_id = services_of(request), request.path_params["render_id"]
    await asyncio.to_thread(services.renders.get, account_of(request), render_id, lambda _id: "")
    return _reel_answer(await asyncio.to_thread(services.renders.file_of, render_id))


def _check_token(request: Request) -> None:
    if not services_of(request).links.valid(request.path_params["token"]):
        raise ApiError(error_info("not_found"))


def _reel_answer(path: Path | None) -> Response:
    if path is None:
        raise ApiError(error_info("file_missing", "backend.reel_moved"))
    return _file(path, path.name)


UNKNOWN = "application/octet-stream"


def _file(path: Path, name: str) -> FileResponse:
    disposition = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=mime_of(name, UNKNOWN), headers=headers)


async def refresh_sources(request: Request, session_id: str) -> dict[str, ErrorInfo]:
    """Look again at footage whose file changed since it was added. Returns why some of it cannot be used, by media id:
    a link now leads out of the media roots, the content is another one, or damaged.

    Raises ApiError `session_not_found`. A file that is gone is no problem here: the work may not need it.
    """
    services = services_of(request)
    session = await asyncio.to_thread(services.sessions.get, account_of(request), session_id)
    problems: dict[str, ErrorInfo] = {}
    if services.config.team:  # what is in a store stays as it was
        return problems
    for source in await asyncio.to_thread(services.media_store.of, session.id):
        try:
            await _refresh(request, session.id, source)
        except ApiError as error:
            problems[source.info.media_id] = error.fault
    return problems


def require_usable(problems: Mapping[str, ErrorInfo], needed: Iterable[str | None]) -> None:
    """Raises ApiError for the first footage that is needed and cannot be used."""
    problem = next((problems[media_id] for media_id in needed if media_id and media_id in problems), None)
    if problem is not None:
        raise ApiError(problem)


async def _refresh(request: Request, session_id: str, source: MediaRecord) -> None:
    services = services_of(request)
    roots = services.config.readable_roots
    try:
        mark = await asyncio.to_thread(identify, source.path, None if source.owned else roots)
    except OSError:
        if not source.owned:
            await asyncio.to_thread(require_inside, source.path, roots)
        return
    if mark != source.mark:
        await asyncio.to_thread(
            services.media_store.refreshed, session_id, _same(source, await _probed(request, source))
        )


async def _probed(request: Request, source: MediaRecord) -> MediaRecord:
    return await services_of(request).prober.probe(source.path, source.info.name, owned=source.owned, anew=False)


def _same(before: MediaRecord, now: MediaRecord) -> MediaRecord:
    if now.info.media_id != before.info.media_id:
        raise ApiError(error_info("file_missing", "backend.changed", name=before.info.name))
    return now


async def upload_files(request: Request) -> Response:
    """Add files to a session: all of them, or none with the reasons."""
    services, session = services_of(request), await session_of(request)
    if services.config.team:  # no front looks at footage: that is for the job of an upload
        raise ApiError(error_info("not_supported", "backend.uploads_are_jobs"))
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        sources = await _from_form(request, services)
    else:
        sources = await _from_json(request, await read_json(request), services)
    added = await asyncio.to_thread(services.media_store.add, session.id, sources)
    base = base_of(request)
    files = tuple(media_file(source, services.links.media(base, source.info.media_id)) for source in added)
    return ok(UploadResponse.of(files))


async def _from_form(request: Request, services: Services) -> list[MediaRecord]:
    receiver = FormReceiver(services.config, services.downloads.room, request.headers["content-type"])
    received = await receiver.receive(request.stream())
    return await _probe_all(services, [(item.path, item.name) for item in received], owned=True)


async def _from_json(request: Request, body: Any, services: Services) -> list[MediaRecord]:
    paths, urls = _names(body, "paths"), _names(body, "urls")
    limit = services.config.limits.files_per_call
    if bool(paths) == bool(urls):
        raise ApiError(error_info("bad_request", "backend.paths_or_urls"))
    if len(paths) + len(urls) > limit:
        raise ApiError(error_info("bad_request", "backend.too_many_added", limit=limit))
    if paths:
        return await _probe_all(services, await asyncio.to_thread(_resolve_all, paths, services.config), owned=False)
    fetch = services.downloads.fetch
    received = await while_heard(request, _together([fetch(url) for url in urls], ReceivedFile))
    return await _probe_all(services, [(item.path, item.name) for item in received], owned=True)


def _names(body: Any, field: str) -> list[str]:
    names = body.get(field) if isinstance(body, dict) else None
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(item, str) for item in names):
        raise ApiError(error_info("bad_request", "backend.list_of_texts", field=field))
    return names


def _resolve_all(texts: list[str], config: BackendConfig) -> list[tuple[Path, str]]:
    if config.strict:
        raise ApiError(error_info("not_supported", "backend.local_only"))
    roots = config.readable_roots
    files, problems = [], []
    for text in texts:
        try:
            files.append((resolve(text, roots, config.media_roots), display_path(text)))
        except ApiError as error:
            problems.append(error.fault)
    _raise(problems)
    return files


async def _probe_all(services: Services, files: list[tuple[Path, str]], *, owned: bool) -> list[MediaRecord]:
    return await _together([services.prober.probe(path, name, owned=owned) for path, name in files], MediaRecord)


async def _together(work: list[Any], kind: type[Any]) -> list[Any]:
    """All results in order, or one ApiError with all reasons."""
    done = await asyncio.gather(*work, return_exceptions=True)
    problems = [item.fault for item in done if isinstance(item, ApiError)]
    _raise(problems)
    for item in done:
        if isinstance(item, BaseException):
            raise item
    return [item for item in done if isinstance(item, kind)]


def _raise(problems: list[ErrorInfo]) -> None:
    """One error for all problems; nothing was added."""
    if not problems:
        return
    first = problems[0]
    if len(problems) == 1:
        raise ApiError(first)
    reasons = in_sentences(*(problem.message for problem in problems[:10]))
    more = say("backend.files_more", n=len(problems) - 10) if len(problems) > 10 else ""
    what = message("backend.files_unusable", n=len(problems), reasons=reasons, more=more)
    raise ApiError(first.with_words(what))


MAX_WAIT_S = 30.0
LOOK_S = 0.1


async def start(request: Request) -> Response:
    """Accept an upload; from here on it needs nobody."""
    services, account = services_of(request), account_of(request)
    body = await read_body(request, UploadStart)
    if services.config.strict:
        raise ApiError(error_info("not_supported", "backend.local_only"))
    limit = services.config.limits.files_per_call
    if len(body.sources) > limit:
        raise ApiError(error_info("bad_request", "backend.too_many_added", limit=limit))
    if any(bool(each.path) == bool(each.url) for each in body.sources):
        raise ApiError(error_info("bad_request", "backend.path_or_url"))
    session_id = request.path_params["session_id"]
    upload_id, joined = await asyncio.to_thread(
        services.uploads.start, account, session_id, body, services.dispatcher.enqueue
    )
    services.reconciler.poke()
    upload = await asyncio.to_thread(services.uploads.get, account, upload_id)
    return ok(_upload_job(request, upload).model_copy(update={"joined": joined}))


async def latest(request: Request) -> Response:
    """The running or last upload of a session."""
    session = await session_of(request)
    upload = await asyncio.to_thread(services_of(request).uploads.latest, account_of(request), session.id)
    return await _followed(request, upload)


async def one(request: Request) -> Response:
    """One upload."""
    services, account = services_of(request), account_of(request)
    upload = await asyncio.to_thread(services.uploads.get, account, request.path_params["upload_id"])
    return await _followed(request, upload)


async def cancel(request: Request) -> Response:
    """Cancel an upload; what is in stays. Returns its final state."""
    services, account = services_of(request), account_of(request)
    upload_id = request.path_params["upload_id"]
    await asyncio.to_thread(services.uploads.get, account, upload_id)
    await services.cancel(UPLOAD, upload_id)
    return ok(_upload_job(request, await asyncio.to_thread(services.uploads.get, account, upload_id)))


async def _followed(request: Request, upload: UploadRecord) -> Response:
    """The upload once it is over, once more than `after` sources had their turn, or after `wait_s`."""
    services = services_of(request)
    until = time.monotonic() + number(request, "wait_s", 0.0, MAX_WAIT_S)
    after = int(number(request, "after", 0.0, 1e6))
    with services.events.wakeup() as commits:
        while True:
            over, done = await asyncio.to_thread(services.uploads.progress, upload.upload_id)
            if over or done > after or time.monotonic() >= until or await request.is_disconnected():
                break
            await commits.wait(LOOK_S)
    return ok(
        _upload_job(request, await asyncio.to_thread(services.uploads.get, account_of(request), upload.upload_id))
    )


def _upload_job(request: Request, upload: UploadRecord) -> UploadJob:
    links, base = services_of(request).links, base_of(request)
    items = tuple(
        UploadItem(
            source=each.asked.source,
            file=None if each.source is None else media_file(each.source, links.media(base, each.source.info.media_id)),
            fault=each.fault,
        )
        for each in upload.items
    )
    return UploadJob(
        upload_id=upload.upload_id,
        session_id=upload.session_id,
        status=upload.status,
        done=sum(each.file is not None or each.fault is not None for each in items),
        total=len(items),
        message=upload.step.message if upload.status == RUNNING else "",
        items=items,
        left_out=upload.left_out,
        fault=upload.fault,
    )
