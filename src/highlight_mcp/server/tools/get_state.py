"""`get_state`: footage, timeline, running work, versions and exports of a session."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field, WithJsonSchema

from ...client.backend import BackendClient
from ...client.edit_stream import EditHandle
from ...client.results import SessionInfo
from ...contract.local_api import VersionInfo
from ...contract.redaction import inline, labelled, named, quoted
from ...messages import Argument, say
from ...timeline.schemas import FrozenModel
from ...timeline.time import format_time
from ..arguments import Arguments, SessionId, WaitS
from ..context import ToolContext, wait_for_any_edit, wait_for_export, wait_for_footage
from ..file_links import locate_reel
from ..outputs import (
    ANY_OBJECTS,
    EditSummary,
    ErrorDetail,
    ExportSummary,
    FailedSource,
    MediaSummary,
    ToolOutput,
    cut_short,
    failed_sources,
    not_added,
    problem_of,
    word_of,
)
from ..timeline_facts import ClipFacts, TimelineFacts
from ..tool import Reply, Tool
from ..workspace.jobs import JobStatus, UploadedItem

SHORT = 5
LONG = 50
SHOWN_CLIPS = 60


class StateArguments(Arguments):
    """Of which session, how much, and whether to wait for running work."""

    session_id: SessionId = None
    detail: Annotated[Literal["summary", "full"], Field(description="full: every clip and all versions")] = "summary"
    wait_s: Annotated[WaitS, Field(description="Seconds to wait for running work")] = 0


class UploadState(FrozenModel):
    """A running or the last upload."""

    job_id: str
    status: JobStatus
    done: int
    total: int
    error: ErrorDetail | None = None
    failed: Annotated[tuple[FailedSource, ...] | None, WithJsonSchema(ANY_OBJECTS)] = None


class VersionSummary(FrozenModel):
    """One version of the timeline."""

    version: int
    change: str
    created_at: str | None = None
    duration_ms: int
    current: bool

    @classmethod
    def of(cls, version: VersionInfo) -> "VersionSummary":
        """A version as the backend tells it."""
        return cls(
            version=version.rev,
            change=inline(version.change),
            created_at=version.created_at or None,
            duration_ms=version.duration_ms,
            current=version.current,
        )

    def line(self) -> str:
        """`Version 2: Muted 1 clip. (current)`."""
        key = "server.current_version" if self.current else "server.version"
        return say(key, n=self.version, change=self.change)


class SessionSummary(FrozenModel):
    """Another session to go back to."""

    session_id: str
    name: str
    updated_at: str | None = None

    @classmethod
    def of(cls, session: SessionInfo) -> "SessionSummary":
        """A session as the backend lists it."""
        return cls(
            session_id=session.session_id, name=named(session.task_name), updated_at=inline(session.updated_at) or None
        )


class StateOutput(ToolOutput):
    """Everything about one session."""

    name: str | None = None
    media: tuple[MediaSummary, ...] | None = None
    timeline: TimelineFacts | None = None
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
            say("server.footage", n=len(self.media or ())),
            *(f"- {each.line()}" for each in self.media or ()),
            self.timeline.summary,
            *([frame] if (frame := self.timeline.frame()) else []),
            *self._clips(),
            *self._work(),
            *(each.line() for each in self.versions or ()),
            *(
                say("server.other_session", session_id=each.session_id, name=labelled(each.name))
                for each in self.sessions or ()
            ),
        ]

    def _clips(self) -> list[str]:
        tracks = self.timeline.tracks if self.timeline is not None else ()
        lines = [
            f"  {word_of('contract.track', track.kind)} {number}. {_span(clip)} {_shown(clip)}"
            for track in tracks
            for number, clip in enumerate(track.clips or (), 1)
        ]
        more = [f"  {say('server.and_more', n=len(lines) - SHOWN_CLIPS)}"] if len(lines) > SHOWN_CLIPS else []
        return lines[:SHOWN_CLIPS] + more

    def _work(self) -> list[str]:
        lines = []
        if self.upload is not None and self.upload.status != "done":
            facts: dict[str, Argument] = {
                "job_id": self.upload.job_id,
                "done": self.upload.done,
                "total": self.upload.total,
            }
            lines.append(say("server.upload_state", **facts, status=word_of("server.status", self.upload.status)))
        lines += not_added(self.upload.failed or ()) if self.upload is not None else []
        if self.turn is not None:
            status = word_of("server.status", self.turn.status)
            if self.turn.status == "running" and self.turn.progress is not None:
                status = f"{status}, {self.turn.progress} %"
            state = say("server.edit_state", turn_id=self.turn.turn_id, status=status, message=self.turn.message or "")
            lines.append(state.rstrip())
            lines += [f"  {number}. {pick.line()}" for number, pick in enumerate(self.turn.picks or (), 1)]
        return lines + [say("server.export_state", render=each.line()) for each in self.renders or ()]


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
        step = f"{say('server.no_session')} {say('server.no_session.next')}"
        return Reply(StateOutput(media=(), renders=(), versions=(), next_step=step))
    call.session_id = session_id
    call.speak_as(client.session_language(session_id))
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
    link_provider = call.state.options.link_provider
    places = [await locate_reel(each, link_provider) for each in renders[:LONG]]
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
        *(say("server.reel_lost", name=each.render_id) for each in renders if each.render_id in exports.lost),
    )
    return StateOutput(
        session_id=call.session_id,
        name=state.task_name or None,
        media=tuple(MediaSummary.of(each) for each in state.media),
        timeline=TimelineFacts.of(state, full),
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


def _span(clip: ClipFacts) -> str:
    return f"{format_time(clip.start_ms)}-{format_time(clip.end_ms)}"


def _shown(clip: ClipFacts) -> str:
    named = quoted(clip.text) if clip.text else clip.label
    traits = clip.traits()
    return f"{named} ({', '.join(traits)})" if traits else named


def _upload_state(call: ToolContext, seen: UploadedItem) -> UploadState:
    work = seen.work
    return UploadState(
        job_id=seen.job_id,
        status=seen.status,
        done=work.done,
        total=work.total,
        error=problem_of(seen.fault) if seen.fault is not None else None,
        failed=failed_sources(work.failed, call.state.options.path_policy),
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
        return say("server.work_goes_on", session_id=call.session_id or "")
    if not footage:
        return say("server.add_footage")
    if not exportable:
        return say("server.first_edit")
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
