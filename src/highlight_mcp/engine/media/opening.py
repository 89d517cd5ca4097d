"""Opening a recording: only real media containers, only this one local file, and the very file that is meant.

FFmpeg decides by content, so a text file called `.mp4` may be a playlist that names other files or
addresses. The format and protocol lists below refuse all of those, whatever the extension says.

Whoever gives a job its footage has recorded device, inode, size and time of change of each file (`FileMark`).
A file is opened once, compared through its descriptor, read through that descriptor, and compared again at the
end, so that no link and no replacement in between can bring in another one. Numbers of devices and inodes do
not last on every file system (network shares, FUSE, a drive that was plugged in again): where only they differ,
the content decides, by its fingerprint. Size and time of change must be the same; a file that was only
touched counts as changed until it has been looked at again.
"""

import codecs
import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import av
from av.container import InputContainer

from ...messages import message
from ...timeline.media import FileMark
from ..errors import ANOTHER_COPY, EngineError, translate, translated
from .transport_clock import MendedClock, MendedFile, form_of, mended_clock

_BLOCK = 1 << 18
_SAMPLES = 16
_WHOLE_BELOW = _BLOCK * _SAMPLES * 2


def fingerprint_of(file: BinaryIO) -> str:
    """`hl1:<64 hex digits>`: SHA-256 of the size and of 16 blocks of 256 KiB spread from head to tail.

    Files below 8 MiB are hashed whole. Name and dates do not matter. Moves the position. Raises OSError.
    """
    size = os.fstat(file.fileno()).st_size
    digest = hashlib.sha256(f"hl1 {size}\n".encode())
    if size < _WHOLE_BELOW:
        file.seek(0)
        digest.update(file.read())
    else:
        for number in range(_SAMPLES):
            file.seek((size - _BLOCK) * number // (_SAMPLES - 1))
            digest.update(file.read(_BLOCK))
    return f"hl1:{digest.hexdigest()}"


_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass
class _Known:
    """One file of the job. `mark` is None until it is opened for the first time, where nobody has recorded it."""

    name: str
    mark: FileMark | None
    fingerprint: str
    sound: int | None = None
    """The sound track that is heard, from 1; 0 for all, None for the one that a player would take."""


_known: dict[str, _Known] = {}
_changed: list[EngineError] = []
_lock = threading.Lock()
_before_opening: list[Callable[[], None]] = []


def expect(spec: Mapping[str, Any]) -> None:
    """Take the files of a job: `path` and `file` of the job itself and of its `media`; those of an earlier one go.

    Which of their sound tracks are heard, its timeline says (`sounds`), else what is known of each.
    """
    with _lock:
        _known.clear()
        _changed.clear()
        choices = (spec.get("timeline") or {}).get("sounds") or ()
        chosen = {choice["media_id"]: choice["track"] for choice in choices}
        for entry in (spec, *(spec.get("media") or ())):
            if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), str):
                continue
            media = entry.get("info") or {}
            mark = FileMark.model_validate(entry["file"]) if entry.get("file") else None
            path = os.path.abspath(entry["path"])  # noqa: PTH100 - resolve() would follow links
            name, content = media.get("name") or Path(path).name, media.get("fingerprint") or ""
            track = chosen.get(media.get("media_id"), media.get("sound_track"))
            _known[path] = _Known(name, mark, content, track)


def listen_to(path: Path, track: int) -> None:
    """Hear this sound track of a file of the job from now on, counted from 1; all of them for 0."""
    known = _of(path)
    if known is not None:
        known.sound = track


def heard_track(path: Path) -> int | None:
    """What `listen_to` was told, or the footage's own facts; None for what a player would take."""
    known = _of(path)
    return None if known is None else known.sound


def before_first_opening(act: Callable[[], None]) -> None:
    """What to do before footage is first opened in this process: what decodes it may not be trusted."""
    _before_opening.append(act)


