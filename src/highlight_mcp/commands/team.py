"""What a team runs past one machine: `highlight-mcp migrate`, `worker`, and `http`, `user` and `fsck` with `--db`."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from ..contract.errors import ApiError
from ..messages import message, say, use_language, verbatim
from ..settings import Settings
from .shell import ShellError, exit_with_error

if TYPE_CHECKING:
    from ..backend.fsck import Finding
    from ..backend.team.blobs import Blobs
    from ..backend.team.footage import TeamConfig
    from ..backend.team.people import TeamPeople

OF_EXTRA = "obstore"
"""What the extra `team` brings."""

Command = Callable[[argparse.Namespace], int]


def team_settings(arguments: argparse.Namespace) -> Settings:
    """The settings with what the command line says of the team."""
    named = {name: getattr(arguments, name, None) for name in ("db", "blobs")}
    return Settings.load(named)


def told(command: Command) -> Command:
    """Say what is wrong with the installation, the database or the store in words."""

    @wraps(command)
    def run(arguments: argparse.Namespace) -> int:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return command(arguments)
        except ApiError as error:
            return exit_with_error(error.fault)
        except ShellError as error:
            return exit_with_error(error)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != OF_EXTRA:
                raise
            return exit_with_error(ShellError("shell.team.no_extra"))
        except SQLAlchemyError as error:
            reason = verbatim(str(getattr(error, "orig", None) or error).splitlines()[0])
            return exit_with_error(ShellError("shell.team.no_answer", reason=reason))

    return run


@told
def migrate(arguments: argparse.Namespace) -> int:
    """Make the tables of a database, or bring them up to date; once per release, before its workers start."""
    from ..backend.migration import migrate as migrate_database

    migrate_database(_database(team_settings(arguments)))
    sys.stdout.write(f"{say('shell.migrate.done')}\n")
    return 0


@told
def worker(arguments: argparse.Namespace) -> int:
    """Take jobs until told to stop."""
    settings = team_settings(arguments)
    logging.getLogger().setLevel(min(logging.WARNING, logging.getLevelName(settings.log_level)))
    config = team_config(settings)
    from ..backend.team.worker import Ready, work

    status = work(replace(config, line=config.common / "line"), store_of(settings), Ready())
    sys.stderr.flush()
    os._exit(status)  # threads of the queue may hold on to a job that another worker has by now


def front(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve the people of a team over HTTP until interrupted. Raises WrongValue like `http`."""
    return told(lambda given: _front(settings, given))(arguments)


def _front(settings: Settings, arguments: argparse.Namespace) -> int:
    from ..server.http.app import bind_socket, run_http
    from .http import callers, options_of
    from .team_front import LoopbackDoor, Team, access_of_team, team_app

    config = team_config(settings)
    team = Team(settings, config, store_of(settings))
    options = options_of(settings, arguments)
    with bind_socket(options) as listener:
        options = replace(options, port=listener.getsockname()[1])
        options = replace(options, access=access_of_team(team, options))
        door = LoopbackDoor(team)
        app = team_app(team, door, options)
        door.start()
        names = [name for name, each in team.people.all().items() if each.token_hash]
        sys.stderr.write(f"{say('shell.http.serving', at=options.resource, callers=callers(settings, names))}\n")
        try:
            with use_language(None):
                run_http(app, listener)
        finally:
            door.stop()
    return 0


def team_config(settings: Settings) -> "TeamConfig":
    """The configuration of a process of a team."""
    from ..backend.config import Timing, warm_starts
    from ..backend.team.footage import TeamConfig

    common = settings.home / "team"
    return TeamConfig(
        home=common,
        output_dir=common / "reels",
        media_roots=(),
        database=_database(settings),
        profile="team",
        cache_mb=settings.cache_mb,
        font=settings.font,
        models=settings.models,
        common=common,
        timing=Timing(progress=WRITTEN_S),
        **warm_starts(sys.platform),
    )


WRITTEN_S = 5.0
"""How often the progress of a job is written into the database; in between it is told by notices."""


