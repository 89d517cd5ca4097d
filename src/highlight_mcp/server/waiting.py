"""Staying on the line: until the work is over or the time of the call is up, with progress meanwhile."""

from ..client.backend import BackendClient
from ..client.edit_handle import EditHandle
from ..client.results import RenderResult
from .context import ToolContext
from .progress import format_stage
from .workspace.jobs import Job
from .workspace.uploading import UploadedItem, UploadSnapshot

SLICE_S = 2.0
POLL_S = 0.2


async def wait_for_edit(call: ToolContext, turn: EditHandle) -> bool:
    """Wait for a turn that this process started. True when it is over."""
    unsubscribe = turn.subscribe(call.meter.heard)
    try:
        return await turn.wait(call.remaining_s)
    finally:
        unsubscribe()


async def wait_for_any_edit(call: ToolContext, client: BackendClient, session_id: str) -> EditHandle | None:
    """The running or last turn of a session, whoever started it, after waiting for its end."""
    while True:
        turn = await client.turn(session_id, min(SLICE_S, call.remaining_s))
        if turn is None or turn.finished or call.remaining_s <= 0:
            return turn
        call.meter.update(turn.progress, turn.total, format_stage(turn.stage, turn.said))


async def wait_for_export(call: ToolContext, client: BackendClient, render_id: str) -> RenderResult:
    """An export after waiting for its end. Raises ContractError."""

    def seen(render: RenderResult) -> None:
        call.meter.update(render.progress, 100, format_stage(render.stage, render.message))

    return await client.render(render_id, call.remaining_s, seen)


async def wait_for_footage(call: ToolContext, client: BackendClient, session_id: str) -> UploadedItem | None:
    """The running or last upload of a session, whoever started it, after waiting for its end."""
    own = call.state.uploads.latest(session_id)
    done = 0
    while told := await client.latest_upload(session_id, min(SLICE_S, call.remaining_s), done):
        seen = UploadedItem.of_backend(told)
        if seen.over or call.remaining_s <= 0:
            return seen
        done = told.done
        call.meter.update(seen.work.percent, 100, seen.work.message)
    if own is None:
        return None
    await wait_for_upload(call, own)
    return UploadedItem.of_job(own)


async def wait_for_upload(call: ToolContext, job: Job[UploadSnapshot]) -> bool:
    """Wait for an upload. True when it is over."""
    while not job.over and call.remaining_s > 0:
        call.meter.update(job.subject.percent, 100, job.subject.message)
        await job.wait(min(POLL_S, call.remaining_s))
    return job.over
