"""`highlight-mcp user`: the people who may use the HTTP server, each with a token of their own."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..contract.addresses import shell_path
from ..contract.errors import ApiError
from ..messages import message, say
from ..messages.reasons import WrongValue, reason_of
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
from .shell import ShellError, exit_with_error
from .team import team_settings
from .team import user as team_user
from .workspaces import require_separate_accounts


def run(arguments: argparse.Namespace) -> int:
    """Add, list or remove somebody; a running server notices by itself."""
    settings = team_settings(arguments)
    if settings.db is not None:
        return team_user(arguments)
    actions = {"add": _add, "list": _list, "remove": _remove}
    try:
        return actions[arguments.action](settings, arguments)
    except ApiError as error:
        return exit_with_error(error.fault)
    except Timeout:
        return exit_with_error(ShellError("shell.user.locked", file=str(settings.home / FILE)))
    except OSError as error:
        folder, reason = str(settings.home), reason_of(error)
        return exit_with_error(ShellError("shell.user.unwritable", folder=folder, reason=reason))
    except (UsersFileError, ShellError, WrongValue) as error:
        return exit_with_error(error)


def _add(settings: Settings, arguments: argparse.Namespace) -> int:
    roots = tuple(_folder(text) for text in arguments.media_root or ())
    token, file, room = new_token(), arguments.nemo_token_file, arguments.inbox_gb
    if room is not None and room < 1:
        raise ShellError("shell.user.room", room=room)
    with _changing(settings) as people:
        name = check_name(arguments.name, people)
        require_separate_accounts(settings, True)
        folder = folder_of(settings, name)
        if folder.exists() and not arguments.keep_data:
            raise ShellError("shell.user.earlier_work", folder=str(folder), name=name)
        made = User(name, hash_of(token), roots, shell_path(file) if file else None, room)
        require_own_accounts([*people.values(), made])
        people[name] = made
    sys.stderr.write(f"{say('shell.user.added', name=name)}\n")
    sys.stdout.write(f"{token}\n")
    return 0


def _list(settings: Settings, _arguments: argparse.Namespace) -> int:
    people = read_users(settings.home / FILE)
    if not people:
        sys.stderr.write(f"{say('shell.user.nobody_yet')}\n")
    for person in people.values():
        roots = tuple(map(str, person.media_roots)) or message("shell.user.handed_over")
        facts = [message("shell.user.reads", roots=roots)]
        facts += [message("shell.user.inbox", gib=person.inbox_gib)] if person.inbox_gib else []
        facts += [message("shell.user.account")] if person.nemo_token_file else []
        sys.stdout.write(f"{person.name}: {message('shell.user.facts', facts=tuple(facts))}\n")
    return 0


def _remove(settings: Settings, arguments: argparse.Namespace) -> int:
    with _changing(settings) as people:
        if arguments.name not in people:
            known = tuple(people) or message("shell.user.no_one")
            raise ShellError("shell.user.unknown", name=arguments.name, known=known)
        del people[arguments.name]
    sys.stderr.write(f"{say('shell.user.removed', name=arguments.name)}\n")
    folder = folder_of(settings, arguments.name)
    if folder.exists():
        reels = str(settings.output_dir / arguments.name)
        sys.stderr.write(f"{say('shell.user.work_left', folder=str(folder), reels=reels)}\n")
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
        raise ShellError("shell.user.no_folder", folder=str(folder))
    return folder
