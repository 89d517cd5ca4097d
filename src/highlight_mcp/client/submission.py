"""Submitting a render so that a lost answer never makes a second job."""

import logging
from dataclasses import replace
from typing import Any

import anyio

from ..contract.codes import ContractError
from ..contract.envelope import read
from ..contract.render import RENDER_PATH, Output, RenderInfo, RenderRequest, read_render, render_path
from ..contract.wire import loads
from .calls import Caller
from .foreign import render_of_elsewhere
from .render_record import RenderRecord, RenderRecords, new_record
from .transport import Answer

log = logging.getLogger(__name__)

UNKNOWN_HERE = ("not_found", "not_supported", "session_not_found")
LOST = ("timed_out", "transport", "unreachable")


class Submissions:
    """Sends render requests and asks for their status."""

    def __init__(self, caller: Caller, records: RenderRecords) -> None:
        self._caller = caller
        self._records = records

    async def send(self, record: RenderRecord, draft: dict[str, Any], output: Output) -> RenderRecord:
        """Submit under the id of the record, which is on disk before anything is sent.

        An id that the service has used up is replaced once; the record returned names the id in
        force. Raises ContractError; unless the service refused, the record stays open for resuming.
        """
        await self._records.put(record)
        try:
            return await self._once(record, draft, output)
        except ContractError as error:
            if error.fault.kind != "busy":
                await self._close(record, error)
                raise
        return await self.again(record, draft, output)

    async def again(self, record: RenderRecord, draft: dict[str, Any], output: Output) -> RenderRecord:
        """Submit under a new id, and leave a pointer behind. Raises ContractError."""
        fresh = new_record(record.session_id, record.filename, record.purpose)
        await self._records.put(fresh)
        await self._records.put(replace(record, successor=fresh.render_id))
        try:
            return await self._once(fresh, draft, output)
        except ContractError as error:
            await self._close(fresh, error)
            raise

    async def once_more(self, record: RenderRecord, draft: dict[str, Any], output: Output) -> RenderRecord:
        """Submit again under the same id, which makes no second job. Raises ContractError."""
        try:
            return await self._once(record, draft, output, known=True)
        except ContractError as error:
            await self._close(record, error)
            raise

    async def status(self, record: RenderRecord) -> RenderInfo:
        """Ask how a render is doing. Raises ContractError."""
        return self.told(await self._caller.fetch(render_path(record.render_id)), record)

    def told(self, answer: Answer, record: RenderRecord) -> RenderInfo:
        """The render in an answer; words of a backend elsewhere are marked. Raises ContractError."""
        info = info_of(answer, record)
        return info if self._caller.credentials.config.kind == "embedded" else render_of_elsewhere(info)

    async def _once(
        self, record: RenderRecord, draft: dict[str, Any], output: Output, *, known: bool = False
    ) -> RenderRecord:
        """Submit; `known` says that the service may have this id from us already, so that its use is no conflict."""
        request = RenderRequest(id=record.render_id, session_id=record.session_id, draft=draft, output=output)
        clocks = self._caller.credentials.config.timing
        patience = clocks.submit_s - clocks.request_s
        for delay in (*clocks.retry_delays, None):
            try:
                answer = await self._caller.submit(RENDER_PATH, request.body(), wait_s=patience)
                return await self._kept(record, self.told(answer, record))
            except ContractError as error:
                if known and error.fault.kind == "busy":
                    return await self._kept(record, record.info)
                if delay is None or not lost(error):
                    raise
                known = True
                log.info("no answer to the submit: %s", error.fault.kind)
            await anyio.sleep(delay)
            found = await self._find(record)
            if found is not None:
                return await self._kept(record, found)
        raise AssertionError("unreachable")

    async def _find(self, record: RenderRecord) -> RenderInfo | None:
        """The render, if the service has it; as we know it when the service will not tell."""
        try:
            return await self.status(record)
        except ContractError as error:
            if lost(error):
                raise
            return None if error.fault.kind in UNKNOWN_HERE else record.info

    async def _kept(self, record: RenderRecord, info: RenderInfo) -> RenderRecord:
        kept = replace(record, info=info)
        await self._records.put(kept)
        return kept

    async def _close(self, record: RenderRecord, error: ContractError) -> None:
        """A refusal ends the record; a lost answer leaves it open, since the job may exist."""
        if not lost(error):
            await self._kept(record, record.info.model_copy(update={"status": "failed", "fault": error.fault}))


def lost(error: ContractError) -> bool:
    """True when the service may have taken the request although it did not say so."""
    return error.fault.kind in LOST or error.fault.http >= 500


def info_of(answer: Answer, record: RenderRecord) -> RenderInfo:
    """The render in an answer. Raises ContractError `transport` when it cannot be read."""
    read(answer.status, answer.body)
    return read_render(loads(answer.body), record.render_id, record.session_id)
