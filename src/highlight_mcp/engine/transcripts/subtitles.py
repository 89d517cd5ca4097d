"""Subtitles of footage: files beside it (SubRip, WebVTT) in whatever encoding, and texts inside it.

Inside a recording MP4 timed text, SubRip, ASS and WebVTT are read; pictures of text are not.
"""

import codecs
import html
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from ...files import replacing
from ...messages import message
from ...timeline.media import TranscriptCue
from ..job_process import Progress, no_progress
from ..media.decoding import origin, packets_of
from ..media.opening import is_recorded, open_media, recorded, require_unchanged
from ..media.ratios import exact
from ..media.streams import text_streams

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_KANA = re.compile(r"[\u3041-\u30ff]")
_MOSTLY_KANA = 0.4
"""Share of what is not ASCII from which text is Shift JIS; words in kana alone look like Thai or Russian otherwise."""
_SAMPLE = 40_000
"""Bytes that are looked at: 0.1 CPU s."""
_GOOD_PER_BAD = 4
"""Signs in proper UTF-8 for each damaged one; other encodings hardly ever make one."""
_LEGACY = (
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859-2",
    "iso8859-5", "iso8859-7", "iso8859-9", "koi8-r", "koi8-u", "cp866", "tis-620", "gb18030", "big5", "shift_jis",
    "euc-jp", "euc-kr", "cp949",
)  # fmt: skip
_LIKELY = {"cp1252": 1.15}
"""How much likelier an encoding is beforehand: where few signs tell, western text is commonest."""


def decoded(raw: bytes) -> str:
    """The text of `raw`: in UTF by its mark or shape, else in what its language makes likely (`encoding_of`).

    Never fails: bytes that no encoding explains become replacement signs.
    """
    return raw.decode(encoding_of(raw)[0], errors="replace")


def encoding_of(raw: bytes) -> tuple[str, bool]:
    """(the encoding of a text, whether it was guessed)."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding, False
    if wide := _without_mark(raw):
        return wide, False
    text = raw.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    if not bad or sum(sign > "\x7f" for sign in text) - bad >= _GOOD_PER_BAD * bad:
        return "utf-8", False
    return _guess(raw), True


def _without_mark(raw: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of western text and line ends is zero."""
    head = raw[:4000]
    if head.count(0) <= len(head) // 10:
        return None
    return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _guess(raw: bytes) -> str:
    """The likeliest encoding of the lines that are not plain ASCII, by the languages that chardet knows."""
    import chardet

    lines = b"\n".join(line for line in raw.splitlines() if not line.isascii())[:_SAMPLE]
    if _is_kana(lines):
        return "shift_jis"
    found = chardet.detect_all(lines, include_encodings=_LEGACY, compat_names=False, no_match_encoding="cp1252")
    likely = {str(one["encoding"]): one["confidence"] for one in found if one["encoding"]}
    return max(likely, key=lambda name: likely[name] * _LIKELY.get(name, 1.0), default="cp1252")


