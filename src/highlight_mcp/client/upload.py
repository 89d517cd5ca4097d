"""Adding footage: in place for the embedded backend, streamed from disk to others, by address for URLs."""

import logging
from collections.abc import Callable, Sequence

import anyio

from ..contract.codes import ContractError, fault
from ..contract.envelope import read
from ..contract.formats import format_of
from ..contract.upload import MediaFile, PathUpload, UploadAnswer, UrlUpload, upload_path
from ..messages import say
from .calls import Caller, of_broken
from .extensions import Extensions
from .foreign import media_of_elsewhere
from .multipart import FileBody
from .sources import LocalFile, Source, WebFile, check_for_cloud, parse_sources
from .transport import Broken

log = logging.getLogger(__name__)
UploadProgress = Callable[[int, int, str], None]
"""Bytes sent, bytes in all, file name."""

BY_REFERENCE_WAIT_S = 7_500
"""A little longer than a backend of ours may take for an address; when we leave, it stops."""
UNKNOWN_MIME = "application/octet-stream"


class Uploads:
    """Sends footage to sessions."""

    def __init__(self, caller: Caller, extensions: Extensions) -> None:
        self._caller = caller
        self._extensions = extensions

    async def send(
        self, session_id: str, named: Sequence[str], progress: UploadProgress | None = None
    ) -> list[MediaFile]:
        """Add all sources, in their order. Everything is checked before anything is sent.

        Raises ContractError; what was sent before a failure stays in the session.
        """
        kind = self._caller.credentials.config.kind
        sources = parse_sources(list(named), check_files=kind != "embedded")
        if kind == "embedded":
            return await self._by_reference(session_id, sources)
        if not await self._extensions.present():
            for source in sources:
                check_for_cloud(source)
        media: list[MediaFile] = []
        for source in sources:
            if isinstance(source, WebFile):
                media += await self._json(session_id, UrlUpload(urls=(source.url,)))
            else:
                media += await self._file(session_id, source, progress)
        return [media_of_elsewhere(each) for each in media]

    async def _by_reference(self, session_id: str, sources: list[Source]) -> list[MediaFile]:
        """One call per run of files or addresses, so that answers keep the order of the sources."""
        media: list[MediaFile] = []
        for source in sources:
            if isinstance(source, WebFile):
                media += await self._json(session_id, UrlUpload(urls=(source.url,)))
            else:
                media += await self._json(session_id, PathUpload(paths=(str(source.path),)))
        return media

    async def _json(self, session_id: str, body: UrlUpload | PathUpload) -> list[MediaFile]:
        path = upload_path(session_id)
        payload = await self._caller.post(path, body.body(), repeats=1, on_session=True, wait_s=BY_REFERENCE_WAIT_S)
        return _files(payload)

    async def _file(self, session_id: str, source: LocalFile, progress: UploadProgress | None) -> list[MediaFile]:
        """Stream one file; once more after a broken connection, since a duplicate does no harm."""
        for last in (False, True):
            try:
                return await self._attempt(session_id, source, progress)
            except Broken as trouble:
                if last:
                    raise ContractError(of_broken(trouble)) from None
            except ContractError as error:
                if last or error.fault.http < 500:
                    raise
            except OSError as error:
                reason = error.strerror or say("client.why.refused")
                raise ContractError(
                    fault("file_missing", "client.unreadable", path=str(source.path), reason=reason)
                ) from None
            log.info("sending %s again", source.path.name)
            await anyio.sleep(self._caller.credentials.config.timing.retry_delays[0])
        raise AssertionError("unreachable")

    async def _attempt(self, session_id: str, source: LocalFile, progress: UploadProgress | None) -> list[MediaFile]:
        found = format_of(source.path.name)
        body = FileBody(source.path, source.path.name, found.mime if found else UNKNOWN_MIME, source.size)

        def sent(done: int) -> None:
            if progress is not None:
                progress(done, source.size, source.path.name)

        async with self._caller.stream(upload_path(session_id), lambda: body.chunks(sent), body.headers) as answer:
            return _files(read(answer.status, await answer.body(), session_path=True))


def _files(payload: object) -> list[MediaFile]:
    files = list(UploadAnswer.parse(payload).files)
    if not files:
        raise ContractError(fault("transport", "client.no_media_named"))
    return files
