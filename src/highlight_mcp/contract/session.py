"""Bodies of tokens, claim links and the balance, of sessions, their list and their state, of uploads and media.

Contract sections 2, 3, 5, 6 and 11; an upload happens at once or as a job.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, model_validator

from .errors import ErrorInfo
from .formats import format_of
from .wire import Lenient, LenientCount, LenientInt, LenientName, WireModel, path_segment

FILES_FIELD = "files"


def upload_path(session_id: str) -> str:
    """Path of the upload call."""
    return f"/api/upload-video/nemo_agent/me/{path_segment(session_id)}"


class UrlUpload(WireModel):
    """Let the server fetch files."""

    urls: tuple[str, ...]
    source_type: Literal["url"] = "url"


class PathUpload(WireModel):
    """Use files in place; embedded backend only."""

    paths: tuple[str, ...]
    source_type: Literal["path"] = "path"


class MediaFile(WireModel):
    """One uploaded file. `duration` is in seconds (float), the rest in the units of its name.

    Everything from `media_id` on is written by our own backend only. `frame_rate` is an exact
    rate such as `30000/1001`; `rotation` is in degrees, clockwise.
    """

    file_id: Lenient[LenientName] = ""
    filename: Lenient[str] = ""
    file_type: Lenient[str] = ""
    cdn_url: Lenient[str] = ""
    url: Lenient[str] = ""
    duration: Lenient[float] = 0.0
    width: LenientCount = 0
    height: LenientCount = 0
    fps: Lenient[float] = 0.0
    size: LenientCount = 0
    hash: Lenient[str] = ""
    media_id: Lenient[LenientName] = ""
    duration_ms: Lenient[LenientInt | None] = None
    kind: Lenient[str] = ""
    video_codec: Lenient[str | None] = None
    audio_codec: Lenient[str | None] = None
    rotation: Lenient[int] = 0
    warnings: Lenient[tuple[str, ...]] = ()
    frame_rate: Lenient[str | None] = None
    container: Lenient[str] = ""
    dynamic_range: Lenient[str] = ""
    has_audio: Lenient[bool | None] = None

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, value: Any) -> Any:
        """Derive what other servers leave out: ids, links, kinds and milliseconds."""
        if not isinstance(value, dict):
            return value
        filled = dict(value)
        link = value.get("cdn_url") or value.get("url") or ""
        identity = value.get("media_id") or value.get("file_id") or link or value.get("filename") or ""
        kind = value.get("kind") or value.get("file_type") or _kind_of(value.get("filename") or link)
        derived = {"cdn_url": link, "url": link, "media_id": identity, "file_id": identity}
        derived |= {"kind": kind, "file_type": kind, "duration_ms": _ms(value.get("duration"))}
        filled.update({key: fallback for key, fallback in derived.items() if value.get(key) in (None, "")})
        return filled

    @property
    def link(self) -> str:
        """Where the file can be fetched."""
        return self.cdn_url or self.url


class UploadedFile(WireModel):
    """Name and link only: the second published list of an upload answer."""

    filename: Lenient[str] = ""
    url: Lenient[str] = ""


class UploadResponse(WireModel):
    """What was uploaded, in the order of the request."""

    files: tuple[MediaFile, ...] = ()
    uploaded_files: tuple[UploadedFile, ...] = ()
    session_state_applied: Lenient[bool] = True

    @model_validator(mode="before")
    @classmethod
    def _either(cls, value: Any) -> Any:
        """Services send the full list, the short one, or both."""
        if not isinstance(value, dict):
            return value
        full, short = _objects(value.get("files")), _objects(value.get("uploaded_files"))
        return {**value, "files": full or short, "uploaded_files": short}

    @classmethod
    def of(cls, files: tuple[MediaFile, ...]) -> "UploadResponse":
        """The answer that carries both lists."""
        short = tuple(UploadedFile(filename=item.filename, url=item.link) for item in files)
        return cls(files=files, uploaded_files=short)


def _objects(value: Any) -> list[Any]:
    return [item for item in value if isinstance(item, dict | WireModel)] if isinstance(value, list | tuple) else []


def _kind_of(name: Any) -> str:
    known = format_of(name) if isinstance(name, str) else None
    return known.kind if known else "video"


def _ms(seconds: Any) -> int | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
        return None
    return round(seconds * 1000)


Text = Annotated[str, Field(min_length=1, max_length=8192)]


def uploads_path(session_id: str) -> str:
    """Path that starts an upload (POST), and of the running or last one (GET; takes `wait_s` and `after`)."""
    return f"/api/local/uploads/{path_segment(session_id)}"


def upload_job_path(upload_id: str) -> str:
    """Path of one upload; takes `wait_s`, and `after`, a count of sources that must be passed to answer sooner."""
    return f"/api/local/upload/{path_segment(upload_id)}"


def cancel_upload_path(upload_id: str) -> str:
    """Path that cancels an upload (POST)."""
    return f"/api/local/upload/{path_segment(upload_id)}/cancel"


class UploadSource(WireModel):
    """One file in place or one address, as the user named it in `source`."""

    source: Text
    path: Text | None = None
    url: Text | None = None


class LeftOut(WireModel):
    """What the caller has left out, and why; it is kept with the upload, so that everybody is told."""

    source: Text
    fault: ErrorInfo


class UploadStart(WireModel):
    """The request; the same `upload_id` sent again starts nothing new."""

    upload_id: Annotated[str, Field(pattern=r"^upload_[A-Za-z0-9_-]{1,64}$")]
    sources: Annotated[tuple[UploadSource, ...], Field(min_length=1)]
    left_out: tuple[LeftOut, ...] = ()


class UploadItem(WireModel):
    """One source of an upload; without a file and a fault its turn has not come."""

    source: str
    file: Lenient[MediaFile | None] = None
    fault: Lenient[ErrorInfo | None] = None


class UploadJob(WireModel):
    """An upload as it stands; `joined` says that the same was under way already."""

    upload_id: str
    session_id: Lenient[str] = ""
    status: Literal["running", "done", "failed", "cancelled"]
    done: LenientCount = 0
    total: LenientCount = 0
    message: Lenient[str] = ""
    items: tuple[UploadItem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    fault: Lenient[ErrorInfo | None] = None
    joined: Lenient[bool] = False


NEW_SESSION_PATH = "/api/tasks/me/with-session/nemo_agent"

SESSION_ID = r"^[!-~]{1,200}$"
"""One word: an id stands at the end of every answer, where nothing else may be told."""


def two_letters(language: str) -> str:
    """The ISO 639-1 code of a language tag (`zh-CN`: `zh`); English for a language that has none."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else "en"


class NewSession(WireModel):
    """Ask for a session; `language` is a code of two letters."""

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

    `total` is the sum of both where the service does not say; `low` is true below ten credits.
    """

    available: Lenient[LenientInt] = 0
    frozen: Lenient[LenientInt] = 0
    total: Lenient[LenientInt] = UNSAID
    unlimited: Lenient[bool] = False
    plan: Lenient[str] = ""
    expires_at: Lenient[str | None] = None

    @property
    def low(self) -> bool:
        return not self.unlimited and self.available < LOW_BALANCE

    def model_post_init(self, _context: object) -> None:
        for name in ("available", "frozen"):
            object.__setattr__(self, name, max(0, getattr(self, name)))
        total = max(0, self.total) if self.total != UNSAID else self.available + self.frozen
        object.__setattr__(self, "total", total)


UNLIMITED = Balance(available=UNLIMITED_FIGURE, total=UNLIMITED_FIGURE, unlimited=True, plan="local")
