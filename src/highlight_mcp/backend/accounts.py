"""Who is calling: the one local account, or anonymous accounts with a token of seven days."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from ..contract.account import UNLIMITED, AnonymousToken, Balance
from ..contract.errors import ApiError, error_info
from . import ledger
from .database import Database
from .tables import accounts, iso, now_ms

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
        """The account of a bearer token. Raises ContractError `auth_expired`."""
        if token and hmac.compare_digest(_hash(token), self._secret):
            return Account(LOCAL_ACCOUNT, unlimited=True)
        if token and self._strict:
            with self._database.read() as connection:
                query = sa.select(accounts.c.id, accounts.c.expires_ms).where(accounts.c.token_hash == _hash(token))
                found = connection.execute(query).one_or_none()
            if found is not None and (found.expires_ms or 0) > now_ms():
                return Account(found.id, unlimited=False)
        raise ApiError(error_info("auth_expired"))

    def anonymous(self, client_id: str | None) -> AnonymousToken:
        """Make an account of seven days.

        Raises ContractError `client_id_missing`, or `rate_limited` while an earlier token lives.
        """
        if not client_id:
            raise ApiError(error_info("client_id_missing"))
        token, account_id, now = f"nmv_usr_{secrets.token_urlsafe(24)}", f"anon_{secrets.token_hex(6)}", now_ms()
        expires = now + TOKEN_DAYS * DAY_MS
        with self._database.write() as connection:
            query = sa.select(accounts.c.id, accounts.c.expires_ms).where(accounts.c.client_id == client_id)
            found = connection.execute(query).one_or_none()
            if found is not None and (found.expires_ms or 0) > now:
                raise ApiError(error_info("rate_limited", retry_after_s=30))
            if found is not None:
                connection.execute(accounts.update().where(accounts.c.id == found.id).values(client_id=None))
            values = {"id": account_id, "client_id": client_id, "token_hash": _hash(token), "unlimited": False}
            connection.execute(accounts.insert().values(**values, created_ms=now, expires_ms=expires))
            ledger.grant(connection, account_id, ANONYMOUS_CREDITS)
        return AnonymousToken(token=token, user_id=account_id, credits=ANONYMOUS_CREDITS, expires_at=iso(expires))

    def balance(self, account: Account) -> Balance:
        """The credits of an account."""
        if account.unlimited:
            return UNLIMITED
        with self._database.read() as connection:
            found = ledger.sums(connection, account.id)
            expires = connection.scalar(sa.select(accounts.c.expires_ms).where(accounts.c.id == account.id))
        return Balance(
            available=found.available,
            frozen=found.frozen,
            total=found.total,
            plan="anonymous",
            expires_at=iso(expires) if expires else None,
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
