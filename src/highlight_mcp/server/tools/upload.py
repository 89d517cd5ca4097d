"""`upload`: add footage to a session."""

import json
import logging
from pathlib import PurePath
from urllib.parse import unquote

import anyio

from ...client.backend import BackendClient
from ...client.sources import local_path
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.turn import CutListPart
from ...messages import active_language, message, say, verbatim
from ..context import ToolContext, wait_for_edit, wait_for_upload
from ..cut_lists import split_lists
from ..http.upload_links import usable_name
from ..options import ServerOptions
from ..outputs import MediaSummary, failed_sources
from ..sources import LIMITS, UploadArguments, UploadOutput, UploadSources, nothing_added, read_sources
from ..tool import Reply, Tool
from ..workspace.jobs import Job, UploadSnapshot, follow, upload_each
from .edit import announce, handle_of

LOOK_S = 0.3
UNSEEN = ("file_missing", "outside_roots", "bad_request")
log = logging.getLogger(__name__)


async def upload(call: ToolContext, asked: UploadArguments) -> Reply:
    """Add what can be added; an error only when nothing could. A list of cuts becomes the timeline."""
    call.limit(asked.wait_s)
    lists, others = split_lists(asked.sources)
    if not lists:
        return await _footage(call, asked)
    from ..cut_lists import read_list

    found = await anyio.to_thread.run_sync(read_list, lists, call.state.options)
    sources = list(dict.fromkeys((*others, *found.files)))
    if not sources:
        session_id = await call.session(await call.client(), asked.session_id)
        return Reply(await _taken_over(call, found.cuts, UploadOutput(session_id=session_id, status="done")))
    reply = await _footage(call, asked.model_copy(update={"sources": sources}))
    added = reply.answer
    if not isinstance(added, UploadOutput) or added.error is not None:
        return reply
    if added.status != "done":
        waiting = (say("interchange.list_waits", name=found.cuts.name), *(added.warnings or ()))
        step = say("interchange.list_waits.next", name=lists[0])
        return Reply(added.model_copy(update={"warnings": waiting, "next_step": step}))
    return Reply(await _taken_over(call, found.cuts, added))


async def _taken_over(call: ToolContext, cuts: CutListPart, added: UploadOutput) -> UploadOutput:
    """The timeline of the session becomes that of a list. Raises ApiError when nothing of it can be shown."""
    client, session_id = await call.client(), call.session_id or added.session_id or ""
    with anyio.CancelScope(shield=True):
        turn = await client.start_edit(session_id, language=active_language(), cuts=cuts)
        call.accepted(message("server.edit_goes_on", **handle_of(turn)), turn.cancel, at_once=True)
    call.later(announce, call, turn)
    if not await wait_for_edit(call, turn):
        return added.model_copy(update={"next_step": say("server.edit_running", **handle_of(turn))})
    if turn.fault is not None:
        raise ApiError(turn.fault)
    assert turn.result is not None
    if turn.result.status != "done":
        raise ApiError(error_info("bad_request", verbatim(turn.result.message)))
    return added.model_copy(update={"message": turn.result.message, "next_step": say("server.edit_finished")})


async def _footage(call: ToolContext, asked: UploadArguments) -> Reply:
    """Add footage; an error only when nothing could be added."""
    options = call.state.options
    footage = await anyio.to_thread.run_sync(
        read_sources, asked.sources, options.media_roots, options.path_policy, options.readable
    )
    if not footage.sources:
        footage = await handed_over(call, asked, footage)
    footage.failed = [(source, with_page(each, options, asked.session_id)) for source, each in footage.failed]
    if not footage.sources:
        return Reply(nothing_added(footage.failed, options.path_policy, call.session_id))
    client = await call.client()
    notice = disclosed(client, footage.sources)
    made, joined = await _enter(call, client, asked, footage.sources[0])
    notes = [*footage.notes, *joined]
    session_id = call.session_id or ""
    job = await _start(call, client, footage, made)
    over = await wait_for_upload(call, job)
    work = job.subject
    if over and (job.fault is not None or not work.media):
        if made and not work.media:
            await _undo_session(call, client, session_id)
        if job.fault is not None:
            raise ApiError(job.fault)
        return Reply(nothing_added(work.failed, options.path_policy, call.session_id))
    if notice is not None:
        await client.disclosure.said()
        notes.insert(0, notice)
    warnings = (*notes, *call.notices(client))
    return Reply(_answer(call, work, None if over else job.job_id, warnings))


async def _start(call: ToolContext, client: BackendClient, footage: UploadSources, made: bool) -> Job[UploadSnapshot]:
    """Hand the sources over to a backend that goes on by itself, or begin to send them. Raises ApiError."""
    session_id = call.session_id or ""
    with anyio.CancelScope(shield=True):
        taken = await client.begin_upload(session_id, footage.sources, footage.failed)
        if taken is not None:
            upload_id = taken.upload_id
            job, fresh = call.state.uploads.start(
                session_id, upload_id, UploadSnapshot.of(taken), lambda work: follow(client, upload_id, work), upload_id
            )
            fresh = fresh and not taken.joined
        else:
            job, fresh = call.state.uploads.start(
                session_id,
                (session_id, *footage.sources),
                UploadSnapshot(len(footage.sources), failed=list(footage.failed)),
                lambda work: upload_each(client, session_id, footage.sources, work),
            )
        if fresh:
            notice = message("server.upload_goes_on", session_id=session_id)
            call.accepted(notice, lambda: _withdrawn(call, client, job, made))
    return job


