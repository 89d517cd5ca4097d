"""Edit turns: one request to change a session's timeline, from its acceptance to the version it makes."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.local_api import ReaderSettings, TurnInfo
from ..contract.turn import TURN_SCHEMA, TurnResult
from ..contract.wire import dumps
from ..messages import Message, chosen_language, in_words, language_of, sentences, use_language, verbatim
from ..timeline.model import Timeline
from ..timeline.schemas import fault_of
from . import ledger, sessions
from .config import Reached
from .database import Database, now_ms
from .engine_runner import no_answer
from .jobs import EDIT, AttemptFailed, JobRunner, ProgressStore, key_of
from .ledger import Account
from .media_store import MediaStore
from .model_endpoint import ask_model
from .tables import RUNNING, turns, versions

FRAME_LIMIT = 200_000
_REMEMBERED = 3
"""Requests; what was spoken of further back is no longer what `it` stands for (a choice, not measured)."""

Enqueue = Callable[[sa.Connection, str, str, str], None]


@dataclass(frozen=True)
class EditRequest:
    """What the user asks for: words, typed operations (raw JSON), or both, or a list of cuts to take over; the language
    of the answer, if set; `settings` are parts of the engine job; `request_id` is what the caller calls it. All of this
    is stored.
    """

    instruction: str | None
    operations: list[Any] | None
    base_version: int | None
    language: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    cuts: dict[str, Any] | None = None
    request_id: str | None = None


class EditJobs:
    """The turns of the database; also the work of their jobs."""

    def __init__(
        self,
        database: Database,
        runner: JobRunner,
        progress_store: ProgressStore,
        media_store: MediaStore,
        history: sessions.VersionStore,
        reached: Reached,
        cache: str,
        *,
        shared: bool,
    ) -> None:
        self._database = database
        self._runner = runner
        self._progress_store = progress_store
        self._media_store = media_store
        self._history = history
        self._reached = reached
        self._cache = cache
        self._shared = shared
        self._readers: dict[str, ReaderSettings] = {}

    def start(
        self,
        account: Account,
        session_id: str,
        request: EditRequest,
        enqueue: Enqueue,
        reader: ReaderSettings | None = None,
    ) -> str:
        """Accept a turn: its row, its credits and its job appear together. Returns the turn id.

        `reader` may be asked about words that the rules cannot read. It has a key and is not stored: a turn that
        outlives this process is read by the rules alone.
        Raises ApiError `session_not_found`, `busy`, `version_conflict` or `no_credits`.
        """
        turn_id = f"turn_{secrets.token_hex(8)}"
        key = key_of(EDIT, turn_id)
        if reader is not None:
            self._readers[turn_id] = reader
        try:
            with self._database.write() as connection:
                session = sessions.load(connection, session_id, account.id)
                _check_base(request.base_version, session.head_rev)
                connection.execute(
                    turns.insert().values(
                        id=turn_id,
                        session_id=session_id,
                        account_id=account.id,
                        status=RUNNING,
                        base_rev=session.head_rev,
                        request=dumps(vars(request)),
                        created_ms=now_ms(),
                    )
                )
                ledger.reserve(connection, account.id, key, self._cost(connection, session_id))
                enqueue(connection, EDIT, turn_id, account.id if self._shared else session_id)
        except BaseException as error:
            self._readers.pop(turn_id, None)
            if isinstance(error, IntegrityError) and _is_second(error):
                raise ApiError(error_info("busy")) from None
            raise
        return turn_id

    async def run(self, job_id: str) -> dict[str, Any]:
        """The heavy part (see `jobs.Work`)."""
        reader = self._readers.get(job_id)
        try:
            session_id, spec = await asyncio.to_thread(self._spec, job_id)
            spec |= {"reader": None if reader is None else reader.model}
            answer = partial(self._answer, session_id, reader)
            return await self._runner.run(key_of(EDIT, job_id), lambda _attempt: spec, answer)
        finally:
            self._readers.pop(job_id, None)

    async def _answer(self, session_id: str, reader: ReaderSettings | None, question: dict[str, Any]) -> dict[str, Any]:
        """What an edit asks while it works: of a language model, else of the stored versions."""
        if "read" not in question:
            return await asyncio.to_thread(self._history.answer, session_id, question)
        if reader is None:
            return await no_answer(question)
        return await ask_model(reader, question["read"]["messages"], question["read"]["schema"])

    def conclude(self, job_id: str, result: dict[str, Any]) -> None:
        """Make the new versions, the result and the settlement durable together (see `jobs.Work`)."""
        made = [_Made.of(each) for each in result.get("versions") or [result] if each.get("timeline") is not None]
        with self._database.write() as connection:
            row = connection.execute(sa.select(turns).where(turns.c.id == job_id)).one()
            if row.status != RUNNING:
                return
            session = sessions.load(connection, row.session_id)
            revs = [
                sessions.accept(
                    connection,
                    session,
                    job_id,
                    one.timeline,
                    content=one.content,
                    change=one.change or verbatim(json.loads(row.request).get("instruction") or ""),
                    operations=one.operations,
                )
                for one in made
            ]
            stored = _stored(result, revs[-1] if revs else session.head_rev)
            if result.get("versions"):
                stored["versions"] = [one.stored(rev) for one, rev in zip(made, revs, strict=True)]
            values = {"status": stored["status"], "result": dumps(stored), "finished_ms": now_ms()}
            connection.execute(turns.update().where(turns.c.id == job_id).values(**values))
            ledger.settle(connection, key_of(EDIT, job_id), charge=bool(made))
        self._reached("after_edit")
        self._progress_store.forget(key_of(EDIT, job_id))

    def close(self, job_id: str, status: str, problem: ErrorInfo) -> bool:
        """End a running turn without a result, and give its credits back. False when it was over."""
        self._readers.pop(job_id, None)
        with self._database.write() as connection:
            running = (turns.c.id == job_id) & (turns.c.status == RUNNING)
            values = {"status": status, "fault": problem.stored(), "finished_ms": now_ms()}
            if connection.execute(turns.update().where(running).values(**values)).rowcount == 0:
                return False
            ledger.refund(connection, key_of(EDIT, job_id))
        self._progress_store.forget(key_of(EDIT, job_id))
        return True

    def open_ids(self) -> list[str]:
        """Turns that are not over."""
        with self._database.read() as connection:
            return list(connection.scalars(sa.select(turns.c.id).where(turns.c.status == RUNNING)))

    def get(self, account: Account, turn_id: str) -> TurnInfo:
        """One turn of the caller. Raises ApiError `not_found`."""
        query = sa.select(turns).where(turns.c.id == turn_id, turns.c.account_id == account.id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise ApiError(error_info("not_found", "backend.no_turn", turn_id=turn_id))
        return self._info(row)

    def latest(self, session_id: str) -> TurnInfo | None:
        """The running or last turn of a session."""
        query = sa.select(turns).where(turns.c.session_id == session_id)
        newest = query.order_by(turns.c.number.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else self._info(row)

    def count(self) -> int:
        """How many turns there ever were."""
        with self._database.read() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(turns)) or 0)

    def _info(self, row: sa.Row[Any]) -> TurnInfo:
        step = self._progress_store.read(key_of(EDIT, row.id))
        return TurnInfo(
            turn_id=row.id,
            request_id=json.loads(row.request).get("request_id"),
            session_id=row.session_id,
            status=row.status,
            stage=step.stage,
            progress=step.percent if row.status == RUNNING else 100,
            total=100,
            message=str(step.message),
            result=_in_words(json.loads(row.result)) if row.result else None,
            fault=ErrorInfo.model_validate_json(row.fault).model_dump(mode="json") if row.fault else None,
        )

    def _spec(self, job_id: str) -> tuple[str, dict[str, Any]]:
        """The session of a turn and the job for the engine."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(turns).where(turns.c.id == job_id)).one()
            session = sessions.load(connection, row.session_id)
        if row.status != RUNNING:
            raise AttemptFailed(row.status)
        timeline = self._history.timeline(session.id, row.base_rev)
        request = json.loads(row.request)
        return session.id, {
            "job": "edit",
            "instruction": request["instruction"],
            "operations": request["operations"],
            "cuts": request.get("cuts"),
            "language": request.get("language") or _language(session.language),
            "timeline": None if timeline is None else timeline.model_dump(mode="json"),
            "media": [source.as_job() for source in self._media_store.of(session.id)],
            "versions": self._history.facts(session),
            "before": self._operations_before(session.id, row.base_rev),
            "said": self._said_since(session.id, row.base_rev, row.number),
            "cache": self._cache,
            **request.get("settings", {}),
        }

    def _operations_before(self, session_id: str, rev: int | None) -> list[Any]:
        """What was done to make a version."""
        made = sa.select(versions.c.operations).where(versions.c.session_id == session_id, versions.c.rev == (rev or 0))
        with self._database.read() as connection:
            operations = connection.scalar(made)
        found = json.loads(operations) if operations else []
        return found if isinstance(found, list) else []

    def _said_since(self, session_id: str, rev: int | None, number: int) -> list[str]:
        """The words of the last requests since a version was made, newest first: none of them changed anything."""
        mine = turns.c.session_id == session_id
        made = sa.select(turns.c.number).join(versions, versions.c.turn_id == turns.c.id)
        made = made.where(mine, versions.c.session_id == session_id, versions.c.rev == (rev or 0))
        answered = turns.c.status.in_(("done", "needs_input"))
        since = sa.select(turns.c.request).where(mine, answered, turns.c.number < number)
        with self._database.read() as connection:
            first = connection.scalar(made) or 0
            newest = since.where(turns.c.number > first).order_by(turns.c.number.desc()).limit(_REMEMBERED)
            requests = [json.loads(request) for request in connection.scalars(newest)]
        return [words for request in requests if (words := request["instruction"])]

    def _cost(self, connection: sa.Connection, session_id: str) -> int:
        """Editing is paid once per session; unlimited accounts pay nothing."""
        earlier = sa.select(sa.literal(f"{EDIT}:") + turns.c.id).where(turns.c.session_id == session_id)
        return 0 if ledger.charged_before(connection, earlier) else ledger.EDITING_COST


