"""`highlight-mcp user`: the people who may use the HTTP server, each with a token of their own."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from ..contract.addresses import shell_path
from ..contract.errors import ApiError
from ..server.http.users import (
    FILE,
    User,
    UsersFileError,
    check_name,
    hash_of,
    new_token,
    read_users,
    require_own_accounts,
    write_users,
)
from ..settings import Settings, folder_of
from .shell import exit_with_error
from .workspaces import require_separate_accounts


def run(arguments: argparse.Namespace) -> int:
    """Add, list or remove somebody; a running server notices by itself."""
    settings = Settings.load()
    actions = {"add": _add, "list": _list, "remove": _remove}
    try:
        return actions[arguments.action](settings, arguments)
    except (UsersFileError, ApiError, ValueError, OSError) as error:
        return exit_with_error(str(error))


def _add(settings: Settings, arguments: argparse.Namespace) -> int:
    roots = tuple(_folder(text) for text in arguments.media_root or ())
    token, file, room = new_token(), arguments.nemo_token_file, arguments.inbox_gb
    if room is not None and room < 1:
        raise UsersFileError(f"--inbox-gb must be at least 1, not {room}.")
    with _changing(settings) as people:
        name = check_name(arguments.name, people)
        require_separate_accounts(settings, True)
        folder = folder_of(settings, name)
        if folder.exists() and not arguments.keep_data:
            raise UsersFileError(
                f"{folder} holds the work of an earlier {name}. Remove it, or say --keep-data to hand it to this one."
            )
        made = User(name, hash_of(token), roots, shell_path(file) if file else None, room)
        require_own_accounts([*people.values(), made])
        people[name] = made
    sys.stderr.write(f"Added {name}. The token is shown this once; it is not kept:\n")
    sys.stdout.write(f"{token}\n")
    return 0


def _list(settings: Settings, _arguments: argparse.Namespace) -> int:
    people = read_users(settings.home / FILE)
    if not people:
        sys.stderr.write("Nobody. Add somebody with `highlight-mcp user add NAME`.\n")
    for person in people.values():
        roots = ", ".join(map(str, person.media_roots)) or "handed-over files only"
        room = f"; inbox of {person.inbox_gib} GiB" if person.inbox_gib else ""
        account = "; account of their own" if person.nemo_token_file else ""
        sys.stdout.write(f"{person.name}: {roots}{room}{account}\n")
    return 0


def _remove(settings: Settings, arguments: argparse.Namespace) -> int:
    with _changing(settings) as people:
        if arguments.name not in people:
            raise UsersFileError(f"There is nobody named {arguments.name!r}. Known: {', '.join(people) or 'nobody'}.")
        del people[arguments.name]
    sys.stderr.write(f"Removed {arguments.name}; the token is worthless now.\n")
    folder = folder_of(settings, arguments.name)
    if folder.exists():
        sys.stderr.write(f"Their work is still in {folder} and {settings.output_dir / arguments.name}.\n")
    return 0


@contextmanager
def _changing(settings: Settings) -> Iterator[dict[str, User]]:
    """The people, to be changed by one command at a time; written when nothing went wrong."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = settings.home / FILE
    with FileLock(settings.home / f"{FILE}.lock", timeout=10):
        people = read_users(file)
        yield people
        write_users(file, people)


def _folder(text: str) -> Path:
    folder = shell_path(text)
    if not folder.is_dir():
        raise UsersFileError(f"There is no folder {folder}.")
    return folder
