"""Tables that only a team has, beside those of every backend: people, secrets that all fronts share, workers."""

import secrets

import sqlalchemy as sa

from ..database import insert_or_ignore

team_metadata = sa.MetaData()

people = sa.Table(
    "people", team_metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("account_id", sa.Text, nullable=False, unique=True),
    sa.Column("token_hash", sa.Text, unique=True),
    sa.Column("inbox_gib", sa.Integer),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)  # fmt: skip

team_secrets = sa.Table(
    "team_secrets", team_metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)  # fmt: skip

workers = sa.Table(
    "workers", team_metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("backend_pid", sa.Integer, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
)  # fmt: skip

LINK_KEY = "links"
"""Name of the secret that addresses handed out by any front are signed with."""


def create_team_tables(connection: sa.Connection) -> None:
    """Make those that are missing, and the secrets."""
    team_metadata.create_all(connection)
    insert_or_ignore(connection, team_secrets, name=LINK_KEY, value=secrets.token_urlsafe(48))


def secret_of(connection: sa.Connection, name: str) -> str:
    """A secret of the team."""
    return str(connection.execute(sa.select(team_secrets.c.value).where(team_secrets.c.name == name)).scalar_one())
