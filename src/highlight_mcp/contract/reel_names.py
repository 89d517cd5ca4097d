"""What a reel may be called: a name must not promise another format than the file has."""

from ..messages import Message
from .codes import Fault, fault

_VIDEO = (
    "mov qt m4v avi divx webm mkv mpg mpeg m2v ts mts m2ts wmv asf flv f4v swf 3gp 3g2 ogv mxf vob h264 h265 hevc av1"
)
_SOUND = "mp3 wav m4a m4b aac flac alac ogg oga opus wma aif aiff ac3 amr mka mid midi"
_PICTURES = "gif png apng jpg jpeg jfif webp avif heic heif bmp tif tiff svg psd"
_LISTS = "edl otio otioz otiod fcpxml fcpxmld xml aaf omf mlt ale csv prproj drp veg srt vtt ass"
OTHER_FORMATS = frozenset(f"{_VIDEO} {_SOUND} {_PICTURES} {_LISTS}".split())
"""The endings by which people and programs know media files, edit lists and captions that are no MP4."""


def misnamed(name: str) -> Fault | None:
    """Why a reel cannot have this name; None when it can."""
    stem, ending = _parts(name)
    if ending not in OTHER_FORMATS:
        return None
    facts = {"name": name.strip(), "ending": ending.upper(), "stem": stem or "highlights"}
    return fault("bad_request", Message("contract.misnamed", facts))


def honest(name: str) -> str:
    """A name that nobody has asked for, such as a title, without endings of other formats."""
    while _parts(name)[1] in OTHER_FORMATS:
        name = _parts(name)[0]
    return name


def _parts(name: str) -> tuple[str, str]:
    """What stands before the last dot and the ending after it, in small letters; a dot at the end is none."""
    stem, _, ending = name.strip().rstrip(". ").rpartition(".")
    return stem.strip(), ending.strip().lower()
