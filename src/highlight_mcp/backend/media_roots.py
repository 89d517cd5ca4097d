"""Which files of this machine may be read: regular files under the media roots, symbolic links resolved."""

import errno
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..contract.addresses import typed_path
from ..contract.errors import ApiError, error_info
from ..contract.formats import supported
from ..contract.redaction import display_name
from ..timeline.media import FileMark
from .config import BackendConfig

_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def resolve(text: str, roots: Sequence[Path], told: Sequence[Path] | None = None) -> Path:
    """The real path of a file named by an absolute path, a `file://` URL or a path relative to a root.

    `told` are the roots that an error names, all by default. Raises ApiError `unsupported_file`,
    `outside_roots`, `file_missing` or `bad_request`.
    """
    named = _named(text)
    supported(named.name)
    if not named.is_absolute():
        found = (root / named for root in roots)
        named = next((path for path in found if path.exists()), roots[0] / named if roots else named)
    try:
        real = named.resolve(strict=False)
        _check_inside(text, real, roots, roots if told is None else told)
        status = real.stat()
    except FileNotFoundError:
        raise ApiError(error_info("file_missing", "backend.no_file", text=text)) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ApiError(error_info("file_missing", "backend.path_unreadable", text=text, reason=reason)) from None
    _check_regular(text, status.st_mode, status.st_size)
    return real


def readable_roots(config: BackendConfig) -> tuple[Path, ...]:
    """The folders that footage may be read from; handed-over files too, and finished reels may be used again."""
    return (*config.media_roots, config.inbox, config.output_dir)


def identify(path: Path, roots: Sequence[Path] | None = None) -> FileMark:
    """Which file lies at a path now (see `opened`). Raises ApiError `outside_roots`, and OSError."""
    number, mark = opened(path, roots)
    os.close(number)
    return mark


def opened(path: Path, roots: Sequence[Path] | None = None) -> tuple[int, FileMark]:
    """A descriptor of the regular file at a path, and which file it is; its real place is inside the roots.

    What is looked at is opened first, so that no link can change between the look and the answer. `roots` None
    leaves the place out. Raises ApiError `outside_roots`, and OSError.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise FileNotFoundError(errno.ENOENT, "it is no file any more")
    number = os.open(path, _OPEN)
    try:
        if roots is not None:
            _check_inside(path.name, _place_of(number, path), roots, roots)
        return number, FileMark.of(os.fstat(number))
    except BaseException:
        os.close(number)
        raise


def _place_of(number: int, path: Path) -> Path:
    """Where an open file lies: what the system says, else the resolved path if that is the same file.

    On Windows a file that is open cannot be replaced.
    """
    try:
        place = Path(f"/proc/self/fd/{number}").readlink()
    except OSError:
        place = path.resolve(strict=True)
        if sys.platform != "win32" and not os.path.samestat(os.fstat(number), place.stat()):
            raise FileNotFoundError(errno.ENOENT, "it was replaced just now") from None
    return place


def require_inside(path: Path, roots: Sequence[Path]) -> None:
    """Raises ApiError `outside_roots` when a path leads out of the roots now, whether or not anything is there."""
    try:
        real = path.resolve(strict=False)
    except (OSError, RuntimeError):
        return
    _check_inside(path.name, real, roots, roots)


def display_path(text: str) -> str:
    """The name that the user knows a file by: that of the link, not of its target; safe to show."""
    return display_name(_named(text).name)


def _named(text: str) -> Path:
    if "\x00" in text or not text.strip():
        raise ApiError(error_info("bad_request", "backend.path_empty"))
    if text.lower().startswith("file:"):
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost"):
            raise ApiError(error_info("bad_request", "backend.other_machine", text=text))
        return Path(url2pathname(parts.path))
    return typed_path(text)


def _check_inside(text: str, real: Path, roots: Sequence[Path], told: Sequence[Path]) -> None:
    if any(real.is_relative_to(root.resolve()) for root in roots):
        return
    listed = ", ".join(dict.fromkeys(map(str, told))) or "none"
    raise ApiError(error_info("outside_roots", "contract.outside_folders", text=text, listed=listed))


def _check_regular(text: str, mode: int, size: int) -> None:
    if stat.S_ISDIR(mode):
        raise ApiError(error_info("bad_request", "backend.folder", text=text))
    if not stat.S_ISREG(mode):
        raise ApiError(error_info("bad_request", "backend.not_regular", text=text))
    if size == 0:
        raise ApiError(error_info("file_damaged", "backend.empty_file", text=text))
