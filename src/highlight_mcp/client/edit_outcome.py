"""The outcome of an edit: its stream, how that ended and the states before and after become one result."""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import anyio

from ..contract.draft_codec import fingerprint
from ..contract.draft_diff import describe_diff
from ..contract.draft_view import DraftView, view_draft
from ..contract.errors import ApiError, ErrorInfo, error_info, error_info_of
from ..contract.local_api import TurnInfo, turn_path
from ..contract.redaction import MAX_NAME, inline, quoted, sanitize_message
from ..contract.session import StateResponse, state_path
from ..contract.turn import TURN_SCHEMA, TurnResult
from ..contract.wire import as_fault
from ..messages import message, say, verbatim
from .account import CreditAccount
from .config import Timeouts
from .edit_stream import EditHandle, EditStreamLog, StreamEnd
from .foreign_backend import media_of_elsewhere, of_elsewhere, reading_of_elsewhere
from .http_api import ApiClient
from .local_api import LocalApi
from .results import SessionState
from .verbalizer import rewrite


class StateApi:
    """Reads states; the draft comes through untouched."""

    def __init__(self, caller: ApiClient) -> None:
        self._caller = caller

    async def latest(self, session_id: str) -> SessionState:
        """The latest state. Raises ApiError."""
        answer = StateResponse.parse(await self._caller.get(state_path(session_id), on_session=True))
        draft, media = answer.state.draft, answer.state.video_infos or ()
        own = self._own
        return SessionState(
            session_id=session_id,
            task_id=answer.task_id,
            task_name=inline(answer.task_name, MAX_NAME),
            updated_at=answer.updated_at,
            draft=draft,
            reading=self._reading(draft),
            media=media if own else tuple(media_of_elsewhere(each) for each in media),
        )

    def at_draft(self, state: SessionState, draft: dict[str, Any]) -> SessionState:
        """The same session with another of its timelines."""
        return replace(state, draft=draft, reading=self._reading(draft))

    @property
    def _own(self) -> bool:
        return self._caller.credentials.config.kind == "embedded"

    def _reading(self, draft: dict[str, Any] | None) -> DraftView:
        reading = view_draft(draft)
        return reading if self._own else reading_of_elsewhere(reading)


log = logging.getLogger(__name__)

FOLLOW_WAIT_S = 20


class EditRecovery:
    """Finds out what an edit did, from the state or, with our own backend, from its record of turns."""

    def __init__(self, states: StateApi, extensions: LocalApi, clocks: Timeouts) -> None:
        self._states = states
        self._extensions = extensions
        self._clocks = clocks

    async def after_silence(self, before: SessionState) -> SessionState | None:
        """The changed state after a turn without words, None when nothing changed."""
        return await self._changed(before, _steps(self._clocks.silent_polls))

    async def after_break(self, before: SessionState) -> SessionState | None:
        """The changed state after a broken connection, None when it stays as it was."""
        every = [self._clocks.dropped_every_s] * (self._clocks.dropped_checks - 1)
        return await self._changed(before, [self._clocks.dropped_first_s, *every])

    async def now(self, session_id: str) -> SessionState | None:
        """The state as it is, None when it cannot be had."""
        try:
            return await self._states.latest(session_id)
        except ApiError as error:
            log.info("no state after the edit: %s", error.fault.kind)
            return None

    async def followed(self, session_id: str, turn_id: str, seen: Callable[[TurnInfo], None]) -> TurnInfo | None:
        """The turn as our own backend knows it, once it is over; None when it does not know it.

        `seen` is called with every look at the running turn. A backend that stays away for as long
        as a broken connection is followed counts as not knowing.
        """
        misses = 0
        while misses < self._clocks.dropped_checks:
            try:
                payload = await self._extensions.get(
                    turn_path(session_id), {"wait_s": FOLLOW_WAIT_S}, wait_s=FOLLOW_WAIT_S
                )
            except ApiError as error:
                if error.fault.kind in ("not_supported", "not_found", "session_not_found", "auth_expired"):
                    return None
                misses += 1
                await anyio.sleep(self._clocks.dropped_every_s)
                continue
            turn = read_turn(payload)
            if turn is None or turn.turn_id != turn_id:
                return None
            if turn.status != "running":
                return turn
            misses = 0
            seen(turn)
        return None

    async def unnamed(self, session_id: str, request_id: str) -> str | None:
        """The id of a turn whose stream broke before it was named, None when our own backend has not accepted it.

        A session works on one turn at a time: it is the one that runs now or the last one, if that is ours.
        """
        for wait_s in (
            self._clocks.dropped_first_s,
            *[self._clocks.dropped_every_s] * (self._clocks.dropped_checks - 1),
        ):
            try:
                turn = read_turn(await self._extensions.get(turn_path(session_id), {"wait_s": 0}))
            except ApiError as error:
                if error.fault.kind in ("not_supported", "not_found", "session_not_found", "auth_expired"):
                    return None
                await anyio.sleep(wait_s)
                continue
            return turn.turn_id if turn is not None and turn.request_id == request_id else None
        return None

    async def _changed(self, before: SessionState, delays: Iterable[float]) -> SessionState | None:
        mark = fingerprint(before.draft)
        for delay in delays:
            await anyio.sleep(delay)
            state = await self.now(before.session_id)
            if state is not None and fingerprint(state.draft) != mark:
                return state
        return None


