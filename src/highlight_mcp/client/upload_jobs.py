"""Uploads that the local backend works through by itself, whoever goes away meanwhile."""

import secrets
from collections.abc import Sequence

from ..contract.codes import ContractError, Fault, fault
from ..contract.redaction import printable
from ..contract.upload_job import (
    LeftOut,
    UploadJob,
    UploadSource,
    UploadStart,
    cancel_upload_path,
    upload_job_path,
    uploads_path,
)
from .calls import Caller
from .extensions import Extensions
from .sources import WebFile, parse_sources


class UploadJobs:
    """Starts, follows and cancels them; other backends than the local one are sent files one by one instead."""

    def __init__(self, caller: Caller, extensions: Extensions) -> None:
        self._extensions = extensions
        self._here = caller.credentials.config.kind == "embedded"

    async def begin(
        self, session_id: str, named: Sequence[str], left_out: Sequence[tuple[str, Fault]]
    ) -> UploadJob | None:
        """Hand a list over; None where that is not offered. `left_out` is kept with it. Raises ContractError."""
        if not self._here:
            return None
        refused = [LeftOut(source=printable(source), fault=problem) for source, problem in left_out]
        sources: list[UploadSource] = []
        for text in named:
            try:
                sources.append(_source(text))
            except ContractError as error:
                refused.append(LeftOut(source=printable(text), fault=error.fault))
        if not sources:
            raise ContractError(refused[0].fault)
        asked = UploadStart(upload_id=f"upload_{secrets.token_hex(8)}", sources=tuple(sources), left_out=tuple(refused))
        try:
            return UploadJob.parse(await self._extensions.post(uploads_path(session_id), asked.body()))
        except ContractError as error:
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
        except ContractError as error:
            if error.fault.kind not in ("not_supported", "not_found"):
                raise
            return None

    async def cancel(self, upload_id: str) -> UploadJob:
        """Stop an upload; what is in stays. Raises ContractError `not_found`."""
        if not self._here:
            raise ContractError(fault("not_found", "client.no_upload", upload_id=upload_id))
        return UploadJob.parse(await self._extensions.post(cancel_upload_path(upload_id)))

    async def _followed(self, path: str, wait_s: float, after: int) -> UploadJob:
        query = {"wait_s": wait_s, "after": after}
        return UploadJob.parse(await self._extensions.get(path, query, wait_s=wait_s))


def _source(text: str) -> UploadSource:
    """A source as it travels. Raises ContractError that quotes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ContractError(fault("bad_request", "client.name_no_text", text=printable(text))) from None
    (parsed,) = parse_sources([text], check_files=False)
    if isinstance(parsed, WebFile):
        return UploadSource(source=text, url=parsed.url)
    return UploadSource(source=text, path=str(parsed.path))
