"""`cancel`: stop an edit, an export or an upload."""

from typing import Annotated, Literal

from pydantic import Field

from ...client.backend import BackendClient
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...messages import Argument, message, say
from ..arguments import Arguments
from ..context import ToolContext
from ..outputs import ToolOutput, word_of
from ..tool import Reply, Tool

JobKind = Literal["turn", "render", "upload", "preview"]


class CancelArguments(Arguments):
    """Which work to stop."""

    job_id: Annotated[str, Field(min_length=1, max_length=100, description="turn_id, render_id or the job_id")]


class CancelOutput(ToolOutput):
    """How the work ended."""

    job_id: str | None = None
    kind: JobKind | None = None
    status: Annotated[str | None, Field(description="cancelled, or how it had ended before")] = None
    message: str | None = None

    def lines(self) -> list[str]:
        """One sentence."""
        return [self.message] if self.message else []


async def cancel(call: ToolContext, asked: CancelArguments) -> Reply:
    """Stop the work if it still runs; what is over stays as it is."""
    previews, uploads = call.state.previews, call.state.uploads
    if (own := uploads.find(asked.job_id) or previews.find(asked.job_id)) is not None:
        if asked.job_id.startswith("upload"):
            await _stop_handed_over(await call.client(), asked.job_id)
        await own.cancel()
        kind: JobKind = "upload" if asked.job_id.startswith("upload") else "preview"
        return _reply(asked.job_id, kind, own.status, own.session_id)
    client = await call.client()
    if asked.job_id.startswith("upload"):
        stopped = await client.cancel_upload(asked.job_id)
        return _reply(asked.job_id, "upload", stopped.status, stopped.session_id or None)
    if asked.job_id.startswith("turn"):
        return await _cancel_turn(client, asked.job_id)
    here = call.state.here
    if here is not None and here.knows(asked.job_id):
        call.session_id, _ = here.told(asked.job_id)
        render = await (await here.client()).cancel_render(asked.job_id)
        return _reply(asked.job_id, "render", render.status, call.session_id)
    try:
        render = await client.cancel_render(asked.job_id)
    except ApiError as error:
        if error.fault.kind not in ("not_found", "bad_request", "not_supported"):
            raise
        raise ApiError(_unknown(asked.job_id)) from None
    return _reply(asked.job_id, "render", render.status, render.session_id or None)


async def _cancel_turn(client: BackendClient, turn_id: str) -> Reply:
    try:
        turn = await client.cancel_turn(turn_id)
    except ApiError as error:
        if error.fault.kind != "not_found":
            raise
        raise ApiError(_unknown(turn_id)) from None
    return _reply(turn_id, "turn", turn.status, turn.session_id or None)


async def _stop_handed_over(client: BackendClient, upload_id: str) -> None:
    """Stop an upload in the backend too, if it is there. Raises ApiError."""
    try:
        await client.cancel_upload(upload_id)
    except ApiError as error:
        if error.fault.kind != "not_found":
            raise


def _unknown(job_id: str) -> ErrorInfo:
    return error_info("not_found", "server.no_work", job_id=job_id)


def _reply(job_id: str, kind: JobKind, status: str, session_id: str | None) -> Reply:
    stopping = status in ("running", "pending", "processing")
    end = "cancelled" if status == "cancelled" else "stopping" if stopping else "over"
    facts: dict[str, Argument] = {
        "what": message(f"server.work.{kind}"),
        "job_id": job_id,
        "status": word_of("server.status", status),
    }
    text = say(f"server.work_{end}", **facts)
    return Reply(CancelOutput(session_id=session_id, job_id=job_id, kind=kind, status=status, message=text))


CANCEL = Tool(
    name="cancel",
    title="Cancel work",
    description="Stop a running edit, export or upload; finished work stays.",
    arguments=CancelArguments,
    result=CancelOutput,
    run=cancel,
    destructive=True,
    idempotent=True,
)