def store_of(settings: Settings) -> "Blobs":
    """The store of a team. Raises ShellError, and ModuleNotFoundError without the extra."""
    if settings.blobs is None:
        raise ShellError("shell.team.no_store")
    from ..backend.team.blobs import Blobs, WrongStore

    try:
        with _asking_store():
            return Blobs.at(settings.blobs)
    except WrongStore:
        raise ShellError("shell.team.wrong_store", address=settings.blobs.partition("?")[0]) from None


@contextmanager
def _asking_store() -> "Iterator[None]":
    """Say in words what goes wrong with the store within. Raises ShellError."""
    from ..backend.team.blobs import STORE_ERRORS

    try:
        yield
    except STORE_ERRORS as error:
        raise ShellError("shell.team.store_away", reason=verbatim(str(error).splitlines()[0])) from error


def _database(settings: Settings) -> str:
    if settings.db is None:
        raise ShellError("shell.migrate.no_database")
    return settings.db


@contextmanager
def _people(settings: Settings) -> "Iterator[TeamPeople]":
    from ..backend.database import Database
    from ..backend.team.front import require_tables
    from ..backend.team.people import TeamPeople

    database = Database(_database(settings))
    try:
        require_tables(database)
        yield TeamPeople(database)
    finally:
        database.close()


@told
def user(arguments: argparse.Namespace) -> int:
    """Add, list or remove somebody of a team; its fronts notice within a second."""
    return {"add": _add, "list": _list, "remove": _remove}[arguments.action](team_settings(arguments), arguments)


def _add(settings: Settings, arguments: argparse.Namespace) -> int:
    from ..server.http.users import UsersFileError, check_name, hash_of, new_token
    from .team_front import EVERYBODY

    if arguments.media_root or arguments.nemo_token_file or arguments.keep_data:
        raise ShellError("shell.team.no_folders")
    token = new_token()
    with _people(settings) as people:
        try:
            name = check_name(arguments.name, [*people.all(), EVERYBODY])
            if not people.add(name, hash_of(token), granted=arguments.credits, inbox_gib=arguments.inbox_gb):
                raise UsersFileError("server.users.taken", name=name)
        except UsersFileError as error:
            return exit_with_error(error)
    sys.stderr.write(f"{say('shell.user.added', name=name)}\n")
    sys.stdout.write(f"{token}\n")
    return 0


def _list(settings: Settings, _arguments: argparse.Namespace) -> int:
    with _people(settings) as people:
        everybody = people.all().values()
    if not everybody:
        sys.stderr.write(f"{say('shell.user.nobody_yet')}\n")
    for each in everybody:
        kind = message("shell.user.handed_over" if each.token_hash else "shell.team.of_issuer")
        sys.stdout.write(f"{each.name}: {each.account_id}, {kind}\n")
    return 0


def _remove(settings: Settings, arguments: argparse.Namespace) -> int:
    """Remove somebody; or, by the name of an account that nobody has, what is left of it in the store."""
    from ..backend.team.blobs import folder_of

    blobs = store_of(settings)
    with _people(settings) as people:
        if arguments.name in people.all():
            account = people.remove(arguments.name)
            sys.stderr.write(f"{say('shell.user.removed', name=arguments.name)}\n")
        elif people.is_gone(arguments.name):
            account = arguments.name
        else:
            known = tuple(people.all()) or message("shell.user.no_one")
            raise ShellError("shell.user.unknown", name=arguments.name, known=known)
    try:
        with _asking_store():
            objects = blobs.delete_below(folder_of(account))
    except ShellError as error:
        raise ShellError("shell.team.files_left", account=account, why=error.what) from error
    sys.stderr.write(f"{say('shell.team.removed', n=objects)}\n")
    return 0


def findings_of(settings: Settings) -> "list[Finding]":
    """The invariants of the database and the store of a team. Raises ShellError, ApiError."""
    from ..backend.database import Database
    from ..backend.fsck import check_database
    from ..backend.team.cleaning import missing_objects, needless_objects

    blobs, config = store_of(settings), team_config(settings)
    database = Database(_database(settings))
    further = {
        "stored files": lambda connection: missing_objects(connection, blobs),
        "partial files": lambda connection: needless_objects(connection, blobs),
    }
    try:
        with _asking_store():
            return check_database(database, config, running=True, instead=further)
    finally:
        database.close()
