"""Bodies of tokens, claim links and the balance, of sessions, their list and their state (sections 2, 3, 6 and 11)."""

from datetime import UTC, datetime
from typing import Any

from pydantic import AliasChoices, Field

from .upload import MediaFile
from .wire import Lenient, LenientCount, LenientInt, LenientName, WireModel, path_segment

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


ANONYMOUS_TOKEN_PATH = "/api/auth/anonymous-token"
CLAIM_TOKEN_PATH = "/api/auth/claim-token"
CLIENT_ID_HEADER = "X-Client-Id"


class AnonymousToken(WireModel):
    """A token of seven days with 100 credits; `expires_at` is ISO 8601."""

    token: str = Field(min_length=1, repr=False)
    user_id: Lenient[LenientName] = ""
    credits: LenientCount = 0
    expires_at: Lenient[str] = ""

    def expired(self, now: datetime) -> bool:
        """True when the token is known to be past its time."""
        until = moment(self.expires_at)
        return until is not None and until <= now


class ClaimRequest(WireModel):
    """Ask for a link that moves a session into an account."""

    task_id: str
    session_id: str


class ClaimToken(WireModel):
    """A token that may stand in a link; valid for `expires_in` seconds."""

    claim_token: str = Field(min_length=1, repr=False)
    expires_in: LenientCount = 0


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC. None when it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


BALANCE_PATH = "/api/credits/balance/simple"
LOW_BALANCE = 10
UNLIMITED_FIGURE = 999_999
UNSAID = -1


class Balance(WireModel):
    """Credits; `frozen` are reserved by running work. Negative and missing figures read as 0.

    `total` is the sum of both where the service does not say.
    """

    available: Lenient[LenientInt] = 0
    frozen: Lenient[LenientInt] = 0
    total: Lenient[LenientInt] = UNSAID
    unlimited: Lenient[bool] = False
    plan: Lenient[str] = ""
    expires_at: Lenient[str | None] = None

    def model_post_init(self, _context: object) -> None:
        for name in ("available", "frozen"):
            object.__setattr__(self, name, max(0, getattr(self, name)))
        said = max(0, self.total) if self.total != UNSAID else self.available + self.frozen
        object.__setattr__(self, "total", said)


UNLIMITED = Balance(available=UNLIMITED_FIGURE, total=UNLIMITED_FIGURE, unlimited=True, plan="local")
