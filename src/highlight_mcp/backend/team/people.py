"""The people of a team in its database, each with an account; and what goes when one of them goes."""

import logging
import re
import secrets
import threading
import time
from typing import Any, NamedTuple

import sqlalchemy as sa

from ...contract.errors import ApiError, error_info
from ...contract.session import Balance
from .. import ledger
from ..database import Database, insert_or_ignore, now_ms
from ..ledger import Account, Accounts
from ..tables import accounts, attempts, media, renders, sessions, turns, upload_items, uploads, versions
from ..tables import ledger as ledger_rows
from .links import Signer
from .tables import people

log = logging.getLogger(__name__)

_ACCOUNT = re.compile(r"acc_[0-9a-f]{16}")
FRESH_S = 1.0
"""A front that asked so lately does not ask again: somebody who is removed may call for as long."""


class TeamMember(NamedTuple):
    """A row. `token_hash` is None for somebody whom an issuer knows."""

    name: str
    account_id: str
    token_hash: str | None
    inbox_gib: int | None


class TeamPeople:
    """The people of a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._seen: dict[str, TeamMember] = {}
        self._asked = float("-inf")

    def all(self) -> dict[str, TeamMember]:
        """Everybody by name, as of a second ago at most; as they were while the database is away."""
        with self._lock:
            if time.monotonic() - self._asked >= FRESH_S:
                try:
                    self._seen = self._read()
                except sa.exc.OperationalError as error:
                    if not self._seen:
                        raise
                    log.warning("the people cannot be read now: %s", error.orig)
                self._asked = time.monotonic()
            return self._seen

    def _read(self) -> dict[str, TeamMember]:
        columns = [people.c[name] for name in TeamMember._fields]
        with self._database.read() as connection:
            rows = connection.execute(sa.select(*columns).order_by(people.c.name)).all()
        return {row.name: TeamMember(*row) for row in rows}

    def add(
        self, name: str, token_hash: str | None, *, granted: int | None = None, inbox_gib: int | None = None
    ) -> bool:
        """Add somebody with an account of their own, without limit unless credits are `granted`.

        Returns False, and changes nothing, when the name is taken.
        """
        account, now = f"acc_{secrets.token_hex(8)}", now_ms()
        with self._database.write() as connection:
            row = {"name": name, "account_id": account, "token_hash": token_hash, "inbox_gib": inbox_gib}
            if not insert_or_ignore(connection, people, **row, created_ms=now):
                self._forget()  # somebody else was faster
                return False
            connection.execute(accounts.insert().values(id=account, unlimited=granted is None, created_ms=now))
            if granted is not None:
                ledger.grant(connection, account, granted)
        self._forget()
        return True

    def account_of(self, name: str) -> str:
        """The account of somebody whom the door has let in; those of an issuer get one when they first come."""
        found = self.all().get(name)
        if found is None:
            self.add(name, None)
            found = self.all()[name]
        return found.account_id

    def remove(self, name: str) -> str:
        """Remove somebody with all rows that are theirs. Returns the account, whose files are still in the store."""
        account = self.all()[name].account_id
        with self._database.write() as connection:
            connection.execute(people.delete().where(people.c.name == name))
            _remove_rows(connection, account)
        self._forget()
        return account

    def is_gone(self, account: str) -> bool:
        """Whether something is the name of an account that nobody has any more."""
        return bool(_ACCOUNT.fullmatch(account)) and account not in {each.account_id for each in self.all().values()}

    def _forget(self) -> None:
        with self._lock:
            self._asked = float("-inf")


def _remove_rows(connection: sa.Connection, account: str) -> None:
    """All rows of an account, those that refer to others first."""
    own: sa.Select[Any] = sa.select(sessions.c.id).where(sessions.c.account_id == account)
    mine: sa.Select[Any] = sa.select(uploads.c.id).where(uploads.c.account_id == account)
    jobs = [
        sa.select(sa.literal(f"{kind}:") + table.c.id).where(table.c.account_id == account)
        for kind, table in (("edit", turns), ("render", renders), ("upload", uploads))
    ]
    connection.execute(attempts.delete().where(sa.or_(*(attempts.c.job_id.in_(each) for each in jobs))))
    connection.execute(upload_items.delete().where(upload_items.c.upload_id.in_(mine)))
    for table in (media, versions):
        connection.execute(table.delete().where(table.c.session_id.in_(own)))
    for table in (uploads, turns, renders, ledger_rows, sessions):
        connection.execute(table.delete().where(table.c.account_id == account))
    connection.execute(accounts.delete().where(accounts.c.id == account))


class TeamAccounts(Accounts):
    """The accounts behind a front: it vouches for its callers by a token that it derives for each account."""

    def __init__(self, database: Database, signer: Signer) -> None:
        super().__init__(database, secrets.token_urlsafe(32), strict=False)
        self._team = database
        self._signer = signer

    def token_of(self, account: str) -> str:
        """The token of an account at this backend."""
        return f"{account}.{self._signer.of(account)}"

    def balance(self, account: Account) -> Balance:
        """The credits of an account, which end with it."""
        return super().balance(account).model_copy(update={"plan": "team"})

    def of_token(self, token: str | None) -> Account:
        """The account of a token. Raises ApiError `auth_expired` for a wrong one, and for an account that is gone."""
        account, _, _ = (token or "").partition(".")
        if token and secrets.compare_digest(token.encode(), self.token_of(account).encode()):
            with self._team.read() as connection:
                unlimited = connection.scalar(sa.select(accounts.c.unlimited).where(accounts.c.id == account))
            if unlimited is not None:
                return Account(account, unlimited=bool(unlimited))
        raise ApiError(error_info("auth_expired"))
