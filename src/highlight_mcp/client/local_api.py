"""The calls under `/api/local/`, which only our own backend offers.

Whether an address is a backend of ours is asked once, and only a clear yes counts: servers of others refuse what they
do not know with any status and any page.
"""

import secrets
from collections.abc import Sequence
from typing import Any

import anyio

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.local_api import HEALTH_PATH, HealthAnswer
from ..contract.redaction import printable
from ..contract.session import (
    LeftOut,
    UploadJob,
    UploadSource,
    UploadStart,
    cancel_upload_path,
    upload_job_path,
    uploads_path,
)
from ..contract.wire import read
from .credentials import NOT_IMPLEMENTED, ServiceEndpoint
from .http_api import ApiClient, Query, of_broken
from .sources import WebFile, parse_sources
from .transport import Response, TransportError

PASSING = {408, 425, 429}
"""Statuses, beside those of server errors, that say nothing about what a server offers."""


class LocalApi:
    """Calls that a backend may not know; what it once did not know is not asked again."""

    def __init__(self, caller: ApiClient) -> None:
        self._caller = caller
        self._missing: set[str] = set()
        self._known: bool | None = {"embedded": True, "cloud": False}.get(caller.credentials.config.kind)
        self._refused_as: ServiceEndpoint | None = None
        self._asking = anyio.Lock()

    @property
    def offered(self) -> bool:
        """True when the backend is known to be one of ours."""
        return self._known is True

    async def present(self) -> bool:
        """True for a backend of our own making. Raises ApiError when it cannot be reached.

        An answer that says nothing, such as a gateway's error, counts as no until the next time.
        """
        if self._known is None:
            async with self._asking:
                endpoint = await self._caller.credentials.endpoint()
                if self._known is None and endpoint != self._refused_as:
                    await self._recognise(endpoint)
        return self.offered

    async def _recognise(self, endpoint: ServiceEndpoint) -> None:
        try:
            answer = await self._caller.ask(HEALTH_PATH)
        except TransportError as trouble:
            if not trouble.sent:
                raise ApiError(of_broken(trouble)) from None
            return
        if _is_ours(answer):
            self._known = True
        elif answer.status not in PASSING and (answer.status < 500 or answer.status == NOT_IMPLEMENTED):
            self._refused_as = endpoint

    async def get(self, path: str, query: Query | None = None, *, wait_s: float = 0) -> Any:
        """The payload of a call. Raises ApiError, kind `not_supported` where it is not offered."""
        await self._check(path)
        try:
            return await self._caller.get(path, query, wait_s=wait_s)
        except ApiError as error:
            raise self._noted(path, error) from None

    async def fetch(self, path: str, query: Query | None = None, *, wait_s: float = 0) -> Response:
        """The whole answer of a call, such as a picture. Raises ApiError."""
        await self._check(path)
        try:
            return await self._caller.fetch(path, query, wait_s=wait_s)
        except ApiError as error:
            raise self._noted(path, error) from None

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """A call that may be repeated. Raises ApiError."""
        await self._check(path)
        try:
            return await self._caller.post(path, body, repeats=1, wait_s=10)
        except ApiError as error:
            raise self._noted(path, error) from None

    async def _check(self, path: str) -> None:
        if _name(path) in self._missing or not await self.present():
            raise ApiError(error_info("not_supported"))

    def _noted(self, path: str, error: ApiError) -> ApiError:
        if error.fault.kind == "not_supported":
            self._missing.add(_name(path))
        return error


def _is_ours(answer: Response) -> bool:
    """Our own backend names the contract that it speaks."""
    try:
        return answer.status == 200 and bool(HealthAnswer.parse(read(answer.status, answer.body)).contract)
    except ApiError:
        return False


def _name(path: str) -> str:
    """`turns` of `/api/local/turns/s1/latest`."""
    return path.split("/")[3] if path.count("/") >= 3 else path


class LocalUploads:
    """Starts, follows and cancels them; other backends than the local one are sent files one by one instead."""

    def __init__(self, caller: ApiClient, extensions: LocalApi) -> None:
        self._extensions = extensions
        self._here = caller.credentials.config.kind == "embedded"

    async def begin(
        self, session_id: str, named: Sequence[str], left_out: Sequence[tuple[str, ErrorInfo]]
    ) -> UploadJob | None:
        """Hand a list over; None where that is not offered. `left_out` is kept with it. Raises ApiError."""
        if not self._here:
            return None
        refused = [LeftOut(source=printable(source), fault=problem) for source, problem in left_out]
        sources: list[UploadSource] = []
        for text in named:
            try:
                sources.append(_source(text))
            except ApiError as error:
                refused.append(LeftOut(source=printable(text), fault=error.fault))
        if not sources:
            raise ApiError(refused[0].fault)
        asked = UploadStart(upload_id=f"upload_{secrets.token_hex(8)}", sources=tuple(sources), left_out=tuple(refused))
        try:
            return UploadJob.parse(await self._extensions.post(uploads_path(session_id), asked.body()))
        except ApiError as error:
            if error.fault.kind != "not_supported":
                raise
            return None

    async def get(self, upload_id: str, wait_s: float, after: int) -> UploadJob:
        """One upload: once it is over, once more than `after` sources had their turn, or after `wait_s`."""
        return await self._followed(upload_job_path(upload_id), wait_s, after)

    async def latest(self, session_id: str, wait_s: float, after: int) -> UploadJob | None:
        """The running or last upload of a session, None when there was none or the backend keeps none."""
        if not self._here:
            return None
        try:
            return await self._followed(uploads_path(session_id), wait_s, after)
        except ApiError as error:
            if error.fault.kind not in ("not_supported", "not_found"):
                raise
            return None

    async def cancel(self, upload_id: str) -> UploadJob:
        """Stop an upload; what is in stays. Raises ApiError `not_found`."""
        if not self._here:
            raise ApiError(error_info("not_found", "client.no_upload", upload_id=upload_id))
        return UploadJob.parse(await self._extensions.post(cancel_upload_path(upload_id)))

    async def _followed(self, path: str, wait_s: float, after: int) -> UploadJob:
        query = {"wait_s": wait_s, "after": after}
        return UploadJob.parse(await self._extensions.get(path, query, wait_s=wait_s))


def _source(text: str) -> UploadSource:
    """A source as it travels. Raises ApiError that quotes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ApiError(error_info("bad_request", "client.name_no_text", text=printable(text))) from None
    (parsed,) = parse_sources([text], check_files=False)
    if isinstance(parsed, WebFile):
        return UploadSource(source=text, url=parsed.url)
    return UploadSource(source=text, path=str(parsed.path))
