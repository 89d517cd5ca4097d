"""Text subtitles inside a recording (MP4 timed text, SubRip, ASS, WebVTT); pictures of text are not read."""

import json
import re
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from ...core.files import replacing
from ...messages import message
from ...timeline.media import TranscriptCue
from ..media.decoding import origin, packets_of
from ..media.opening import open_media, require_unchanged
from ..worker.job_process import Progress, no_progress
from .subtitles import MAX_CUES, plain

VERSION = 1
TEXTS = frozenset({"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"})
_MOST_STREAMS = 8
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
        return bool(_streams(container))


def _streams(container: InputContainer) -> list[SubtitleStream]:
    found = [s for s in container.streams.subtitles if s.codec_context is not None and s.codec_context.name in TEXTS]
    return found[:_MOST_STREAMS]


def _read(path: Path, progress: Progress) -> SubtitleRows:
    with open_media(path) as container:
        streams = _streams(container)
        wanted = {stream.index for stream in streams}
        for other in container.streams:
            if other.index not in wanted:
                other.discard = av.stream.Discard.all
        names = {stream.index: _name(number, stream) for number, stream in enumerate(streams, 1)}
        rows: SubtitleRows = {name: [] for name in names.values()}
        start = origin(container)
        for packet in packets_of(container, *streams):
            base: Fraction | None = packet.time_base
            if packet.stream_index not in wanted or packet.pts is None or base is None:
                continue
            into = rows[names[packet.stream_index]]
            if len(into) >= MAX_CUES:
                continue
            progress("listen", packet.pos or 0, max(1, container.size), message("engine.progress.subtitles"))
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
        found = packet.decode()
    except (av.error.FFmpegError, OSError):
        return ""
    lines = [one.dialogue.decode("utf-8", errors="replace") for one in found if isinstance(one, AssSubtitle)]
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