def _is_second(error: IntegrityError) -> bool:
    """Whether a turn was refused since another one runs: SQLite names the table, PostgreSQL the rule."""
    return any(name in str(error.orig) for name in ("turns.session_id", "one_running_turn"))


def _check_base(asked: int | None, head: int | None) -> None:
    if asked is not None and asked != (head or 0):
        raise ApiError(error_info("version_conflict", "backend.version_conflict", asked=asked, head=head or 0))


def _language(code: str) -> str | None:
    """English is what clients send when they do not know, so it does not bind the answer's language."""
    return "zh" if code.lower().startswith("zh") else None


@dataclass(frozen=True)
class _Made:
    """A version that the engine has made. `change` is what was done; empty where the words that asked say more."""

    timeline: Timeline
    content: int | None
    change: Message
    operations: list[Any]

    @classmethod
    def of(cls, made: dict[str, Any]) -> Self:
        """Out of a result, or one of its versions. Raises AttemptFailed for a timeline that cannot be read."""
        try:
            timeline = Timeline.model_validate(made["timeline"])
        except ValidationError as error:
            fault = fault_of(error.errors()[0])
            raise AttemptFailed(f"the engine made a timeline that cannot be read: {fault}") from None
        content, changes = made.get("content"), made.get("changes")
        change = sentences(*map(Message.read, changes)) if isinstance(changes, list) else verbatim("")
        return cls(timeline, content if isinstance(content, int) else None, change, made.get("operations") or [])

    def stored(self, rev: int) -> dict[str, Any]:
        """The version as the result of its turn tells it."""
        facts = {name: getattr(self.timeline, name) for name in ("duration_ms", "width", "height")}
        return {"rev": rev, **facts, "change": self.change.dump()}


