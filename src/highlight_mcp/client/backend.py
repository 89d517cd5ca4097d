"""The facade: one object that speaks to one backend, whichever it is."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import unquote

import anyio

from ..contract.draft_view import view_draft
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.exports import ExportDetails
from ..contract.formats import title_name
from ..contract.local_api import (  # fmt: skip
    DESCRIPTION_HEADER,
    HEALTH_PATH,
    HealthAnswer,
    Moments,
    VersionDraft,
    VersionInfo,
    VersionList,
    moments_path,
    preview_path,
    version_path,
    versions_path,
)
from ..contract.redaction import cited, sanitize_message
from ..contract.session import Balance, MediaFile, UploadJob
from ..contract.turn import CutListPart
from ..messages import in_sentences, say
from .account import CreditAccount
from .change_feed import ChangeFeed, ChangeSubscription, FeedEvent
from .config import BackendKind, ClientConfig
from .credentials import Credentials
from .download import ReelDownloads
from .edit_outcome import StateApi
from .edit_stream import EditHandle
from .edits import EditService
from .foreign_backend import version_of_elsewhere
from .http_api import ApiClient, BackgroundTasks, Query
from .json_store import JsonStore
from .local_api import LocalApi, LocalUploads
from .render_submission import RenderRecords
from .renders import PLAIN, RenderService
from .results import KnownFile, Preview, RenderResult, SessionInfo, SessionState
from .sessions import SessionService
from .transport import Transport, origin_of
from .uploads import UploadNotice, UploadProgress, UploadService
from .verbalizer import language_of_words

log = logging.getLogger(__name__)
T = TypeVar("T")


class BackendClient:
    """A connection to a backend; use it with `async with`, in one task that outlives all calls.

    Nothing is sent before the first call, except that unfinished exports of the cloud are resumed.
    A session that the service has lost is replaced once per call: known footage is uploaded again,
    `successor` names the new session and `take_notices` has the sentence for the user. Every failure
    raises ApiError, whose `fault` says what was wrong and what to do.
    """

    def __init__(self, config: ClientConfig) -> None:
        self._config = config
        self._transport = Transport(config.base_url, config.timing)
        self._background = BackgroundTasks()
        credentials = Credentials(config, self._transport)
        caller = ApiClient(self._transport, credentials)
        folder = config.state_dir / JsonStore.folder_name(config.backend_name)
        self.disclosure = UploadNotice(config, JsonStore(folder / "told"))
        self._extensions = LocalApi(caller)
        self._account = CreditAccount(caller)
        self._states = StateApi(caller)
        self._sessions = SessionService(caller, JsonStore(folder / "sessions"), self._extensions)
        self._uploads = UploadService(caller, self._extensions)
        self._upload_jobs = LocalUploads(caller, self._extensions)
        self._edits = EditService(caller, self._states, self._extensions, self._account, self._background)
        self._renders = RenderService(
            caller,
            RenderRecords(JsonStore(folder / "renders")),
            ReelDownloads(self._transport, credentials),
            self._extensions,
            self._account,
            self._background,
        )
        self._watch = ChangeFeed(caller, self._transport, self._states, self._extensions, self.render)

    async def __aenter__(self) -> Self:
        if origin_of(self._config.base_url) is None:
            raise ApiError(error_info("bad_address", "client.bad_address", base_url=self._config.base_url))
        await self._background.__aenter__()
        if self._config.kind != "embedded":
            self._renders.resume()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._background.__aexit__(kind, error, trace)
        finally:
            with anyio.CancelScope(shield=True):
                await self._transport.aclose()

    @property
    def kind(self) -> BackendKind:
        """What the backend is: `embedded`, `remote` or `cloud`."""
        return self._config.kind

    async def session(self, language: str = "en", name: str | None = None) -> SessionInfo:
        """Make a new session; `language` is an ISO code."""
        return await self._advised(self._sessions.make(language, name))

    async def sessions(self) -> list[SessionInfo]:
        """The caller's sessions, newest first."""
        return await self._advised(self._sessions.listing())

    async def discard(self, session_id: str) -> None:
        """Remove a session of ours in which nothing has been done, so that nobody finds it empty."""
        await self._advised(self._sessions.discard(session_id))

    def successor(self, session_id: str) -> str:
        """The session that took over after this one was lost; else the same id."""
        return self._sessions.successor(session_id)

    def take_notices(self, session_id: str) -> list[str]:
        """Sentences the user must be told about this session, once."""
        return self._sessions.take_notices(self.successor(session_id))

    async def upload(
        self, session_id: str, sources: Sequence[str], progress: UploadProgress | None = None
    ) -> list[MediaFile]:
        """Add footage: absolute paths, `file://` or `http(s)://` addresses, in their order."""

        async def send(session: str) -> list[MediaFile]:
            media = await self._uploads.send(session, sources, progress)
            await self._sessions.remember_sources(session, list(sources), media)
            return media

        return await self._on_session(session_id, send)

    async def begin_upload(
        self, session_id: str, sources: Sequence[str], left_out: Sequence[tuple[str, ErrorInfo]] = ()
    ) -> UploadJob | None:
        """Hand sources over to the local backend, which goes on by itself; None for all others, see `upload`.

        What was `left_out`, and why, is told with the upload to everybody who asks.
        """
        return await self._advised(self._upload_jobs.begin(session_id, sources, left_out))

    async def upload_job(self, upload_id: str, wait_s: float = 0, after: int = 0) -> UploadJob:
        """An upload that was handed over, after at most `wait_s` or when more than `after` sources had their turn."""
        return await self._advised(self._upload_jobs.get(upload_id, wait_s, after))

    async def latest_upload(self, session_id: str, wait_s: float = 0, after: int = 0) -> UploadJob | None:
        """The running or last upload of a session that was handed over, whoever did that."""
        return await self._advised(self._upload_jobs.latest(self.successor(session_id), wait_s, after))

    async def cancel_upload(self, upload_id: str) -> UploadJob:
        """Stop an upload that was handed over; what is in stays. Raises ApiError `not_found`."""
        return await self._advised(self._upload_jobs.cancel(upload_id))

    async def start_edit(
        self,
        session_id: str,
        *,
        instruction: str | None = None,
        operations: Sequence[dict[str, Any]] | None = None,
        base_version: int | None = None,
        language: str | None = None,
        cuts: CutListPart | None = None,
    ) -> EditHandle:
        """Start one edit turn; returns as soon as the backend has taken it.

        Either words or typed operations, or both, or a list of cuts to take over. The answer is in `language`, else in
        that of the words, else in that of the session; the session keeps it.
        """
        known = self._sessions.language(self.successor(session_id)) or "en"
        spoken = language or language_of_words(instruction or "", known)

        async def start(session: str) -> EditHandle:
            await self._sessions.remember_language(session, spoken)
            return await self._edits.start(session, instruction, operations, base_version, spoken, cuts)

        turn = await self._on_session(session_id, start, spoken)
        turn.notices += self.take_notices(turn.session_id)
        return turn

    def session_language(self, session_id: str) -> str | None:
        """The language that was last spoken in a session, None where that is not known."""
        return self._sessions.language(self.successor(session_id))

    async def turn(self, session_id: str, wait_s: float = 0) -> EditHandle | None:
        """The running or last turn of a session, after at most `wait_s` seconds; None when there was none."""
        return await self._advised(self._edits.latest(self.successor(session_id), wait_s))

    async def cancel_turn(self, turn_id: str) -> EditHandle:
        """Cancel a turn by its id. Raises ApiError `not_found`."""
        return await self._advised(self._edits.cancel(turn_id))

    async def state(self, session_id: str) -> SessionState:
        """The latest state of a session."""
        return await self._on_session(session_id, self._states.latest)

    async def versions(self, session_id: str) -> list[VersionInfo]:
        """The versions of the timeline, newest first; empty when the backend keeps none."""
        payload = await self._optional(versions_path(self.successor(session_id)))
        versions = VersionList.parse({"versions": payload} if isinstance(payload, list) else payload or {})
        own = self.kind == "embedded"
        return [each if own else version_of_elsewhere(each) for each in versions.versions]

    async def keeps_versions(self) -> bool:
        """Whether the backend keeps every version, and makes several in one edit. Raises ApiError."""
        return await self._advised(self._extensions.present())

    async def version(self, session_id: str, number: int) -> SessionState:
        """The state of a session as it is at a version. Raises ApiError `not_found` or `not_supported`."""
        state = await self.state(session_id)
        if state.version == number:
            return state
        path = version_path(self.successor(session_id), number)
        told = VersionDraft.parse(await self._advised(self._extensions.get(path)))
        return self._states.at_draft(state, told.draft)

    async def moments(self, session_id: str) -> Moments:
        """Ranked moments of the footage; empty when the backend does not tell."""
        payload = await self._optional(moments_path(self.successor(session_id)), wait_s=600)
        return Moments.parse(payload or {})

    async def preview(
        self,
        session_id: str,
        what: Literal["storyboard", "moments", "frame"],
        at_ms: int | None = None,
        media_id: str | None = None,
    ) -> Preview:
        """A picture of the cut, of the moments, or of one frame. Raises ApiError `not_supported`."""
        return await self._look(session_id, {"what": what, "at_ms": at_ms, "media_id": media_id})

    async def clip(self, session_id: str, from_ms: int, to_ms: int) -> Preview:
        """A small MP4 of a part of the cut, at most 15 s long. Raises ApiError `not_supported`."""
        return await self._look(session_id, {"what": "clip", "from_ms": from_ms, "to_ms": to_ms})

    async def _look(self, session_id: str, query: Query) -> Preview:
        path = preview_path(self.successor(session_id))
        answer = await self._advised(self._extensions.fetch(path, query, wait_s=600))
        described = sanitize_message(unquote(answer.headers.get(DESCRIPTION_HEADER.lower(), "")))
        if described and self.kind != "embedded":
            described = cited(described)
        mime = answer.headers.get("content-type", "").partition(";")[0].strip()
        return Preview(answer.body, mime or "image/jpeg", described)

    async def credits(self) -> Balance:
        """The credit balance."""
        return await self._advised(self._account.credits())

    async def claim_link(self, session_id: str) -> str:
        """A link that opens the session in the web editor. Raises ApiError `not_supported`."""
        session = self.successor(session_id)
        return await self._advised(self._account.claim_link(self._sessions.task_id(session), session))

    async def start_render(
        self,
        session_id: str,
        preset: str | None = None,
        filename: str | None = None,
        version: int | None = None,
        details: ExportDetails = PLAIN,
    ) -> RenderResult:
        """Start an export of the current timeline or of a version, or join the same one where it runs already.

        Raises ApiError `nothing_to_export` without a timeline, else as `version`.
        """
        if version is None:
            return await self._renders.start(await self.state(session_id), preset, filename, details)
        state = await self.version(session_id, version)
        name = title_name(state.task_name)
        return await self._renders.start(state, preset, filename or (f"{name} v{version}" if name else None), details)

    async def start_render_of(
        self,
        session_id: str,
        draft: dict[str, Any],
        preset: str | None = None,
        filename: str | None = None,
        details: ExportDetails = PLAIN,
    ) -> RenderResult:
        """Start an export of a given draft with the footage of a session; its timeline stays as it is."""
        state = SessionState(session_id, draft=draft, reading=view_draft(draft))
        return await self._advised(self._renders.start(state, preset, filename, details))

    def known_files(self, session_id: str) -> list[KnownFile]:
        """The files of this machine that were added to a session."""
        return self._sessions.known_files(self.successor(session_id))

    async def render(
        self, render_id: str, wait_s: float = 0, on_update: Callable[[RenderResult], None] | None = None
    ) -> RenderResult:
        """An export, after at most `wait_s` seconds of waiting for its end; resumes one we stopped watching."""
        return await self._renders.wait(render_id, wait_s, on_update)

    async def renders(self, session_id: str) -> list[RenderResult]:
        """The exports of a session, newest first."""
        return await self._advised(self._renders.of(self.successor(session_id)))

    async def cancel_render(self, render_id: str) -> RenderResult:
        """Stop an export; one that is over stays as it is."""
        return await self._advised(self._renders.cancel(render_id))

    async def health(self) -> HealthAnswer:
        """What the backend says of itself. Raises ApiError `not_supported` for the cloud."""
        return HealthAnswer.parse(await self._extensions.get(HEALTH_PATH))

    def changes(self, watched: Callable[[], Collection[ChangeSubscription]]) -> AsyncGenerator[FeedEvent, None]:
        """News without end of what anybody changed; use it with `aclosing`.

        `watched` names the sessions and renders that matter: a backend that sends no news is asked for
        those every thirty seconds. Never starts a backend that has gone away.
        """
        return self._watch.news(watched)

    async def _on_session(self, session_id: str, call: Callable[[str], Awaitable[T]], language: str | None = None) -> T:
        """Do something with a session, and once more with a new one when the service has lost it."""
        session = self.successor(session_id)
        try:
            return await self._advised(call(session))
        except ApiError as error:
            if error.fault.kind != "session_not_found":
                raise
            sources = self._sessions.replaceable(session)
            if sources is None:
                raise
        fresh = await self._advised(self._sessions.replace(session, language))
        await self._send_again(fresh.session_id, sources)
        return await self._advised(call(fresh.session_id))

    async def _send_again(self, session_id: str, sources: list[str]) -> None:
        missing = []
        for source in sources:
            try:
                media = await self._uploads.send(session_id, [source])
                await self._sessions.remember_sources(session_id, [source], media)
            except ApiError as error:
                log.info("not uploaded again: %s", error.fault.kind)
                missing.append(source)
        sent = len(sources) - len(missing)
        lost = say("client.session_lost", sent=sent, many=len(sources))
        absent = [say("client.sources_missing", names=tuple(missing))] if missing else []
        self._sessions.notice(session_id, in_sentences(lost, *absent))

    async def _optional(self, path: str, wait_s: float = 0) -> Any:
        try:
            return await self._advised(self._extensions.get(path, wait_s=wait_s))
        except ApiError as error:
            if error.fault.kind != "not_supported":
                raise
            return None

    async def _advised(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except ApiError as error:
            raise self._account.advise(error) from None
