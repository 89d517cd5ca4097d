"""The thirteen file formats, by extension, and the size limit of the cloud."""

from pathlib import PurePosixPath
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from .codes import ContractError, fault

FileKind = Literal["video", "audio", "image"]

MAX_UPLOAD_BYTES = 500 * 1024 * 1024


class Format(NamedTuple):
    """One format: extension without dot, what it holds, MIME type."""

    extension: str
    kind: FileKind
    mime: str


FORMATS: tuple[Format, ...] = (
    Format("mp4", "video", "video/mp4"),
    Format("mov", "video", "video/quicktime"),
    Format("avi", "video", "video/x-msvideo"),
    Format("webm", "video", "video/webm"),
    Format("mkv", "video", "video/x-matroska"),
    Format("jpg", "image", "image/jpeg"),
    Format("png", "image", "image/png"),
    Format("gif", "image", "image/gif"),
    Format("webp", "image", "image/webp"),
    Format("mp3", "audio", "audio/mpeg"),
    Format("wav", "audio", "audio/wav"),
    Format("m4a", "audio", "audio/mp4"),
    Format("aac", "audio", "audio/aac"),
)
_BY_EXTENSION = {item.extension: item for item in FORMATS} | {"jpeg": FORMATS[5]}


def format_of(name: str) -> Format | None:
    """The format of a file name, path or URL by its extension, in any case; None when it is not one of ours."""
    path = urlsplit(name).path if "://" in name else name.replace("\\", "/")
    extension = PurePosixPath(unquote(path) if "://" in name else path).suffix
    return _BY_EXTENSION.get(extension[1:].lower())


def kind_of(name: str) -> FileKind:
    """What a file holds, by its extension. Raises ContractError `unsupported_file`."""
    return supported(name).kind


def supported(name: str) -> Format:
    """The format of a file name. Raises ContractError `unsupported_file` that names the file."""
    found = format_of(name)
    if found is None:
        raise ContractError(fault("unsupported_file", "contract.unsupported_format", name=name))
    return found