def _stored(result: dict[str, Any], rev: int | None) -> dict[str, Any]:
    """The result as it is kept, of messages; of long lists of picks as many as can be told."""
    known = {name: result[name] for name in _PASSED_ON if result.get(name) is not None}
    status = result.get("status") if result.get("status") in ("done", "needs_input", "failed") else "done"
    kept = {"schema": TURN_SCHEMA, **known, "status": status, "ok": status == "done", "rev": rev}
    picks = kept.get("picks")
    return {**kept, "picks": picks[: len(_in_words(kept).picks)]} if isinstance(picks, list) else kept


def _in_words(kept: dict[str, Any]) -> TurnResult:
    """A kept result as it stands on the wire, in the language that was asked for, else in that of the edit.

    Long lists of picks are cut, the moments call has them all.
    """
    with use_language(chosen_language() or language_of(kept.get("language"))):
        outcome = TurnResult.parse(in_words(kept))
    while len(dumps(outcome.body())) > FRAME_LIMIT and outcome.picks:
        outcome = outcome.model_copy(update={"picks": outcome.picks[: len(outcome.picks) // 2]})
    return outcome


_PASSED_ON = (
    "message", "changes", "picks", "assumed", "not_understood", "refused", "suggested", "query", "language",
)  # fmt: skip
