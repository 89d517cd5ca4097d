"""Renders: from the accepted request to the reel in the output folder."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.render import QualityCheck, RenderInfo
from ..messages import Message, in_words
from . import ledger, sessions
from .config import BackendConfig, Reached
from .database import Database, now_ms
from .edits import Enqueue
from .jobs import RENDER, AttemptFailed, Attempts, JobRunner, ProgressStore, key_of
from .ledger import Account
from .publishing import part_of, publish, reel_stem, remove, size_at, title_stem, withdraw
from .render_request import RenderSpec
from .tables import OPEN_RENDER, renders

Link = Callable[[str], str]
WORK = "work"
"""Beside the file of an attempt: what the next attempt can go on from."""


class FinishedRender(NamedTuple):
    """What the child left behind: the attempt that won, and the facts of its file."""

    attempt: str
    facts: dict[str, Any]


class RenderJobs:
    """The renders of the database; also the work of their jobs."""

    def __init__(
        self,
        config: BackendConfig,
        database: Database,
        runner: JobRunner,
        attempts: Attempts,
        progress_store: ProgressStore,
        reached: Reached,
    ) -> None:
        self._config = config
        self._database = database
        self._runner = runner
        self._attempts = attempts
        self._progress_store = progress_store
        self._reached = reached

    def submit(self, account: Account, session_id: str, render_id: str, spec: RenderSpec, enqueue: Enqueue) -> None:
        """Accept a render; the same id with the same request is the same render.

        Raises ApiError `session_not_found`, or `busy` when the id belongs to another request.
        """
        key = key_of(RENDER, render_id)
        with self._database.write() as connection:
            session = sessions.load(connection, session_id, account.id)
            known = connection.execute(sa.select(renders).where(renders.c.id == render_id)).one_or_none()
            if known is not None:
                if (known.request_hash, known.account_id) != (spec.identity, account.id):
                    raise ApiError(error_info("busy", "backend.render_id_used", render_id=render_id))
                return
            connection.execute(
                renders.insert().values(
                    id=render_id,
                    session_id=session_id,
                    account_id=account.id,
                    status=OPEN_RENDER[0],
                    request_hash=spec.identity,
                    spec=spec.as_json(),
                    created_ms=now_ms(),
                    name=_stem(spec, session.name),
                )
            )
            ledger.reserve(connection, account.id, key, 0)
            enqueue(connection, RENDER, render_id, account.id if self._config.shared else session_id)

    def exists(self, render_id: str) -> bool:
        """Was a render of this id accepted before."""
        return self._row(render_id) is not None

    async def run(self, job_id: str) -> dict[str, Any]:
        """The heavy part (see `jobs.Work`)."""
        spec = self._with_owners(await asyncio.to_thread(self._begin, job_id))
        used: list[str] = []

        def make_spec(attempt: str) -> dict[str, Any]:
            used.append(attempt)
            place = self._fresh_place(job_id, attempt, spec)
            return {**spec, "cache": str(self._config.cache), "output": str(place), "work": str(place.parent / WORK)}

        try:
            facts = await self._runner.run(key_of(RENDER, job_id), make_spec)
        finally:
            await asyncio.shield(asyncio.to_thread(self._sweep_if_over, job_id))
        return FinishedRender(used[-1], facts)._asdict()

    def _with_owners(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The job with `owned` at footage that lies in our own folders, of which no person knows the path."""
        home = self._config.home.resolve()
        media = [{**each, "owned": Path(each["path"]).is_relative_to(home)} for each in spec["media"]]
        return {**spec, "media": media}

    def conclude(self, job_id: str, result: dict[str, Any]) -> None:
        """Verify, publish, and settle (see `jobs.Work`)."""
        try:
            self._conclude(job_id, FinishedRender(**result))
        finally:
            self._sweep_if_over(job_id)

    def _conclude(self, job_id: str, finished: FinishedRender) -> None:
        row = self._row(job_id)
        if row is None or row.status not in OPEN_RENDER:
            return
        attempt = self._place(job_id, finished.attempt, json.loads(row.spec))
        promised = Path(row.path) if row.path else None
        try:
            there = [size_at(place) for place in (attempt, promised) if place is not None]
            size = verified_size(finished.facts, *there)
            target = publish(
                attempt,
                self._output_dir(row),
                row.name,
                size,
                promised,
                lambda place: self._remember(job_id, place, finished.facts),
                self._reached,
            )
        except ApiError as error:
            self._attempts.explain(key_of(RENDER, job_id), error.fault)
            raise AttemptFailed(error.fault.kind) from None
        if not self._settle(job_id, target, finished.facts):
            withdraw(target, size)
        self._reached("after_settle")

    def close(self, job_id: str, status: str, problem: ErrorInfo) -> bool:
        """End a render without a reel, and sweep what it left. False when it was over."""
        with self._database.write() as connection:
            open_row = (renders.c.id == job_id) & renders.c.status.in_(OPEN_RENDER)
            row = connection.execute(sa.select(renders).where(open_row)).one_or_none()
            if row is None:
                return False
            values = {"status": status, "fault": problem.stored(), "finished_ms": now_ms(), "path": None}
            connection.execute(renders.update().where(open_row).values(**values))
            ledger.refund(connection, key_of(RENDER, job_id))
        if row.path and row.facts:
            withdraw(Path(row.path), json.loads(row.facts).get("size_bytes", 0))
        self.sweep(job_id)
        return True

    def sweep(self, job_id: str) -> None:
        """Remove the working files of a render that is over."""
        self._progress_store.forget(key_of(RENDER, job_id))
        row = self._row(job_id)
        for attempt in (self._config.renders / job_id).glob("*"):
            if attempt.name == WORK:
                continue
            with suppress(OSError):
                remove(part_of(attempt, self._output_dir(row)))
        shutil.rmtree(self._config.renders / job_id, ignore_errors=True)

    def _sweep_if_over(self, job_id: str) -> None:
        """A render that was closed before its child began was swept too early."""
        row = self._row(job_id)
        if row is None or row.status not in OPEN_RENDER:
            self.sweep(job_id)

    def open_ids(self) -> list[str]:
        """Renders that are not over."""
        with self._database.read() as connection:
            return list(connection.scalars(sa.select(renders.c.id).where(renders.c.status.in_(OPEN_RENDER))))

    def get(self, account: Account, render_id: str, link: Link) -> RenderInfo:
        """One render of the caller. Raises ApiError `not_found`."""
        row = self._row(render_id)
        if row is None or row.account_id != account.id:
            raise ApiError(error_info("not_found", "backend.no_render", render_id=render_id))
        return self._info(row, link)

    def of(self, session_id: str, link: Link) -> list[RenderInfo]:
        """The renders of a session, newest first."""
        query = sa.select(renders).where(renders.c.session_id == session_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(renders.c.number.desc())).all()
        return [self._info(row, link) for row in rows]

    def file_of(self, render_id: str) -> Path | None:
        """The published reel, None when there is none (any more)."""
        row = self._row(render_id)
        path = Path(row.path) if row is not None and row.status == "completed" and row.path else None
        return path if path is not None and path.is_file() else None

    def _begin(self, job_id: str) -> dict[str, Any]:
        with self._database.write() as connection:
            open_row = (renders.c.id == job_id) & renders.c.status.in_(OPEN_RENDER)
            connection.execute(renders.update().where(open_row).values(status=OPEN_RENDER[1]))
            spec = connection.scalar(sa.select(renders.c.spec).where(open_row))
        if spec is None:
            raise AttemptFailed("cancelled")
        return dict(json.loads(spec))

    def _row(self, render_id: str) -> sa.Row[Any] | None:
        with self._database.read() as connection:
            return connection.execute(sa.select(renders).where(renders.c.id == render_id)).one_or_none()

    def _output_dir(self, row: sa.Row[Any] | None) -> Path:
        """Where the reel of a render goes: as its host said, or as we were told at our start."""
        named = None if row is None else json.loads(row.spec).get("output_dir")
        return Path(named) if named else self._config.output_dir

    def _place(self, job_id: str, attempt: str, spec: Mapping[str, Any]) -> Path:
        suffix = "" if spec.get("split") else f".{spec.get('ending', 'mp4')}"
        return self._config.renders / job_id / f"{attempt}{suffix}"

    def _fresh_place(self, job_id: str, attempt: str, spec: Mapping[str, Any]) -> Path:
        """Where a new attempt writes; of what earlier attempts left only what it can go on from stays."""
        place = self._place(job_id, attempt, spec)
        place.parent.mkdir(parents=True, exist_ok=True)
        for left in place.parent.iterdir():
            if left.name != WORK:
                with suppress(OSError):
                    remove(left)
        return place

    def _remember(self, job_id: str, place: Path, facts: dict[str, Any]) -> bool:
        try:
            with self._database.write() as connection:
                open_row = (renders.c.id == job_id) & renders.c.status.in_(OPEN_RENDER)
                values = {"path": str(place), "facts": json.dumps(facts)}
                if connection.execute(renders.update().where(open_row).values(**values)).rowcount == 0:
                    raise AttemptFailed("cancelled")
        except IntegrityError:
            return False
        return True

    def _settle(self, job_id: str, target: Path, facts: dict[str, Any]) -> bool:
        with self._database.write() as connection:
            open_row = (renders.c.id == job_id) & renders.c.status.in_(OPEN_RENDER)
            values = {"status": "completed", "path": str(target), "facts": json.dumps(facts), "finished_ms": now_ms()}
            if connection.execute(renders.update().where(open_row).values(**values)).rowcount == 0:
                return False
            ledger.settle(connection, key_of(RENDER, job_id), charge=True)
        return True

    def _info(self, row: sa.Row[Any], link: Link) -> RenderInfo:
        step = self._progress_store.read(key_of(RENDER, row.id))
        facts = json.loads(row.facts) if row.facts and row.status == "completed" else {}
        problem = ErrorInfo.model_validate_json(row.fault) if row.fault else None
        return RenderInfo(
            id=row.id,
            session_id=row.session_id,
            status=row.status,
            progress=100 if row.status == "completed" else step.percent,
            stage=step.stage,
            message=str(step.message),
            url=link(row.id) if facts and not facts.get("files") else None,
            path=row.path if facts and not self._config.shared else None,
            duration_ms=facts.get("duration_ms"),
            size_bytes=facts.get("size_bytes"),
            width=facts.get("width"),
            height=facts.get("height"),
            method=facts.get("method"),
            checks=tuple(QualityCheck.model_validate(in_words(check)) for check in facts.get("checks", ())),
            warnings=tuple(str(Message.read(warning)) for warning in facts.get("warnings", ())),
            files=tuple(facts.get("files", ())),
            chapters=tuple(facts.get("chapters", ())),
            error=problem.text if problem else None,
            fault=problem,
            created_at=row.created_ms,
            completed_at=row.finished_ms,
        )


def _stem(spec: RenderSpec, title: str) -> str:
    """What the reel is called, without its ending."""
    ending = spec.choice.ending
    return reel_stem(spec.filename, ending) if spec.filename else title_stem(title, ending)


def verified_size(facts: dict[str, Any], *sizes: int | None) -> int:
    """The size of the finished file, which must be one of `sizes`, after comparing it with what the engine says of it.

    Raises ApiError `render_failed`.
    """
    size, duration = facts.get("size_bytes"), facts.get("duration_ms")
    try:
        for check in facts.get("checks", ()):
            QualityCheck.model_validate(in_words(check))
    except ValidationError:
        raise ApiError(error_info("render_failed", "backend.unknown_result")) from None
    if not isinstance(size, int) or size <= 0 or not isinstance(duration, int) or duration <= 0:
        raise ApiError(error_info("render_failed", "backend.reel_empty"))
    if size not in sizes:
        raise ApiError(error_info("render_failed", "backend.reel_cut_short"))
    return size
