"""`highlight-mcp clean`: removes what can be made again, or everything but the finished reels."""

import argparse
import sys

from ..runtime import backend_config
from ..settings import Settings
from .reel import fail

_NAMES = {
    "cache": "analysis cache",
    "partial": "partial files",
    "stored": "files sent to the backend",
    "sessions": "sessions and versions",
}


def run(arguments: argparse.Namespace) -> int:
    """Show what is there, ask, remove. Finished reels and your footage are never touched."""
    from ..backend.cleaning import clean, usage
    from ..contract.codes import ContractError

    config = backend_config(Settings.load())
    for name, size in usage(config).items():
        sys.stdout.write(f"{_NAMES[name]:<26} {size / 1e6:10.1f} MB\n")
    what = "everything above" if arguments.all else "caches, partial files and unused stored files"
    if not arguments.yes and not _agreed(f"Remove {what}? [y/N] "):
        sys.stdout.write("Nothing was removed.\n")
        return 0
    try:
        freed = clean(config, everything=arguments.all)
    except ContractError as error:
        return fail(f"{error.fault.message} {error.fault.next_step}")
    sys.stdout.write(f"Removed {freed.files} files, {freed.size_bytes / 1e6:.1f} MB.\n")
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(question).strip().lower() in ("y", "yes")
