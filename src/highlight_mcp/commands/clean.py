"""`highlight-mcp clean`: removes what can be made again, or everything but the finished reels.

Handed-over files that no session uses any more go, too, those of all people of the HTTP server.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..backend_locator import backend_config
from ..client.sessions import local_files_by_session
from ..settings import Settings
from .reel import exit_with_error
from .workspaces import folder_of, people_with_folders

if TYPE_CHECKING:
    from ..backend.cleanup import Freed

_NAMES = {
    "cache": "analysis cache",
    "partial": "partial files",
    "stored": "files sent to the backend",
    "sessions": "sessions and versions",
}


def run(arguments: argparse.Namespace) -> int:
    """Show what is there, ask, remove. Finished reels and your footage are never touched."""
    from ..backend.cleanup import clean, usage
    from ..contract.errors import ApiError

    settings = Settings.load()
    config = backend_config(settings)
    for name, size in usage(config).items():
        sys.stdout.write(f"{_NAMES[name]:<26} {size / 1e6:10.1f} MB\n")
    what = "everything above" if arguments.all else "caches, partial files and unused stored files"
    if not arguments.yes and not _agreed(f"Remove {what}, and handed-over files that no session uses? [y/N] "):
        sys.stdout.write("Nothing was removed.\n")
        return 0
    try:
        freed = [clean(config, everything=arguments.all), *_clean_inboxes(settings)]
    except ApiError as error:
        return exit_with_error(f"{error.fault.message} {error.fault.next_step}")
    size = sum(each.size_bytes for each in freed)
    sys.stdout.write(f"Removed {sum(each.files for each in freed)} files, {size / 1e6:.1f} MB.\n")
    return 0


def _clean_inboxes(settings: Settings) -> Iterator["Freed"]:
    """Empty the inboxes of all people, as far as they are done with. Raises ApiError."""
    from ..backend.cleanup import clean_inbox

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