def changes(before: SessionState, after: SessionState | None) -> tuple[str, ...]:
    """What changed between two states, in words."""
    if after is None or fingerprint(before.draft) == fingerprint(after.draft):
        return ()
    return tuple(describe_diff(before.draft, after.draft)) or (say("client.timeline_changed"),)


def read_turn(payload: Any) -> TurnInfo | None:
    """The turn in an answer of the backend, None when there was none."""
    if not isinstance(payload, dict) or not payload.get("turn_id"):
        return None
    turn = TurnInfo.parse(payload)
    return turn if turn.fault is None or as_fault(turn.fault) else turn.model_copy(update={"fault": None})


def _steps(offsets: tuple[float, ...]) -> list[float]:
    """Offsets from one start as waits between."""
    return [later - earlier for earlier, later in zip((0.0, *offsets), offsets, strict=False)]


_INTERNAL = re.compile(r"\b\w+(?:Error|Exception)\b|\btraceback\b|\.py\b|[{}<>]", re.IGNORECASE)
"""What a service lets slip of its inside, which says nothing to its users."""


class OutcomeResolver:
    """Decides what became of turns."""

    def __init__(self, recovery: EditRecovery, extensions: LocalApi, account: CreditAccount) -> None:
        self._recovery = recovery
        self._extensions = extensions
        self._account = account

    async def reach(
        self, turn: EditHandle, ending: StreamEnd, transcript: EditStreamLog, before: SessionState, *, confirmed: bool
    ) -> TurnResult | ErrorInfo:
        """The result of a turn, or the fault that ended it.

        `confirmed` is True when the backend named the turn, so that it can be asked about it.
        """
        if transcript.result is not None:
            problem = as_fault(transcript.result.fault)
            if problem is not None and transcript.result.status == "failed":
                return self._account.advised(problem)
            message = sanitize_message(transcript.result.message) or transcript.text
            return self.reported(turn, transcript.result.model_copy(update={"message": message}))
        if transcript.error is not None:
            return await self._after_error(turn, transcript, before)
        # Our own backend ends every turn with a result, so a stream without one has been broken off.
        cut_off = confirmed and not transcript.complete and self._extensions.offered
        if ending is not StreamEnd.CLOSED or cut_off:
            return await self._after_break(turn, transcript, before, confirmed=confirmed)
        if transcript.texts:
            return self._composed(turn, transcript, before, await self._recovery.now(before.session_id))
        return await self._after_silence(turn, transcript, before)

    def reported(self, turn: EditHandle, end: TurnResult | ErrorInfo) -> TurnResult | ErrorInfo:
        """The end that a backend reports in its own words; those of one elsewhere are marked."""
        if not turn.foreign or not isinstance(end, TurnResult):
            return end
        marked = of_elsewhere(end)
        turn.words = marked.message
        return marked

    async def _after_break(
        self, turn: EditHandle, transcript: EditStreamLog, before: SessionState, *, confirmed: bool
    ) -> TurnResult | ErrorInfo:
        """The connection is gone or we gave up: our own backend knows the turn, others only the state."""
        if self._extensions.offered and not confirmed:
            found = await self._recovery.unnamed(turn.session_id, turn.turn_id)
            turn.turn_id, confirmed = found or turn.turn_id, found is not None
        if self._extensions.offered and confirmed:
            followed = await self._recovery.followed(turn.session_id, turn.turn_id, turn.follow)
            if followed is not None:
                return self.reported(turn, ended(followed))
        after = await self._recovery.after_break(before)
        if after is not None:
            return self._composed(turn, transcript, before, after)
        return error_info("edit_unknown")

    async def _after_silence(
        self, turn: EditHandle, transcript: EditStreamLog, before: SessionState
    ) -> TurnResult | ErrorInfo:
        after = await self._recovery.after_silence(before)
        if after is not None:
            return self._composed(turn, transcript, before, after)
        if transcript.broken_error:
            return error_info("agent_error")
        message = say("client.unanswered")
        return TurnResult(schema_name=TURN_SCHEMA, ok=False, status="needs_input", message=message)

    async def _after_error(
        self, turn: EditHandle, transcript: EditStreamLog, before: SessionState
    ) -> TurnResult | ErrorInfo:
        """An error after normal output and a changed timeline is no failure of the edit."""
        assert transcript.error is not None
        if transcript.texts:
            after = await self._recovery.now(before.session_id)
            if changes(before, after):
                return self._composed(turn, transcript, before, after)
        code, reason = transcript.error.code, sanitize_message(transcript.error.message)
        known = error_info_of(code) if code else None
        if known is not None:
            return self._account.advised(known)
        reason = "" if _INTERNAL.search(reason) else reason
        return error_info("agent_error", message("client.agent_reported", said=quoted(reason)) if reason else None)

    def _composed(
        self, turn: EditHandle, transcript: EditStreamLog, before: SessionState, after: SessionState | None
    ) -> TurnResult:
        """A result from words and states, for services that send no result of their own."""
        changed = changes(before, after)
        shown = rewrite(transcript.text)
        turn.words = shown.text
        suggested = tuple(action for action in shown.actions if action.tool != "get_state")
        message = shown.text or _summary(changed)
        if after is not None and after.tracks and (len(suggested) < len(shown.actions) or not shown.text):
            message = f"{message} {after.summary}".strip()
        asks = not changed and message.rstrip().endswith(("?", "？"))
        return TurnResult(
            schema_name=TURN_SCHEMA,
            ok=not asks,
            rev=after.version if after else None,
            status="needs_input" if asks else "done",
            message=message or say("client.unchanged"),
            changes=changed,
            suggested=suggested,
        )


def ended(turn: TurnInfo) -> TurnResult | ErrorInfo:
    """How a turn of our own backend ended."""
    if turn.result is not None:
        return turn.result
    known = as_fault(turn.fault)
    if known is not None:
        return known
    if turn.status == "cancelled":
        return error_info("cancelled")
    if turn.status == "failed":
        return error_info("agent_error", verbatim(sanitize_message(turn.message)) or None)
    return TurnResult(schema_name=TURN_SCHEMA, status=turn.status, message=sanitize_message(turn.message))


def _summary(changed: tuple[str, ...]) -> str:
    return say("client.done", changes=tuple(map(verbatim, changed))) if changed else ""
