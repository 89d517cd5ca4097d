"""`preview`: one picture of the cut, of the candidate moments, or of one frame."""

import base64
from typing import Annotated

from mcp.types import ImageContent
from pydantic import Field, model_validator

from ...messages import message, say
from ..arguments import Arguments, SessionId
from ..context import ToolContext
from ..outputs import ToolOutput
from ..tool import Reply, Tool
from ..workspace.jobs import PreviewJob, PreviewKind


class PreviewArguments(Arguments):
    """Which picture."""

    session_id: SessionId = None
    what: PreviewKind = "storyboard"
    at_ms: Annotated[int | None, Field(ge=0, description="Time of the frame, in the cut or in media_id")] = None
    media_id: Annotated[str | None, Field(description="Footage, not the cut", max_length=200)] = None

    @model_validator(mode="after")
    def _timed(self) -> "PreviewArguments":
        if self.what == "frame" and self.at_ms is None:
            raise ValueError(say("server.wrong.frame_needs_time"))
        if self.what != "frame" and self.at_ms is not None:
            raise ValueError(say("server.wrong.time_needs_frame"))
        return self


class PreviewOutput(ToolOutput):
    """What the picture shows."""

    status: Annotated[str | None, Field(description="done or running")] = None
    what: PreviewKind | None = None
    description: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None

    def lines(self) -> list[str]:
        """The picture in words."""
        if self.error is not None:
            return []
        return [self.description or say("server.drawing")]


async def preview(call: ToolContext, asked: PreviewArguments) -> Reply:
    """Draw, at most for a while; a picture that takes longer is there at the next call."""
    call.limit(call.state.options.preview_s)
    client = await call.client()
    session_id = await call.session(client, asked.session_id)
    key = (session_id, asked.what, asked.at_ms, asked.media_id)
    drawing = PreviewJob(session_id, asked.what, asked.at_ms, asked.media_id)
    job, fresh = call.state.previews.start(session_id, key, drawing, lambda each: each.draw(client))
    call.meter.update(0, 100, say("server.looking"))
    if fresh:
        call.accepted(message("server.preview_again"), job.cancel)
    over = await job.wait(call.remaining_s)
    warnings = call.notices(client) or None
    picture = job.result().picture if over else None
    if picture is None:
        step = say("server.preview_again")
        answer = PreviewOutput(session_id=session_id, status="running", what=asked.what, next_step=step)
        return Reply(answer.model_copy(update={"warnings": warnings}))
    answer = PreviewOutput(
        session_id=call.session_id,
        status="done",
        what=asked.what,
        description=picture.description or say(f"server.picture.{asked.what}"),
        mime_type=picture.mime,
        size_bytes=len(picture.data),
        warnings=warnings,
    )
    return Reply(answer, [ImageContent(data=base64.b64encode(picture.data).decode(), mime_type=picture.mime)])


PREVIEW = Tool(
    name="preview",
    title="Look at pictures",
    description="One image: a contact sheet of the cut, of candidate moments, or a frame. Changes nothing.",
    arguments=PreviewArguments,
    result=PreviewOutput,
    run=preview,
    read_only=True,
    idempotent=True,
)
