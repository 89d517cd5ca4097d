"""Results and errors of tools: text that stands alone, structured content beside it; made here only.

The SDK is not needed for it, nor is a client.

Times in ms; absent means unknown or not applicable.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import WithJsonSchema

from ..client.results import RenderResult
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.redaction import inline, labelled, printable, redact
from ..contract.render import RenderStatus
from ..contract.session import MediaFile
from ..contract.turn import PickInfo, TurnResult, TurnStatus, VersionMade
from ..messages import Argument, Message, has, in_sentences, message, next_step_of, say, verbatim
from ..timeline.schemas import FrozenModel
from ..timeline.time import format_time

if TYPE_CHECKING:
    from ..client.edit_stream import EditHandle
    from .file_links import FileLocation
    from .options import UserPathPolicy

MAX_LISTED = 200
"""Longer lists are cut, since hosts cut or refuse long results; the resources have the whole."""
SHOWN_FAILED = 20
"""So many are named in text; all of them stand in the structured content."""
LONG_NAME = 255
_ANY_OBJECT = {"type": "object"}
TEXTS = {"type": "array", "items": {"type": "string"}}
ANY_OBJECTS = {"type": "array", "items": _ANY_OBJECT}


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
        return cls.copied_from(fault)


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
        return cls.copied_from(
            file,
            name=inline(file.filename, LONG_NAME) or file.kind,
            width=file.width or None,
            height=file.height or None,
            fps=file.fps or None,
            size_bytes=file.size or None,
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
    version: int | None = None

    @classmethod
    def of(cls, pick: PickInfo) -> Self:
        """The facts of one pick."""
        return cls.copied_from(pick, confidence=pick.confidence or None)

    def line(self) -> str:
        """`"match.mp4" 41:01-41:13: crowd +14 dB at 41:07`, with the version where there are several."""
        where = f'"{labelled(self.source)}" {format_time(self.start_ms)}-{format_time(self.end_ms)}: {self.why}'
        return where if self.version is None else say("server.of_version", n=self.version, what=where)


class NewVersionSummary(FrozenModel):
    """One of several versions that an edit made."""

    version: int
    duration_ms: int
    width: int
    height: int
    change: str

    @classmethod
    def of(cls, made: VersionMade) -> Self:
        """The facts of one version."""
        return cls.copied_from(made, version=made.rev)


class SuggestedCall(FrozenModel):
    """A further step the user may want; `operations` can be sent as they are."""

    tool: str
    text: str
    operations: tuple[dict[str, Any], ...] | None = None

    def line(self) -> str:
        """In words and with the operations, since some hosts show a model the text alone."""
        if not self.operations:
            return say("server.could_call", tool=self.tool, text=self.text)
        sent = printable(json.dumps(self.operations, ensure_ascii=False, separators=(",", ":")))
        return say("server.could_call_with", tool=self.tool, text=self.text, operations=sent)


class EditSummary(FrozenModel):
    """One edit turn; `progress` in percent. Its lists are as in the result of `edit`."""

    turn_id: str
    status: TurnStatus
    progress: int | None = None
    stage: str | None = None
    message: str | None = None
    changes: Annotated[tuple[str, ...] | None, WithJsonSchema(TEXTS)] = None
    versions: Annotated[tuple[NewVersionSummary, ...] | None, WithJsonSchema(ANY_OBJECTS)] = None
    picks: Annotated[tuple[PickSummary, ...] | None, WithJsonSchema(ANY_OBJECTS)] = None
    not_understood: Annotated[tuple[str, ...] | None, WithJsonSchema(TEXTS)] = None
    refused: Annotated[tuple[str, ...] | None, WithJsonSchema(TEXTS)] = None
    suggested_actions: tuple[SuggestedCall, ...] | None = None

    @classmethod
    def of(cls, turn: "EditHandle") -> Self:
        """A turn as it stands."""
        result = result_facts(turn) if turn.result is not None else {}
        words = turn.fault.text if turn.fault is not None else turn.said or None
        facts: dict[str, Any] = {"message": words, **result}
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
    stage: str | None = None
    path: str | None = None
    url: str | None = None
    duration_ms: int | None = None
    error: Annotated[ErrorDetail | None, WithJsonSchema(_ANY_OBJECT)] = None

    @classmethod
    def of(cls, render: RenderResult, place: "FileLocation") -> Self:
        """An export as it stands."""
        return cls.copied_from(
            render,
            stage=None if render.finished else export_stage(render),
            path=str(place.path) if place.path else None,
            url=place.url if place.passing else None,
            error=ErrorDetail.of(failure_of(render)) if render.status == "failed" else None,
        )

    def line(self) -> str:
        """`render_1_a: completed, /home/ann/Videos/Highlights/match.mp4`."""
        status = word_of("server.status", self.status)
        under_way = (
            (status, f"{self.progress} %", self.stage) if self.status in ("pending", "processing") else (status,)
        )
        state = ", ".join(filter(None, under_way))
        if self.error is not None:
            return f"{self.render_id}: {state}. {in_sentences(self.error.message, self.error.next_step)}"
        return ", ".join(each for each in (f"{self.render_id}: {state}", self.path, self.url) if each)


def failure_of(render: RenderResult) -> ErrorInfo:
    """Why a render failed."""
    return render.fault or error_info("render_failed", verbatim(render.message) or None)


def result_facts(turn: "EditHandle") -> dict[str, Any]:
    """The fields that the result of a turn gives to `edit` and to `EditSummary`."""
    result = turn.result or TurnResult()
    suggested = tuple(
        SuggestedCall(tool=each.tool, text=each.text, operations=each.operations or None) for each in result.suggested
    )
    return {
        "message": turn.said or None,
        "changes": result.changes,
        "versions": tuple(map(NewVersionSummary.of, result.versions)) or None,
        "picks": tuple(PickSummary.of(pick) for pick in result.picks[:MAX_LISTED]),
        "not_understood": result.not_understood,
        "refused": tuple(in_sentences(each.what, each.next_step) for each in result.refused),
        "suggested_actions": suggested,
    }


def word_of(family: str, name: str) -> str:
    """A word of the wire for people, such as a status; one that is not known stays as it is."""
    key = f"{family}.{name}"
    return say(key) if has(key) else name


def stage_name(stage: str) -> str:
    """What a stage of work is called."""
    return word_of("server.stage", stage)


def export_stage(render: RenderResult) -> str | None:
    """What a render is doing, in words: how far, how fast and how long, as the backend says it."""
    return render.message or stage_name(render.stage) or None


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


def as_result(answer: ToolOutput) -> tuple[str, dict[str, Any]]:
    """A result as text that stands alone, and as structured content beside it."""
    text = printable("\n".join(line for line in _lines(answer) if line)) or say("server.done")
    content: dict[str, Any] = _clean(answer.model_dump(mode="json", exclude_none=True))
    return text, content


def problem_of(fault: ErrorInfo) -> ErrorDetail:
    """A fault as told to callers: without secrets."""
    return ErrorDetail.of(fault.with_words(verbatim(redact(fault.message)), verbatim(redact(fault.next_step))))


def failed_sources(
    failed: Iterable[tuple[str, ErrorInfo]], path_policy: "UserPathPolicy | None" = None
) -> tuple[FailedSource, ...] | None:
    """Sources that were not added, as told to a caller; None when there is none.

    Who has handed a file over knows it by its plain name, and not where this server keeps it.
    """

    def shown(source: str) -> str:
        path = PurePath(source)
        return path.name if path_policy is not None and path.parent == path_policy.inbox else source

    return tuple(FailedSource(source=shown(source), error=problem_of(problem)) for source, problem in failed) or None


def _lines(answer: ToolOutput) -> list[str]:
    lines = []
    if answer.error is not None:
        again = say("server.try_again_in", seconds=answer.error.retry_after_s) if answer.error.retry_after_s else ""
        lines.append(in_sentences(answer.error.message, answer.error.next_step, again))
    lines += answer.lines()
    lines += [say("server.note", note=warning) for warning in answer.warnings or ()]
    if answer.next_step:
        lines.append(answer.next_step)
    if answer.session_id:
        lines.append(f"(session_id: {answer.session_id})")
    return lines


def _clean(value: Any) -> Any:
    """Text that any UTF-8 reader takes: file names may hold anything."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value


def refused(what: Message | str, *, next_step: Message | str | None = None, **arguments: Argument) -> ApiError:
    """A call whose arguments cannot be used; `code` is 0, since no backend was asked."""
    sentence = Message(what, arguments) if isinstance(what, str) else what
    problem = error_info("bad_request", sentence, next_step=next_step)
    correct = problem.step.key == "contract.bad_request.next"
    step = message("server.correct_arguments") if correct else problem.step
    return ApiError(problem.model_copy(update={"code": 0, "step": step}))


def nothing_yet() -> ApiError:
    """A call that needs a session when there is none."""
    return ApiError(_own("no_session"))


def internal() -> ErrorInfo:
    """Our own mistake; the details are in the log on stderr."""
    return _own("internal").model_copy(update={"retryable": True})


def _own(kind: str) -> ErrorInfo:
    what = message(f"server.{kind}")
    return ErrorInfo(code=0, http=0, kind=kind, what=what, step=next_step_of(what))
