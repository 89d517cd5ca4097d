"""The thirteen file formats of the cloud, what is read on this machine besides, and endings in names."""

from pathlib import PurePosixPath
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from ..messages import Message
from .errors import ApiError, error_info

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


READ_HERE: tuple[Format, ...] = (
    *FORMATS,
    Format("m4v", "video", "video/x-m4v"),
    Format("mts", "video", "video/mp2t"),
    Format("m2ts", "video", "video/mp2t"),
    Format("ts", "video", "video/mp2t"),
    Format("mpg", "video", "video/mpeg"),
    Format("mpeg", "video", "video/mpeg"),
    Format("vob", "video", "video/mpeg"),
    Format("wmv", "video", "video/x-ms-wmv"),
    Format("asf", "video", "video/x-ms-asf"),
    Format("3gp", "video", "video/3gpp"),
    Format("3g2", "video", "video/3gpp2"),
    Format("flv", "video", "video/x-flv"),
    Format("mxf", "video", "application/mxf"),
    Format("ogv", "video", "video/ogg"),
    Format("ogm", "video", "video/ogg"),
    Format("qt", "video", "video/quicktime"),
    Format("f4v", "video", "video/mp4"),
    Format("divx", "video", "video/x-msvideo"),
    Format("dv", "video", "video/x-dv"),
    Format("m2t", "video", "video/mp2t"),
    Format("mod", "video", "video/mpeg"),
    Format("tod", "video", "video/mpeg"),
    Format("ogg", "audio", "audio/ogg"),
    Format("oga", "audio", "audio/ogg"),
    Format("opus", "audio", "audio/opus"),
    Format("flac", "audio", "audio/flac"),
    Format("wma", "audio", "audio/x-ms-wma"),
    Format("aiff", "audio", "audio/aiff"),
    Format("aif", "audio", "audio/aiff"),
    Format("m4b", "audio", "audio/mp4"),
    Format("mka", "audio", "audio/x-matroska"),
    Format("caf", "audio", "audio/x-caf"),
    Format("mp2", "audio", "audio/mpeg"),
    Format("amr", "audio", "audio/amr"),
    Format("bmp", "image", "image/bmp"),
    Format("tiff", "image", "image/tiff"),
    Format("tif", "image", "image/tiff"),
    Format("avif", "image", "image/avif"),
    Format("heic", "image", "image/heic"),
    Format("heif", "image", "image/heif"),
)
"""What our own backend reads; of each file its content decides, these only which files of a folder are tried."""
_UNREAD_HERE = (
    "heic",
    "heif",
)  # tried, and refused with the way out: FFmpeg puts their tiles together in programs only
FORMATS_HERE = ", ".join(item.extension for item in READ_HERE if item.extension not in _UNREAD_HERE)
_HERE = {item.extension: item for item in READ_HERE} | _BY_EXTENSION


def format_here(name: str) -> Format | None:
    """The format of a file name that our own backend tries to read, by its ending; None for others."""
    return _HERE.get(PurePosixPath(name.replace("\\", "/")).suffix[1:].lower())


def format_of(name: str) -> Format | None:
    """The format of a file name, path or URL by its extension, in any case; None when the cloud does not take it."""
    path = urlsplit(name).path if "://" in name else name.replace("\\", "/")
    extension = PurePosixPath(unquote(path) if "://" in name else path).suffix
    return _BY_EXTENSION.get(extension[1:].lower())


def mime_of(name: str, unknown: str = "video/mp4") -> str:
    """The MIME type of a file by its ending, `unknown` where it has none that we know."""
    known = format_of(name) or format_here(name)
    return known.mime if known is not None else _LISTS_MIME.get(name_parts(name)[1], unknown)


_XML, _JSON, _TEXT = "application/xml", "application/json", "text/plain"
_LISTS_MIME = {"json": _JSON, "otio": _JSON, "fcpxml": _XML, "xml": _XML, "edl": _TEXT, "txt": _TEXT, "csv": "text/csv"}


def kind_of(name: str) -> FileKind:
    """What a file holds, by its extension. Raises ApiError `unsupported_file`."""
    return supported(name).kind


def supported_here(name: str) -> Format:
    """The format of a file that our own backend tries to read. Raises ApiError `unsupported_file` that names it."""
    known = format_here(name)
    if known is None:
        step = Message("contract.unsupported_here.next", {"formats_text": FORMATS_HERE})
        raise ApiError(error_info("unsupported_file", "contract.unsupported_format", next_step=step, name=name))
    return known


def supported(name: str) -> Format:
    """The format of a file name. Raises ApiError `unsupported_file` that names the file."""
    known = format_of(name)
    if known is None:
        raise ApiError(error_info("unsupported_file", "contract.unsupported_format", name=name))
    return known


_VIDEO = (
    "mov qt m4v avi divx webm mkv mpg mpeg m2v ts mts m2ts wmv asf flv f4v swf 3gp 3g2 ogv mxf vob h264 h265 hevc av1"
)
_SOUND = "mp3 wav m4a m4b aac flac alac ogg oga opus wma aif aiff ac3 amr mka mid midi"
_PICTURES = "gif png apng jpg jpeg jfif webp avif heic heif bmp tif tiff svg psd"
_LISTS = "edl otio otioz otiod fcpxml fcpxmld xml aaf omf mlt ale csv prproj drp veg srt vtt ass"
OTHER_FORMATS = frozenset(f"{_VIDEO} {_SOUND} {_PICTURES} {_LISTS}".split())
"""The endings by which people and programs know media files, edit lists and captions that are no MP4."""


def honest(name: str) -> str:
    """A name that nobody has asked for, such as a title, without endings of other formats."""
    while name_parts(name)[1] in OTHER_FORMATS:
        name = name_parts(name)[0]
    return name


def title_name(title: str) -> str:
    """A title as the name of a file without its ending: a slash in it is no path, an ending no format."""
    return honest(title.replace("/", " ").replace("\\", " "))


def name_parts(name: str) -> tuple[str, str]:
    """What stands before the last dot and the ending after it, in small letters; a dot at the end is none."""
    stem, _, ending = name.strip().rstrip(". ").rpartition(".")
    return stem.strip(), ending.strip().lower()
