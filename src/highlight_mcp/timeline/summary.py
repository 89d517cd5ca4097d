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
        return f"Track {track.type}: {track.raw.get('m', {}).get('name') or 'clip'} ({_span(track)})"
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
    start = min((item.start_ms for item in things), default=0)
    end = max((item.end_ms for item in things), default=_foreign_end(track))
    return f"{seconds(start)}-{seconds(end)}s"


def _foreign_end(track: Track) -> int:
    length = track.raw.get("d") if isinstance(track, ForeignTrack) else 0
    return length if isinstance(length, int) and length >= 0 else 0
