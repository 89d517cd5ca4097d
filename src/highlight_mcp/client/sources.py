"""Where footage comes from: what a user names, sorted into files and addresses, and what to do where one is refused."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from ..contract.addresses import typed_path
from ..contract.errors import FORMATS_TEXT, ApiError, ErrorInfo, error_info
from ..contract.formats import MAX_UPLOAD_BYTES, format_of
from ..messages import message, say

LIMIT_MB = MAX_UPLOAD_BYTES // 2**20
SAME_INSIDE = {"m4v": "mp4", "qt": "mov", "jfif": "jpg", "jpe": "jpg", "mka": "mkv", "mk3d": "mkv", "m4b": "m4a"}
"""Extensions of formats that the list has under another name."""

LOCAL = "HIGHLIGHT_BACKEND=local"


def too_large(path: Path, size: int) -> ErrorInfo:
    """The fault of a file beyond the limit of the service."""
    command = f"{LOCAL} highlight-mcp reel {shlex.quote(str(path))}"
    return error_info(
        "file_too_large",
        "client.too_large",
        name=path.name,
        size=size / 2**20,
        limit_mb=LIMIT_MB,
        local=LOCAL,
        command=command,
    )


def unsupported(path: Path) -> ErrorInfo:
    """The fault of a file in a format that is not on the list."""
    extension = path.suffix[1:].lower()
    if same := SAME_INSIDE.get(extension):
        way = message("client.rename", extension=extension, same=same, stem=path.stem)
    else:
        copy = path.with_suffix(".mp4")
        way = message("client.convert", path=shlex.quote(str(path)), copy=shlex.quote(str(copy)))
    return error_info("unsupported_file", "client.unsupported", name=path.name, formats_text=FORMATS_TEXT, way=way)


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine."""

    path: Path
    size: int


@dataclass(frozen=True)
class WebFile:
    """An address that the backend fetches."""

    url: str


Source = LocalFile | WebFile


def parse_sources(named: list[str], *, check_files: bool) -> list[Source]:
    """Sort what the user named. Raises ApiError that quotes the source and says what is valid.

    `check_files` is False for a backend that reads the files itself and judges them better.
    """
    if not named:
        raise ApiError(error_info("bad_request", "client.no_footage_named"))
    return [_source(text, check_files) for text in named]


def local_path(named: str) -> Path | None:
    """The file of this machine that a source names, None for an address."""
    try:
        source = _source(named, check_files=False)
    except ApiError:
        return None
    return source.path if isinstance(source, LocalFile) else None


def check_for_cloud(source: Source) -> None:
    """Refuse before sending what the cloud would refuse: format by extension, size."""
    if isinstance(source, WebFile):
        return
    if format_of(source.path.name) is None:
        raise ApiError(unsupported(source.path))
    if source.size > MAX_UPLOAD_BYTES:
        raise ApiError(too_large(source.path, source.size))


def _source(text: str, check_files: bool) -> Source:
    stripped = text.strip()
    scheme = urlsplit(stripped).scheme.lower() if "://" in stripped else ""
    if scheme in ("http", "https"):
        return WebFile(stripped)
    if scheme == "file":
        return _file(_path_of(stripped), stripped, check_files)
    if scheme:
        _refuse(text, say("client.why.scheme", scheme=scheme))
    return _file(typed_path(text), text, check_files)


def _path_of(url: str) -> Path:
    try:
        parts = urlsplit(url)
    except ValueError:
        _refuse(url, say("client.why.invalid_address"))
    if parts.netloc not in ("", "localhost"):
        _refuse(url, say("client.why.file_elsewhere"))
    path = unquote(parts.path)
    on_windows = len(path) > 2 and path[0] == "/" and path[2] == ":"
    return Path(path[1:] if on_windows else path)


def _file(path: Path, named: str, check_files: bool) -> LocalFile:
    if not path.is_absolute():
        _refuse(named, say("client.why.absolute"))
    if not check_files:
        return LocalFile(path, 0)
    try:
        if path.is_file():
            return LocalFile(path, path.stat().st_size)
    except (OSError, ValueError):
        pass
    raise ApiError(error_info("file_missing", "client.not_a_file", named=named))


def _refuse(named: str, why: str) -> NoReturn:
    raise ApiError(error_info("bad_request", "client.unusable_source", named=named, why=why))
