"""What a reel may be called: a name must not promise another format than the file has."""

from ..timeline.say import Language, Say
from .codes import Fault, fault

_VIDEO = (
    "mov qt m4v avi divx webm mkv mpg mpeg m2v ts mts m2ts wmv asf flv f4v swf 3gp 3g2 ogv mxf vob h264 h265 hevc av1"
)
_SOUND = "mp3 wav m4a m4b aac flac alac ogg oga opus wma aif aiff ac3 amr mka mid midi"
_PICTURES = "gif png apng jpg jpeg jfif webp avif heic heif bmp tif tiff svg psd"
_LISTS = "edl otio otioz otiod fcpxml fcpxmld xml aaf omf mlt ale csv prproj drp veg srt vtt ass"
OTHER_FORMATS = frozenset(f"{_VIDEO} {_SOUND} {_PICTURES} {_LISTS}".split())
"""The endings by which people and programs know media files, edit lists and captions that are no MP4."""

MESSAGE = Say(
    en="{name!r} promises a file in {ending} format, but a reel is always an MP4; other formats cannot be made yet.",
    zh="“{name}”是 {ending} 文件的名字，但成片只能是 MP4，目前还做不了其他格式。",
)
STEP = Say(
    en="Use a name that ends in .mp4, or one without an ending, such as {stem!r}.",
    zh="请改用以 .mp4 结尾或不带扩展名的名字，例如“{stem}”。",
)


def misnamed(name: str, language: Language = "en") -> Fault | None:
    """Why a reel cannot have this name; None when it can."""
    stem, ending = _parts(name)
    if ending not in OTHER_FORMATS:
        return None
    message = MESSAGE.within(language).format(name=name.strip(), ending=ending.upper())
    return fault("bad_request", message, STEP.within(language).format(stem=stem or "highlights"))


def honest(name: str) -> str:
    """A name that nobody has asked for, such as a title, without endings of other formats."""
    while _parts(name)[1] in OTHER_FORMATS:
        name = _parts(name)[0]
    return name


def _parts(name: str) -> tuple[str, str]:
    """What stands before the last dot and the ending after it, in small letters; a dot at the end is none."""
    stem, _, ending = name.strip().rstrip(". ").rpartition(".")
    return stem.strip(), ending.strip().lower()
