"""Answers of the extensions under `/api/local/` (contract section 11)."""

import json
from typing import Any, Literal

from pydantic import Field

from .turn import PickInfo, TurnResult, TurnStatus
from .wire import Count, Lenient, Wire, segment

HEALTH_PATH = "/api/local/health"
TASKS_PATH = "/api/local/tasks"
DESCRIPTION_HEADER = "X-Description"
SETTINGS_HEADER = "X-Highlight-Settings"
PreviewWhat = Literal["storyboard", "moments", "frame", "clip"]


def discard_path(session_id: str) -> str:
    """Path that removes a session in which nothing has been done (POST)."""
    return f"/api/local/sessions/{segment(session_id)}/discard"


def turn_path(session_id: str) -> str:
    """Path of the running or last turn of a session; takes `wait_s`."""
    return f"/api/local/turns/{segment(session_id)}/latest"


def cancel_turn_path(turn_id: str) -> str:
    """Path that cancels a turn (POST)."""
    return f"/api/local/turns/{segment(turn_id)}/cancel"


def versions_path(session_id: str) -> str:
    """Path of the versions of a session."""
    return f"/api/local/versions/{segment(session_id)}"


def moments_path(session_id: str) -> str:
    """Path of the ranked moments of a session."""
    return f"/api/local/moments/{segment(session_id)}"


def preview_path(session_id: str) -> str:
    """Path of a picture of a session; takes `what`, `at_ms`, `media_id`; for a clip `from_ms` and `to_ms`."""
    return f"/api/local/preview/{segment(session_id)}"


def renders_path(session_id: str) -> str:
    """Path of the renders of a session, newest first."""
    return f"/api/local/renders/{segment(session_id)}"


class JobSettings(Wire):
    """What a host's settings say of its jobs; in `SETTINGS_HEADER` of each call, as JSON in ASCII.

    So one local backend serves hosts that differ in them: where reels go, the font of titles, models by their name.
    """

    output_dir: str
    font: str | None = None
    models: dict[str, str] = Field(default_factory=dict)

    @property
    def header(self) -> str:
        """The value of the header."""
        return json.dumps(self.model_dump())

    def as_job(self) -> dict[str, Any]:
        """The part that an engine job carries."""
        return {"font": self.font, "models": self.models}


class Health(Wire):
    """What a backend says of itself."""

    version: Lenient[str] = ""
    contract: Lenient[str] = ""
    jobs_running: Count = 0
    idle_s: Lenient[float] = 0.0
    pid: Lenient[int | None] = None


class TurnInfo(Wire):
    """The running or last turn of a session; `fault` is set when it failed for a technical reason."""

    turn_id: str
    session_id: Lenient[str] = ""
    status: TurnStatus
    stage: Lenient[str] = ""
    progress: Count = 0
    total: Lenient[int] = 100
    message: Lenient[str] = ""
    result: TurnResult | None = None
    fault: Lenient[dict[str, Any] | None] = None


class VersionInfo(Wire):
    """One version of the timeline: when it was made (ISO 8601), by which change."""

    rev: int
    parent: Lenient[int | None] = None
    created_at: Lenient[str] = ""
    change: Lenient[str] = ""
    name: Lenient[str] = ""
    duration_ms: Count = 0
    current: Lenient[bool] = False


class VersionList(Wire):
    """The newest versions, newest first."""

    versions: tuple[VersionInfo, ...] = ()


class CurvePoint(Wire):
    """How lively the footage is at one time."""

    at_ms: int
    score: float


class Moments(Wire):
    """Ranked candidates, best first, and the signal curve of each media file."""

    moments: Lenient[tuple[PickInfo, ...]] = ()
    curve: Lenient[dict[str, tuple[CurvePoint, ...]]] = Field(default_factory=dict)
