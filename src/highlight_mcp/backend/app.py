"""The ASGI application: routes of the wire contract over the services of one data directory.

Its guard lets in programs of this machine that know the secret, and no web page.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..contract.errors import ApiError, error_info
from ..contract.local_api import (
    EVENTS_PATH,
    HEALTH_PATH,
    TASKS_PATH,
    cancel_turn_path,
    discard_path,
    moments_path,
    preview_path,
    renders_path,
    turn_path,
    version_path,
    versions_path,
)
from ..contract.render import RENDER_PATH, cancel_render_path, download_path, render_path
from ..contract.session import (
    ANONYMOUS_TOKEN_PATH,
    BALANCE_PATH,
    CLAIM_TOKEN_PATH,
    NEW_SESSION_PATH,
    cancel_upload_path,
    state_path,
    upload_job_path,
    upload_path,
    uploads_path,
)
from ..contract.turn import RUN_PATH
from ..messages import language_of, use_language
from .api import edits, media, previews, renders, sessions
from .api.responses import failed, fault_from
from .config import BackendConfig
from .services import Services, open_services

LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
LINKED = ("/media/", "/renders/")
JSON_TYPE, FORM_TYPE = "application/json", "multipart/form-data"
STREAMED_UPLOAD = "/api/upload-video/"


class Guard:
    """ASGI middleware: checks each request, counts it, and turns every exception into an answer."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        services = self._services()
        began = False

        async def noting(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        asked = Headers(scope=scope).get("accept-language")
        with self._counted(services, scope), use_language(language_of(asked) if asked else None):
            try:
                _check_database(services)
                await self._admit(services, scope)
                await self._app(scope, receive, noting)
            except Exception as error:  # noqa: BLE001  (the border: every failure becomes an answer)
                problem = fault_from(error, services.config)
                if not began:
                    await failed(problem)(scope, receive, send)

    def _counted(self, services: Services, scope: Scope) -> AbstractContextManager[None]:
        """Watching is no work: it does not keep an idle backend from exiting."""
        return nullcontext() if scope["path"] == EVENTS_PATH else services.activity.request()

    async def _admit(self, services: Services, scope: Scope) -> None:
        headers = Headers(scope=scope)
        _check_host(headers.get("host"))
        _check_origin(headers.get("origin"), services.config.allowed_origins)
        _check_type(scope, headers.get("content-type", ""))
        path = scope["path"]
        if path == ANONYMOUS_TOKEN_PATH or path.startswith(LINKED):
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else None
        find: Callable[[], Awaitable[object]] = lambda: asyncio.to_thread(services.accounts.of_token, bearer)  # noqa: E731
        scope.setdefault("state", {})["account"] = await find()


def _check_database(services: Services) -> None:
    """What is done in a deleted file is lost; the process ends in a moment and puts it back (see `process`)."""
    if services.database.lost:
        raise ApiError(
            error_info("backend_error", "backend.database_lost", file=str(services.database.file), retry_after_s=2)
        )


def _check_host(host: str | None) -> None:
    """A web page can point a name of its own at 127.0.0.1; its Host header gives it away."""
    if not LOOPBACK.fullmatch(host or ""):
        raise ApiError(error_info("forbidden", "backend.loopback_only"))


def _check_origin(origin: str | None, allowed: tuple[str, ...]) -> None:
    if origin is not None and origin not in allowed:
        raise ApiError(error_info("forbidden", "backend.no_web_pages"))


def _check_type(scope: Scope, content_type: str) -> None:
    """Browsers send other types across sites without asking first."""
    if scope["method"] not in ("POST", "PUT", "PATCH") or _empty(scope):
        return
    kind = content_type.partition(";")[0].strip().lower()
    allowed = (JSON_TYPE, FORM_TYPE) if scope["path"].startswith(STREAMED_UPLOAD) else (JSON_TYPE,)
    if kind not in allowed:
        raise ApiError(error_info("bad_request", "backend.content_type", allowed=" or ".join(allowed), value=kind))


def _empty(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


NAMES = ("session_id", "turn_id", "render_id", "upload_id", "version")
SESSION, TURN, RENDER, UPLOAD, VERSION = NAMES

Endpoint = Callable[[Request], Awaitable[Response]]


OpenServices = Callable[[BackendConfig], AbstractAsyncContextManager[Services]]


def create_app(
    config: BackendConfig,
    opened: Callable[[Services], None] = lambda _services: None,
    opening: OpenServices = open_services,
) -> Starlette:
    """The application; its lifespan opens the data directory, or what `opening` opens. `opened` is told then.

    What keeps it from opening is in `state.failure`. The caller holds the lock of the data directory (see
    `process.serve`).
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with opening(config) as services:
                app.state.services = services
                opened(services)
                yield
        except Exception as error:
            app.state.failure = error
            raise

    app = Starlette(routes=_routes(), lifespan=lifespan, exception_handlers={404: _unknown, 405: _unknown})
    app.state.failure = None
    app.user_middleware.append(Middleware(Guard, services=lambda: app.state.services))
    return app


def _routes() -> list[Route]:
    post, get = ["POST"], ["GET"]
    return [
        Route(ANONYMOUS_TOKEN_PATH, sessions.anonymous_token, methods=post),
        Route(CLAIM_TOKEN_PATH, sessions.claim_token, methods=post),
        Route(NEW_SESSION_PATH, sessions.create, methods=post),
        Route(RUN_PATH, edits.run_sse, methods=post),
        _route(upload_path(SESSION), media.upload_files, methods=post),
        Route(BALANCE_PATH, sessions.balance, methods=get),
        _route(state_path(SESSION), sessions.state, methods=get),
        Route(RENDER_PATH, renders.submit, methods=post),
        _route(render_path(RENDER), renders.status, methods=get),
        _route(cancel_render_path(RENDER), renders.cancel, methods=post),
        _route(download_path(RENDER), media.download, methods=get),
        Route(HEALTH_PATH, previews.health, methods=get),
        Route(TASKS_PATH, sessions.listing, methods=get),
        _route(turn_path(SESSION), edits.latest, methods=get),
        _route(cancel_turn_path(TURN), edits.cancel, methods=post),
        _route(versions_path(SESSION), sessions.versions, methods=get),
        _route(version_path(SESSION, VERSION), sessions.version, methods=get),
        _route(discard_path(SESSION), sessions.discard, methods=post),
        _route(moments_path(SESSION), previews.moments, methods=get),
        _route(preview_path(SESSION), previews.preview, methods=get),
        _route(renders_path(SESSION), renders.listing, methods=get),
        _route(uploads_path(SESSION), media.start, methods=post),
        _route(uploads_path(SESSION), media.latest, methods=get),
        _route(upload_job_path(UPLOAD), media.one, methods=get),
        _route(cancel_upload_path(UPLOAD), media.cancel, methods=post),
        Route(EVENTS_PATH, sessions.follow, methods=get),
        Route("/media/{token}/{media_id}", media.media, methods=get),
        Route("/renders/{token}/{render_id}.mp4", media.reel, methods=get),
    ]


def _route(path: str, endpoint: Endpoint, methods: list[str]) -> Route:
    """A route from a path of the contract in which a parameter stands as its own name."""
    parts = (f"{{{part}}}" if part in NAMES else part for part in path.split("/"))
    return Route("/".join(parts), endpoint, methods=methods)


async def _unknown(request: Request, _error: Exception) -> Response:
    raise ApiError(error_info("not_supported", "backend.no_call", method=request.method, path=str(request.url.path)))