def _is_kana(raw: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("shift_jis")("strict").decode(raw)
    except UnicodeDecodeError:
        return False
    return len(_KANA.findall(text)) > _MOSTLY_KANA * sum(sign > "\x7f" for sign in text)


SUFFIXES = (".srt", ".vtt")
MAX_BYTES = 10_000_000
MAX_CUES = 50_000
MAX_CUE_CHARS = 2_000
_STAMP = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s{{0,40}}{_STAMP}\s{{0,40}}-->\s{{0,40}}{_STAMP}")
_WORD_TIME = re.compile(rf"<{_STAMP}>")
_TAG = re.compile(r"</?(?:[a-zA-Z][^<>]{0,200}|\d[\d:.]{0,20})>|\{\\[^{}]{0,200}\}")
_HOLDS_FOLDERS = {os.open, os.stat, os.readlink} <= os.supports_dir_fd and os.listdir in os.supports_fd
_MOST_LINKS = 8
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def subtitle_files(footage: Path, asset: str | None = None) -> list[Path]:
    """Subtitle files beside the footage in order of name: those named like it, or the one called `asset`."""
    with _folder(footage) as folder:
        try:
            names = os.listdir(folder) if folder is not None else []  # noqa: PTH208 - of a descriptor
        except OSError:
            names = []
    beside = sorted(footage.parent / name for name in names if Path(name).suffix.lower() in SUFFIXES)
    if asset is not None:
        wish = Path(asset).name.casefold()
        return [file for file in beside if wish in (file.name.casefold(), file.stem.casefold())]
    return [file for file in beside if file.stem == footage.stem or file.stem.startswith(f"{footage.stem}.")]


def read(file: Path, media_id: str | None, footage: Path) -> list[TranscriptCue]:
    """Cues of one subtitle file beside the footage; none where it may not be read, or cannot be."""
    raw = _bytes(file, footage)
    encoding, guessed = encoding_of(raw)
    return parse(raw.decode(encoding, errors="replace"), media_id, encoding if guessed else "")


def parse(text: str, media_id: str | None = None, encoding: str = "") -> list[TranscriptCue]:
    """Cues in order of time; what is no cue is passed over, styling tags are taken out.

    `encoding` is what the file was guessed to be in.
    """
    cues: list[TranscriptCue] = []
    times: tuple[int, int] | None = None
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        match = _TIMES.match(line)
        if match is None and line.strip():
            lines.append(line)
            continue
        if times is not None:
            words = lines[:-1] if match is not None and lines and lines[-1].strip().isdigit() else lines
            if cue := _cue(times, words, media_id, encoding):
                cues.append(cue)
            if len(cues) >= MAX_CUES:
                break
        times = None if match is None else (_ms(*match.groups()[:4]), _ms(*match.groups()[4:]))
        lines = []
    return sorted(cues, key=lambda cue: cue.start_ms)


def plain(text: str) -> str:
    """The words of a cue without tags and entities, at most `MAX_CUE_CHARS` of them."""
    return html.unescape(_TAG.sub("", text[: 2 * MAX_CUE_CHARS])).replace("\u00a0", " ").strip()[:MAX_CUE_CHARS]


def _cue(times: tuple[int, int], lines: Iterable[str], media_id: str | None, encoding: str) -> TranscriptCue | None:
    words, marks = _timed("\n".join(lines), times[0])
    if not words or times[0] >= times[1]:
        return None
    start, end = times
    return TranscriptCue(media_id=media_id, start_ms=start, end_ms=end, text=words, encoding=encoding, marks=marks)


def _timed(text: str, start_ms: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """(the words of a cue, (place, ms) of each that WebVTT gives a time inside the cue)."""
    parts = _WORD_TIME.split(text[: 2 * MAX_CUE_CHARS])
    if len(parts) == 1:
        return plain(text), ()
    words, marks, at_ms = "", [], start_ms
    for number in range(0, len(parts), 5):
        part = html.unescape(_TAG.sub("", parts[number])).replace("\u00a0", " ")
        part = part if words else part.lstrip()
        if part.strip():
            marks.append((len(words) + len(part) - len(part.lstrip()), at_ms))
        words += part
        if number + 4 < len(parts):
            at_ms = _ms(*parts[number + 1 : number + 5])
    return words.rstrip()[:MAX_CUE_CHARS], tuple(mark for mark in marks if mark[0] < MAX_CUE_CHARS)


def _ms(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return 1000 * (3600 * int(hours or 0) + 60 * int(minutes) + int(seconds)) + int(fraction.ljust(3, "0"))


@contextmanager
def _folder(footage: Path) -> Iterator[int | Path | None]:
    """The folder that really holds the footage of this job, as a descriptor; None where it cannot be read.

    A folder that became a link to another one does not count. Where folders have no descriptors (Windows), its path.
    """
    if not _HOLDS_FOLDERS:
        yield footage.parent
        return
    with ExitStack() as open_now:
        try:
            folder = os.open(footage.parent, os.O_RDONLY | os.O_DIRECTORY)
            open_now.callback(os.close, folder)
            ours = recorded(footage) is None or _holds(folder, footage)
        except OSError:
            yield None
            return
        yield folder if ours else None


def _holds(folder: int, footage: Path) -> bool:
    number = os.open(footage.name, os.O_RDONLY | os.O_NONBLOCK, dir_fd=folder)
    try:
        return is_recorded(footage, number)
    finally:
        os.close(number)


def _bytes(file: Path, footage: Path) -> bytes:
    """The content of a regular file of the folder of the footage; a pipe is never waited for.

    The footage may be read, so its folder is inside the media roots; what a link reaches outside need not be.
    """
    with _folder(footage) as folder:
        try:
            if folder is None:
                return b""
            number = _within(file, folder)
            with os.fdopen(number, "rb") as opened:
                return opened.read(MAX_BYTES) if stat.S_ISREG(os.fstat(number).st_mode) else b""
        except (OSError, RuntimeError, ValueError):
            return b""


def _within(file: Path, folder: int | Path) -> int:
    """A descriptor of a file of the folder; links are followed to files of the same folder. Raises OSError."""
    if isinstance(folder, Path):
        real = file.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            raise PermissionError
        return os.open(real, _OPEN)
    name = file.name
    for _ in range(_MOST_LINKS):
        if not stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            break
        target = Path(file.parent, os.readlink(name, dir_fd=folder))
        if os.path.normpath(target.parent) != os.path.normpath(file.parent):
            raise PermissionError
        name = target.name
    return os.open(name, _OPEN, dir_fd=folder)


VERSION = 1
_MOST_MS = 10_000
_LINE_BREAK = re.compile(r"\\[Nn]")


def embedded(
    path: Path, media_id: str, fingerprint: str, cache: Path | None, progress: Progress = no_progress
) -> dict[str, list[TranscriptCue]]:
    """Cues by stream (`subtitle track 1 (eng)`), in order; read once for each content. Raises EngineError."""
    if not has_texts(path):
        return {}
    file = cache / f"{fingerprint.replace(':', '-')}.cues{VERSION}.json" if cache is not None and fingerprint else None
    rows = _stored(file)
    if rows is None:
        rows = _read(path, progress)
        if file is not None:
            keep(file, rows)
    return {
        name: [TranscriptCue(media_id=media_id, start_ms=start, end_ms=end, text=text) for start, end, text in cues]
        for name, cues in rows.items()
    }


SubtitleRows = dict[str, list[tuple[int, int, str]]]


def has_texts(path: Path) -> bool:
    """Whether there are text subtitles inside, as far as the head of the file tells. Raises EngineError."""
    with open_media(path) as container:
        return bool(text_streams(container))


def _read(path: Path, progress: Progress) -> SubtitleRows:
    with open_media(path) as container:
        streams = text_streams(container)
        wanted = {stream.index for stream in streams}
        for other in container.streams:
            if other.index not in wanted:
                other.discard = av.stream.Discard.all
        names = {stream.index: _name(number, stream) for number, stream in enumerate(streams, 1)}
        rows: SubtitleRows = {name: [] for name in names.values()}
        start = origin(container)
        for packet in packets_of(container, *streams):
            base = exact(packet.time_base)
            if packet.stream_index not in wanted or packet.pts is None or base is None:
                continue
            into = rows[names[packet.stream_index]]
            if len(into) >= MAX_CUES:
                continue
            progress("listen", packet.pos or 0, max(1, container.size or 0), message("engine.progress.subtitles"))
            text = _text(packet)
            at = round((packet.pts * base - start) * 1000)
            length = round((packet.duration or 0) * base * 1000)
            if text and at >= 0:
                into.append((at, at + (length if length > 0 else _MOST_MS), text))
    return {name: _ended(cues) for name, cues in rows.items() if cues}


def _ended(cues: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """A cue without an end lasts until the next one."""
    out = []
    ordered = sorted(cues)
    for place, (start, end, text) in enumerate(ordered):
        following = ordered[place + 1][0] if place + 1 < len(ordered) else end
        out.append((start, min(end, following) if start < following else end, text))
    return out


def _text(packet: "Packet[Stream]") -> str:
    try:
        subtitles = packet.decode()
    except (av.error.FFmpegError, OSError):
        return ""
    lines = [one.dialogue.decode("utf-8", errors="replace") for one in subtitles if isinstance(one, AssSubtitle)]
    return plain(_LINE_BREAK.sub("\n", "\n".join(lines)))


def _name(number: int, stream: SubtitleStream) -> str:
    language = "".join(sign for sign in stream.metadata.get("language", "") if sign.isalnum())[:8]
    return f"subtitle track {number}{f' ({language})' if language and language != 'und' else ''}"


def _stored(file: Path | None) -> SubtitleRows | None:
    if file is None:
        return None
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): [(int(a), int(b), str(text)) for a, b, text in cues] for name, cues in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def keep(file: Path, value: object) -> None:
    """Write JSON whole or not at all; a cache that cannot be written is done without."""
    keep_bytes(file, json.dumps(value, ensure_ascii=False).encode())


def keep_bytes(file: Path, content: bytes) -> None:
    """As `keep`, for bytes. Raises EngineError when the footage has changed meanwhile, whose content this is not."""
    require_unchanged()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as stream:
            stream.write(content)
    except OSError:
        return
