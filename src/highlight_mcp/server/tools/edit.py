"""`edit`: change the timeline by words or by typed operations."""

from typing import TYPE_CHECKING, Annotated, Any

import anyio
from pydantic import Field, WithJsonSchema, model_validator

from ...client.backend import BackendClient
from ...client.edit_stream import EditHandle
from ...client.results import SessionState
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.redaction import inline
from ...contract.session import Balance
from ...contract.turn import TurnStatus
from ...messages import active_language, in_each_language, in_sentences, message, say, sentences, verbatim
from ...timeline.media import MediaInfo
from ...timeline.operations import item_schema
from ..arguments import Arguments, SessionId, WaitS
from ..context import ToolContext, wait_for_edit, wait_for_footage
from ..outputs import (
    ANY_OBJECTS,
    LONG_NAME,
    TEXTS,
    NewVersionSummary,
    PickSummary,
    SuggestedCall,
    ToolOutput,
    cut_short,
    percent,
    problem_of,
    refused,
    result_facts,
)
from ..timeline_facts import TimelineFacts
from ..tool import HELP_URI, Reply, Tool, read_operations, signatures
from .credits import balance_text, low_text

if TYPE_CHECKING:
    from ...language.intent import Intent


async def redirect_intent(aim: "Intent", client: BackendClient) -> tuple[str, SuggestedCall]:
    """What to say, and the tool that does it. Raises ApiError."""
    if aim == "credits":
        return balance_text(await client.credits()), SuggestedCall(tool="credits", text=say("server.action.credits"))
    tool = "get_state" if aim == "state" else aim
    return say(f"server.asked_for.{aim}"), SuggestedCall(tool=tool, text=say(f"server.action.{aim}"))


SHOWN_PICKS = 12
MEDIA_KINDS = ("video", "audio", "image")
ITEM = {"type": "array", "items": item_schema()}
LONGEST_TURN_S = 3600.0
_BALANCE_S = 5.0  # s that an edit waits at most for what is left


class EditArguments(Arguments):
    """What to change: words or operations."""

    instruction: Annotated[str | None, Field(max_length=4000, description="The wish in the user's own words")] = None
    operations: Annotated[
        list[Any] | None,
        WithJsonSchema(ITEM),
        Field(max_length=100, description=f"Exact edits in ms, clips from 1; see {HELP_URI}: {signatures()}"),
    ] = None
    session_id: SessionId = None
    base_version: Annotated[int | None, Field(ge=0, description="Refuse if the timeline is not at this version")] = None
    wait_s: WaitS = 20

    @model_validator(mode="after")
    def _something(self) -> "EditArguments":
        has_words = bool((self.instruction or "").strip())
        if not has_words and not self.operations:
            raise ValueError(say("server.wrong.nothing_asked"))
        if has_words and self.operations:
            raise ValueError(say("server.wrong.words_and_operations"))
        return self


class EditOutput(ToolOutput):
    """What the edit did."""

    status: TurnStatus | None = None
    message: str | None = None
    changes: tuple[str, ...] | None = None
    timeline: TimelineFacts | None = None
    versions: Annotated[tuple[NewVersionSummary, ...] | None, WithJsonSchema(ANY_OBJECTS)] = None
    picks: tuple[PickSummary, ...] | None = None
    not_understood: tuple[str, ...] | None = None
    refused: Annotated[tuple[str, ...] | None, WithJsonSchema(TEXTS)] = None
    suggested_actions: tuple[SuggestedCall, ...] | None = None
    turn_id: str | None = None
    progress: int | None = None

    def lines(self) -> list[str]:
        """The message, which tells what was refused; the summary line, the picks, what was not understood."""
        lines = [self.message] if self.message and self.error is None else []
        if self.timeline is not None:
            lines.append(self.timeline.summary)
        picks = self.picks or ()
        lines += [f"{number}. {pick.line()}" for number, pick in enumerate(picks[:SHOWN_PICKS], 1)]
        if len(picks) > SHOWN_PICKS:
            lines.append(say("server.and_more", n=len(picks) - SHOWN_PICKS))
        text = self.message or ""
        missed = self.not_understood or () if self.error is None else ()
        lines += [say("server.not_understood", what=each) for each in missed if each not in text]
        return lines + [each.line() for each in self.suggested_actions or ()]


