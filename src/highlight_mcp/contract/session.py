"""Bodies of sessions, their list and their state (contract sections 3, 6 and 11)."""

from typing import Any

from pydantic import AliasChoices, Field

from .upload import MediaFile
from .wire import Lenient, LenientName, WireModel, path_segment

NEW_SESSION_PATH = "/api/tasks/me/with-session/nemo_agent"

SESSION_ID = r"^[!-~]{1,200}$"
"""One word: an id stands at the end of every answer, where nothing else may be told."""


class NewSession(WireModel):
    """Ask for a session; `language` is an ISO code."""

    task_name: str = "project"
    language: str = "en"


class Session(WireModel):
    """A session that was made; its id is opaque."""

    session_id: str = Field(pattern=SESSION_ID, coerce_numbers_to_str=True)
    task_id: Lenient[LenientName] = ""
    user_id: Lenient[LenientName] = ""


class TaskItem(WireModel):
    """One session of the caller; times are ISO 8601."""

    session_id: str = Field(pattern=SESSION_ID, coerce_numbers_to_str=True)
    task_id: Lenient[str] = ""
    task_name: Lenient[str] = ""
    created_at: Lenient[str] = ""
    updated_at: Lenient[str] = ""


class TaskList(WireModel):
    """The caller's sessions, newest first."""

    tasks: tuple[TaskItem, ...] = Field((), validation_alias=AliasChoices("tasks", "sessions"))


JsonObject = dict[str, Any]


def state_path(session_id: str) -> str:
    """Path of the state call."""
    return f"/api/state/nemo_agent/me/{path_segment(session_id)}/latest"


class StateBody(WireModel):
    """Draft and footage; every key may be absent or null. The draft stays exactly as it came."""

    draft: Lenient[JsonObject | None] = None
    video_infos: Lenient[tuple[MediaFile, ...] | None] = None
    canvas_config: Lenient[JsonObject | None] = None
    video_analyses: Lenient[JsonObject | None] = None
    generated_media: Lenient[list[Any] | None] = None


class StateResponse(WireModel):
    """The latest state; `updated_at` is ISO 8601."""

    session_id: Lenient[str] = ""
    task_id: Lenient[LenientName] = ""
    task_name: Lenient[str] = ""
    user_id: Lenient[str] = ""
    updated_at: Lenient[str] = ""
    state: Lenient[StateBody] = Field(default_factory=StateBody)


def exportable(draft: Any) -> bool:
    """True when some track of the draft has segments, so that there is something to render."""
    tracks = draft.get("t") if isinstance(draft, dict) else None
    return isinstance(tracks, list) and any(isinstance(track, dict) and bool(track.get("sg")) for track in tracks)
