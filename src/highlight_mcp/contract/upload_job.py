"""Uploads as jobs of the local backend: what was accepted goes on without whoever asked for it (section 11)."""

from typing import Annotated, Literal

from pydantic import Field

from .codes import Fault
from .upload import MediaFile
from .wire import Count, Lenient, Wire, segment

Text = Annotated[str, Field(min_length=1, max_length=8192)]


def uploads_path(session_id: str) -> str:
    """Path that starts an upload (POST), and of the running or last one (GET; takes `wait_s` and `after`)."""
    return f"/api/local/uploads/{segment(session_id)}"


def upload_job_path(upload_id: str) -> str:
    """Path of one upload; takes `wait_s`, and `after`, a count of sources that must be passed to answer sooner."""
    return f"/api/local/upload/{segment(upload_id)}"


def cancel_upload_path(upload_id: str) -> str:
    """Path that cancels an upload (POST)."""
    return f"/api/local/upload/{segment(upload_id)}/cancel"


class UploadSource(Wire):
    """One file in place or one address, as the user named it in `source`."""

    source: Text
    path: Text | None = None
    url: Text | None = None


class LeftOut(Wire):
    """What the caller has left out, and why; it is kept with the upload, so that everybody is told."""

    source: Text
    fault: Fault


class UploadStart(Wire):
    """The request; the same `upload_id` sent again starts nothing new."""

    upload_id: Annotated[str, Field(pattern=r"^upload_[A-Za-z0-9_-]{1,64}$")]
    sources: Annotated[tuple[UploadSource, ...], Field(min_length=1)]
    left_out: tuple[LeftOut, ...] = ()


class UploadItem(Wire):
    """One source of an upload; without a file and a fault its turn has not come."""

    source: str
    file: Lenient[MediaFile | None] = None
    fault: Lenient[Fault | None] = None


class UploadJob(Wire):
    """An upload as it stands; `joined` says that the same was under way already."""

    upload_id: str
    session_id: Lenient[str] = ""
    status: Literal["running", "done", "failed", "cancelled"]
    done: Count = 0
    total: Count = 0
    message: Lenient[str] = ""
    items: tuple[UploadItem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    fault: Lenient[Fault | None] = None
    joined: Lenient[bool] = False
