"""The state of a session (contract section 6)."""

from typing import Any

from pydantic import Field

from .upload import MediaFile
from .wire import Lenient, Name, Wire, segment

JsonObject = dict[str, Any]


def state_path(session_id: str) -> str:
    """Path of the state call."""
    return f"/api/state/nemo_agent/me/{segment(session_id)}/latest"


class StateBody(Wire):
    """Draft and footage; every key may be absent or null. The draft stays exactly as it came."""

    draft: Lenient[JsonObject | None] = None
    video_infos: Lenient[tuple[MediaFile, ...] | None] = None
    canvas_config: Lenient[JsonObject | None] = None
    video_analyses: Lenient[JsonObject | None] = None
    generated_media: Lenient[list[Any] | None] = None


class StateAnswer(Wire):
    """The latest state; `updated_at` is ISO 8601."""

    session_id: Lenient[str] = ""
    task_id: Lenient[Name] = ""
    task_name: Lenient[str] = ""
    user_id: Lenient[str] = ""
    updated_at: Lenient[str] = ""
    state: Lenient[StateBody] = Field(default_factory=StateBody)


def exportable(draft: Any) -> bool:
    """True when some track of the draft has segments, so that there is something to render."""
    tracks = draft.get("t") if isinstance(draft, dict) else None
    return isinstance(tracks, list) and any(isinstance(track, dict) and bool(track.get("sg")) for track in tracks)