def recorded(path: Path) -> FileMark | None:
    """What is recorded of a file of this job."""
    known = _of(path)
    return None if known is None else known.mark


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of a regular file, which is the recorded one if it belongs to the job.

    Raises EngineError: `file_missing` where the path leads to another file now, else as `translated` does.
    """
    while _before_opening:
        _before_opening.pop()()
    known = _of(path)
    try:
        with translated(path):
            number = _regular(path)
    except EngineError:
        if known is not None and known.mark is not None and os.path.realpath(path) != os.path.abspath(path):  # noqa: PTH100
            raise _noted(known) from None  # what lies behind a new link is nobody's to know
        raise
    try:
        if known is not None:
            _compare(known, number)
        yield number
    finally:
        try:
            if known is not None and not _same(known, number):
                _noted(known)
        finally:
            os.close(number)


def require_unchanged() -> None:
    """Raises EngineError when a file turned out to be another one, or has changed while it was read."""
    if _changed:
        raise _changed[0]


def is_recorded(path: Path, number: int) -> bool:
    """Whether a descriptor is of the file that is recorded for `path`; a wrong one fails the job at its end."""
    known = _of(path)
    if known is None or _same(known, number):
        return True
    _noted(known)
    return False


def _of(path: Path) -> _Known | None:
    return _known.get(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def _regular(path: Path) -> int:
    """Devices and pipes are not even opened; what replaces the file meanwhile is not waited for."""
    _require_regular(path, path.stat().st_mode)
    number = os.open(path, _OPEN)
    try:
        _require_regular(path, os.fstat(number).st_mode)
    except BaseException:
        os.close(number)
        raise
    return number


def _require_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError
    if not stat.S_ISREG(mode):
        raise EngineError("bad_request", "engine.not_regular", name=path.name)


def _compare(known: _Known, number: int) -> None:
    with _lock:
        if known.mark is None:
            known.mark = FileMark.of(os.fstat(number))
    if not _same(known, number):
        raise _noted(known)


def _same(known: _Known, number: int) -> bool:
    mark = FileMark.of(os.fstat(number))
    if known.mark is None or mark == known.mark:
        return True
    if (mark.size_bytes, mark.mtime_ns) != (known.mark.size_bytes, known.mark.mtime_ns) or not known.fingerprint:
        return False
    with os.fdopen(number, "rb", closefd=False) as file:
        if fingerprint_of(file) != known.fingerprint:
            return False
        file.seek(0)
    known.mark = mark
    return True


def _noted(known: _Known) -> EngineError:
    """The refusal, kept: whoever does without a file that cannot be read must not do without this."""
    _changed.append(EngineError("file_missing", "engine.changed", name=known.name))
    return _changed[-1]


FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,asf,ogg,wav,w64,mp3,flac,aac,aiff,caf,gif,mxf,dv,amr"
)
_OPEN_TIMEOUT_S = 30
_READ_TIMEOUT_S = 30
_HEAD_BYTES = 512
_BUFFER = 1 << 18
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
        head = _head(path, number)
        clock = _clock(number, head)
        mended = MendedFile(number, clock) if clock is not None else None
        container = _open(path, number, head, mended)
        try:
            _require_few_streams(path, container)
            if track := heard_track(path):
                _prefer(container, track)
            yield container
        except (av.error.FFmpegError, UnicodeDecodeError) as error:
            raise _of_content(error, path) from error
        finally:
            container.close()
            if mended is not None:
                mended.close()


_clocks: dict[FileMark, MendedClock | None] = {}
"""What was found of transport streams in this process."""


def clock_of(path: Path) -> MendedClock | None:
    """What had to be put right in the clock of a recording; None where nothing had."""
    with opened(path) as number:
        return _clock(number, _head(path, number))


def _clock(number: int, head: bytes) -> MendedClock | None:
    form = form_of(head)
    if form is None:
        return None
    mark = FileMark.of(os.fstat(number))
    if mark not in _clocks:
        _clocks[mark] = mended_clock(number, form)
    return _clocks[mark]


def _prefer(container: InputContainer, track: int) -> None:
    """Make a sound track the one that a player would take."""
    for number, stream in enumerate(container.streams.audio, 1):
        kept = stream.disposition & ~stream.disposition.default
        stream.disposition = kept | stream.disposition.default if number == track else kept


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


_FORGIVING: dict[str, Any] = {"metadata_errors": "replace"} if hasattr(InputContainer, "metadata_errors") else {}
"""PyAV before 19 refuses a file with a title in no UTF-8 unless it is told this; later ones have no such option."""


def _open(path: Path, number: int, head: bytes, mended: MendedFile | None) -> InputContainer:
    try:
        with _address(path, number) as address:
            container: InputContainer = av.open(
                f"file:{address}" if mended is None else mended,
                "r",
                buffer_size=_BUFFER,
                container_options={
                    "format_whitelist": FORMATS,
                    "protocol_whitelist": "file",
                    "max_streams": str(_COUNTED_STREAMS),
                },
                **_FORGIVING,
                timeout=(_OPEN_TIMEOUT_S, _READ_TIMEOUT_S),
            )
            return container
    except (av.error.InvalidDataError, av.error.ArgumentError, UnicodeError, ValueError) as error:
        raise _refusal(path, head) from error
    except (av.error.FFmpegError, OSError, MemoryError) as error:
        raise _of_content(error, path) from error


def _of_content(error: BaseException, path: Path) -> EngineError:
    """The file is open: what FFmpeg may not read, or does not find, is inside of it, as of protected WMV."""
    if isinstance(error, av.error.FFmpegError) and isinstance(error, PermissionError | FileNotFoundError):
        return EngineError("file_damaged", "engine.damaged", name=path.name, next_step=ANOTHER_COPY)
    return translate(error, path)


@contextmanager
def _address(path: Path, number: int) -> Iterator[str]:
    """A name of the open file itself, for FFmpeg, which opens by name; its suffix tells some kinds of sound.

    Where descriptors have no names (Windows) the path will do: a file that is open cannot be replaced there.
    """
    places = (f"{folder}/{number}" for folder in ("/proc/self/fd", "/dev/fd"))
    place = next((address for address in places if os.path.lexists(address)), None)
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
