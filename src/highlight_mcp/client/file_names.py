"""Names for finished files: fit for every file system, and never taken from an existing file."""

import errno
import os
from pathlib import Path

from ..contract.redaction import printable

MAX_NAME = 120
NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EACCES}
_FORBIDDEN = '<>:"/\\|?*'


def publish(part: Path, folder: Path, name: str) -> Path:
    """Give a finished file its name, or `name (2)` and so on; an existing file is never replaced."""
    stem = safe_name(name)
    for number in range(1, 10_000):
        target = folder / (f"{stem}.mp4" if number == 1 else f"{stem} ({number}).mp4")
        try:
            os.link(part, target)
        except FileExistsError:
            continue
        except OSError as error:
            if error.errno not in (
                errno.EPERM,
                errno.ENOTSUP,
                errno.EOPNOTSUPP,
                errno.EMLINK,
                errno.ENOSYS,
                errno.EACCES,
            ):
                raise
            if target.exists():
                continue
            part.replace(target)
        return target
    raise FileExistsError(errno.EEXIST, "no free name", str(folder / stem))


def safe_name(name: str) -> str:
    """A file name without its `.mp4`, fit for every file system; never empty."""
    clean = "".join(" " if char in _FORBIDDEN else char for char in printable(name))
    clean = " ".join(clean.split())
    clean = clean[:-4] if clean.lower().endswith(".mp4") else clean
    clean = clean.strip(". ").encode()[:MAX_NAME].decode("utf-8", "ignore").rstrip(". ")
    return clean or "highlights"
