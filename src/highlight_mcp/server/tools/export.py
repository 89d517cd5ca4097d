"""`export`: render the timeline to a file."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import anyio
from mcp.types import Annotations, ContentBlock, ResourceLink
from pydantic import Field, WithJsonSchema

from ...client.backend import BackendClient
from ...client.results import RenderResult
from ...contract.addresses import typed_path
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.exports import ExportDetails, check_hardware, choose_export, ending_of
from ...contract.formats import mime_of, title_name
from ...contract.redaction import display_name
from ...contract.render import MOST_MB, RenderStatus
from ...messages import message, say
from ...presets import DEFAULT_PRESET, PRESETS
from ...timeline.schemas import FrozenModel
from ...timeline.time import format_time
from ..arguments import Arguments, SessionId, WaitS
from ..context import ToolContext, wait_for_export
from ..file_links import NEW_S, FileLocation, locate_reel, lost_reel
from ..outputs import (
    ANY_OBJECTS,
    ExportSummary,
    ToolOutput,
    export_stage,
    failure_of,
    problem_of,
    refused,
    stage_name,
    word_of,
)
from ..tool import Reply, Tool
from ..workspace.local_export import present

Cancel = Callable[[], Awaitable[Any]]
_LONGEST_NAME = 120
_OTHERS = ", ".join(name for name in PRESETS if name != DEFAULT_PRESET)


class ExportArguments(Arguments):
    """What to render, or which render to wait for."""

    session_id: SessionId = None
    version: Annotated[int | None, Field(ge=1, description="Default: the present one")] = None
    preset: Annotated[str | None, Field(description=f"{DEFAULT_PRESET} (default), {_OTHERS}; several: a,b")] = None
    filename: Annotated[str | None, Field(min_length=1, max_length=1000, description="May begin with a folder")] = None
    max_size_mb: Annotated[float | None, Field(gt=0, le=MOST_MB)] = None
    hardware: bool = False
    chapters: Annotated[bool, Field(description="With text")] = False
    split: Annotated[bool, Field(description="A file per clip")] = False
    render_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Wait on for it")] = None
    local: Annotated[bool, Field(description="Render on this machine")] = False
    wait_s: WaitS = 20

    @property
    def folder(self) -> str | None:
        """The folder that the file name begins with, as it was written."""
        head, mark, _ = (self.filename or "").rpartition("/")
        return (head or mark) if mark else None

    @property
    def name(self) -> str | None:
        """The file name alone."""
        return (self.filename or "").rpartition("/")[2] or None

    @property
    def presets(self) -> list[str]:
        """The names of all presets that are asked for, each once; none for the default."""
        return list(dict.fromkeys(filter(None, (each.strip().lower() for each in (self.preset or "").split(",")))))

    def each(self, title: str) -> Iterator["ExportArguments"]:
        """The same for each preset alone; of several presets the name is in those of their files."""
        if len(self.presets) < 2:
            yield self.model_copy(update={"preset": next(iter(self.presets), self.preset)})
            return
        ending = ending_of(self.name or "")
        stem = (self.name or "").removesuffix(f".{ending}") if ending else self.name
        folder = f"{self.folder.rstrip('/')}/" if self.folder is not None else ""
        for preset in self.presets:
            name = f"{stem or title_name(title)} {preset.replace(':', 'x')}".strip()
            whole = folder + (f"{name}.{ending}" if ending else name)
            yield self.model_copy(update={"preset": preset, "filename": whole})

    @property
    def details(self) -> ExportDetails:
        """What is asked of the file beyond its preset."""
        return ExportDetails.copied_from(self)

    def check(self, *, paths_known: bool) -> None:
        """Raises ApiError for what cannot be a file name, or promises another file than the preset makes.

        A caller who does not see this machine (not `paths_known`) may name folders below that of reels alone.
        """
        wrong = self.filename is not None and (self.name is None or any(mark in self.filename for mark in ("\\", "\0")))
        if wrong or len(self.name or "") > _LONGEST_NAME:
            raise refused("server.no_filename", name=self.filename or "")
        folder = typed_path(self.folder or "")
        if not paths_known and (folder.is_absolute() or any(part.startswith(".") for part in folder.parts)):
            raise refused("server.folder_of_server", folder=self.folder or "")
        for each in self.each(""):
            choose_export(each.preset, each.name)


class CheckSummary(FrozenModel):
    """One thing that was verified of the finished file."""

    name: str
    ok: bool
    detail: str


class ExportOutput(ToolOutput):
    """The render and its file."""

    render_id: str | None = None
    status: RenderStatus | None = None
    progress: int | None = None
    stage: str | None = None
    path: str | None = None
    url: str | None = None
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    method: str | None = None
    files: tuple[str, ...] | None = None
    chapters: tuple[str, ...] | None = None
    checks: tuple[CheckSummary, ...] | None = None
    exports: Annotated[tuple[ExportSummary, ...] | None, WithJsonSchema(ANY_OBJECTS)] = None

    def lines(self) -> list[str]:
        """Where the reel is and what it is, or how far the render has come."""
        if self.exports is not None:
            return [say("server.export_state", render=each.line()) for each in self.exports]
        if self.status in ("pending", "processing"):
            percent = self.progress or 0
            return [say("server.exporting", percent=percent, stage=self.stage or stage_name("waiting"))]
        if self.status == "cancelled":
            return [say("server.export_cancelled")]
        if self.status != "completed":
            return []
        return [*self._where(), self._facts(), *self._verdict(), *(self.chapters or ())]

    @property
    def faults(self) -> list[str]:
        """What was found to be wrong with the file."""
        bad = [check for check in self.checks or () if not check.ok]
        return [say("server.check_failed", name=check_name(each), detail=each.detail) for each in bad]

    def _where(self) -> list[str]:
        where = self.path or self.url or " ".join(self.files or ())
        is_named = where in (self.next_step or "")
        return [say("server.reel_finished") if is_named else say("server.reel_at", where=where)]

    def _facts(self) -> str:
        facts = [f"{self.width}x{self.height}"] if self.width and self.height else []
        if self.duration_ms is not None:
            facts.append(format_time(self.duration_ms))
        if self.size_bytes is not None:
            facts.append(f"{self.size_bytes / 1e6:.1f} MB")
        if self.method:
            facts.append(word_of("server.method", self.method))
        facts += [check.detail for check in self.checks or () if check.name in _TOLD]
        return ", ".join(facts)

    def _verdict(self) -> list[str]:
        checks = self.checks or ()
        good = tuple(check_name(each) for each in checks if each.name not in _TOLD)
        return self.faults or ([say("server.checked", names=good)] if checks else [])


_TOLD = ("untouched", "loudness")
"""What is told among the facts: how many pictures are those of the footage, or why none is; the gain of the sound."""


def check_name(check: CheckSummary) -> str:
    """What was checked, for people."""
    return word_of("engine.check", check.name)


async def export(call: ToolContext, asked: ExportArguments) -> Reply:
    """Start a render, join the running one of the same timeline, or wait on for one."""
    call.limit(asked.wait_s)
    asked.check(paths_known=call.state.options.link_provider is None)
    check_hardware(asked.hardware, several=call.state.options.several)
    client = await call.client()
    if asked.render_id is not None:
        call.session_id = asked.session_id
        return await _followed(call, client, asked.render_id)
    session_id = await call.session(client, asked.session_id)
    if len(asked.presets) > 1:
        return await _several(call, client, session_id, asked)
    render, cancel = await _start_or_join(call, client, session_id, next(asked.each("")))
    if not render.joined:
        call.accepted(message("server.export_goes_on", render_id=render.render_id), cancel)
    return await _followed(call, client, render.render_id)


async def _several(call: ToolContext, client: BackendClient, session_id: str, asked: ExportArguments) -> Reply:
    """Start them all, then wait for one after the other; one that is refused or lost is told beside the others."""
    started: list[RenderResult] = []
    cancels: list[Cancel] = []
    refusals: list[ApiError] = []
    state = await client.state(session_id)
    title = state.task_name
    if asked.version is not None:
        title = f"{title} v{asked.version}"
    elif await client.keeps_versions():  # an edit meanwhile is in none of them
        asked = asked.model_copy(update={"version": state.version})
    for one in asked.each(title):
        try:
            render, cancel = await _start_or_join(call, client, session_id, one)
        except ApiError as error:
            refusals.append(error)
            continue
        started.append(render)
        if not render.joined:
            cancels.append(cancel)
            notice = message("server.export_goes_on", render_id=started[0].render_id)
            call.accepted(notice, partial(cancel_all, cancels))
    replies: list[Reply] = []
    for number, render in enumerate(started, 1):
        try:
            replies.append(await _followed(call, client, render.render_id, number=number, of=len(started)))
        except ApiError as error:
            refusals.append(error)
    if not replies:
        raise refusals[0]
    return _together(replies, refusals)


async def cancel_all(cancels: Sequence[Cancel]) -> None:
    """Call each of these, whatever becomes of the others. Raises the first ApiError afterwards."""
    failures: list[ApiError] = []
    for cancel in cancels:
        try:
            await cancel()
        except ApiError as error:
            failures.append(error)
    if failures:
        raise failures[0]


async def _followed(call: ToolContext, client: BackendClient, render_id: str, *, number: int = 1, of: int = 1) -> Reply:
    """An export as it is after waiting for its end; it may be one `of` several. Raises ApiError."""
    beside = call.state.here if call.state.here is not None and call.state.here.knows(render_id) else None
    lacks: tuple[str, ...] = ()
    if beside is not None:
        call.session_id, lacks = beside.told(render_id)
        client = await beside.client()
    render = await wait_for_export(call, client, render_id, number=number, of=of)
    if beside is not None:
        render = replace(render, session_id=call.session_id or "")
    call.session_id = render.session_id or call.session_id
    if render.finished:
        await call.state.notifier.updated(f"render://{render.session_id}/{render.render_id}", mark=render.status)
    place = await locate_reel(render, call.state.options.link_provider, NEW_S)
    if place.lost:
        raise ApiError(lost_reel(render))
    warnings = (*lacks, *render.warnings, *call.notices(client)) or None
    answer = answer_of(render, place).model_copy(update={"warnings": warnings, "session_id": call.session_id})
    return Reply(answer, links_to(render, place, facts=beside is None))


async def _start_or_join(
    call: ToolContext, client: BackendClient, session_id: str, asked: ExportArguments
) -> tuple[RenderResult, Cancel]:
    """The render that this call has started or joined, and what cancels it. Raises ApiError."""
    state = await (client.state(session_id) if asked.version is None else client.version(session_id, asked.version))
    if not state.exportable:
        raise ApiError(error_info("nothing_to_export"))
    with anyio.CancelScope(shield=True):
        if asked.local and call.state.here is not None:
            render = await call.state.here.start(client, state, asked.preset, asked.name, asked.details)
            client = await call.state.here.client()
        else:
            render = await _start(call, client, session_id, asked)
    return render, partial(client.cancel_render, render.render_id)


async def _start(call: ToolContext, client: BackendClient, session_id: str, asked: ExportArguments) -> RenderResult:
    """Start a render; where the plan forbids it, say what this machine can do. Raises ApiError."""
    try:
        return await client.start_render(session_id, asked.preset, asked.name, asked.version, asked.details)
    except ApiError as error:
        raise ApiError(await _with_offer(call, client, session_id, asked.preset, error.fault)) from None


async def _with_offer(
    call: ToolContext, client: BackendClient, session_id: str, preset: str | None, problem: ErrorInfo
) -> ErrorInfo:
    if problem.kind not in ("export_blocked", "not_supported") or call.state.here is None:
        return problem
    if not await anyio.to_thread.run_sync(present, client.known_files(session_id)):
        return problem
    return problem.with_words(step=message("server.export_here", step=problem.step, preset=preset or DEFAULT_PRESET))


def answer_of(render: RenderResult, place: FileLocation) -> ExportOutput:
    """A render as it stands, as the answer of `export`."""
    return ExportOutput.copied_from(
        render,
        session_id=render.session_id or None,
        stage=None if render.finished else export_stage(render),
        path=str(place.path) if place.path else None,
        url=place.url,
        warnings=None,
        files=place.parts or render.files or None,
        chapters=render.chapters or None,
        checks=tuple(map(CheckSummary.copied_from, render.checks)) or None,
        error=problem_of(failure_of(render)) if render.status == "failed" else None,
        next_step=_download(place) if render.finished else say("server.still_exporting", render_id=render.render_id),
    )


def _together(replies: Sequence[Reply], refusals: Sequence[ApiError]) -> Reply:
    """Several exports as one answer: each in short, the first that is not over as the one to wait for."""
    answers = [reply.answer for reply in replies if isinstance(reply.answer, ExportOutput)]
    going_on = [each for each in answers if each.status in ("pending", "processing")]
    shown = (going_on or [each for each in answers if each.status != "completed"] or answers)[0]
    refused_ones = tuple(error.fault.text for error in refusals)
    warnings = tuple(dict.fromkeys(line for each in answers for line in (*each.faults, *(each.warnings or ()))))
    answer = ExportOutput(
        session_id=shown.session_id,
        render_id=shown.render_id,
        status=shown.status,
        progress=sum(100 if each.status == "completed" else each.progress or 0 for each in answers) // len(answers),
        stage=shown.stage,
        error=shown.error,
        exports=tuple(ExportSummary.copied_from(each, render_id=each.render_id or "") for each in answers),
        warnings=(*refused_ones, *warnings) or None,
        next_step=shown.next_step,
    )
    return Reply(answer, [block for reply in replies for block in reply.blocks])


def _download(place: FileLocation) -> str | None:
    return say("server.download_here", url=place.url or "") if place.passing else None


def links_to(render: RenderResult, place: FileLocation, *, facts: bool = True) -> list[ContentBlock]:
    """Links to the finished file for the user, and one to its facts where they can be read."""
    if render.status != "completed":
        return []
    if render.files:
        return [*_part_links(render, place), *_about(render, facts=facts)]
    uris = [place.path.as_uri() if place.path else None, place.url if place.passing or not place.path else None]
    links: list[ContentBlock] = [
        ResourceLink(
            uri=uri,
            name=display_name(render.path.name) if render.path else f"{render.render_id}.mp4",
            title=say("server.finished_reel"),
            mime_type=mime_of(render.path.name if render.path else ""),
            size=render.size_bytes,
            annotations=Annotations(audience=["user"], priority=1.0),
        )
        for uri in uris
        if uri
    ]
    return [*links, *_about(render, facts=facts)]


def _part_links(render: RenderResult, place: FileLocation) -> list[ContentBlock]:
    """Links to the folder of a reel in parts, or to each of its files."""
    named = [(place.path.as_uri(), place.path.name, "inode/directory")] if place.path is not None else []
    named += [(uri, name, mime_of(name)) for uri, name in zip(place.parts, render.files, strict=False)]
    return [
        ResourceLink(
            uri=uri,
            name=display_name(name),
            title=say("server.finished_reel"),
            mime_type=mime,
            annotations=Annotations(audience=["user"], priority=1.0),
        )
        for uri, name, mime in named
    ]


def _about(render: RenderResult, *, facts: bool) -> list[ContentBlock]:
    """A link to the facts of a render where they can be read."""
    if not facts:
        return []
    about, title = f"render://{render.session_id}/{render.render_id}", say("server.reel_facts")
    return [ResourceLink(uri=about, name=render.render_id, title=title, mime_type="application/json")]


EXPORT = Tool(
    name="export",
    title="Export the reel",
    description="Render the cut to a file, check it, return its path. One that runs is joined.",
    arguments=ExportArguments,
    result=ExportOutput,
    run=export,
)
