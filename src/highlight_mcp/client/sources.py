"""Where footage comes from: what a user names, sorted into files and addresses."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from ..contract.codes import ContractError, fault
from ..contract.formats import MAX_UPLOAD_BYTES, format_of
from ..contract.paths import typed_path
from ..messages import say
from .offers import too_large, unsupported


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
        raise ContractError(fault("bad_request", "client.no_footage_named"))
    return [_source(text, check_files) for text in named]


def local_path(named: str) -> Path | None:
    """The file of this machine that a source names, None for an address."""
    try:
        source = _source(named, check_files=False)
    except ContractError:
        return None
    return source.path if isinstance(source, LocalFile) else None


def check_for_cloud(source: Source) -> None:
    """Refuse before sending what the cloud would refuse: format by extension, size."""
    if isinstance(source, WebFile):
        return
    if format_of(source.path.name) is None:
        raise ContractError(unsupported(source.path))
    if source.size > MAX_UPLOAD_BYTES:
        raise ContractError(too_large(source.path, source.size))


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
    raise ContractError(fault("file_missing", "client.not_a_file", named=named))


def _refuse(named: str, why: str) -> NoReturn:
    raise ContractError(fault("bad_request", "client.unusable_source", named=named, why=why))
