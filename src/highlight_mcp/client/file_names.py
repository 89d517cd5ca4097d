"""Names for finished files: fit for every file system, and never taken from an existing file."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from ..contract.formats import honest
from ..contract.redaction import printable

MAX_NAME = 120
NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EACCES}
_FORBIDDEN = '<>:"/\\|?*'


def publish(part: Path, folder: Path, name: str) -> Path:
    """Give a finished reel its name, or `name (2)` and so on; an existing file is never replaced."""
    return keep(part, folder, safe_name(name), ".mp4")


def keep(part: Path, folder: Path, stem: str, ending: str) -> Path:
    """Give a finished file a name that is free, numbered where need be, and return its place."""
    for number in range(1, 10_000):
        target = folder / (f"{stem}{ending}" if number == 1 else f"{stem} ({number}){ending}")
        with suppress(FileExistsError):
            place(part, target)
            return target
    raise FileExistsError(errno.EEXIST, "no free name", str(folder / stem))


def place(part: Path, target: Path) -> None:
    """Move a finished file to a name on the same file system that nothing has yet.

    A hard link takes the name in one step. Where there are none, an empty file takes it, which only
    one of several can create, and is replaced then. Raises FileExistsError when the name is taken;
    both files stay as they are.
    """
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
    else:
        part.unlink(missing_ok=True)
        return
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    try:
        part.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def safe_name(name: str) -> str:
    """A file name without its `.mp4`, fit for every file system; never empty."""
    clean = "".join(" " if char in _FORBIDDEN else char for char in printable(honest(name)))
    clean = " ".join(clean.split())
    clean = clean[:-4] if clean.lower().endswith(".mp4") else clean
    clean = clean.strip(". ").encode()[:MAX_NAME].decode("utf-8", "ignore").rstrip(". ")
    return clean or "highlights"
