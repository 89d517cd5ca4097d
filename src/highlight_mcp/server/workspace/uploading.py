"""Adding footage piece by piece: what works is kept, what fails is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...client.backend import BackendClient
from ...client.results import MediaFile
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.upload import UploadJob
from ...messages import say
from .jobs import Job, JobStatus

FOLLOW_S = 10.0
OF_ONE_FILE = frozenset(
    {
        "unsupported_file", "file_too_large", "file_missing", "file_damaged", "outside_roots", "bad_request",
        "url_refused", "url_failed", "limit", "forbidden", "not_supported", "asset_missing",
    }
)  # fmt: skip


@dataclass
class UploadSnapshot:
    """An upload under way or finished: files that arrived, sources that did not, in the order of the request.

    `lasting` says that it goes on without this server.
    """

    total: int
    media: list[MediaFile] = field(default_factory=list)
    failed: list[tuple[str, ErrorInfo]] = field(default_factory=list)
    done: int = 0
    percent: float = 0
    message: str = ""
    lasting: bool = False

    @classmethod
    def of(cls, told: UploadJob) -> "UploadSnapshot":
        """An upload that the backend works through."""
        made = cls(told.total, lasting=True)
        made.take(told)
        return made

    def take(self, told: UploadJob) -> None:
        """Take over how far the backend is."""
        failed = [(each.source, each.fault) for each in told.items if each.fault is not None]
        self.media = [each.file for each in told.items if each.file is not None]
        self.failed = [*failed, *((each.source, each.fault) for each in told.left_out)]
        waiting = (each.source for each in told.items if each.file is None and each.fault is None)
        self.done, self.message = told.done, _reading(next(waiting, ""))
        self.percent = 100 * told.done / told.total if told.total else 0


@dataclass(frozen=True)
class UploadedItem:
    """An upload of a session, whoever started it."""

    job_id: str
    status: JobStatus
    work: UploadSnapshot
    fault: ErrorInfo | None

    @property
    def over(self) -> bool:
        return self.status != "running"

    @classmethod
    def of_job(cls, job: Job[UploadSnapshot]) -> "UploadedItem":
        """One that this server works through."""
        return cls(job.job_id, job.status, job.subject, job.fault)

    @classmethod
    def of_backend(cls, told: UploadJob) -> "UploadedItem":
        """One that the backend works through."""
        return cls(told.upload_id, told.status, UploadSnapshot.of(told), told.fault)


async def follow(client: BackendClient, upload_id: str, upload: UploadSnapshot) -> None:
    """Follow an upload that the backend works through. Raises ApiError when it broke off."""
    while True:
        told = await client.upload_job(upload_id, FOLLOW_S, upload.done)
        upload.take(told)
        if told.status == "running":
            continue
        if told.status != "done":
            raise ApiError(told.fault or error_info("cancelled"))
        return


async def upload_each(client: BackendClient, session_id: str, sources: Sequence[str], upload: UploadSnapshot) -> None:
    """Add one source after the other.

    A source that is at fault itself is noted and the next one is taken; any other failure ends the
    upload. Raises ApiError.
    """
    for number, source in enumerate(sources):
        upload.message = _reading(source)
        try:
            upload.media += await client.upload(session_id, [source], _counting(upload))
        except ApiError as error:
            if error.fault.kind not in OF_ONE_FILE:
                raise
            upload.failed.append((source, error.fault))
        upload.done = number + 1
        upload.percent = 100 * upload.done / upload.total


def _reading(source: str) -> str:
    """What is told of the source whose turn it is."""
    return say("engine.progress.reading", name=source.rpartition("/")[2]) if source else ""


def _counting(upload: UploadSnapshot) -> Callable[[int, int, str], None]:
    def sent(done: int, total: int, file: str) -> None:
        upload.message = say("server.sending", name=file)
        upload.percent = 100 * (upload.done + (done / total if total else 0)) / upload.total

    return sent
