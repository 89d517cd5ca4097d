"""`highlight-mcp migrate`: what a team runs past one machine."""

import argparse
import sys

from ..contract.errors import ApiError
from ..messages import say, verbatim
from ..settings import Settings
from .shell import ShellError, exit_with_error


def migrate(arguments: argparse.Namespace) -> int:
    """Make the tables of a database, or bring them up to date; once per release, before its workers start."""
    settings = Settings.load({"db": arguments.db})
    if settings.db is None:
        return exit_with_error(ShellError("shell.migrate.no_database"))
    from sqlalchemy.exc import SQLAlchemyError

    from ..backend.migration import migrate as migrate_database

    try:
        migrate_database(settings.db)
    except ApiError as error:
        return exit_with_error(error.fault)
    except SQLAlchemyError as error:
        reason = verbatim(str(getattr(error, "orig", None) or error).splitlines()[0])
        return exit_with_error(ShellError("shell.migrate.failed", reason=reason))
    sys.stdout.write(f"{say('shell.migrate.done')}\n")
    return 0
