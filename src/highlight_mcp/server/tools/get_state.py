"""`get_state`: footage, timeline, running work, versions and exports of a session."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from ...client.backend import BackendClient
from ...client.edit_handle import EditHandle
from ...client.results import SessionInfo, VersionInfo
from ...contract.redaction import inline, labelled, named, quoted
from ...timeline.frozen_model import FrozenModel
from ...timeline.time import format_time
from ..arguments import Arguments, SessionId, WaitS
from ..context import ToolContext, wait_for_any_edit, wait_for_export, wait_for_footage
from ..file_links import LOST, locate_reel
from ..outputs import (
    ClipSummary,
    EditSummary,
    ErrorDetail,
    ExportSummary,
    FailedSource,
    MediaSummary,
    TimelineSummary,
    ToolOutput,
    cut_short,
    not_added,
)
from ..results import failed_sources, problem_of
from ..tool import Reply, Tool
from ..workspace.jobs import JobStatus
from ..workspace.uploading import UploadedItem

SHORT = 5
LONG = 50
SHOWN_CLIPS = 60


class StateArguments(Arguments):
    """Of which session, how much, and whether to wait for running work."""

    session_id: SessionId = None
    detail: Annotated[Literal["summary", "full"], Field(description="full: every clip and all versions")] = "summary"
    wait_s: Annotated[WaitS, Field(description="Seconds to wait for running work (0-25)")] = 0


class UploadState(FrozenModel):
    """A running or the last upload."""

    job_id: str
    status: JobStatus
    done: int
    total: int
    error: ErrorDetail | None = None
    failed: tuple[FailedSource, ...] | None = None


class VersionSummary(FrozenModel):
    """One version of the timeline."""

    version: int
    change: str
    created_at: str | None = None
    duration_ms: int
    current: bool

    @classmethod
    def of(cls, info: VersionInfo) -> "VersionSummary":
        """A version as the backend tells it."""
        return cls(
            version=info.rev,
            change=inline(info.change),
            created_at=info.created_at or None,
            duration_ms=info.duration_ms,
            current=info.current,
        )


class SessionSummary(FrozenModel):
    """Another session to go back to."""

    session_id: str
    name: str
    updated_at: str | None = None

    @classmethod
    def of(cls, info: SessionInfo) -> "SessionSummary":
        """A session as the backend lists it."""
        return cls(session_id=info.session_id, name=named(info.task_name), updated_at=inline(info.updated_at) or None)


class StateOutput(ToolOutput):
    """Everything about one session."""

    name: str | None = None
    media: tuple[MediaSummary, ...] | None = None
    timeline: TimelineSummary | None = None
    upload: UploadState | None = None
    turn: EditSummary | None = None
    renders: tuple[ExportSummary, ...] | None = None
    versions: tuple[VersionSummary, ...] | None = None
    sessions: tuple[SessionSummary, ...] | None = None

    def lines(self) -> list[str]:
        """A short page: footage, cut, what is running, what is finished."""
        if self.error is not None or self.timeline is None:
            return []
        return [
            f"Footage ({len(self.media or ())}):",
            *(f"- {each.line()}" for each in self.media or ()),
            self.timeline.summary,
            *self._clips(),
            *self._work(),
            *(f"Version {each.version}: {each.change}" + (" (current)" * each.current) for each in self.versions or ()),
            *(f'Other session: {each.session_id} ("{labelled(each.name)}")' for each in self.sessions or ()),
        ]

    def _clips(self) -> list[str]:
        tracks = self.timeline.tracks if self.timeline is not None else ()
        lines = [
            f"  {track.kind} {number}. {format_time(clip.start_ms)}-{format_time(clip.end_ms)} {_shown(clip)}"
            for track in tracks
            for number, clip in enumerate(track.clips or (), 1)
        ]
        more = [f"  … and {len(lines) - SHOWN_CLIPS} more"] if len(lines) > SHOWN_CLIPS else []
        return lines[:SHOWN_CLIPS] + more

    def _work(self) -> list[str]:
        lines = []
        if self.upload is not None and self.upload.status != "done":
            lines.append(
                f"Upload {self.upload.job_id}: {self.upload.status}, {self.upload.done} of {self.upload.total}"
            )
        lines += not_added(self.upload.failed or ()) if self.upload is not None else []
        if self.turn is not None:
            state = self.turn.status
            if state == "running" and self.turn.progress is not None:
                state = f"running, {self.turn.progress} %"  # type: ignore[assignment]
            lines.append(f"Edit {self.turn.turn_id}: {state}. {self.turn.message or ''}".rstrip())
            lines += [f"  {pick.line()}" for pick in self.turn.picks or ()]
        return lines + [f"Export {each.line()}" for each in self.renders or ()]


class ExportList(NamedTuple):
    """The exports of a session, newest first, and the ids of those whose file was removed."""

    facts: tuple[ExportSummary, ...]
    lost: frozenset[str]


async def get_state(call: ToolContext, asked: StateArguments) -> Reply:
    """Read, after waiting for what runs; without any session say how to begin."""
    call.limit(asked.wait_s)
    client = await call.client()
    session_id = await call.state.sessions.find(call.caller, asked.session_id, client)
    if session_id is None:
        step = "There is no session yet. Call upload with sources=[absolute paths or URLs of the footage] to begin."
        return Reply(StateOutput(media=(), renders=(), versions=(), next_step=step))
    call.session_id = session_id
    upload = await wait_for_footage(call, client, session_id)
    turn = await wait_for_any_edit(call, client, session_id)
    exports = await _renders(call, client, session_id)
    return Reply(await _answer(call, client, asked, upload, turn, exports))


async def _renders(call: ToolContext, client: BackendClient, session_id: str) -> ExportList:
    """The exports after waiting for the newest."""
    renders = await client.renders(session_id)
    if renders and not renders[0].finished and call.remaining_s > 0:
        renders = [await wait_for_export(call, client, renders[0].render_id), *renders[1:]]
    if call.state.here is not None:
        beside = await call.state.here.of(session_id)
        renders = sorted([*beside, *renders], key=lambda each: each.submitted_at, reverse=True)
    counter = call.state.options.counter
    places = [await locate_reel(each, counter) for each in renders[:LONG]]
    facts = tuple(ExportSummary.of(*each) for each in zip(renders, places, strict=False))
    return ExportList(
        facts, frozenset(each.render_id for each, place in zip(renders, places, strict=False) if place.lost)
    )


async def _answer(
    call: ToolContext,
    client: BackendClient,
    asked: StateArguments,
    upload: UploadedItem | None,
    turn: EditHandle | None,
    exports: ExportList,
) -> StateOutput:
    full = asked.detail == "full"
    kept = LONG if full else SHORT
    session_id, renders = call.session_id or "", exports.facts[:kept]
    state = await client.state(session_id)
    versions = await client.versions(session_id)
    others = [each for each in await client.sessions() if each.session_id != session_id]
    facts = EditSummary.of(turn) if turn is not None else None
    longest = max((len(track.segments) for track in state.tracks), default=0) if full else 0
    notices = (
        *(turn.notices if turn is not None else ()),
        *call.notices(client),
        *cut_short("clips", longest, session_id),
        *(f"{each.render_id} was made, but {LOST}." for each in renders if each.render_id in exports.lost),
    )
    return StateOutput(
        session_id=call.session_id,
        name=state.task_name or None,
        media=tuple(MediaSummary.of(each) for each in state.media),
        timeline=TimelineSummary.of(state, full),
        upload=_upload_state(call, upload) if upload is not None else None,
        turn=facts if full or facts is None or facts.status == "running" or asked.wait_s > 0 else _brief(facts),
        renders=renders,
        versions=tuple(VersionSummary.of(each) for each in versions[:kept]),
        sessions=tuple(SessionSummary.of(each) for each in others[:kept]) or None,
        warnings=notices or None,
        next_step=_next_step(call, upload, turn, renders, bool(state.media), state.exportable),
    )


def _brief(turn: EditSummary) -> EditSummary:
    """A turn that is over, without what its own result has told already."""
    return EditSummary(turn_id=turn.turn_id, status=turn.status, message=turn.message)


def _shown(clip: ClipSummary) -> str:
    return quoted(clip.text) if clip.text else clip.label


def _upload_state(call: ToolContext, seen: UploadedItem) -> UploadState:
    work = seen.work
    return UploadState(
        job_id=seen.job_id,
        status=seen.status,
        done=work.done,
        total=work.total,
        error=problem_of(seen.fault) if seen.fault is not None else None,
        failed=failed_sources(work.failed, call.state.options.confines),
    )


def _next_step(
    call: ToolContext,
    upload: UploadedItem | None,
    turn: EditHandle | None,
    renders: tuple[ExportSummary, ...],
    footage: bool,
    exportable: bool,
) -> str | None:
    rendering = bool(renders) and renders[0].status in ("pending", "processing")
    if (upload is not None and not upload.over) or (turn is not None and not turn.finished) or rendering:
        return f"Work is going on: call get_state with session_id={call.session_id} and wait_s=20."
    if not footage:
        return "Call upload with sources=[absolute paths or URLs] to add footage."
    if not exportable:
        return 'Call edit with an instruction such as "the best moments, 60 seconds".'
    return None


GET_STATE = Tool(
    name="get_state",
    title="Look at the session",
    description="Footage, timeline, running work, versions and exports of a session; wait_s waits for work.",
    arguments=StateArguments,
    result=StateOutput,
    run=get_state,
    read_only=True,
    idempotent=True,
)