async def handed_over(call: ToolContext, asked: UploadArguments, footage: UploadSources) -> UploadSources:
    """What the user hands over at once, when the host can show the page; else what was found before.

    Raises ApiError when the page was shown and the files are not there yet, or it was not wanted.
    """
    options = call.state.options
    names = [name for source, each in footage.failed if each.kind in UNSEEN and (name := plain_name(source))]
    if options.page is None or options.path_policy is None or len(set(names)) < len(footage.failed):
        return footage
    policy = options.path_policy

    def which() -> list[str]:
        return [name for name in names if policy.handed_over(name)]

    async def there() -> int:
        return len(await anyio.to_thread.run_sync(which))

    if not call.answered and await there():
        return footage  # what lies there under the same name came earlier and may be another film
    choice = await call.show(options.page(asked.session_id), say("server.hand_over", names=tuple(names)))
    if choice != "accept":
        return footage
    while await there() < len(names):
        if call.remaining_s <= 0:
            raise ApiError(
                error_info("file_missing", "server.waiting_for_user", names=json.dumps(names, ensure_ascii=False))
            )
        call.meter.update(None, None, say("server.waiting_for_footage"))
        await anyio.sleep(min(LOOK_S, call.remaining_s))
    return await anyio.to_thread.run_sync(read_sources, names, options.media_roots, options.path_policy)


def plain_name(source: str) -> str:
    """The name that a file will have once it is handed over; empty for what cannot be."""
    try:
        return usable_name(unquote(source) if source.startswith("file:") else source)
    except ApiError:
        return ""


def with_page(problem: ErrorInfo, options: ServerOptions, session_id: str | None) -> ErrorInfo:
    """What a caller at another machine can do about a file that this server cannot see."""
    if options.page is None or problem.kind not in UNSEEN:
        return problem
    return problem.with_words(step=message("server.use_page", page=options.page(session_id)))


def disclosed(client: BackendClient, sources: list[str]) -> str | None:
    """What the user has to be told when the first file leaves this machine."""
    if not any(local_path(source) for source in sources):
        return None
    return client.disclosure.notice()


async def _enter(
    call: ToolContext, client: BackendClient, asked: UploadArguments, first: str
) -> tuple[bool, list[str]]:  # fmt: skip
    """Choose or make the session.

    True when it is new; what to say when an earlier one is continued without being named.
    """
    known = None
    if not asked.new_session:
        known = await call.state.sessions.find(call.caller, asked.session_id, client)
    if known is None:
        call.meter.update(None, None, say("server.connecting"))
        options = call.state.options
        language = options.language or (options.native if client.disclosure.host else active_language())
        made = await client.session(language, PurePath(first).stem[:60] or None)
        call.session_id = made.session_id
        return True, []
    call.session_id = known
    if asked.session_id or call.state.sessions.remembers(call.caller):
        return False, []
    return False, [say("server.joined_session")]


async def _withdrawn(call: ToolContext, client: BackendClient, job: Job[UploadSnapshot], made: bool) -> None:
    if job.subject.lasting:
        await client.cancel_upload(job.job_id)
    await job.cancel()
    if made and not job.subject.media:
        await _undo_session(call, client, job.session_id)


async def _undo_session(call: ToolContext, client: BackendClient, session_id: str) -> None:
    """A session that was made for footage which never came must not be the one that later calls find."""
    call.session_id = None
    try:
        await client.discard(session_id)
    except ApiError as error:
        log.info("an empty session stays: %s", error.fault.kind)


def _answer(call: ToolContext, work: UploadSnapshot, job_id: str | None, warnings: tuple[str, ...]) -> UploadOutput:
    session_id = call.session_id
    step = say("server.first_edit")
    if job_id is not None:
        step = say("server.wait_for_rest", session_id=session_id or "")
        if not work.lasting:
            warnings = (*warnings, say("server.upload_ends_with_host"))
    return UploadOutput(
        session_id=session_id,
        status="done" if job_id is None else "running",
        media=tuple(MediaSummary.of(each) for each in work.media),
        failed=failed_sources(work.failed, call.state.options.path_policy),
        job_id=job_id,
        limits=LIMITS,
        warnings=warnings or None,
        next_step=step,
    )


UPLOAD = Tool(
    name="upload",
    title="Upload footage",
    description=(
        "Add footage (video, sound, pictures), or a cut of another editor (.otio, .fcpxml, .edl) as the timeline. "
        "Local files stay in place."
    ),
    arguments=UploadArguments,
    result=UploadOutput,
    run=upload,
    advised=lambda problem, options: with_page(problem, options, None) if "sources" in problem.message else problem,
    open_world=True,
)
