"""Making or bringing up to date all tables of a team's database: ours and those of the queue. Once per release."""

from dbos import DBOS

from . import postgres
from .database import Database
from .team.tables import create_team_tables


def migrate(url: str) -> None:
    """Migrate the database at a PostgreSQL address. Running it twice, or twice at once, does no harm.

    Raises ApiError for a database of a newer release, and the errors of SQLAlchemy when it cannot be reached.
    """
    database = Database(url)
    try:
        database.migrate()
        with database.write() as connection:
            create_team_tables(connection)
        DBOS.migrate(postgres.for_dbos(url))
    finally:
        database.close()
