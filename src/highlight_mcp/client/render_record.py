"""Our memory of exports: written before a render is submitted, so that none is ever lost or made twice."""

import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..contract.codes import Fault, fault
from ..contract.render import FINAL, RenderInfo
from ..messages import message
from .records import Records
from .results import Render

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
        return (self.successor is None and self.info.status not in FINAL) or (self.unfetched and not self.given_up)

    @property
    def given_up(self) -> bool:
        """True when its file failed to arrive so often that it is fetched on request only."""
        return self.unfetched and self.fetches >= FETCHES

    def missed(self, problem: Fault) -> "RenderRecord":
        """The record after its file failed to arrive once more."""
        again = message("client.fetch_again", step=problem.step, render_id=self.render_id)
        told = problem.with_words(step=again)
        return replace(self, fetches=self.fetches + 1, info=self.info.model_copy(update={"fault": told}))

    def snapshot(self, *, resumable: bool = False, joined: bool = False, fetching: bool = False) -> Render:
        """What callers see. While its file is `fetching`, a render is not finished."""
        info = self.info
        if fetching and info.status == "completed" and self.path is None:
            info = info.model_copy(update={"status": "processing", "stage": "download"})
        elif self.given_up:
            info = info.model_copy(update={"status": "failed", "fault": info.fault or fault("download_failed")})
        return Render(
            render_id=self.render_id,
            session_id=self.session_id or info.session_id,
            status=info.status,
            progress=info.progress,
            stage=info.stage,
            message=info.message,
            path=Path(self.path) if self.path else None,
            url=info.url,
            duration_ms=info.duration_ms,
            width=info.width,
            height=info.height,
            size_bytes=info.size_bytes,
            method=info.method,
            checks=info.checks,
            warnings=info.warnings,
            fault=info.fault,
            submitted_at=self.submitted_at,
            resumable=resumable,
            joined=joined,
        )


class RenderRecords:
    """The exports that we know, on disk."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def put(self, record: RenderRecord) -> None:
        """Write a record, so that it is on the disk when this returns. Raises ContractError."""
        await self._records.put_durably(record.render_id, {**vars(record), "info": record.info.model_dump(mode="json")})

    def get(self, render_id: str) -> RenderRecord | None:
        """The record of a render, or of the one that replaced it."""
        found = _read(self._records.get(render_id))
        for _hop in range(3):
            if found is None or found.successor is None:
                break
            found = _read(self._records.get(found.successor)) or found
        return found

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
        found = [record for raw in self._records.all() if (record := _read(raw)) is not None]
        return sorted(found, key=lambda record: record.submitted_at, reverse=True)


def new_record(session_id: str, filename: str, purpose: str = "") -> RenderRecord:
    """A record with a fresh id, to be written before the render is submitted."""
    now = time.time_ns() // 1_000_000
    render_id = f"render_{now}_{secrets.token_hex(3)}"
    at = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds")
    info = RenderInfo(id=render_id, session_id=session_id, status="pending")
    return RenderRecord(render_id, session_id, at, filename, info, purpose=purpose)


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
