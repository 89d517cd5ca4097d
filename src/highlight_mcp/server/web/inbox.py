"""How much may lie in the inbox of one person."""

import os
from pathlib import Path

from ...contract.codes import ContractError, fault
from ...messages import Message, message

GIB = 2**30
INBOX_GIB = 100
INBOX_FILES = 10_000
EVERY_BYTES = 64 * 2**20
"""How much of a file may arrive between two looks at the whole inbox."""


def check_room(inbox: Path, coming: int, limit: int) -> None:
    """Raises ContractError `no_space` when what lies there and so many more bytes are beyond the limit.

    Files that are just arriving count as far as they have come, so that many at once cannot get past it.
    """
    files, held = _content(inbox)
    if files > INBOX_FILES:
        raise _full(message("server.inbox_files", n=files, most=INBOX_FILES))
    if held + coming > limit:
        sizes = {"held": _gib(held), "most": _gib(limit)}
        more = message("server.inbox_with_more", **sizes, more=_gib(coming)) if coming else None
        raise _full(more or message("server.inbox_size", **sizes))


def _content(inbox: Path) -> tuple[int, int]:
    files, held = 0, 0
    try:
        with os.scandir(inbox) as entries:
            for entry in entries:
                try:
                    held += entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue
                files += 1
    except FileNotFoundError:
        return 0, 0
    return files, held


def _full(why: Message) -> ContractError:
    return ContractError(fault("no_space", "server.inbox_full", why=why))


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"
