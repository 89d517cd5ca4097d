"""The structured content that several tools share. Times in ms; absent means unknown or not applicable."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import WithJsonSchema

from ..client.edit_handle import EditHandle
from ..client.results import MediaFile, RenderResult
from ..contract.errors import ErrorInfo, error_info
from ..contract.redaction import inline, labelled
from ..contract.turn import PickInfo, TurnResult
from ..messages import Argument, has, message, say, verbatim
from ..timeline.frozen_model import FrozenModel
from ..timeline.time import format_time
from .file_links import FileLocation

RenderStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
MAX_LISTED = 200
"""Longer lists are cut, since hosts cut or refuse long results; the resources have the whole."""
SHOWN_FAILED = 20
"""So many are named in text; all of them stand in the structured content."""
LONG_NAME = 255
_ANY_OBJECT = {"type": "object"}
TurnStatus = Literal["running", "done", "needs_input", "failed", "cancelled"]


class ErrorDetail(FrozenModel):
    """Why a call failed; `code` is the backend's, 0 for ours."""

    code: int
    kind: str
    message: str
    next_step: str
    retryable: bool
    retry_after_s: int | None = None

    @classmethod
    def of(cls, fault: ErrorInfo) -> Self:
        """The problem as told to a caller."""
        return cls(
            code=fault.code,
            kind=fault.kind,
            message=fault.message,
            next_step=fault.next_step,
            retryable=fault.retryable,
            retry_after_s=fault.retry_after_s,
        )


class ToolOutput(FrozenModel):
    """What every result may carry; each tool adds its own fields, all optional."""

    session_id: str | None = None
    next_step: str | None = None
    warnings: tuple[str, ...] | None = None
    error: ErrorDetail | None = None

    def lines(self) -> list[str]:
        """The result in words, for a reader who sees nothing else."""
        return []


class FailedSource(FrozenModel):
    """A source that was not added, and why."""

    source: str
    error: ErrorDetail


def not_added(failed: Sequence[FailedSource]) -> list[str]:
    """One line for each of them; what to do about it once, if it is the same for several."""
    lines = [say("server.not_added", source=each.source, why=each.error.message) for each in failed[:SHOWN_FAILED]]
    steps = dict.fromkeys(each.error.next_step for each in failed[:SHOWN_FAILED] if each.error.next_step)
    more = [say("server.not_added_more", n=len(failed) - SHOWN_FAILED)] if len(failed) > SHOWN_FAILED else []
    return [*lines, *more, *steps]


class MediaSummary(FrozenModel):
    """One piece of footage."""

    media_id: str
    name: str
    kind: str
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    size_bytes: int | None = None
    rotation: int | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, file: MediaFile) -> Self:
        """The facts of an uploaded file; a zero that means "unknown" is left out."""
        return cls(
            media_id=file.media_id,
            name=inline(file.filename, LONG_NAME) or file.kind,
            kind=file.kind,
            duration_ms=file.duration_ms,
            width=file.width or None,
            height=file.height or None,
            fps=file.fps or None,
            video_codec=file.video_codec,
            audio_codec=file.audio_codec,
            size_bytes=file.size or None,
            rotation=file.rotation,
            warnings=file.warnings,
        )

    def line(self) -> str:
        """`"match.mp4": video, 1:02:30, 1920x1080, 29.97 fps, h264/aac`."""
        facts = [word_of("server.kind", self.kind)]
        if self.duration_ms and self.kind != "image":
            facts.append(format_time(self.duration_ms))
        if self.width and self.height:
            facts.append(f"{self.width}x{self.height}")
        if self.fps:
            facts.append(f"{self.fps:g} fps")
        if codecs := "/".join(codec for codec in (self.video_codec, self.audio_codec) if codec):
            facts.append(codecs)
        return f'"{labelled(self.name)}": {", ".join(facts)}'


class PickSummary(FrozenModel):
    """One chosen moment, in the time of its source, and why."""

    source: str
    start_ms: int
    end_ms: int
    score: float
    why: str
    confidence: str | None = None

    @classmethod
    def of(cls, pick: PickInfo) -> Self:
        """The facts of one pick."""
        return cls(
            source=pick.source,
            start_ms=pick.start_ms,
            end_ms=pick.end_ms,
            score=pick.score,
            why=pick.why,
            confidence=pick.confidence or None,
        )

    def line(self) -> str:
        """`"match.mp4" 41:01-41:13: crowd +14 dB at 41:07`."""
        return f'"{labelled(self.source)}" {format_time(self.start_ms)}-{format_time(self.end_ms)}: {self.why}'


