"""PostgreSQL: how it is connected to, and what holds there that SQLite gives by itself."""

from typing import Any

import sqlalchemy as sa

PREFIXES = ("postgresql:", "postgresql+psycopg:", "postgres:")
WRITERS = 0x6869_676C
"""The advisory lock that a writing transaction holds: like SQLite there is one writer at a time."""
CHANNEL = "highlight"
"""What the processes of a team listen to (`team/notices.py`)."""
SILENT_S = 15
"""A connection whose other end says nothing for so long is given up, so that no dead machine holds a lock for ever."""
_ALIVE = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
_ALIVE_THERE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"


def is_postgres(url: str) -> bool:
    """True for the address of a PostgreSQL database."""
    return url.startswith(PREFIXES)


def for_sqlalchemy(url: str) -> str:
    """The address with the driver that we use; any other kind of address as it is."""
    return f"postgresql+psycopg:{url.partition(':')[2]}" if is_postgres(url) else url


def for_dbos(url: str) -> str:
    """The address as the queue takes it."""
    return f"postgresql:{url.partition(':')[2]}" if is_postgres(url) else url


def connect_args() -> dict[str, Any]:
    """What every connection is opened with: both ends notice within `SILENT_S` that the other one is gone."""
    return {"connect_timeout": SILENT_S, "options": _ALIVE_THERE, **_ALIVE}


def announce(connection: sa.Connection) -> None:
    """Tell who listens that something has changed, with the commit of this transaction."""
    connection.exec_driver_sql(f"""SELECT pg_notify('{CHANNEL}', '["changed", null]')""")


def begin(connection: sa.Connection) -> None:
    """The beginning of a transaction: one that may write waits for the others, so that what it reads stays true.

    Numbers that count rows, credits and the order of changes rest on that.
    """
    if connection.get_execution_options().get("highlight_writing", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
