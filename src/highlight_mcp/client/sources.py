"""Where footage comes from: what a user names, sorted into files and addresses, and what to do where one is refused."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from ..contract.addresses import typed_path
from ..contract.errors import FORMATS_TEXT, ApiError, ErrorInfo, error_info
from ..contract.formats import MAX_UPLOAD_BYTES, format_of

LIMIT_MB = MAX_UPLOAD_BYTES // 2**20
SAME_INSIDE = {"m4v": "mp4", "qt": "mov", "jfif": "jpg", "jpe": "jpg", "mka": "mkv", "mk3d": "mkv", "m4b": "m4a"}
"""Extensions of formats that the list has under another name."""

LOCAL = "HIGHLIGHT_BACKEND=local"


def too_large(path: Path, size: int) -> ErrorInfo:
    """The fault of a file beyond the limit of the service."""
    command = f"{LOCAL} highlight-mcp reel {shlex.quote(str(path))}"
    return error_info(
        "file_too_large",
        f"{path.name} has {size / 2**20:,.0f} MB; the cloud takes at most {LIMIT_MB} MB per file. Nothing was sent.",
        f"Choose one: (1) work on this machine, where no limit holds: set {LOCAL} and restart the server. "
        f'(2) Trim it here, then upload the part: `{command} "keep 0:00 to 10:00"`. '
        f'(3) Compress it here to 720p, then upload the copy: `{command} "keep everything from 0:00" --preset 720p`.',
    )


def unsupported(path: Path) -> ErrorInfo:
    """The fault of a file in a format that is not on the list."""
    extension = path.suffix[1:].lower()
    if same := SAME_INSIDE.get(extension):
        way = f"A .{extension} file is a .{same} file by another name: rename it to {path.stem}.{same}, then upload it."
    else:
        copy = path.with_suffix(".mp4")
        way = (
            "Save it in one of them with the program it comes from, or convert it, "
            f"such as with `ffmpeg -i {shlex.quote(str(path))} {shlex.quote(str(copy))}`, then upload the copy."
        )
    named = f"{path.name!r} is not in a supported format. Nothing was sent."
    return error_info("unsupported_file", named, f"Supported formats: {FORMATS_TEXT}. {way}")


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
    """Sort what the user named. Raises ContractError that quotes the source and says what is valid.

    `check_files` is False for a backend that reads the files itself and judges them better.
    """
    if not named:
        raise ApiError(error_info("bad_request", "No footage was named.", "Name at least one file or address."))
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
        _refuse(text, f"{scheme}:// addresses cannot be read; use a path, file://, http:// or https://")
    return _file(typed_path(text), text, check_files)


def _path_of(url: str) -> Path:
    try:
        parts = urlsplit(url)
    except ValueError:
        _refuse(url, "it is not a valid address")
    if parts.netloc not in ("", "localhost"):
        _refuse(url, "file:// can only name files of this machine")
    path = unquote(parts.path)
    on_windows = len(path) > 2 and path[0] == "/" and path[2] == ":"
    return Path(path[1:] if on_windows else path)


def _file(path: Path, named: str, check_files: bool) -> LocalFile:
    if not path.is_absolute():
        _refuse(named, "give the absolute path")
    if not check_files:
        return LocalFile(path, 0)
    try:
        if path.is_file():
            return LocalFile(path, path.stat().st_size)
    except (OSError, ValueError):
        pass
    raise ApiError(error_info("file_missing", f"{named!r} is not a file that can be read."))


def _refuse(named: str, why: str) -> NoReturn:
    raise ApiError(error_info("bad_request", f"{named!r} cannot be used: {why}."))
