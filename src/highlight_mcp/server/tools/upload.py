"""`upload`: add footage to a session."""

from pathlib import PurePath
from typing import Annotated, Literal

import anyio
from pydantic import Field, model_validator

from ...client.backend import BackendClient
from ...contract.codes import ContractError
from ...contract.formats import FORMATS
from ...timeline.value import Value
from ..arguments import Arguments
from ..call import Call
from ..common import SessionId, WaitS
from ..results import problem_of
from ..shapes import Answer, Media, Problem
from ..sources import read_sources
from ..tool import Reply, Tool
from ..uploading import Upload, upload_each
from ..waiting import stay_for_upload

Sources = Annotated[
    list[str], Field(min_length=1, max_length=200, description="Absolute paths, folders, file:// or http(s):// URLs")
]


class UploadArguments(Arguments):
    """What to add, and where."""

    sources: Sources
    session_id: SessionId = None
    new_session: Annotated[bool, Field(description="true: start a new project")] = False
    wait_s: WaitS = 20

    @model_validator(mode="after")
    def _one_session(self) -> "UploadArguments":
        if self.new_session and self.session_id is not None:
            raise ValueError("`new_session` and `session_id` exclude each other")
        return self


class FailedSource(Value):
    """A source that was not added, and why."""

    source: str
    error: Problem


class Limits(Value):
    """What may be uploaded."""

    formats: tuple[str, ...]


LIMITS = Limits(formats=tuple(each.extension for each in FORMATS))


class UploadAnswer(Answer):
    """The footage that was added."""

    status: Literal["done", "running"] | None = None
    media: tuple[Media, ...] | None = None
    failed: tuple[FailedSource, ...] | None = None
    job_id: str | None = None
    limits: Limits | None = None

    def lines(self) -> list[str]:
        """What arrived and what did not."""
        if self.error is not None:
            return []
        media = self.media or ()
        count = f"{len(media)} file{'' if len(media) == 1 else 's'}"
        head = f"Added {count}:" if self.status == "done" else f"The upload goes on; {count} added so far."
        notes = [f"  {warning}" for each in media for warning in each.warnings]
        lost = [f"Not added: {each.source}: {each.error.message} {each.error.next_step}" for each in self.failed or ()]
        return [head, *(f"- {each.line()}" for each in media), *notes, *lost]


async def upload(call: Call, asked: UploadArguments) -> Reply:
    """Add what can be added; an error only when nothing could."""
    call.limit(asked.wait_s)
    footage = await anyio.to_thread.run_sync(read_sources, asked.sources, call.state.options.media_roots)
    if not footage.sources:
        raise ContractError(footage.failed[0][1])
    client = await call.client()
    notes = [*footage.notes, *await _enter(call, client, asked, footage.sources[0])]
    session_id = call.session_id or ""
    job, fresh = call.state.uploads.start(
        session_id,
        (session_id, *footage.sources),
        Upload(footage.sources, failed=list(footage.failed)),
        lambda work: upload_each(client, session_id, work),
    )
    try:
        over = await stay_for_upload(call, job)
    except anyio.get_cancelled_exc_class():
        if fresh:
            call.withdraw(job.cancel)
        raise
    work = job.result() if over else job.subject
    if over and not work.media and work.failed:
        raise ContractError(work.failed[0][1])
    warnings = (*notes, *call.notices(client))
    return Reply(_answer(call.session_id, work, None if over else job.job_id, warnings))


async def _enter(call: Call, client: BackendClient, asked: UploadArguments, first: str) -> list[str]:
    """Choose or make the session; what to say when an earlier one is continued without being named."""
    known = None
    if not asked.new_session:
        known = await call.state.sessions.find(call.caller, asked.session_id, client)
    if known is None:
        made = await client.session(call.state.options.language or "en", PurePath(first).stem[:60] or None)
        call.session_id = made.session_id
        return []
    call.session_id = known
    if asked.session_id or call.state.sessions.remembers(call.caller):
        return []
    return ["The footage joined your latest session; pass new_session=true to start a new project."]


def _answer(session_id: str | None, work: Upload, job_id: str | None, warnings: tuple[str, ...]) -> UploadAnswer:
    failed = tuple(FailedSource(source=source, error=problem_of(fault)) for source, fault in work.failed)
    step = 'Call edit with an instruction such as "the best moments, 60 seconds".'
    if job_id is not None:
        step = f"Call get_state with session_id={session_id} and wait_s=20 to wait for the rest."
    return UploadAnswer(
        session_id=session_id,
        status="done" if job_id is None else "running",
        media=tuple(Media.of(each) for each in work.media),
        failed=failed or None,
        job_id=job_id,
        limits=LIMITS,
        warnings=warnings or None,
        next_step=step,
    )


UPLOAD = Tool(
    name="upload",
    title="Upload footage",
    description="Add footage (video, sound, pictures) to a session. Local files are used in place, nothing is copied.",
    arguments=UploadArguments,
    result=UploadAnswer,
    run=upload,
    open_world=True,
)
