"""The verdict on an edit: from its stream, its ending and the states before and after to one result."""

import re

from ..contract.codes import Fault, fault, fault_of
from ..contract.envelope import as_fault
from ..contract.local import TurnInfo
from ..contract.redaction import for_people, quoted
from ..contract.turn import TURN_SCHEMA, TurnResult
from ..messages import message, say, verbatim
from .account import Account
from .aftermath import Aftermath, changes
from .extensions import Extensions
from .foreign import of_elsewhere
from .results import SessionState
from .stream import Ending
from .transcript import Transcript
from .translation import translate
from .turn import Turn

_INTERNAL = re.compile(r"\b\w+(?:Error|Exception)\b|\btraceback\b|\.py\b|[{}<>]", re.IGNORECASE)
"""What a service lets slip of its inside, which says nothing to its users."""


class Verdicts:
    """Decides what became of turns."""

    def __init__(self, aftermath: Aftermath, extensions: Extensions, account: Account) -> None:
        self._aftermath = aftermath
        self._extensions = extensions
        self._account = account

    async def reach(
        self, turn: Turn, ending: Ending, transcript: Transcript, before: SessionState, *, confirmed: bool
    ) -> TurnResult | Fault:
        """The result of a turn, or the fault that ended it.

        `confirmed` is True when the backend named the turn, so that it can be asked about it.
        """
        if transcript.result is not None:
            problem = as_fault(transcript.result.fault)
            if problem is not None and transcript.result.status == "failed":
                return self._account.advised(problem)
            message = for_people(transcript.result.message) or transcript.text
            return self.reported(turn, transcript.result.model_copy(update={"message": message}))
        if transcript.error is not None:
            return await self._after_error(turn, transcript, before)
        # Our own backend ends every turn with a result, so a stream without one has been broken off.
        cut_off = confirmed and not transcript.complete and self._extensions.offered
        if ending is not Ending.CLOSED or cut_off:
            return await self._after_break(turn, transcript, before, confirmed=confirmed)
        if transcript.texts:
            return self._told(turn, transcript, before, await self._aftermath.now(before.session_id))
        return await self._after_silence(turn, transcript, before)

    def reported(self, turn: Turn, end: TurnResult | Fault) -> TurnResult | Fault:
        """The end that a backend reports in its own words; those of one elsewhere are marked."""
        if not turn.foreign or not isinstance(end, TurnResult):
            return end
        marked = of_elsewhere(end)
        turn.words = marked.message
        return marked

    async def _after_break(
        self, turn: Turn, transcript: Transcript, before: SessionState, *, confirmed: bool
    ) -> TurnResult | Fault:
        """The connection is gone or we gave up: our own backend knows the turn, others only the state."""
        if self._extensions.offered and confirmed:
            info = await self._aftermath.followed(turn.session_id, turn.turn_id, turn.follow)
            if info is not None:
                return self.reported(turn, ended(info))
        after = await self._aftermath.after_break(before)
        if after is not None:
            return self._told(turn, transcript, before, after)
        return fault("edit_unknown")

    async def _after_silence(self, turn: Turn, transcript: Transcript, before: SessionState) -> TurnResult | Fault:
        after = await self._aftermath.after_silence(before)
        if after is not None:
            return self._told(turn, transcript, before, after)
        if transcript.broken_error:
            return fault("agent_error")
        message = say("client.unanswered")
        return TurnResult(schema_name=TURN_SCHEMA, ok=False, status="needs_input", message=message)

    async def _after_error(self, turn: Turn, transcript: Transcript, before: SessionState) -> TurnResult | Fault:
        """An error after normal output and a changed timeline is no failure of the edit."""
        assert transcript.error is not None
        if transcript.texts:
            after = await self._aftermath.now(before.session_id)
            if changes(before, after):
                return self._told(turn, transcript, before, after)
        code, said = transcript.error.code, for_people(transcript.error.message)
        known = fault_of(code) if code else None
        if known is not None:
            return self._account.advised(known)
        said = "" if _INTERNAL.search(said) else said
        return fault("agent_error", message("client.agent_reported", said=quoted(said)) if said else None)

    def _told(self, turn: Turn, transcript: Transcript, before: SessionState, after: SessionState | None) -> TurnResult:
        """A result from words and states, for services that send no result of their own."""
        changed = changes(before, after)
        shown = translate(transcript.text)
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


def ended(info: TurnInfo) -> TurnResult | Fault:
    """How a turn of our own backend ended."""
    if info.result is not None:
        return info.result
    known = as_fault(info.fault)
    if known is not None:
        return known
    if info.status == "cancelled":
        return fault("cancelled")
    if info.status == "failed":
        return fault("agent_error", verbatim(for_people(info.message)) or None)
    return TurnResult(schema_name=TURN_SCHEMA, status=info.status, message=for_people(info.message))


def _summary(changed: tuple[str, ...]) -> str:
    return say("client.done", changes=tuple(map(verbatim, changed))) if changed else ""
