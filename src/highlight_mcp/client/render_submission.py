"""Submitting a render so that a lost answer never makes a second job, and the record of it that is written first."""

import logging
import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.render import (
    FINAL_STATUSES,
    RENDER_PATH,
    RenderInfo,
    RenderOutput,
    RenderRequest,
    read_render,
    render_path,
)
from ..contract.wire import loads, read
from ..messages import message
from .foreign_backend import render_of_elsewhere
from .http_api import ApiClient
from .json_store import JsonStore
from .results import RenderResult
from .transport import Response

KEPT = 200
FETCHES = 3
"""How often a finished reel is fetched unasked; each time is itself tried again while something arrives."""


@dataclass(frozen=True)
class RenderRecord:
    """One export: what was asked, what is known of it, where its file is, and which render replaced it.

    Equal wishes for equal timelines have an equal `purpose`.
    """

    render_id: str
    session_id: str
    submitted_at: str
    filename: str
    info: RenderInfo
    path: str | None = None
    successor: str | None = None
    purpose: str = ""
    fetches: int = 0

    @property
    def unfetched(self) -> bool:
        """True when the render is finished and its file is not here."""
        return self.successor is None and self.info.status == "completed" and self.path is None

    @property
    def open(self) -> bool:
        """True while the render may still end, or its file still has to be fetched."""
        return (self.successor is None and self.info.status not in FINAL_STATUSES) or (
            self.unfetched and not self.given_up
        )

    @property
    def given_up(self) -> bool:
        """True when its file failed to arrive so often that it is fetched on request only."""
        return self.unfetched and self.fetches >= FETCHES

    def missed(self, problem: ErrorInfo) -> "RenderRecord":
        """The record after its file failed to arrive once more."""
        again = message("client.fetch_again", step=problem.step, render_id=self.render_id)
        fault = problem.with_words(step=again)
        return replace(self, fetches=self.fetches + 1, info=self.info.model_copy(update={"fault": fault}))

    def snapshot(self, *, resumable: bool = False, joined: bool = False, fetching: bool = False) -> RenderResult:
        """What callers see. While its file is `fetching`, a render is not finished."""
        render = self.info
        if fetching and render.status == "completed" and self.path is None:
            render = render.model_copy(update={"status": "processing", "stage": "download"})
        elif self.given_up:
            render = render.model_copy(
                update={"status": "failed", "fault": render.fault or error_info("download_failed")}
            )
        return RenderResult(
            render_id=self.render_id,
            session_id=self.session_id or render.session_id,
            status=render.status,
            progress=render.progress,
            stage=render.stage,
            message=render.message,
            path=Path(self.path) if self.path else None,
            url=render.url,
            duration_ms=render.duration_ms,
            width=render.width,
            height=render.height,
            size_bytes=render.size_bytes,
            method=render.method,
            checks=render.checks,
            warnings=render.warnings,
            files=render.files,
            chapters=render.chapters,
            fault=render.fault,
            submitted_at=self.submitted_at,
            resumable=resumable,
            joined=joined,
        )


class RenderRecords:
    """The exports that we know, on disk."""

    def __init__(self, records: JsonStore) -> None:
        self._records = records

    async def put(self, record: RenderRecord) -> None:
        """Write a record, so that it is on the disk when this returns. Raises ApiError."""
        await self._records.put(record.render_id, {**vars(record), "info": record.info.model_dump(mode="json")})

    def get(self, render_id: str) -> RenderRecord | None:
        """The record of a render, or of the one that replaced it."""
        record = _read(self._records.get(render_id))
        for _hop in range(3):
            if record is None or record.successor is None:
                break
            record = _read(self._records.get(record.successor)) or record
        return record

    def of(self, session_id: str) -> list[RenderRecord]:
        """The renders of a session, newest first."""
        return [record for record in self._all() if record.session_id == session_id and record.successor is None]

    def unfinished(self) -> list[RenderRecord]:
        """Renders whose end we have not seen. Old finished records are dropped on the way."""
        everything = self._all()
        for record in [record for record in everything if not record.open][KEPT:]:
            self._records.remove(record.render_id)
        return [record for record in everything if record.open]

    def _all(self) -> list[RenderRecord]:
        records = [record for raw in self._records.all() if (record := _read(raw)) is not None]
        return sorted(records, key=lambda record: record.submitted_at, reverse=True)


def new_record(session_id: str, filename: str, purpose: str = "") -> RenderRecord:
    """A record with a fresh id, to be written before the render is submitted."""
    now = time.time_ns() // 1_000_000
    render_id = f"render_{now}_{secrets.token_hex(3)}"
    at = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds")
    render = RenderInfo(id=render_id, session_id=session_id, status="pending")
    return RenderRecord(render_id, session_id, at, filename, render, purpose=purpose)


