"""Opening a recording: only real media containers, only this one local file.

FFmpeg decides by content, so a text file called `.mp4` may be a playlist that names other files or
addresses. The format and protocol lists below refuse all of those, whatever the extension says.
"""

import codecs
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from av.container import InputContainer

from ...messages import message
from ..worker.errors import ANOTHER_COPY, EngineError, translate, translated
from .identity import fingerprint_of, opened

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,asf,ogg,wav,w64,mp3,flac,aac,aiff,caf,gif"
_OPEN_TIMEOUT_S = 30
_READ_TIMEOUT_S = 30
_HEAD_BYTES = 512
_SUFFIX = 16
MOST_STREAMS = 512
"""Several times what recorders and editing systems write; each one costs memory and time to open."""
_COUNTED_STREAMS = 10_000
"""FFmpeg's own limit, beyond ours: what is refused here is counted, what FFmpeg refuses looks like want of memory."""
_TEXTS = (
    (b"#EXTM3U", "m3u"),
    (b"ffconcat", "concat"),
    (b"<?xml", "xml"),
    (b"<MPD", "dash"),
    (b"v=0", "sdp"),
)


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open one local recording for reading; closed on exit.

    Raises EngineError: `file_missing`, `unsupported_file` (not a media container: text, playlists,
    unknown data), `file_damaged`, `limit` (it does not respond in time). Errors of PyAV inside the
    body are translated too.
    """
    with opened(path) as number:
        container = _open(path, number, _head(path, number))
        try:
            _require_few_streams(path, container)
            yield container
        except (av.error.FFmpegError, UnicodeDecodeError) as error:
            raise translate(error, path) from error
        finally:
            container.close()


def check_file(path: Path) -> bytes:
    """The first bytes of a readable regular file that is not empty. Raises EngineError otherwise."""
    with opened(path) as number:
        return _head(path, number)


def _head(path: Path, number: int) -> bytes:
    with translated(path), os.fdopen(number, "rb", closefd=False) as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise EngineError("file_damaged", "engine.empty", name=path.name)
    return head


def _open(path: Path, number: int, head: bytes) -> InputContainer:
    try:
        with _address(path, number) as address:
            return av.open(
                f"file:{address}",
                "r",
                container_options={
                    "format_whitelist": FORMATS,
                    "protocol_whitelist": "file",
                    "max_streams": str(_COUNTED_STREAMS),
                },
                metadata_errors="replace",
                timeout=(_OPEN_TIMEOUT_S, _READ_TIMEOUT_S),
            )
    except (av.error.InvalidDataError, av.error.ArgumentError, UnicodeError, ValueError) as error:
        raise _refusal(path, head) from error
    except (av.error.FFmpegError, OSError, MemoryError) as error:
        raise translate(error, path) from error


@contextmanager
def _address(path: Path, number: int) -> Iterator[str]:
    """A name of the open file itself, for FFmpeg, which opens by name; its suffix tells some kinds of sound.

    Where descriptors have no names (Windows) the path will do: a file that is open cannot be replaced there.
    """
    places = (f"{folder}/{number}" for folder in ("/proc/self/fd", "/dev/fd"))
    place = next((found for found in places if os.path.lexists(found)), None)
    with ExitStack() as stack:
        if place is None:
            yield os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links and may fail
            return
        with suppress(OSError):  # without room for a link the bare name has to do
            folder = stack.enter_context(TemporaryDirectory(prefix="highlight-", ignore_cleanup_errors=True))
            link = Path(folder, f"footage{path.suffix[:_SUFFIX]}")
            link.symlink_to(place)
            place = str(link)
        yield place


def _require_few_streams(path: Path, container: InputContainer) -> None:
    count = len(container.streams)
    if count > MOST_STREAMS:
        raise EngineError("limit", "engine.too_many_streams", name=path.name, count=count, most_streams=MOST_STREAMS)


def _refusal(path: Path, head: bytes) -> EngineError:
    """Why FFmpeg would not take it, told from the first bytes."""
    what = text_kind(head)
    if what is not None:
        return EngineError("unsupported_file", "engine.not_media", name=path.name, what=message(f"engine.kind.{what}"))
    if _is_container(head):
        return EngineError("file_damaged", "engine.index_missing", name=path.name)
    return EngineError("unsupported_file", "engine.unknown_format", name=path.name, next_step=ANOTHER_COPY)


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
    return "text" if all(sign.isprintable() or sign in "\r\n\t\f" for sign in text) else None


def _is_container(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip") or head.startswith(
        (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"fLaC", b"FLV", b"ID3", b"GIF8")
    )


def fingerprint(path: Path) -> str:
    """The digest of a file that is not empty (see `fingerprint_of`). Raises EngineError."""
    check_file(path)
    with opened(path) as number, translated(path), os.fdopen(number, "rb", closefd=False) as file:
        return fingerprint_of(file)
