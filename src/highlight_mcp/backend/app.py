"""The ASGI application: routes of the wire contract over the services of one data directory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..contract.auth import ANONYMOUS_TOKEN_PATH, CLAIM_TOKEN_PATH
from ..contract.codes import ContractError, fault
from ..contract.credits import BALANCE_PATH
from ..contract.events import EVENTS_PATH
from ..contract.local import (
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
from ..contract.run_sse import RUN_PATH
from ..contract.session import NEW_SESSION_PATH
from ..contract.state import state_path
from ..contract.upload import upload_path
from ..contract.upload_job import cancel_upload_path, upload_job_path, uploads_path
from .config import BackendConfig
from .services import Services, open_services
from .web import accounts, events, looks, media_files, renders, sessions, turns, upload_jobs, uploads
from .web.guard import Guard

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
        Route(ANONYMOUS_TOKEN_PATH, accounts.anonymous_token, methods=post),
        Route(CLAIM_TOKEN_PATH, accounts.claim_token, methods=post),
        Route(NEW_SESSION_PATH, sessions.create, methods=post),
        Route(RUN_PATH, turns.run_sse, methods=post),
        _route(upload_path(SESSION), uploads.upload, methods=post),
        Route(BALANCE_PATH, accounts.balance, methods=get),
        _route(state_path(SESSION), sessions.state, methods=get),
        Route(RENDER_PATH, renders.submit, methods=post),
        _route(render_path(RENDER), renders.status, methods=get),
        _route(cancel_render_path(RENDER), renders.cancel, methods=post),
        _route(download_path(RENDER), media_files.download, methods=get),
        Route(HEALTH_PATH, looks.health, methods=get),
        Route(TASKS_PATH, sessions.listing, methods=get),
        _route(turn_path(SESSION), turns.latest, methods=get),
        _route(cancel_turn_path(TURN), turns.cancel, methods=post),
        _route(versions_path(SESSION), sessions.versions, methods=get),
        _route(discard_path(SESSION), sessions.discard, methods=post),
        _route(moments_path(SESSION), looks.moments, methods=get),
        _route(preview_path(SESSION), looks.preview, methods=get),
        _route(renders_path(SESSION), renders.listing, methods=get),
        _route(uploads_path(SESSION), upload_jobs.start, methods=post),
        _route(uploads_path(SESSION), upload_jobs.latest, methods=get),
        _route(upload_job_path(UPLOAD), upload_jobs.one, methods=get),
        _route(cancel_upload_path(UPLOAD), upload_jobs.cancel, methods=post),
        Route(EVENTS_PATH, events.follow, methods=get),
        Route("/media/{token}/{media_id}", media_files.media, methods=get),
        Route("/renders/{token}/{render_id}.mp4", media_files.reel, methods=get),
    ]


def _route(path: str, endpoint: Endpoint, methods: list[str]) -> Route:
    """A route from a path of the contract in which a parameter stands as its own name."""
    parts = (f"{{{part}}}" if part in NAMES else part for part in path.split("/"))
    return Route("/".join(parts), endpoint, methods=methods)


async def _unknown(request: Request, _error: Exception) -> Response:
    raise ContractError(fault("not_supported", "backend.no_call", method=request.method, path=str(request.url.path)))
