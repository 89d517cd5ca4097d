"""Edit turns: one at a time per session, sent once, followed to a result whatever the connection does."""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import anyio

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.local_api import TurnInfo, cancel_turn_path, turn_path
from ..contract.redaction import inline
from ..contract.turn import CutListPart, RunRequest, TurnResult, import_request, run_request
from ..messages import language_of, say, use_language
from .account import CreditAccount
from .config import Timeouts
from .edit_outcome import EditRecovery, OutcomeResolver, StateApi, ended, read_turn
from .edit_stream import EditHandle, EditStreamReader, EditUpdate
from .http_api import ApiClient, BackgroundTasks
from .local_api import LocalApi
from .results import SessionState
from .verbalizer import language_of_words, verbalize

log = logging.getLogger(__name__)
KEPT = 200
LONG_ID = 100
SEVERAL = "new_version"


class EditService:
    """Starts, follows and cancels turns; remembers the last one of each session."""

    def __init__(
        self,
        caller: ApiClient,
        states: StateApi,
        extensions: LocalApi,
        account: CreditAccount,
        background: BackgroundTasks,
    ) -> None:
        self._caller = caller
        self._states = states
        self._extensions = extensions
        self._account = account
        self._background = background
        self._clocks: Timeouts = caller.credentials.config.timing
        self._foreign = caller.credentials.config.kind != "embedded"
        self._verdicts = OutcomeResolver(EditRecovery(states, extensions, self._clocks), extensions, account)
        self._latest: dict[str, EditHandle] = {}
        self._starting: set[str] = set()
        self._scopes: dict[EditHandle, anyio.CancelScope] = {}

    async def start(
        self,
        session_id: str,
        instruction: str | None,
        operations: Sequence[dict[str, Any]] | None,
        base_version: int | None,
        language: str = "en",
        cuts: CutListPart | None = None,
    ) -> EditHandle:
        """Start a turn; returns once the backend has taken it, or after a short while.

        With `cuts` it takes over a list of cuts, which our own backend alone can do.
        The answer is in `language`; operations are spoken in that of the instruction, else in `language` too.
        Raises ApiError when the backend refused it, or when the session has a turn running.
        """
        running = self._latest.get(session_id)
        if session_id in self._starting or (running is not None and not running.finished):
            raise ApiError(error_info("busy", "client.session_working"))
        self._starting.add(session_id)
        try:
            if cuts is None:
                request = await self._request(session_id, instruction, operations, base_version, language)
            elif await self._extensions.present():
                request = import_request(session_id, cuts)
            else:
                raise ApiError(error_info("not_supported", "client.no_import"))
            before = await self._states.latest(session_id)
            turn = EditHandle(f"turn_{secrets.token_hex(8)}", session_id, self._cancel)
            turn.foreign = self._foreign
            if self._extensions.offered:
                request = request.model_copy(update={"request_id": turn.turn_id})
            reader = EditStreamReader(self._caller, turn, self._clocks)
            with use_language(language_of(language)):
                self._background.start(self._run, turn, reader, request, before)
            self._remember(session_id, turn)
        finally:
            self._starting.discard(session_id)
        await self._taken(turn, reader)
        if turn.fault is not None and not reader.opened.is_set() and turn.fault.kind != "edit_unknown":
            raise ApiError(turn.fault)
        return turn

    async def latest(self, session_id: str, wait_s: float) -> EditHandle | None:
        """The running or last turn, ours or, with our own backend, anybody's."""
        ours = self._latest.get(session_id)
        if ours is not None and not ours.finished:
            await ours.wait(wait_s)
            return ours
        try:
            payload = await self._extensions.get(turn_path(session_id), {"wait_s": wait_s}, wait_s=wait_s)
        except ApiError as error:
            if error.fault.kind not in ("not_supported", "not_found", "session_not_found"):
                raise
            return ours
        turn = read_turn(payload)
        if turn is None:
            return ours
        if ours is None or ours.turn_id != turn.turn_id:
            return self._snapshot(session_id, turn)
        if turn.status == ours.status != "cancelled":
            ours.retell(self._end(ours, turn))
        return ours

    async def cancel(self, turn_id: str) -> EditHandle:
        """Cancel a turn by its id. Raises ApiError `not_found`."""
        for turn in self._latest.values():
            if turn.turn_id == turn_id:
                return await turn.cancel()
        try:
            payload = await self._extensions.post(cancel_turn_path(turn_id))
        except ApiError as error:
            if error.fault.kind != "not_supported":
                raise
            payload = None
        stopped = read_turn(payload)
        if stopped is None:
            raise ApiError(error_info("not_found", "client.no_turn", turn_id=turn_id))
        return self._snapshot(stopped.session_id, stopped)

    async def _request(
        self,
        session_id: str,
        instruction: str | None,
        operations: Sequence[Any] | None,
        base_version: int | None,
        language: str,
    ) -> RunRequest:
        words = (instruction or "").strip()
        if not words and not operations:
            raise ApiError(error_info("bad_request", "client.nothing_asked"))
        if not await self._extensions.present():
            if any(op.get("op") == SEVERAL for op in operations or ()):
                raise ApiError(error_info("not_supported", "client.one_version"))
            spoken = verbalize(operations, language_of_words(words, language)) if operations else ""
            return run_request(session_id, " ".join(part for part in (words, spoken) if part))
        return run_request(session_id, words or None, list(operations) if operations else None, base_version)

    def _remember(self, session_id: str, turn: EditHandle) -> None:
        """The last turn of a session; the oldest finished ones are forgotten, the backend knows them."""
        self._latest.pop(session_id, None)
        self._latest[session_id] = turn
        over = [name for name, each in self._latest.items() if each.finished]
        for name in over[: max(0, len(self._latest) - KEPT)]:
            del self._latest[name]

    async def _taken(self, turn: EditHandle, reader: EditStreamReader) -> None:
        """Wait until the stream is open or the turn is over, but not for long."""
        with anyio.move_on_after(self._clocks.open_s):
            async with anyio.create_task_group() as waiting:

                async def over() -> None:
                    await turn.wait(self._clocks.open_s)
                    waiting.cancel_scope.cancel()

                waiting.start_soon(over)
                await reader.opened.wait()
                waiting.cancel_scope.cancel()

    async def _run(self, turn: EditHandle, reader: EditStreamReader, request: RunRequest, before: SessionState) -> None:
        turn.shown()
        with anyio.CancelScope() as scope:
            self._scopes[turn] = scope
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._remind, turn)
                self._settle(turn, await self._end_of(turn, reader, request, before))
                tasks.cancel_scope.cancel()
        self._scopes.pop(turn, None)
        if not turn.finished:
            turn.fail(error_info("cancelled"))

    async def _end_of(
        self, turn: EditHandle, reader: EditStreamReader, request: RunRequest, before: SessionState
    ) -> TurnResult | ErrorInfo:
        try:
            ending = await reader.run(request, lambda name: self._named(turn, name))
            return await self._verdicts.reach(turn, ending, reader.transcript, before, confirmed=turn.confirmed)
        except ApiError as error:
            return self._account.advised(error.fault)
        except Exception:
            log.exception("a turn could not be followed")
            return error_info("backend_error", "client.edit_not_followed")

    async def _remind(self, turn: EditHandle) -> None:
        """Say that work goes on whenever the user has seen nothing for a while."""
        while True:
            await anyio.sleep(max(0.0, turn.shown_at + self._clocks.notice_s - anyio.current_time()))
            if anyio.current_time() >= turn.shown_at + self._clocks.notice_s:
                turn.update(EditUpdate(message=say("client.still_working"), alive=True))
                turn.shown()

    def _named(self, turn: EditHandle, name: str) -> None:
        turn.turn_id = inline(name, LONG_ID) or turn.turn_id
        turn.confirmed = True

    async def _cancel(self, turn: EditHandle) -> None:
        """Stop a running turn; a service without a way to stop keeps working, and we say so."""
        if self._extensions.offered and turn.confirmed:
            stopped = read_turn(await self._extensions.post(cancel_turn_path(turn.turn_id)))
            if stopped is None or stopped.status == "running":
                await turn.wait(self._clocks.open_s)
                return
            self._settle(turn, self._end(turn, stopped))
        else:
            turn.fail(error_info("cancelled", "client.edit_may_finish"))
        scope = self._scopes.get(turn)
        if scope is not None:
            scope.cancel()

    def _settle(self, turn: EditHandle, end: TurnResult | ErrorInfo) -> None:
        if isinstance(end, TurnResult):
            turn.finish(end)
        else:
            turn.fail(self._account.advised(end))

    def _snapshot(self, session_id: str, state: TurnInfo) -> EditHandle:
        """A turn that somebody else started, as it stands."""
        turn = EditHandle(inline(state.turn_id, LONG_ID), session_id, self._cancel)
        turn.confirmed = True
        turn.foreign = self._foreign
        turn.follow(state)
        if state.status != "running":
            self._settle(turn, self._end(turn, state))
        return turn

    def _end(self, turn: EditHandle, state: TurnInfo) -> TurnResult | ErrorInfo:
        end = self._verdicts.reported(turn, ended(state))
        return self._account.advised(end) if isinstance(end, ErrorInfo) else end