class SuggestedCall(FrozenModel):
    """A further step the user may want; `operations` can be sent as they are."""

    tool: str
    text: str
    operations: tuple[dict[str, Any], ...] | None = None


class EditSummary(FrozenModel):
    """One edit turn; `progress` in percent."""

    turn_id: str
    status: TurnStatus
    progress: int | None = None
    stage: str | None = None
    message: str | None = None
    changes: tuple[str, ...] | None = None
    picks: tuple[PickSummary, ...] | None = None
    not_understood: tuple[str, ...] | None = None
    suggested_actions: tuple[SuggestedCall, ...] | None = None

    @classmethod
    def of(cls, turn: EditHandle) -> Self:
        """A turn as it stands."""
        told = result_facts(turn) if turn.result is not None else {}
        said = turn.fault.text if turn.fault is not None else turn.said or None
        facts: dict[str, Any] = {"message": said, **told}
        return cls(
            turn_id=turn.turn_id,
            status=turn.status,
            progress=percent(turn.progress, turn.total),
            stage=turn.stage or None,
            **facts,
        )


class ExportSummary(FrozenModel):
    """One export."""

    render_id: str
    status: RenderStatus
    progress: int
    path: str | None = None
    url: str | None = None
    duration_ms: int | None = None
    error: Annotated[ErrorDetail | None, WithJsonSchema(_ANY_OBJECT)] = None

    @classmethod
    def of(cls, render: RenderResult, place: FileLocation) -> Self:
        """An export as it stands."""
        return cls(
            render_id=render.render_id,
            status=render.status,
            progress=render.progress,
            path=str(place.path) if place.path else None,
            url=place.url if place.passing else None,
            duration_ms=render.duration_ms,
            error=ErrorDetail.of(failure_of(render)) if render.status == "failed" else None,
        )

    def line(self) -> str:
        """`render_1_a: completed, /home/ann/Videos/Highlights/match.mp4`."""
        status = word_of("server.status", self.status)
        state = f"{status}, {self.progress} %" if self.status in ("pending", "processing") else status
        if self.error is not None:
            return f"{self.render_id}: {state}. {self.error.message} {self.error.next_step}".rstrip()
        return ", ".join(each for each in (f"{self.render_id}: {state}", self.path, self.url) if each)


def failure_of(render: RenderResult) -> ErrorInfo:
    """Why a render failed."""
    return render.fault or error_info("render_failed", verbatim(render.message) or None)


def result_facts(turn: EditHandle) -> dict[str, Any]:
    """The fields that the result of a turn gives to `edit` and to `EditSummary`."""
    result = turn.result or TurnResult()
    suggested = tuple(
        SuggestedCall(tool=each.tool, text=each.text, operations=each.operations or None) for each in result.suggested
    )
    refused = tuple(" ".join(part for part in (each.what, each.next_step) if part) for each in result.refused)
    return {
        "message": turn.said or None,
        "changes": result.changes,
        "picks": tuple(PickSummary.of(pick) for pick in result.picks[:MAX_LISTED]),
        "not_understood": (*result.not_understood, *refused),
        "suggested_actions": suggested,
    }


def word_of(family: str, name: str) -> str:
    """A word of the wire for people, such as a status; one that is not known stays as it is."""
    key = f"{family}.{name}"
    return say(key) if has(key) else name


def stage_name(stage: str) -> str:
    """What a stage of work is called."""
    return word_of("server.stage", stage)


def percent(done: float | None, total: float | None) -> int | None:
    """Whole percent, None when it is unknown."""
    if done is None:
        return None
    return max(0, min(100, round(100 * done / total if total else done)))


def cut_short(kind: str, listed: int, session_id: str) -> tuple[str, ...]:
    """The warning that a list was cut, none when it was not."""
    if listed <= MAX_LISTED:
        return ()
    facts: dict[str, Argument] = {"listed": MAX_LISTED, "all": listed, "what": message(f"server.listed.{kind}")}
    return (say("server.cut_short", **facts, session_id=session_id),)