async def edit(call: ToolContext, asked: EditArguments) -> Reply:
    """Start one edit turn and stay with it while the call may last."""
    call.limit(asked.wait_s)
    operations = read_operations(asked.operations or [])
    client = await call.client()
    session_id = await call.session(client, asked.session_id)
    aim = _intent_of(asked.instruction) if asked.instruction and not operations else "edit"
    if aim != "edit":
        message, action = await redirect_intent(aim, client)
        return Reply(await _aside(client, session_id, message, action))
    await _footage_there(call, client, session_id)
    if asked.instruction and (calls := await _calls_for(client, session_id, asked.instruction)):
        answer = await _aside(client, session_id, say("server.one_reel_at_a_time"), *calls)
        return Reply(answer.model_copy(update={"status": "needs_input"}))
    balance = await _before_paid_work(client)
    call.meter.update(None, None, in_sentences(*balance))
    turn = await _start(call, client, session_id, asked, operations)
    over = await wait_for_edit(call, turn)
    answer = await _outcome(client, turn, not asked.instruction) if over else _going_on(turn)
    answer = _with_follow_up(answer, asked.instruction)
    picked = len(turn.result.picks) if turn.result is not None else 0
    warnings = (*balance, *turn.notices, *call.notices(client), *cut_short("picks", picked, turn.session_id))
    return Reply(answer.model_copy(update={"session_id": call.session_id, "warnings": warnings or None}))


async def _calls_for(client: BackendClient, session_id: str, words: str) -> tuple[SuggestedCall, ...]:
    """One call for each reel that the words ask for; none where they ask for one, or the service keeps versions.

    A service that keeps one timeline for a session is asked for one reel after the other.
    """
    if await client.keeps_versions():
        return ()
    from ...language import SessionFacts, interpret

    state = await client.state(session_id)
    situation = SessionFacts(media=_media_of(state), has_timeline=state.exportable)
    asked = interpret(words, situation).versions
    calls = []
    for one in asked:
        spoken = sentences(*(in_each_language(en=op.sentence("en"), zh=op.sentence("zh")) for op in one.operations))
        operations = tuple(op.to_json() for op in one.operations)
        calls.append(SuggestedCall(tool="edit", text=say("server.action.reel", what=spoken), operations=operations))
    return tuple(calls)


def _media_of(state: SessionState) -> tuple[MediaInfo, ...]:
    """What is known of the footage; the lengths of a service are in seconds."""
    return tuple(
        MediaInfo(
            media_id=file.media_id or f"file_{number}",
            name=inline(file.filename, LONG_NAME) or f"file {number}",
            kind=kind,
            duration_ms=file.duration_ms or max(0, round(1000 * file.duration)),
        )
        for number, file in enumerate(state.media, 1)
        for kind in MEDIA_KINDS
        if kind == (file.kind or file.file_type or "video")
    )


async def _start(
    call: ToolContext, client: BackendClient, session_id: str, asked: EditArguments, operations: list[dict[str, Any]]
) -> EditHandle:
    """Start the turn; a cancellation meanwhile waits, or the turn would run without anybody knowing it."""
    with anyio.CancelScope(shield=True):
        turn = await client.start_edit(
            session_id,
            instruction=asked.instruction,
            operations=operations or None,
            base_version=asked.base_version,
            language=active_language(),
        )
        call.accepted(message("server.edit_goes_on", **handle_of(turn)), turn.cancel, at_once=True)
    call.later(announce, call, turn)
    return turn


def handle_of(turn: EditHandle) -> dict[str, str]:
    """By which a turn is found again."""
    return {"session_id": turn.session_id, "turn_id": turn.turn_id}


async def announce(call: ToolContext, turn: EditHandle) -> None:
    """Tell subscribers of the new version, when a turn has made one."""
    if await turn.wait(LONGEST_TURN_S) and turn.result is not None:
        await call.changed(turn.session_id, turn.result.rev)


