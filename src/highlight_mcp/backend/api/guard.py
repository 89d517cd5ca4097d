"""Who may speak to this backend: programs of this machine that know the secret, and no web page."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...contract.account import ANONYMOUS_TOKEN_PATH
from ...contract.errors import ApiError, error_info
from ...contract.local_api import EVENTS_PATH
from ...messages import language_of, use_language
from ..services import Services
from .responses import failed, fault_from

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

        language = language_of(Headers(scope=scope).get("accept-language"))
        with self._counted(services, scope), use_language(language):
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
