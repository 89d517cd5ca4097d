"""Bodies of uploads and the media objects in answers and states (contract section 5 and 6)."""

from typing import Any, Literal

from pydantic import model_validator

from .formats import format_of
from .wire import Count, Lenient, Name, Whole, Wire, segment

FILES_FIELD = "files"


def upload_path(session_id: str) -> str:
    """Path of the upload call."""
    return f"/api/upload-video/nemo_agent/me/{segment(session_id)}"


class UrlUpload(Wire):
    """Let the server fetch files."""

    urls: tuple[str, ...]
    source_type: Literal["url"] = "url"


class PathUpload(Wire):
    """Use files in place; embedded backend only."""

    paths: tuple[str, ...]
    source_type: Literal["path"] = "path"


class MediaFile(Wire):
    """One uploaded file. `duration` is in seconds (float), the rest in the units of its name.

    Everything from `media_id` on is written by our own backend only. `frame_rate` is an exact
    rate such as `30000/1001`; `rotation` is in degrees, clockwise.
    """

    file_id: Lenient[Name] = ""
    filename: Lenient[str] = ""
    file_type: Lenient[str] = ""
    cdn_url: Lenient[str] = ""
    url: Lenient[str] = ""
    duration: Lenient[float] = 0.0
    width: Count = 0
    height: Count = 0
    fps: Lenient[float] = 0.0
    size: Count = 0
    hash: Lenient[str] = ""
    media_id: Lenient[Name] = ""
    duration_ms: Lenient[Whole | None] = None
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


class UploadedFile(Wire):
    """Name and link only: the second published list of an upload answer."""

    filename: Lenient[str] = ""
    url: Lenient[str] = ""


class UploadAnswer(Wire):
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
    def of(cls, files: tuple[MediaFile, ...]) -> "UploadAnswer":
        """The answer that carries both lists."""
        short = tuple(UploadedFile(filename=item.filename, url=item.link) for item in files)
        return cls(files=files, uploaded_files=short)


def _objects(value: Any) -> list[Any]:
    return [item for item in value if isinstance(item, dict | Wire)] if isinstance(value, list | tuple) else []


def _kind_of(name: Any) -> str:
    found = format_of(name) if isinstance(name, str) else None
    return found.kind if found else "video"


def _ms(seconds: Any) -> int | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
        return None
    return round(seconds * 1000)
