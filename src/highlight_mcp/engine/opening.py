"""Opening a recording: only real media containers, only this one local file.

FFmpeg decides by content, so a text file called `.mp4` may be a playlist that names other files or
addresses. The format and protocol lists below refuse all of those, whatever the extension says.
"""

import codecs
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from .errors import ANOTHER_COPY, EngineError, translate, translated

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,asf,ogg,wav,w64,mp3,flac,aac,aiff,caf,gif"
_OPEN_TIMEOUT_S = 30
_READ_TIMEOUT_S = 30
_HEAD_BYTES = 512
_TEXTS = (
    (b"#EXTM3U", "a playlist (M3U/HLS)"),
    (b"ffconcat", "a list of other files (FFmpeg concat)"),
    (b"<?xml", "an XML text, not footage"),
    (b"<MPD", "a playlist (DASH)"),
    (b"v=0", "a stream description (SDP)"),
)


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open one local recording for reading; closed on exit.

    Raises EngineError: `file_missing`, `unsupported_file` (not a media container: text, playlists,
    unknown data), `file_damaged`, `limit` (it does not respond in time). Errors of PyAV inside the
    body are translated too.
    """
    head = check_file(path)
    container = _open(path, head)
    try:
        yield container
    except (av.error.FFmpegError, UnicodeDecodeError) as error:
        raise translate(error, path) from error
    finally:
        container.close()


def check_file(path: Path) -> bytes:
    """The first bytes of a readable regular file that is not empty. Raises EngineError otherwise."""
    with translated(path):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        if not stat.S_ISREG(mode):
            raise EngineError("bad_request", f"{path.name} is not a regular file.", "Name a file on a disk.")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    if not head:
        raise EngineError("file_damaged", f"{path.name} is empty (0 bytes).", "Copy or download it again.")
    return head


def _open(path: Path, head: bytes) -> InputContainer:
    url = f"file:{os.path.abspath(path)}"  # noqa: PTH100 - resolve() would follow links and may fail
    try:
        return av.open(
            url,
            "r",
            container_options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
            timeout=(_OPEN_TIMEOUT_S, _READ_TIMEOUT_S),
        )
    except (av.error.InvalidDataError, av.error.ArgumentError, UnicodeError, ValueError) as error:
        raise _refusal(path, head) from error
    except (av.error.FFmpegError, OSError, MemoryError) as error:
        raise translate(error, path) from error


def _refusal(path: Path, head: bytes) -> EngineError:
    """Why FFmpeg would not take it, told from the first bytes."""
    what = text_kind(head)
    if what is not None:
        return EngineError(
            "unsupported_file",
            f"{path.name} is {what}, whatever its extension says.",
            "Give the recording itself: MP4, MOV, MKV, WebM, AVI or a sound file.",
        )
    if _is_container(head):
        return EngineError(
            "file_damaged",
            f"{path.name} begins like a recording but its index is missing or damaged; it was probably cut off.",
            "Copy or download it again, or finish the recording properly.",
        )
    return EngineError("unsupported_file", f"{path.name} is not in a media format that is known here.", ANOTHER_COPY)


def text_kind(head: bytes) -> str | None:
    """What kind of text a file begins with; None when it is not text."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, what in _TEXTS:
        if start.startswith(mark):
            return what
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "a text file" if all(sign.isprintable() or sign in "\r\n\t\f" for sign in text) else None


def _is_container(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip") or head.startswith(
        (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"fLaC", b"FLV", b"ID3", b"GIF8")
    )
