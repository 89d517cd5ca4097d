"""Answers and events of the extensions under `/api/local/` (contract section 11).

Of the events, first come `now` events, one for each recent session and render, as they are; then `ready`; then a
`change` event for each that changes. Comments keep the connection alive.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from .addresses import service_url
from .turn import PickInfo, TurnResult, TurnStatus
from .wire import Lenient, LenientCount, WireModel, path_segment

HEALTH_PATH = "/api/local/health"
TASKS_PATH = "/api/local/tasks"
DESCRIPTION_HEADER = "X-Description"
SETTINGS_HEADER = "X-Highlight-Settings"
PreviewWhat = Literal["storyboard", "moments", "frame", "clip"]


def discard_path(session_id: str) -> str:
    """Path that removes a session in which nothing has been done (POST)."""
    return f"/api/local/sessions/{path_segment(session_id)}/discard"


def turn_path(session_id: str) -> str:
    """Path of the running or last turn of a session; takes `wait_s`."""
    return f"/api/local/turns/{path_segment(session_id)}/latest"


def cancel_turn_path(turn_id: str) -> str:
    """Path that cancels a turn (POST)."""
    return f"/api/local/turns/{path_segment(turn_id)}/cancel"


def versions_path(session_id: str) -> str:
    """Path of the versions of a session."""
    return f"/api/local/versions/{path_segment(session_id)}"


def version_path(session_id: str, version: int | str) -> str:
    """Path of the draft of one version of a session."""
    return f"{versions_path(session_id)}/{version}"


def moments_path(session_id: str) -> str:
    """Path of the ranked moments of a session."""
    return f"/api/local/moments/{path_segment(session_id)}"


def preview_path(session_id: str) -> str:
    """Path of a picture of a session; takes `what`, `at_ms`, `media_id`; for a clip `from_ms` and `to_ms`."""
    return f"/api/local/preview/{path_segment(session_id)}"


def renders_path(session_id: str) -> str:
    """Path of the renders of a session, newest first."""
    return f"/api/local/renders/{path_segment(session_id)}"


class ReaderSettings(WireModel):
    """A language model that may read wishes: an endpoint that speaks chat completions as OpenAI's does.

    `key` is a secret: it goes from host to backend to endpoint, and is kept in memory alone.
    """

    url: Annotated[str, AfterValidator(service_url)]
    model: str
    key: str | None = Field(None, repr=False)
    timeout_s: float = Field(30.0, gt=0, le=300)


class JobSettings(WireModel):
    """What a host's settings say of its jobs; in `SETTINGS_HEADER` of each call, as JSON in ASCII.

    So one local backend serves hosts that differ in them: where reels go, the font of titles, models by their name,
    the loudness of reels in LUFS (None for as recorded), the language model that may read wishes.
    """

    output_dir: str
    font: str | None = None
    models: dict[str, str] = Field(default_factory=dict)
    loudness: float | None = Field(-14.0, ge=-40, le=-5)
    reader: ReaderSettings | None = None

    @property
    def header(self) -> str:
        """The value of the header."""
        return json.dumps(self.model_dump())

    def as_job(self) -> dict[str, Any]:
        """The part that an engine job carries, and that is stored with it."""
        return {"font": self.font, "models": self.models, "loudness": self.loudness}


class HealthAnswer(WireModel):
    """What a backend says of itself."""

    version: Lenient[str] = ""
    contract: Lenient[str] = ""
    jobs_running: LenientCount = 0
    idle_s: Lenient[float] = 0.0
    pid: Lenient[int | None] = None


class TurnInfo(WireModel):
    """The running or last turn of a session; `fault` is set when it failed for a technical reason.

    `request_id` is what its caller called it, where they did.
    """

    turn_id: str
    request_id: Lenient[str | None] = None
    session_id: Lenient[str] = ""
    status: TurnStatus
    stage: Lenient[str] = ""
    progress: LenientCount = 0
    total: Lenient[int] = 100
    message: Lenient[str] = ""
    result: TurnResult | None = None
    fault: Lenient[dict[str, Any] | None] = None


class VersionInfo(WireModel):
    """One version of the timeline: when it was made (ISO 8601), by which change."""

    rev: int
    parent: Lenient[int | None] = None
    created_at: Lenient[str] = ""
    change: Lenient[str] = ""
    name: Lenient[str] = ""
    duration_ms: LenientCount = 0
    current: Lenient[bool] = False


class VersionList(WireModel):
    """The newest versions, newest first."""

    versions: tuple[VersionInfo, ...] = ()


class VersionDraft(WireModel):
    """One version with its timeline as the wire has it."""

    rev: int
    draft: dict[str, Any]


class CurvePoint(WireModel):
    """How lively the footage is at one time."""

    at_ms: int
    score: float


class FootageKindInfo(WireModel):
    """What kind of footage a file seems to be, how likely (0..1), and in words why and what was not judged."""

    kind: str
    likely: Lenient[float | None] = None
    told: Lenient[str | None] = None


class Moments(WireModel):
    """Ranked candidates, best first, the signal curve of each media file and what kind of footage it seems to be."""

    moments: Lenient[tuple[PickInfo, ...]] = ()
    footage: Lenient[dict[str, FootageKindInfo]] = Field(default_factory=dict)
    curve: Lenient[dict[str, tuple[CurvePoint, ...]]] = Field(default_factory=dict)


EVENTS_PATH = "/api/local/events"
NOW, READY, CHANGE = "now", "ready", "change"


class ChangeEvent(WireModel):
    """A session with the version of its timeline (0 before any edit), or a render with how it ended."""

    session_id: str
    version: Lenient[int | None] = None
    render_id: Lenient[str | None] = None
    status: Lenient[str | None] = None
