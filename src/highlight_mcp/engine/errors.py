"""The one exception of the engine, and how the libraries' own errors become it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import av
from PIL import Image, UnidentifiedImageError

from ..messages import Argument, InWords, message, next_step_of
from ..messages.reasons import reason_of

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


class EngineError(InWords, Exception):
    """A refusal or failure that a person can act on.

    `what` says what was wrong with which thing, `step` what to do; both are whole sentences. `key` is that of the
    first, and `key.next` that of the second, unless `next_step` names another key.
    """

    def __init__(self, kind: ErrorKind, key: str, /, *, next_step: str | None = None, **arguments: Argument) -> None:
        self.kind: ErrorKind = kind
        self.what = message(key, **arguments)
        self.step = message(next_step) if next_step else next_step_of(self.what)
        super().__init__(self.text)

    def as_dict(self) -> dict[str, Any]:
        """`kind`, `message` and `next_step`, as they stand in the last line of the child."""
        return {"kind": self.kind, "message": self.what.dump(), "next_step": self.step.dump()}


ANOTHER_COPY = "engine.another_copy"
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
        return EngineError("limit", "engine.needs_memory", name=name)
    if code in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE):
        return EngineError("limit", "engine.needs_resources", name=name)
    if code == errno.EFBIG:
        return EngineError("limit", "engine.grew_too_large", name=name)
    if isinstance(error, TimeoutError | av.error.ExitError) or code == errno.ETIMEDOUT:
        return EngineError("limit", "engine.slow_disk", name=name)
    if code in (errno.ENOSPC, errno.EDQUOT):
        return EngineError("no_space", "engine.disk_full", name=name)
    return _unreadable(error, name)


def _unreadable(error: BaseException, name: str) -> EngineError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return EngineError("file_missing", "engine.missing", name=name)
    if isinstance(error, PermissionError):
        return EngineError("file_missing", "engine.no_permission", name=name)
    if isinstance(error, IsADirectoryError):
        return EngineError("bad_request", "engine.folder", name=name)
    if isinstance(error, UnidentifiedImageError):
        return EngineError("unsupported_file", "engine.not_a_picture", name=name, next_step=ANOTHER_COPY)
    if isinstance(error, av.error.LookupError | av.error.PatchWelcomeError):
        return EngineError("unsupported_file", "engine.unknown_codec", name=name, next_step=ANOTHER_COPY)
    if isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError) and error.errno is not None:
        return EngineError("file_missing", "engine.unreadable", name=name, strerror=reason_of(error))
    return EngineError("file_damaged", "engine.damaged", name=name, next_step=ANOTHER_COPY)