def _read(raw: dict[str, Any] | None) -> RenderRecord | None:
    if raw is None:
        return None
    try:
        return RenderRecord(
            render_id=str(raw["render_id"]),
            session_id=str(raw["session_id"]),
            submitted_at=str(raw["submitted_at"]),
            filename=str(raw.get("filename") or ""),
            info=RenderInfo.model_validate(raw["info"]),
            path=raw.get("path") or None,
            successor=raw.get("successor") or None,
            purpose=str(raw.get("purpose") or ""),
            fetches=int(raw.get("fetches") or 0),
        )
    except (KeyError, TypeError, ValueError):
        return None


log = logging.getLogger(__name__)

UNKNOWN_HERE = ("not_found", "not_supported", "session_not_found")
LOST = ("timed_out", "transport", "unreachable")


class RenderSubmitter:
    """Sends render requests and asks for their status."""

    def __init__(self, caller: ApiClient, records: RenderRecords) -> None:
        self._caller = caller
        self._records = records

    async def send(self, record: RenderRecord, draft: dict[str, Any], output: RenderOutput) -> RenderRecord:
        """Submit under the id of the record, which is on disk before anything is sent.

        An id that the service has used up is replaced once; the record returned names the id in
        force. Raises ApiError; unless the service refused, the record stays open for resuming.
        """
        await self._records.put(record)
        try:
            return await self._once(record, draft, output)
        except ApiError as error:
            if error.fault.kind != "busy":
                await self._close(record, error)
                raise
        return await self.again(record, draft, output)

    async def again(self, record: RenderRecord, draft: dict[str, Any], output: RenderOutput) -> RenderRecord:
        """Submit under a new id, and leave a pointer behind. Raises ApiError."""
        fresh = new_record(record.session_id, record.filename, record.purpose)
        await self._records.put(fresh)
        await self._records.put(replace(record, successor=fresh.render_id))
        try:
            return await self._once(fresh, draft, output)
        except ApiError as error:
            await self._close(fresh, error)
            raise

    async def once_more(self, record: RenderRecord, draft: dict[str, Any], output: RenderOutput) -> RenderRecord:
        """Submit again under the same id, which makes no second job. Raises ApiError."""
        try:
            return await self._once(record, draft, output, known=True)
        except ApiError as error:
            await self._close(record, error)
            raise

    async def status(self, record: RenderRecord) -> RenderInfo:
        """Ask how a render is doing. Raises ApiError."""
        return self.told(await self._caller.fetch(render_path(record.render_id)), record)

    def told(self, answer: Response, record: RenderRecord) -> RenderInfo:
        """The render in an answer; words of a backend elsewhere are marked. Raises ApiError."""
        render = info_of(answer, record)
        return render if self._caller.credentials.config.kind == "embedded" else render_of_elsewhere(render)

    async def _once(
        self, record: RenderRecord, draft: dict[str, Any], output: RenderOutput, *, known: bool = False
    ) -> RenderRecord:
        """Submit; `known` says that the service may have this id from us already, so that its use is no conflict."""
        request = RenderRequest(id=record.render_id, session_id=record.session_id, draft=draft, output=output)
        clocks = self._caller.credentials.config.timing
        patience = clocks.submit_s - clocks.request_s
        for delay in (*clocks.retry_delays, None):
            try:
                answer = await self._caller.submit(RENDER_PATH, request.body(), wait_s=patience)
                return await self._kept(record, self.told(answer, record))
            except ApiError as error:
                if known and error.fault.kind == "busy":
                    return await self._kept(record, record.info)
                if delay is None or not lost(error):
                    raise
                known = True
                log.info("no answer to the submit: %s", error.fault.kind)
            await anyio.sleep(delay)
            submitted = await self._find(record)
            if submitted is not None:
                return await self._kept(record, submitted)
        raise AssertionError("unreachable")

    async def _find(self, record: RenderRecord) -> RenderInfo | None:
        """The render, if the service has it; as we know it when the service will not tell."""
        try:
            return await self.status(record)
        except ApiError as error:
            if lost(error):
                raise
            return None if error.fault.kind in UNKNOWN_HERE else record.info

    async def _kept(self, record: RenderRecord, render: RenderInfo) -> RenderRecord:
        kept = replace(record, info=render)
        await self._records.put(kept)
        return kept

    async def _close(self, record: RenderRecord, error: ApiError) -> None:
        """A refusal ends the record; a lost answer leaves it open, since the job may exist."""
        if not lost(error):
            await self._kept(record, record.info.model_copy(update={"status": "failed", "fault": error.fault}))


def lost(error: ApiError) -> bool:
    """True when the service may have taken the request although it did not say so."""
    return error.fault.kind in LOST or error.fault.http >= 500


def info_of(answer: Response, record: RenderRecord) -> RenderInfo:
    """The render in an answer. Raises ApiError `transport` when it cannot be read."""
    read(answer.status, answer.body)
    return read_render(loads(answer.body), record.render_id, record.session_id)
