"""What became of an edit whose stream did not say: the state is asked until it answers the question."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import anyio

from ..contract.codes import ContractError
from ..contract.difference import difference
from ..contract.envelope import as_fault
from ..contract.fingerprint import fingerprint
from ..contract.local import TurnInfo, turn_path
from ..messages import say
from .config import Clocks
from .extensions import Extensions
from .results import SessionState
from .state import States

log = logging.getLogger(__name__)

FOLLOW_WAIT_S = 20


class Aftermath:
    """Finds out what an edit did, from the state or, with our own backend, from its record of turns."""

    def __init__(self, states: States, extensions: Extensions, clocks: Clocks) -> None:
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
        except ContractError as error:
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
            except ContractError as error:
                if error.fault.kind in ("not_supported", "not_found", "session_not_found", "auth_expired"):
                    return None
                misses += 1
                await anyio.sleep(self._clocks.dropped_every_s)
                continue
            info = read_turn(payload)
            if info is None or info.turn_id != turn_id:
                return None
            if info.status != "running":
                return info
            misses = 0
            seen(info)
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
    return tuple(difference(before.draft, after.draft)) or (say("client.timeline_changed"),)


def read_turn(payload: Any) -> TurnInfo | None:
    """The turn in an answer of the backend, None when there was none."""
    if not isinstance(payload, dict) or not payload.get("turn_id"):
        return None
    info = TurnInfo.parse(payload)
    return info if info.fault is None or as_fault(info.fault) else info.model_copy(update={"fault": None})


def _steps(offsets: tuple[float, ...]) -> list[float]:
    """Offsets from one start as waits between."""
    return [later - earlier for earlier, later in zip((0.0, *offsets), offsets, strict=False)]
