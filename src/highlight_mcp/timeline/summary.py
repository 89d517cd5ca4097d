"""The one-line summary of a timeline, in the exact grammar of the wire contract (section 9.5).

Example: `Timeline (2 tracks): 1. Video: match (0-75s) 2. BGM: Lo-fi (0-75s, 35%)`.
"""

from .model import AudioTrack, Clip, ForeignTrack, Text, TextTrack, Timeline, Track, items

_AUDIO_KINDS = {"voice": "Voice", "sfx": "SFX"}


def summary(timeline: Timeline) -> str:
    """The summary line of a timeline; `Timeline (0 tracks)` when it is empty."""
    count = len(timeline.tracks)
    head = f"Timeline ({count} track{'' if count == 1 else 's'})"
    parts = [f"{number}. {track_summary(track)}" for number, track in enumerate(timeline.tracks, 1)]
    return f"{head}: {' '.join(parts)}" if parts else head


def track_summary(track: Track) -> str:
    """`BGM: Lo-fi (0-10s, 35%)`: one track without its number."""
    if isinstance(track, ForeignTrack):
        return f"Track {track.type}: {_dict(track.raw.get('m')).get('name') or 'clip'} ({_span(track)})"
    volume = f", {round(100 * _volume(track))}%" if isinstance(track, AudioTrack) else ""
    return f"{_kind(track)}: {_label(track)} ({_span(track)}{volume})"


def seconds(ms: int) -> str:
    """Whole seconds as an integer, otherwise one decimal (half rounds up)."""
    tenths = (ms + 50) // 100
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def _kind(track: Track) -> str:
    if isinstance(track, TextTrack):
        return "Subtitles" if track.role == "subtitle" else "Title"
    if isinstance(track, AudioTrack):
        return _AUDIO_KINDS.get(track.role, "BGM")
    return "Video"


def _label(track: Track) -> str:
    if isinstance(track, TextTrack):
        if track.role == "subtitle":
            return f"{len(track.texts)} cues"
        return f'"{track.texts[0].text}"' if track.texts else '""'
    if isinstance(track, ForeignTrack):
        return "clip"
    return track.name or (track.clips[0].label if track.clips else "") or "clip"


def _volume(track: AudioTrack) -> float:
    return track.clips[0].volume if track.clips else track.volume


def _span(track: Track) -> str:
    things: tuple[Clip, ...] | tuple[Text, ...] = items(track)
    if isinstance(track, ForeignTrack):
        start, end = _foreign_span(track)
    else:
        start = min((item.start_ms for item in things), default=0)
        end = max((item.end_ms for item in things), default=0)
    return f"{seconds(start)}-{seconds(end)}s"


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
