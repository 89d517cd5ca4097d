"""What the client hands back. Times are integer milliseconds unless a name says otherwise."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..contract.draft_view import DraftView, TrackView
from ..contract.errors import ErrorInfo
from ..contract.render import FINAL_STATUSES, QualityCheck, RenderStatus
from ..contract.session import MediaFile, exportable


@dataclass(frozen=True)
class SessionInfo:
    """One session; times are ISO 8601, empty when unknown."""

    session_id: str
    task_id: str = ""
    task_name: str = ""
    user_id: str = ""
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True)
class KnownFile:
    """A file of this machine that was added to a session, and everything that the service may call it."""

    path: Path
    names: frozenset[str]


@dataclass(frozen=True)
class SessionState:
    """The latest state of a session. `draft` is the raw wire draft, untouched; None before any edit."""

    session_id: str
    task_id: str = ""
    task_name: str = ""
    updated_at: str = ""
    draft: dict[str, Any] | None = None
    reading: DraftView = field(default_factory=DraftView)
    media: tuple[MediaFile, ...] = ()

    @property
    def version(self) -> int | None:
        """Version of the timeline, None when the backend does not count them."""
        return self.reading.rev

    @property
    def duration_ms(self) -> int:
        return self.reading.duration_ms

    @property
    def tracks(self) -> tuple[TrackView, ...]:
        return self.reading.tracks

    @property
    def summary(self) -> str:
        """The summary line, such as `Timeline (1 track): 1. Video: match (0-75s)`."""
        return self.reading.summary

    @property
    def exportable(self) -> bool:
        """True when there is something to render."""
        return exportable(self.draft)


@dataclass(frozen=True)
class Preview:
    """A picture with its description in words."""

    data: bytes
    mime: str
    description: str = ""


@dataclass(frozen=True)
class ReelFacts:
    """What a downloaded reel was found to be."""

    duration_ms: int
    width: int
    height: int


@dataclass(frozen=True)
class RenderResult:
    """A snapshot of one export. `path` is the finished file on this machine, `progress` 0-100.

    `resumable` is true when we stopped asking before it ended: ask again with the same id. `joined` is true
    when the wish to export found this render under way.
    """

    render_id: str
    session_id: str
    status: RenderStatus = "pending"
    progress: int = 0
    stage: str = ""
    message: str = ""
    path: Path | None = None
    url: str | None = None
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    method: str | None = None
    checks: tuple[QualityCheck, ...] = ()
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    fault: ErrorInfo | None = None
    submitted_at: str = ""
    resumable: bool = False
    joined: bool = False

    @property
    def finished(self) -> bool:
        return self.status in FINAL_STATUSES
