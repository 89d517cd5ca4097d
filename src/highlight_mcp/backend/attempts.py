"""Our own record of every child that was started for a job; it decides when a job is given up."""

import json
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from ..contract.codes import ContractError, Fault, fault
from .clock import now_ms
from .database import Database
from .tables import RUNNING, attempts

MAX_DEATHS = 2
DIED, LOST = "died", "lost"


@dataclass(frozen=True)
class Leftover:
    """A child that an earlier backend started and did not see end."""

    pid: int
    started: float


class Attempts:
    """The attempts of all jobs. A death of the backend is no fault of the job: it counts as `lost`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, job: str) -> str:
        """Write down that a child is about to start. Returns the id of the attempt.

        Raises ContractError when the children of this job died twice without an answer.
        """
        mine = attempts.c.job_id == job
        with self._database.write() as connection:
            _lose(connection, mine)
            deaths = sa.select(sa.func.count()).where(mine, attempts.c.outcome == DIED)
            if (connection.scalar(deaths) or 0) >= MAX_DEATHS:
                raise ContractError(
                    fault("backend_error", "backend.crashed_twice").model_copy(update={"retryable": False})
                )
            number = (connection.scalar(sa.select(sa.func.max(attempts.c.number)).where(mine)) or 0) + 1
            values = {"id": secrets.token_hex(8), "job_id": job, "number": number, "outcome": RUNNING}
            connection.execute(attempts.insert().values(**values, started_ms=now_ms()))
        return str(values["id"])

    def started(self, attempt: str, pid: int, started: float) -> None:
        """The child runs."""
        self._update(attempt, pid=pid, pid_started=started)

    def end(self, attempt: str, outcome: str, problem: Fault | None = None) -> None:
        """How the attempt ended."""
        text = None if problem is None else problem.stored()
        self._update(attempt, outcome=outcome, fault=text, finished_ms=now_ms())

    def explain(self, job: str, problem: Fault) -> None:
        """Write why a job fails into its newest attempt."""
        newest = sa.select(sa.func.max(attempts.c.number)).where(attempts.c.job_id == job).scalar_subquery()
        with self._database.write() as connection:
            connection.execute(
                attempts.update()
                .where(attempts.c.job_id == job, attempts.c.number == newest)
                .values(fault=problem.stored())
            )

    def leftovers(self) -> list[Leftover]:
        """Children of an earlier backend; their attempts are marked as lost."""
        query = sa.select(attempts.c.pid, attempts.c.pid_started).where(attempts.c.outcome == RUNNING)
        with self._database.write() as connection:
            found = [Leftover(row.pid, row.pid_started) for row in connection.execute(query) if row.pid]
            _lose(connection, sa.true())
        return found

    def last_fault(self, connection: sa.Connection, job: str) -> Fault | None:
        """Why the newest attempt of a job failed, None when it did not say."""
        query = sa.select(attempts.c.fault).where(attempts.c.job_id == job).order_by(attempts.c.number.desc())
        text = connection.scalar(query.limit(1))
        return None if text is None else Fault.model_validate(json.loads(text))

    def _update(self, attempt: str, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(attempts.update().where(attempts.c.id == attempt).values(**values))


def _lose(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    running = which & (attempts.c.outcome == RUNNING)
    connection.execute(attempts.update().where(running).values(outcome=LOST, finished_ms=now_ms()))
