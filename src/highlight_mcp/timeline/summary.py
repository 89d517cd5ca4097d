"""The one-line summary of a timeline, in the exact grammar of the wire contract (section 9.5).

Example: `Timeline (2 tracks): 1. Video: match (0-75s) 2. BGM: Lo-fi (0-75s, 35%)`.
"""

from collections.abc import Iterable

from .model import AudioTrack, Clip, ForeignTrack, Text, TextTrack, Timeline, Track, VideoTrack, items

AUDIO_KINDS = {"voice": "Voice", "sfx": "SFX"}
"""What tracks of sound are called by their role; all others are `BGM`."""


def summary(timeline: Timeline) -> str:
    """The summary line of a timeline; `Timeline (0 tracks)` when it is empty."""
    return summary_line(track_summary(track) for track in timeline.tracks)


def summary_line(tracks: Iterable[str]) -> str:
    """The line of all tracks, each given without its number."""
    parts = [f"{number}. {track}" for number, track in enumerate(tracks, 1)]
    head = f"Timeline ({len(parts)} track{'' if len(parts) == 1 else 's'})"
    return f"{head}: {' '.join(parts)}" if parts else head


def track_summary(track: Track) -> str:
    """`BGM: Lo-fi (0-10s, 35%)`: one track without its number."""
    if isinstance(track, ForeignTrack):
        name = _dict(track.raw.get("m")).get("name") or "clip"
        return track_line(f"Track {track.type}", str(name), *_foreign_span(track))
    volume = _volume(track) if isinstance(track, AudioTrack) else None
    return track_line(_kind(track), _label(track), *_span(items(track)), volume)


def track_line(kind: str, label: str, start_ms: int, end_ms: int, volume: float | None = None) -> str:
    """One track by its facts; `volume` 1 is as recorded, None tells none."""
    level = "" if volume is None else f", {round(100 * volume)}%"
    return f"{kind}: {label} ({seconds(start_ms)}-{seconds(end_ms)}s{level})"


def seconds(ms: int) -> str:
    """Whole seconds as an integer, otherwise one decimal (half rounds up)."""
    tenths = (ms + 50) // 100
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def _kind(track: VideoTrack | AudioTrack | TextTrack) -> str:
    if isinstance(track, TextTrack):
        return "Subtitles" if track.role == "subtitle" else "Title"
    if isinstance(track, AudioTrack):
        return AUDIO_KINDS.get(track.role, "BGM")
    return "Video"


def _label(track: VideoTrack | AudioTrack | TextTrack) -> str:
    if isinstance(track, TextTrack):
        if track.role == "subtitle":
            return f"{len(track.texts)} cues"
        return f'"{track.texts[0].opening}"' if track.texts else '""'
    return track.name or (track.clips[0].label if track.clips else "") or "clip"


def _volume(track: AudioTrack) -> float:
    return track.clips[0].volume if track.clips else track.volume


def _span(elements: tuple[Clip, ...] | tuple[Text, ...]) -> tuple[int, int]:
    return min((item.start_ms for item in elements), default=0), max((item.end_ms for item in elements), default=0)


def _foreign_span(track: ForeignTrack) -> tuple[int, int]:
    """Min start and max end of a foreign track's segments, as far as they can be read."""
    segments = track.raw.get("sg")
    spans: list[tuple[int, int]] = []
    at = 0
    for segment in segments if isinstance(segments, list) else []:
        start = _number(_dict(_dict(segment).get("m")).get("start_ms"), at)
        at = start + _number(_dict(segment).get("d"), 0)
        spans.append((start, at))
    if not spans:
        return 0, _number(track.raw.get("d"), 0)
    return min(start for start, _ in spans), max(end for _, end in spans)


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise
