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
from ..settings import USERS, Settings, folder_of, people_with_folders
from .shell import exit_with_error

if TYPE_CHECKING:
    from ..backend.cleanup import Freed
    from ..backend.fsck import Finding


def backend(arguments: argparse.Namespace) -> int:
    """Serve the wire contract on loopback until idle or told to stop."""
    from ..backend.process import serve

    return serve(backend_config(Settings.load()))


_NAMES = {
    "cache": "analysis cache",
    "partial": "partial files",
    "stored": "files sent to the backend",
    "sessions": "sessions and versions",
}


def clean(arguments: argparse.Namespace) -> int:
    """Show what is there, ask, remove. Finished reels and your footage are never touched."""
    from ..backend import cleanup
    from ..contract.errors import ApiError

    settings = Settings.load()
    config = backend_config(settings)
    for name, size in cleanup.usage(config).items():
        sys.stdout.write(f"{_NAMES[name]:<26} {size / 1e6:10.1f} MB\n")
    what = "everything above" if arguments.all else "caches, partial files and unused stored files"
    if not arguments.yes and not _agreed(f"Remove {what}, and handed-over files that no session uses? [y/N] "):
        sys.stdout.write("Nothing was removed.\n")
        return 0
    try:
        freed = [cleanup.clean(config, everything=arguments.all), *_clean_inboxes(settings)]
    except ApiError as error:
        return exit_with_error(f"{error.fault.message} {error.fault.next_step}")
    size = sum(each.size_bytes for each in freed)
    sys.stdout.write(f"Removed {sum(each.files for each in freed)} files, {size / 1e6:.1f} MB.\n")
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
            sys.stdout.write(f"{person or 'This machine'} is at work; what they handed over was left as it is.\n")


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(question).strip().lower() in ("y", "yes")


def fsck(arguments: argparse.Namespace) -> int:
    """Print each invariant. Returns 1 when one is broken."""
    settings = Settings.load()
    findings = [finding for person in ("", *people_with_folders(settings)) for finding in _of(settings, person)]
    sound = all(finding.ok for finding in findings)
    if arguments.json:
        listed = [finding.model_dump(mode="json") for finding in findings]
        sys.stdout.write(json.dumps({"ok": sound, "findings": listed}, ensure_ascii=False) + "\n")
        return 0 if sound else 1
    for finding in findings:
        sys.stdout.write(f"{'ok ' if finding.ok else 'BAD'} {finding.name}: {finding.detail}\n")
        for place in finding.broken:
            sys.stdout.write(f"    {place}\n")
    return 0 if sound else 1


def _of(settings: Settings, person: str) -> "list[Finding]":
    from ..backend.fsck import check_data_directory

    own = settings.model_copy(update={"home": folder_of(settings, person)})
    findings = check_data_directory(backend_config(own), running=running_backend(own) is not None)
    where = f"{USERS}/{person}: " if person else ""
    return [finding.model_copy(update={"name": f"{where}{finding.name}"}) for finding in findings]
