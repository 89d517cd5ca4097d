"""The one exception of the engine, and how the libraries' own errors become it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import av
from PIL import Image, UnidentifiedImageError

ErrorKind = Literal[
    "unsupported_file",
    "file_damaged",
    "file_missing",
    "no_space",
    "bad_request",
    "limit",
    "needs_extra",
    "asset_missing",
    "internal",
]


class EngineError(Exception):
    """A refusal or failure that a person can act on.

    `message` says what was wrong with which thing, `next_step` what to do; both are whole sentences.
    """

    def __init__(self, kind: ErrorKind, message: str, next_step: str = "") -> None:
        super().__init__(f"{message} {next_step}".strip())
        self.kind: ErrorKind = kind
        self.message = message
        self.next_step = next_step

    def as_dict(self) -> dict[str, str]:
        """`kind`, `message` and `next_step`, as they stand on the wire."""
        return {"kind": self.kind, "message": self.message, "next_step": self.next_step}


ANOTHER_COPY = "Try another copy of the file, or convert it to MP4 (H.264 and AAC) and use that."
_IMAGE_ERRORS = (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning)
LIBRARY_ERRORS = (av.error.FFmpegError, UnicodeDecodeError, OSError, MemoryError, *_IMAGE_ERRORS)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn errors of PyAV, Pillow and the system about `path` into EngineError."""
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise translate(error, path) from error


def translate(error: BaseException, path: Path) -> EngineError:
    """The EngineError for a library's error while `path` was read or written."""
    name = path.name
    code = getattr(error, "errno", None)
    if isinstance(error, MemoryError | Image.DecompressionBombError | Image.DecompressionBombWarning):
        return EngineError("limit", f"{name} needs more memory than one job may use.", "Use a smaller version of it.")
    if code in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE):
        message = f"{name} needs more memory, threads or open files than this process may use."
        return EngineError("limit", message, "Use a smaller version of it, or raise the limits of this user.")
    if code == errno.EFBIG:
        return EngineError("limit", f"{name} grew larger than its length explains, and was given up.", "Try again.")
    if isinstance(error, TimeoutError | av.error.ExitError) or code == errno.ETIMEDOUT:
        return EngineError(
            "limit",
            f"{name} could not be read in time.",
            "Check that its drive or network share responds, then try again.",
        )
    if code in (errno.ENOSPC, errno.EDQUOT):
        return EngineError("no_space", f"There is no space left to write {name}.", "Free some disk space, then retry.")
    return _unreadable(error, name)


def _unreadable(error: BaseException, name: str) -> EngineError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return EngineError("file_missing", f"{name} does not exist.", "Check the path; was it moved or renamed?")
    if isinstance(error, PermissionError):
        return EngineError("file_missing", f"{name} may not be read.", "Give this user permission to read it.")
    if isinstance(error, IsADirectoryError):
        return EngineError("bad_request", f"{name} is a folder.", "Name the files inside it instead.")
    if isinstance(error, UnidentifiedImageError):
        return EngineError("unsupported_file", f"{name} is not a picture that can be read here.", ANOTHER_COPY)
    if isinstance(error, av.error.LookupError | av.error.PatchWelcomeError):
        return EngineError("unsupported_file", f"{name} uses a format that cannot be decoded here.", ANOTHER_COPY)
    if isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError) and error.errno is not None:
        return EngineError("file_missing", f"{name} cannot be read: {error.strerror}.", "Check the drive it is on.")
    return EngineError("file_damaged", f"{name} is damaged: its data cannot be decoded.", ANOTHER_COPY)
