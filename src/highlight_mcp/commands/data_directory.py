"""`highlight-mcp backend`, `clean` and `fsck`: the data directory served, tidied and checked.

`clean` removes what can be made again, or everything but the finished reels; handed-over files that no session uses
any more go, too, those of all people of the HTTP server.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..backend_locator import backend_config, running_backend
from ..contract.errors import ApiError
from ..messages import in_words, message, say
from ..server.outputs import word_of
from ..settings import USERS, Settings, folder_of, people_with_folders
from .shell import ShellError, agreed, exit_with_error
from .team import findings_of, team_settings, told

if TYPE_CHECKING:
    from ..backend.cleanup import Freed
    from ..backend.fsck import Finding


def backend(arguments: argparse.Namespace) -> int:
    """Serve the wire contract on loopback until idle or told to stop."""
    from ..backend.process import serve

    return serve(backend_config(Settings.load()))


def clean(arguments: argparse.Namespace) -> int:
    """Show what is there, ask, remove. Finished reels and your footage are never touched."""
    from ..backend import cleanup

    settings = Settings.load()
    config = backend_config(settings)
    for name, size in cleanup.usage(config).items():
        sys.stdout.write(f"{size / 1e6:10.1f} MB  {say(f'shell.clean.of.{name}')}\n")
    if not arguments.yes and not agreed("shell.clean.all" if arguments.all else "shell.clean.unused"):
        sys.stdout.write(f"{say('shell.clean.nothing')}\n")
        return 0
    try:
        freed = [cleanup.clean(config, everything=arguments.all), *_clean_inboxes(settings)]
    except ApiError as error:
        return exit_with_error(error.fault)
    megabytes = sum(each.size_bytes for each in freed) / 1e6
    sys.stdout.write(f"{say('shell.clean.done', n=sum(each.files for each in freed), size=megabytes)}\n")
    return 0


def _clean_inboxes(settings: Settings) -> Iterator["Freed"]:
    """Empty the inboxes of all people, as far as they are done with. Raises ApiError."""
    from ..backend.cleanup import clean_inbox
    from ..client.sessions import local_files_by_session

    for person in ("", *people_with_folders(settings)):
        home = folder_of(settings, person)
        config = backend_config(settings.model_copy(update={"home": home}))
        freed = clean_inbox(config, local_files_by_session(home / "client"))
        if freed is not None:
            yield freed
        else:
            who = person or message("shell.clean.machine")
            sys.stdout.write(f"{say('shell.clean.at_work', who=who)}\n")


def fsck(arguments: argparse.Namespace) -> int:
    """Print each invariant. Returns 1 when one is broken."""
    settings = team_settings(arguments)
    if settings.db is not None or arguments.team:
        return told(lambda given: _shown(_of_team(settings), given.json))(arguments)
    try:
        return _shown(_of_everybody(settings), arguments.json)
    except (ShellError, ApiError) as error:
        return exit_with_error(error.fault if isinstance(error, ApiError) else error)


def _shown(findings: "list[tuple[str, Finding]]", as_json: bool) -> int:
    sound = all(finding.ok for _, finding in findings)
    if as_json:
        listed = [in_words(finding.model_dump(mode="json")) for _, finding in findings]
        sys.stdout.write(json.dumps({"ok": sound, "findings": listed}, ensure_ascii=False) + "\n")
        return 0 if sound else 1
    for name, finding in findings:
        state = say("shell.ok" if finding.ok else "shell.bad")
        sys.stdout.write(f"{say('shell.checked', state=state, name=name, detail=finding.detail)}\n")
        for place in finding.broken:
            sys.stdout.write(f"    {place}\n")
    return 0 if sound else 1


def _of_everybody(settings: Settings) -> "list[tuple[str, Finding]]":
    return [found for person in ("", *people_with_folders(settings)) for found in _of(settings, person)]


def _of_team(settings: Settings) -> "list[tuple[str, Finding]]":
    return [(word_of("shell.check", each.name), each) for each in findings_of(settings)]


def _of(settings: Settings, person: str) -> "list[tuple[str, Finding]]":
    """What was looked at, with what that is called for people."""
    from ..backend.fsck import check_data_directory

    own = settings.model_copy(update={"home": folder_of(settings, person)})
    findings = check_data_directory(backend_config(own), running=running_backend(own) is not None)
    where = f"{USERS}/{person}: " if person else ""
    return [
        (f"{where}{word_of('shell.check', each.name)}", each.model_copy(update={"name": f"{where}{each.name}"}))
        for each in findings
    ]
