"""Files that are there whole or not at all, under names that are safe and that nothing had before."""

import errno
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EACCES}
MOST_NUMBERED = 10_000
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}
"""Names that Windows keeps for devices, with whatever ending."""


@contextmanager
def replacing(file: Path, mode: int = 0o600, *, durable: bool = False) -> Iterator[BinaryIO]:
    """Write a file whole or not at all: a stream that takes the place of `file` at the end, not after an exception.

    Its folder must exist. `durable` is for what must outlive a power cut: content and name are then on the disk when
    the context ends, which costs tens of milliseconds and is no work for an event loop. Raises OSError.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, _NEW, mode), "wb") as stream:
            yield stream
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(file.parent)


def sync_file(file: Path) -> None:
    """Bring the content of a file to the disk. Raises OSError."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def move_to_free_name(part: Path, folder: Path, stem: str, suffix: str) -> Path:
    """Give a finished file a name that is free, numbered where need be, and return its place.

    Raises OSError, FileExistsError when no number is left.
    """
    for number in range(1, MOST_NUMBERED):
        target = numbered(folder, stem, suffix, number)
        with suppress(FileExistsError):
            move_to_new(part, target)
            return target
    raise FileExistsError(errno.EEXIST, "no free name", str(folder / f"{stem}{suffix}"))


def numbered(folder: Path, stem: str, suffix: str, number: int) -> Path:
    """`Name.mp4`, then `Name (2).mp4`, `Name (3).mp4`, …"""
    return folder / (f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}")


def move_to_new(part: Path, target: Path) -> None:
    """Move a finished file to a name on the same file system that nothing has yet.

    Content and name are on the disk when this returns. A hard link takes the name in one step. Where there are none,
    an empty file takes it, which only one of several can create, and is replaced then, unless something else is there
    by now. Raises FileExistsError when the name is taken, else OSError; both files stay as they are.
    """
    sync_file(part)
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        held = take_name(target)
        try:
            replace_held(part, target, held)
        except OSError:
            release_name(target, held)
            raise
    else:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def take_name(target: Path) -> os.stat_result:
    """Create an empty file of a name that nothing has yet; what it is. Raises FileExistsError, else OSError."""
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        return os.fstat(handle)
    finally:
        os.close(handle)


def replace_held(part: Path, target: Path, held: os.stat_result) -> None:
    """Put a file in the place of the empty one that holds its name. Raises FileExistsError when that is another now."""
    if not _is_held(target, held):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    part.replace(target)


def release_name(target: Path, held: os.stat_result) -> None:
    """Remove the empty file that holds a name; another one stays."""
    with suppress(OSError):
        if _is_held(target, held):
            target.unlink()


def _is_held(target: Path, held: os.stat_result) -> bool:
    status = target.stat(follow_symlinks=False)
    return os.path.samestat(status, held) and status.st_size == 0


def safe_stem(text: str, fallback: str, *, suffix: str = "", most_bytes: int = 180) -> str:
    """A file name without its `suffix` that every system accepts; any path in it is dropped.

    It has at most `most_bytes` of UTF-8; `fallback` stands for an empty one, and is added to the name of a device.
    """
    last = unicodedata.normalize("NFC", text).replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem = last[: -len(suffix)] if suffix and last.lower().endswith(suffix) else last
    stem = " ".join(_FORBIDDEN.sub(" ", stem.encode("utf-8", "ignore").decode()).split()).strip(". ")
    stem = stem.encode()[:most_bytes].decode("utf-8", "ignore").rstrip(". ")
    if stem.split(".")[0].lower() in _RESERVED:
        stem = f"{stem} {fallback}"
    return stem or fallback
