"""Sessions: made, listed, remembered, and replaced when the service has lost one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..contract.errors import ApiError
from ..contract.local_api import TASKS_PATH, discard_path
from ..contract.session import NEW_SESSION_PATH, MediaFile, NewSession, Session, TaskItem, TaskList, two_letters
from .http_api import ApiClient
from .json_store import JsonStore
from .local_api import LocalApi
from .results import KnownFile, SessionInfo
from .sources import local_path

DEFAULT_NAME = "project"


class SessionService:
    """The sessions of one backend, with our own record of those made here."""

    def __init__(self, caller: ApiClient, records: JsonStore, extensions: LocalApi) -> None:
        self._caller = caller
        self._records = records
        self._extensions = extensions
        self._notices: dict[str, list[str]] = {}

    async def make(self, language: str, name: str | None = None) -> SessionInfo:
        """Make a session; a lost answer leaves at most an empty one behind, so asking twice is safe."""
        wanted = NewSession(task_name=name or DEFAULT_NAME, language=two_letters(language))
        payload = await self._caller.post(NEW_SESSION_PATH, wanted.body(), repeats=1)
        made = Session.parse(payload)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        record = {
            "session_id": made.session_id,
            "task_id": made.task_id,
            "task_name": wanted.task_name,
            "user_id": made.user_id,
            "language": wanted.language,
            "created_at": now,
            "sources": [],
        }
        await self._records.put(made.session_id, record)
        return _info(record)

    async def listing(self) -> list[SessionInfo]:
        """Newest first: as the backend lists them, or those that we remember."""
        try:
            payload = await self._extensions.get(TASKS_PATH)
        except ApiError as error:
            if error.fault.kind != "not_supported":
                raise
            kept = [_info(record) for record in self._records.all() if not record.get("successor")]
            return sorted(kept, key=lambda item: item.created_at, reverse=True)
        tasks = TaskList.parse({"tasks": payload} if isinstance(payload, list) else payload).tasks
        return [_of_task(task) for task in tasks]

    async def discard(self, session_id: str) -> None:
        """Remove a session in which nothing has been done; a service without a call for that keeps it, unlisted.

        Raises ApiError.
        """
        try:
            await self._extensions.post(discard_path(session_id))
        except ApiError as error:
            if error.fault.kind not in ("not_supported", "session_not_found"):
                raise
        self._records.remove(session_id)

    def successor(self, session_id: str) -> str:
        """The session that took over, followed to its end."""
        seen = {session_id}
        while (record := self._records.get(session_id)) and (after := str(record.get("successor") or "")):
            if after in seen:
                break
            seen.add(after)
            session_id = after
        return session_id

    def task_id(self, session_id: str) -> str:
        """The task id of a session that we made, else empty."""
        return str((self._records.get(session_id) or {}).get("task_id") or "")

    def language(self, session_id: str) -> str | None:
        """The language that was last spoken in a session that we made, None for others."""
        return str((self._records.get(session_id) or {}).get("language") or "") or None

    async def remember_language(self, session_id: str, language: str) -> None:
        """From now on the session is spoken to in this language."""
        record = self._records.get(session_id)
        if record is not None and record.get("language") != language:
            await self._records.put(session_id, {**record, "language": language})

    async def remember_sources(self, session_id: str, sources: list[str], media: Sequence[MediaFile] = ()) -> None:
        """Keep what was uploaded, so that a lost session can be rebuilt, and what the service calls it."""
        record = self._records.get(session_id)
        if record is None:
            return
        known = [text for text in _texts(record.get("sources")) if text not in sources]
        files = record["files"] if isinstance(record.get("files"), dict) else {}
        if len(media) == len(sources):
            files = {**files, **{source: _names_of(each) for source, each in zip(sources, media, strict=True)}}
        await self._records.put(session_id, {**record, "sources": [*known, *sources], "files": files})

    def known_files(self, session_id: str) -> list[KnownFile]:
        """The files of this machine in a session that we made, in their order."""
        record = self._records.get(session_id) or {}
        files = record["files"] if isinstance(record.get("files"), dict) else {}
        sources = [(local_path(text), _texts(files.get(text))) for text in _texts(record.get("sources"))]
        return [KnownFile(path, frozenset([path.name, *names])) for path, names in sources if path is not None]

    def replaceable(self, session_id: str) -> list[str] | None:
        """What to upload again after this session was lost, None when it was never ours."""
        record = self._records.get(session_id)
        if record is None or self._caller.credentials.config.kind == "embedded":
            return None
        return _texts(record.get("sources"))

    async def replace(self, session_id: str, language: str | None = None) -> SessionInfo:
        """Make the session that takes over."""
        record = self._records.get(session_id) or {}
        spoken = language or str(record.get("language") or "en")
        fresh = await self.make(spoken, str(record.get("task_name") or DEFAULT_NAME))
        await self._records.put(session_id, {**record, "successor": fresh.session_id})
        return fresh

    def notice(self, session_id: str, text: str) -> None:
        """Keep a sentence that the user must be told."""
        self._notices.setdefault(session_id, []).append(text)

    def take_notices(self, session_id: str) -> list[str]:
        """The sentences kept for a session, once."""
        return self._notices.pop(session_id, [])


def _info(record: dict[str, Any]) -> SessionInfo:
    names = ("session_id", "task_id", "task_name", "user_id", "created_at")
    return SessionInfo(**{name: str(record.get(name) or "") for name in names})


def _of_task(task: TaskItem) -> SessionInfo:
    return SessionInfo(
        session_id=task.session_id,
        task_id=task.task_id,
        task_name=task.task_name,
        created_at=task.created_at,
        updated_at=task.updated_at,
    )


def _names_of(media: MediaFile) -> list[str]:
    names = (media.media_id, media.file_id, media.filename, media.cdn_url, media.url)
    return sorted({name for name in names if name})


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


EMBEDDED = "embedded"
"""The local backend knows the files of its sessions itself."""


def local_files_by_session(state_dir: Path) -> frozenset[Path]:
    """The files that sessions of distant backends name, by our own records; they may be needed to rebuild one."""
    files: set[Path] = set()
    local = JsonStore.folder_name(EMBEDDED)
    for folder in state_dir.glob("*/sessions"):
        if folder.parent.name == local:
            continue
        for record in JsonStore(folder).all():
            sources = record.get("sources")
            named = [text for text in sources if isinstance(text, str)] if isinstance(sources, list) else []
            files |= {path for path in map(local_path, named) if path is not None}
    return frozenset(files)
