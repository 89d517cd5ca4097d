"""Work of the server itself that outlives a call: uploads, previews and ranked moments.

Footage is added piece by piece: what works is kept, what fails is named.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import anyio
import anyio.abc

from ...client.backend import BackendClient
from ...client.results import Preview
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.local_api import Moments
from ...contract.session import MediaFile, UploadJob
from ...messages import say
from ..outputs import internal

PreviewKind = Literal["storyboard", "moments", "frame"]
ClipSpan = tuple[int, int]


@dataclass
class PreviewJob:
    """Which picture of which session; `picture` is there when it is drawn.

    With `span`, a start and an end in ms, it is a small clip of the cut instead.
    """

    session_id: str
    what: PreviewKind = "storyboard"
    at_ms: int | None = None
    media_id: str | None = None
    span: ClipSpan | None = None
    picture: Preview | None = None

    async def draw(self, client: BackendClient) -> None:
        """Ask the backend for it. Raises ApiError."""
        try:
            if self.span is not None:
                self.picture = await client.clip(self.session_id, *self.span)
            else:
                self.picture = await client.preview(self.session_id, self.what, self.at_ms, self.media_id)
        except ApiError as error:
            if error.fault.kind != "not_supported":
                raise
            lacking = "server.no_pictures" if self.span is None else "server.not_playable"
            raise ApiError(error_info("not_supported", lacking)) from None


@dataclass
class MomentsJob:
    """The moments of a session, best first; `moments` is there when they are found."""

    session_id: str
    moments: Moments | None = None

    async def rank(self, client: BackendClient) -> None:
        """Ask the backend for them. Raises ApiError."""
        self.moments = await client.moments(self.session_id)


log = logging.getLogger(__name__)
T = TypeVar("T")
JobStatus = Literal["running", "done", "failed", "cancelled"]
JOBS_KEPT = 64


class Job(Generic[T]):
    """One piece of work on a subject; `fault` says how it failed."""

    def __init__(self, job_id: str, session_id: str, key: Hashable, subject: T) -> None:
        self.job_id = job_id
        self.session_id = session_id
        self.key = key
        self.subject = subject
        self.fault: ErrorInfo | None = None
        self._scope = anyio.CancelScope()
        self._over = anyio.Event()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def status(self) -> JobStatus:
        if not self.over:
            return "running"
        if self.fault is None:
            return "done"
        return "cancelled" if self.fault.kind == "cancelled" else "failed"

    async def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so many seconds. True when it is over."""
        if not self.over and seconds > 0:
            with anyio.move_on_after(seconds):
                await self._over.wait()
        return self.over

    async def cancel(self) -> None:
        """Stop the work and wait for its end; a job that is over stays as it is."""
        self._scope.cancel()
        await self._over.wait()

    def result(self) -> T:
        """The subject of a finished job. Raises ApiError when it failed."""
        if self.fault is not None:
            raise ApiError(self.fault)
        return self.subject

    async def run(self, work: Callable[[T], Awaitable[None]]) -> None:
        """Do the work and note how it ended; whatever it raises ends this job alone."""
        ended = False
        try:
            with self._scope:
                await work(self.subject)
                ended = True
        except ApiError as error:
            self.fault = error.fault
        except Exception:
            log.exception("%s broke down", self.job_id)
            self.fault = internal()
        finally:
            if not ended and self.fault is None:
                self.fault = error_info("cancelled")
            self._over.set()


class Jobs(Generic[T]):
    """The jobs of one kind; one that runs under the same key is joined instead of started twice."""

    def __init__(self, kind: str, tasks: anyio.abc.TaskGroup) -> None:
        self._kind = kind
        self._tasks = tasks
        self._jobs: dict[str, Job[T]] = {}

    def start(
        self, session_id: str, key: Hashable, subject: T, work: Callable[[T], Awaitable[None]], job_id: str = ""
    ) -> tuple[Job[T], bool]:
        """The running job of this key, or a new one, with this id if there is one; True when it is new."""
        for job in self._jobs.values():
            if job.key == key and not job.over:
                return job, False
        job = Job(job_id or f"{self._kind}_{secrets.token_hex(8)}", session_id, key, subject)
        self._jobs[job.job_id] = job
        self._forget()
        self._tasks.start_soon(job.run, work)
        return job, True

    def find(self, job_id: str) -> Job[T] | None:
        """A job by its id."""
        return self._jobs.get(job_id)

    def latest(self, session_id: str) -> Job[T] | None:
        """The latest job of a session."""
        mine = [job for job in self._jobs.values() if job.session_id == session_id]
        return mine[-1] if mine else None

    def _forget(self) -> None:
        over = [job_id for job_id, job in self._jobs.items() if job.over]
        for job_id in over[: max(0, len(self._jobs) - JOBS_KEPT)]:
            del self._jobs[job_id]


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
    def of(cls, job: UploadJob) -> "UploadSnapshot":
        """An upload that the backend works through."""
        made = cls(job.total, lasting=True)
        made.take(job)
        return made

    def take(self, job: UploadJob) -> None:
        """Take over how far the backend is."""
        failed = [(each.source, each.fault) for each in job.items if each.fault is not None]
        self.media = [each.file for each in job.items if each.file is not None]
        self.failed = [*failed, *((each.source, each.fault) for each in job.left_out)]
        waiting = (each.source for each in job.items if each.file is None and each.fault is None)
        self.done, self.message = job.done, _reading(next(waiting, ""))
        self.percent = 100 * job.done / job.total if job.total else 0


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
    def of_backend(cls, job: UploadJob) -> "UploadedItem":
        """One that the backend works through."""
        return cls(job.upload_id, job.status, UploadSnapshot.of(job), job.fault)


async def follow(client: BackendClient, upload_id: str, upload: UploadSnapshot) -> None:
    """Follow an upload that the backend works through. Raises ApiError when it broke off."""
    while True:
        job = await client.upload_job(upload_id, FOLLOW_S, upload.done)
        upload.take(job)
        if job.status == "running":
            continue
        if job.status != "done":
            raise ApiError(job.fault or error_info("cancelled"))
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