async def _footage_there(call: ToolContext, client: BackendClient, session_id: str) -> None:
    """An edit waits for an upload that is still running, whoever started it. Raises ApiError `busy`."""
    seen = await wait_for_footage(call, client, session_id)
    if seen is not None and not seen.over:
        raise refused("server.footage_being_added", session_id=session_id)


def _going_on(turn: EditHandle) -> EditOutput:
    return EditOutput(
        status=turn.status,
        message=turn.said or say("server.working"),
        turn_id=turn.turn_id,
        progress=percent(turn.progress, turn.total),
        next_step=say("server.edit_running", **handle_of(turn)),
    )


async def _outcome(client: BackendClient, turn: EditHandle, exact: bool) -> EditOutput:
    """The end of a turn, with the timeline as it is now. `exact`: there were no words, only operations."""
    if turn.fault is not None:
        return EditOutput(status=turn.status, turn_id=turn.turn_id, error=problem_of(turn.fault))
    assert turn.result is not None
    state = await client.state(client.successor(turn.session_id))
    refused = exact and turn.result.status == "needs_input" and bool(turn.result.refused)
    failed = _failure(turn) if refused or turn.result.status == "failed" else None
    return EditOutput(
        status=turn.status,
        timeline=TimelineFacts.of(state),
        turn_id=turn.turn_id,
        error=None if failed is None else problem_of(failed),
        next_step=say("server.edit_finished") if turn.status == "done" and state.exportable else None,
        **result_facts(turn),
    )


def _with_follow_up(answer: EditOutput, instruction: str | None) -> EditOutput:
    """An export asked for in the same breath becomes a suggested action, once."""
    suggested = answer.suggested_actions or ()
    if answer.status != "done" or answer.next_step is None or not instruction or not _exports_too(instruction):
        return answer
    if any(each.tool == "export" for each in suggested):
        return answer
    action = SuggestedCall(tool="export", text=say("server.action.export_asked"))
    return answer.model_copy(update={"suggested_actions": (*suggested, action)})


def _intent_of(words: str) -> "Intent":
    """Which tool the words are for. Reading words takes a second to load, and typed operations need none."""
    from ...language.intent import classify_intent

    return classify_intent(words)


def _exports_too(words: str) -> bool:
    from ...language.intent import follow_up_intent

    return follow_up_intent(words) == "export"


def _failure(turn: EditHandle) -> ErrorInfo:
    """Why an edit that ran came to nothing."""
    assert turn.result is not None
    rows = turn.result.refused
    reasons = in_sentences(*(each.what for each in rows))
    steps = in_sentences(*(each.next_step for each in rows))
    what = verbatim(reasons or turn.said) or message("server.edit_failed")
    step = verbatim(steps) or message("server.edit_failed.next")
    return error_info("bad_request", what, next_step=step).model_copy(update={"code": 0, "kind": "edit_refused"})


async def _aside(client: BackendClient, session_id: str, message: str, *actions: SuggestedCall) -> EditOutput:
    """The answer to words that ask for something else than an edit."""
    state = await client.state(session_id)
    return EditOutput(
        session_id=session_id,
        status="done",
        message=message,
        changes=(),
        timeline=TimelineFacts.of(state),
        suggested_actions=actions,
    )


async def _before_paid_work(client: BackendClient) -> tuple[str, ...]:
    """What is left before work that costs; nothing where work is free, or when the service does not say in time."""
    if client.kind == "embedded":
        return ()
    balance: Balance | None = None
    try:
        with anyio.move_on_after(_BALANCE_S):
            balance = await client.credits()
    except ApiError:
        return ()
    if balance is None or balance.unlimited:
        return ()
    return (say("server.credits_before", balance=balance_text(balance)), *low_text(balance))


EDIT = Tool(
    name="edit",
    title="Edit the timeline",
    description=(
        "Change the cut by plain words or typed operations; the first edit makes the reel. "
        "Every edit is a new version, so undo is possible."
    ),
    arguments=EditArguments,
    result=EditOutput,
    run=edit,
)
