"""Bodies of exports (contract section 7): the request, and the three published shapes of the answer."""

from typing import Any, Literal

from pydantic import Field

from .errors import ErrorInfo
from .redaction import sanitize_message
from .wire import Lenient, LenientInt, WireModel, as_fault, path_segment

RENDER_PATH = "/api/render/proxy/lambda"
MOST_MB = 1_000_000
"""What a bound in megabytes may be: a number above it was meant as bytes."""
RenderStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
FINAL_STATUSES: frozenset[str] = frozenset({"completed", "failed", "cancelled"})


def render_path(render_id: str) -> str:
    """Path of the status of a render."""
    return f"{RENDER_PATH}/{path_segment(render_id)}"


def cancel_render_path(render_id: str) -> str:
    """Path that cancels a render (POST)."""
    return f"{RENDER_PATH}/{path_segment(render_id)}/cancel"


def download_path(render_id: str) -> str:
    """Path of the finished file when the answer names no url."""
    return f"/api/render/proxy/{path_segment(render_id)}/download"


class RenderOutput(WireModel):
    """What the file should be. What stands below `crf` is read by our own backend alone."""

    format: str = "mp4"
    quality: str = "high"
    resolution: str | None = None
    codec: str | None = None
    crf: int | None = None
    preset: str | None = None
    filename: str | None = None
    max_size_mb: float | None = Field(None, gt=0, le=MOST_MB)
    split: bool | None = None
    hardware: bool | None = None
    chapters: bool | None = None
    folder: str | None = Field(None, max_length=1000)


class RenderRequest(WireModel):
    """Ask for a render; `draft` is the raw object of the state, unmodified."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    session_id: str = Field(alias="sessionId")
    draft: dict[str, Any]
    output: RenderOutput = Field(default_factory=RenderOutput)


class QualityCheck(WireModel):
    """One thing that was verified of the finished file."""

    name: str
    ok: bool
    detail: Lenient[str] = ""


class RenderInfo(WireModel):
    """A render as one value. Times in ms, `created_at`/`completed_at` in epoch ms, `progress` 0-100.

    `path` is set by an embedded backend that published the file; `fault` when it failed. A reel in parts is a folder
    of `files`, which has a path and no url.
    """

    id: str
    session_id: str = ""
    status: RenderStatus = "processing"
    progress: Lenient[int] = 0
    stage: Lenient[str] = ""
    message: Lenient[str] = ""
    url: Lenient[str | None] = None
    path: Lenient[str | None] = None
    duration_ms: Lenient[int | None] = None
    size_bytes: Lenient[LenientInt | None] = None
    width: Lenient[LenientInt | None] = None
    height: Lenient[LenientInt | None] = None
    method: Lenient[str | None] = None
    checks: Lenient[tuple[QualityCheck, ...]] = ()
    warnings: Lenient[tuple[str, ...]] = ()
    files: Lenient[tuple[str, ...]] = ()
    chapters: Lenient[tuple[str, ...]] = ()
    error: Lenient[str | None] = None
    fault: ErrorInfo | None = None
    created_at: Lenient[LenientInt | None] = None
    completed_at: Lenient[LenientInt | None] = None

    def answer(self) -> dict[str, Any]:
        """The answer to submit and status calls: the superset that every published client reads."""
        output = self._output() if self.url or self.path else None
        core: dict[str, Any] = {"id": self.id, "status": self.status, "progress": self.progress}
        core |= {"sessionId": self.session_id, "stage": self.stage, "message": self.message}
        if output is not None:
            core["output"] = output
        if self.fault is not None:
            core["fault"] = self.fault.model_dump(mode="json", exclude_none=True)
        times = {"createdAt": self.created_at, "completedAt": self.completed_at}
        data = {**core, "error": self.error, "outputUrl": self.url, **times}
        head = {"code": 0, "success": True}
        return {**head, **core, "message": self.message or "success", "data": data}

    def _output(self) -> dict[str, Any]:
        seconds = None if self.duration_ms is None else self.duration_ms / 1000
        output = {
            "url": self.url,
            "path": self.path,
            "duration": seconds,
            "duration_ms": self.duration_ms,
            "size": self.size_bytes,
            "width": self.width,
            "height": self.height,
            "method": self.method,
            "checks": [check.body() for check in self.checks],
            "warnings": list(self.warnings),
            "files": list(self.files) or None,
            "chapters": list(self.chapters) or None,
        }
        return {name: value for name, value in output.items() if value is not None}


class RenderList(WireModel):
    """Renders of a session, newest first, each in the shape of `data` of a status answer."""

    renders: tuple[dict[str, Any], ...] = ()


def read_render(body: Any, submitted_id: str, session_id: str = "") -> RenderInfo:
    """Read any published shape of a render answer; an unknown state counts as still running."""
    outer = body if isinstance(body, dict) else {}
    inner = outer.get("data")
    render = inner if isinstance(inner, dict) and "status" in inner else outer
    output = render["output"] if isinstance(render.get("output"), dict) else {}
    error = render.get("error")
    facts = {
        "id": _first_text(render, "id", "taskId", "render_id") or submitted_id,
        "session_id": _first_text(render, "sessionId", "session_id") or session_id,
        "status": _status(render.get("status")),
        "progress": _percent(render.get("progress")),
        "stage": sanitize_message(render.get("stage")),
        "message": sanitize_message(render.get("message")),
        "url": _first_text(output, "url") or _first_text(render, "outputUrl"),
        "path": _first_text(output, "path"),
        "duration_ms": _duration(output),
        "size_bytes": output.get("size"),
        **{key: output.get(key) for key in ("width", "height", "method")},
        "checks": output.get("checks") or (),
        "warnings": output.get("warnings") or (),
        "files": output.get("files") or (),
        "chapters": output.get("chapters") or (),
        "error": sanitize_message(error.get("message") if isinstance(error, dict) else error) or None,
        "fault": as_fault(render.get("fault")) or as_fault(error),
        "created_at": render.get("createdAt"),
        "completed_at": render.get("completedAt"),
    }
    return RenderInfo.parse(facts)


def _status(value: Any) -> str:
    known = {"pending", "processing", *FINAL_STATUSES}
    word = value.lower() if isinstance(value, str) else ""
    return word if word in known else "processing"


def _percent(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return 0
    return int(max(0, min(100, value)))


def _duration(output: dict[str, Any]) -> int | None:
    exact, seconds = output.get("duration_ms"), output.get("duration")
    if isinstance(exact, int) and not isinstance(exact, bool):
        return exact
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e9:
        return round(seconds * 1000)
    return None


def _first_text(source: dict[str, Any], *keys: str) -> str | None:
    return next((source[key] for key in keys if isinstance(source.get(key), str) and source[key]), None)
