"""The ASGI application: routes of the wire contract over the services of one data directory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..contract.account import ANONYMOUS_TOKEN_PATH, BALANCE_PATH, CLAIM_TOKEN_PATH
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
    versions_path,
)
from ..contract.render import RENDER_PATH, cancel_render_path, download_path, render_path
from ..contract.session import NEW_SESSION_PATH, state_path
from ..contract.turn import RUN_PATH
from ..contract.upload import cancel_upload_path, upload_job_path, upload_path, uploads_path
from .api import change_feed, edits, media_files, previews, renders, sessions, uploads
from .api.guard import Guard
from .config import BackendConfig
from .services import Services, open_services

NAMES = ("session_id", "turn_id", "render_id", "upload_id")
SESSION, TURN, RENDER, UPLOAD = NAMES

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(config: BackendConfig, opened: Callable[[Services], None] = lambda _services: None) -> Starlette:
    """The application; its lifespan opens the data directory. `opened` is told when it is ready.

    What keeps it from opening is in `state.failure`. The caller holds the lock of the data directory (see
    `process.serve`).
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with open_services(config) as services:
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
        _route(upload_path(SESSION), uploads.upload_files, methods=post),
        Route(BALANCE_PATH, sessions.balance, methods=get),
        _route(state_path(SESSION), sessions.state, methods=get),
        Route(RENDER_PATH, renders.submit, methods=post),
        _route(render_path(RENDER), renders.status, methods=get),
        _route(cancel_render_path(RENDER), renders.cancel, methods=post),
        _route(download_path(RENDER), media_files.download, methods=get),
        Route(HEALTH_PATH, previews.health, methods=get),
        Route(TASKS_PATH, sessions.listing, methods=get),
        _route(turn_path(SESSION), edits.latest, methods=get),
        _route(cancel_turn_path(TURN), edits.cancel, methods=post),
        _route(versions_path(SESSION), sessions.versions, methods=get),
        _route(discard_path(SESSION), sessions.discard, methods=post),
        _route(moments_path(SESSION), previews.moments, methods=get),
        _route(preview_path(SESSION), previews.preview, methods=get),
        _route(renders_path(SESSION), renders.listing, methods=get),
        _route(uploads_path(SESSION), uploads.start, methods=post),
        _route(uploads_path(SESSION), uploads.latest, methods=get),
        _route(upload_job_path(UPLOAD), uploads.one, methods=get),
        _route(cancel_upload_path(UPLOAD), uploads.cancel, methods=post),
        Route(EVENTS_PATH, change_feed.follow, methods=get),
        Route("/media/{token}/{media_id}", media_files.media, methods=get),
        Route("/renders/{token}/{render_id}.mp4", media_files.reel, methods=get),
    ]


def _route(path: str, endpoint: Endpoint, methods: list[str]) -> Route:
    """A route from a path of the contract in which a parameter stands as its own name."""
    parts = (f"{{{part}}}" if part in NAMES else part for part in path.split("/"))
    return Route("/".join(parts), endpoint, methods=methods)


async def _unknown(request: Request, _error: Exception) -> Response:
    raise ApiError(error_info("not_supported", "backend.no_call", method=request.method, path=str(request.url.path)))
