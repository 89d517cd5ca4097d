"""Credits: grants, reservations and exactly one final row per job, either `settle` or `refund`.

All functions work inside a transaction of the caller. The unique rules of the table, not these
functions, make a second final row impossible.
"""

from typing import NamedTuple

import sqlalchemy as sa

from ..contract.errors import ApiError, error_info
from .database import insert_or_ignore
from .tables import FINAL_ROWS, accounts, ledger, now_ms

EDITING_COST = 50


class Sums(NamedTuple):
    """Credits of an account: free, reserved by running work, and both together."""

    available: int
    frozen: int
    total: int


def grant(connection: sa.Connection, account_id: str, amount: int) -> None:
    """Give credits."""
    values = {"account_id": account_id, "kind": "grant", "amount": amount, "created_ms": now_ms()}
    connection.execute(ledger.insert().values(**values))


def reserve(connection: sa.Connection, account_id: str, job_id: str, amount: int) -> None:
    """Reserve credits for a job. Raises ContractError `no_credits`."""
    unlimited = connection.scalar(sa.select(accounts.c.unlimited).where(accounts.c.id == account_id))
    if not unlimited and amount > sums(connection, account_id).available:
        raise ApiError(error_info("no_credits"))
    _write(connection, account_id, job_id, "freeze", 0 if unlimited else amount)


def settle(connection: sa.Connection, job_id: str, *, charge: bool) -> bool:
    """The job is done: what was reserved is spent, or given back when nothing was done for it.

    Returns False when the job had its final row already.
    """
    account_id, amount = _frozen(connection, job_id)
    return _write(connection, account_id, job_id, "settle", amount if charge else 0)


def refund(connection: sa.Connection, job_id: str) -> bool:
    """The job failed or was cancelled. Returns False when it had its final row already."""
    account_id, _ = _frozen(connection, job_id)
    return _write(connection, account_id, job_id, "refund", 0)


def sums(connection: sa.Connection, account_id: str) -> Sums:
    """The balance of an account."""
    mine = ledger.c.account_id == account_id
    finals = sa.select(ledger.c.job_id).where(ledger.c.kind.in_(FINAL_ROWS), mine)
    granted = _sum(connection, mine, ledger.c.kind == "grant")
    spent = _sum(connection, mine, ledger.c.kind == "settle")
    frozen = _sum(connection, mine, ledger.c.kind == "freeze", ledger.c.job_id.not_in(finals))
    return Sums(granted - spent - frozen, frozen, granted - spent)


def charged_before(connection: sa.Connection, job_ids: sa.Select[str]) -> bool:
    """True when one of the jobs was paid for."""
    paid = sa.select(ledger.c.id).where(ledger.c.kind == "settle", ledger.c.amount > 0, ledger.c.job_id.in_(job_ids))
    return connection.scalar(paid.limit(1)) is not None


def _sum(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(ledger.c.amount), 0)).where(*conditions)) or 0)


def _frozen(connection: sa.Connection, job_id: str) -> tuple[str, int]:
    query = sa.select(ledger.c.account_id, ledger.c.amount).where(ledger.c.job_id == job_id, ledger.c.kind == "freeze")
    account_id, amount = connection.execute(query).one()
    return str(account_id), int(amount)


def _write(connection: sa.Connection, account_id: str, job_id: str, kind: str, amount: int) -> bool:
    return insert_or_ignore(
        connection, ledger, account_id=account_id, job_id=job_id, kind=kind, amount=amount, created_ms=now_ms()
    )
