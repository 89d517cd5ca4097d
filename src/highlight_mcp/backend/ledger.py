"""Accounts and their credits: who is calling; grants, reservations and exactly one final row per job.

A caller is the one local account, or an anonymous account with a token of seven days. A final row is `settle` or
`refund`; the unique rules of the table, not these functions, make a second one impossible. The functions of the ledger
work inside a transaction of the caller.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ..contract.errors import ApiError, error_info
from ..contract.session import UNLIMITED, AnonymousToken, Balance
from ..contract.wire import iso
from .database import Database, insert_or_ignore, now_ms
from .tables import FINAL_ROWS, accounts, ledger

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
    """Reserve credits for a job. Raises ApiError `no_credits`."""
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


LOCAL_ACCOUNT = "local"
TOKEN_DAYS = 7
DAY_MS = 86_400_000
ANONYMOUS_CREDITS = 100


@dataclass(frozen=True)
class Account:
    """A caller who proved to be one."""

    id: str
    unlimited: bool


class Accounts:
    """The accounts of the database, and the secret of the local one."""

    def __init__(self, database: Database, secret: str, *, strict: bool) -> None:
        self._database = database
        self._secret = _hash(secret)
        self._strict = strict

    def prepare(self) -> None:
        """Make sure that the local account exists."""
        with self._database.write() as connection:
            if connection.scalar(sa.select(accounts.c.id).where(accounts.c.id == LOCAL_ACCOUNT)) is None:
                values = {"id": LOCAL_ACCOUNT, "unlimited": True, "created_ms": now_ms()}
                connection.execute(accounts.insert().values(**values))

    def of_token(self, token: str | None) -> Account:
        """The account of a bearer token. Raises ApiError `auth_expired`."""
        if token and hmac.compare_digest(_hash(token), self._secret):
            return Account(LOCAL_ACCOUNT, unlimited=True)
        if token and self._strict:
            with self._database.read() as connection:
                query = sa.select(accounts.c.id, accounts.c.expires_ms).where(accounts.c.token_hash == _hash(token))
                row = connection.execute(query).one_or_none()
            if row is not None and (row.expires_ms or 0) > now_ms():
                return Account(row.id, unlimited=False)
        raise ApiError(error_info("auth_expired"))

    def anonymous(self, client_id: str | None) -> AnonymousToken:
        """Make an account of seven days.

        Raises ApiError `client_id_missing`, or `rate_limited` while an earlier token lives.
        """
        if not client_id:
            raise ApiError(error_info("client_id_missing"))
        token, account_id, now = f"nmv_usr_{secrets.token_urlsafe(24)}", f"anon_{secrets.token_hex(6)}", now_ms()
        expires = now + TOKEN_DAYS * DAY_MS
        with self._database.write() as connection:
            query = sa.select(accounts.c.id, accounts.c.expires_ms).where(accounts.c.client_id == client_id)
            row = connection.execute(query).one_or_none()
            if row is not None and (row.expires_ms or 0) > now:
                raise ApiError(error_info("rate_limited", retry_after_s=30))
            if row is not None:
                connection.execute(accounts.update().where(accounts.c.id == row.id).values(client_id=None))
            values = {"id": account_id, "client_id": client_id, "token_hash": _hash(token), "unlimited": False}
            connection.execute(accounts.insert().values(**values, created_ms=now, expires_ms=expires))
            grant(connection, account_id, ANONYMOUS_CREDITS)
        return AnonymousToken(token=token, user_id=account_id, credits=ANONYMOUS_CREDITS, expires_at=iso(expires))

    def balance(self, account: Account) -> Balance:
        """The credits of an account."""
        if account.unlimited:
            return UNLIMITED
        with self._database.read() as connection:
            totals = sums(connection, account.id)
            expires = connection.scalar(sa.select(accounts.c.expires_ms).where(accounts.c.id == account.id))
        return Balance(
            available=totals.available,
            frozen=totals.frozen,
            total=totals.total,
            plan="anonymous",
            expires_at=iso(expires) if expires else None,
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
