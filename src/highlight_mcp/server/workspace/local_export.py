"""Rendering on this machine what a service has cut: its draft, our own files, the local backend."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.abc

from ...client.backend import BackendClient
from ...client.results import KnownFile, RenderResult, SessionState
from ...contract.errors import ApiError, error_info
from ...contract.exports import ExportDetails
from ...contract.formats import title_name
from ...contract.session import MediaFile
from ...messages import message, say
from ..options import OpenClient
from .connection import BackendConnection
from .relink import RelinkSource, relink

KEPT = 200


class LocalExporter:
    """The local backend beside a distant one; opened at the first need."""

    def __init__(self, open_client: OpenClient, tasks: anyio.abc.TaskGroup) -> None:
        self._connection = BackendConnection(open_client, tasks)
        self._sessions: dict[tuple[Path, ...], tuple[str, list[MediaFile]]] = {}
        self._renders: dict[str, tuple[str, tuple[str, ...]]] = {}

    async def client(self) -> BackendClient:
        """The local backend. Raises ApiError when it cannot be started."""
        return await self._connection.client()

    def knows(self, render_id: str) -> bool:
        """True for an export that was started here."""
        return render_id in self._renders

    async def of(self, session_id: str) -> list[RenderResult]:
        """The exports of a session of the service that were made here, newest first. Raises ApiError."""
        mine = [render_id for render_id, (session, _told) in self._renders.items() if session == session_id]
        if not mine:
            return []
        local = await self.client()
        return [replace(await local.render(each), session_id=session_id) for each in reversed(mine)]

    def told(self, render_id: str) -> tuple[str, tuple[str, ...]]:
        """The session that an export belongs to in the service, and what its file lacks."""
        return self._renders[render_id]

    async def start(
        self,
        client: BackendClient,
        state: SessionState,
        preset: str | None,
        filename: str | None,
        details: ExportDetails,
    ) -> RenderResult:
        """Start an export of a distant timeline. Raises ApiError that names what stands in the way."""
        files = await anyio.to_thread.run_sync(present, client.known_files(state.session_id))
        if not files or state.draft is None:
            raise ApiError(error_info("not_supported", "server.no_local_file"))
        local = await self.client()
        session_id, media = await self._session(local, files, state.task_name)
        relinked = relink(state.draft, origins(files, media))
        if relinked.draft is None:
            why = relinked.left_out or (message("contract.left_out.nothing"),)
            raise ApiError(error_info("not_supported", "server.not_exportable_here", why=why))
        name = filename or title_name(state.reading.title or state.task_name or "") or None
        render = await local.start_render_of(session_id, relinked.draft, preset, name, details)
        if len(self._renders) >= KEPT:
            del self._renders[next(iter(self._renders))]
        self._renders[render.render_id] = (
            state.session_id,
            tuple(say("server.not_in_file", what=each) for each in relinked.left_out),
        )
        return render

    async def _session(
        self, local: BackendClient, files: Sequence[KnownFile], name: str
    ) -> tuple[str, list[MediaFile]]:
        """A session of the local backend with these files; one that was made before is used again."""
        key = tuple(file.path for file in files)
        if key not in self._sessions:
            made = await local.session(name=name or None)
            self._sessions[key] = (made.session_id, await local.upload(made.session_id, [str(path) for path in key]))
        return self._sessions[key]


def present(files: Sequence[KnownFile]) -> list[KnownFile]:
    """Those that are still where they were."""
    return [file for file in files if file.path.is_file()]


def origins(files: Sequence[KnownFile], media: Sequence[MediaFile]) -> list[RelinkSource]:
    """Files under the names that the service has for them, with their ids here."""
    pairs = zip(files, media, strict=True)
    return [
        RelinkSource(media_id=each.media_id, names=file.names, kind=each.kind, duration_ms=each.duration_ms or 0)
        for file, each in pairs
    ]
