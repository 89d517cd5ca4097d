"""What must hold after every operation: texts and sound end with the reel, texts on a track do not overlap."""

from ..layout import clamp_fades, duration_at_speed, is_footage, slice_clip, with_fields, with_source
from ..model import AudioTrack, Clip, Text, TextTrack, Timeline, VideoTrack, items
from ..time import TimeRange, format_time
from .context import EditContext, rejected

SHORTEST_TEXT_MS = 100
MOST_SEGMENTS, MOST_TRACKS = 5000, 64
LONGEST_REEL_MS = 12 * 3600 * 1000


def enforce_invariants(edit: EditContext) -> None:
    """Bring everything beside the reel into line with its length. Does nothing without a reel."""
    if not edit.clips:
        return
    for name in [getattr(track, "id", None) for track in edit.timeline.tracks]:
        # Settling one track may put a text on a later one, so each is taken as it is by then.
        track = next((one for one in edit.timeline.tracks if getattr(one, "id", None) == name), None)
        if isinstance(track, AudioTrack):
            _settle_sound(edit, track)
        elif isinstance(track, TextTrack):
            _settle_texts(edit, track)
        elif isinstance(track, VideoTrack) and track is not edit.timeline.main:
            _settle_overlay(edit, track)
    _check_size(edit.timeline)


def _check_size(timeline: Timeline) -> None:
    """Refuse what is too large for a draft (contract section 11)."""
    count = sum(len(items(track)) for track in timeline.tracks)
    if count > MOST_SEGMENTS:
        raise rejected("limit", "too_many", n=count, most=MOST_SEGMENTS)
    if timeline.duration_ms > LONGEST_REEL_MS:
        raise rejected("limit", "too_long", total=format_time(timeline.duration_ms), most=format_time(LONGEST_REEL_MS))
    if len(timeline.tracks) > MOST_TRACKS:
        slots = {"n": len(timeline.tracks), "most": MOST_TRACKS}
        raise rejected("limit", "too_many_tracks", **slots)


def _settle_sound(edit: EditContext, track: AudioTrack) -> None:
    if not track.clips:
        return
    clips = _looped(edit, track) if _is_one_song(track) else _cut_off(track.clips, edit.length_ms)
    if not clips:
        edit.remove_tracks(track.id)
    elif clips != track.clips:
        edit.put_track(track.model_copy(update={"clips": clips}))


def _is_one_song(track: AudioTrack) -> bool:
    first = track.clips[0]
    return track.role == "bgm" and is_footage(first) and len({clip.media_id for clip in track.clips}) == 1


def _looped(edit: EditContext, track: AudioTrack) -> tuple[Clip, ...]:
    """The song from its first clip's place to the end of the reel, from its beginning again where it ends."""
    first, last = track.clips[0], track.clips[-1]
    assert first.source is not None
    end_of_song = max(edit.source_end(first) or first.source.end_ms, first.source.start_ms + 1)
    names = [clip.id for clip in track.clips]
    out: list[Clip] = []
    at, begin = first.start_ms, first.source.start_ms
    while at < edit.length_ms:
        source = TimeRange(start_ms=begin, end_ms=end_of_song)
        name = names[len(out)] if len(out) < len(names) else edit.new_id()
        clip = with_fields(first, id=name, start_ms=at, fade_in_ms=0, fade_out_ms=0)
        clip = slice_clip(with_source(clip, source), 0, edit.length_ms - at)
        out.append(clip)
        at, begin = at + clip.duration_ms, 0
        if duration_at_speed(TimeRange(start_ms=0, end_ms=end_of_song), first.speed) < 1000:
            break
    if not out:
        return ()
    out[0] = with_fields(out[0], fade_in_ms=first.fade_in_ms)
    out[-1] = with_fields(out[-1], fade_out_ms=last.fade_out_ms)
    return tuple(clamp_fades(clip) for clip in out)


def _cut_off(clips: tuple[Clip, ...], end_ms: int) -> tuple[Clip, ...]:
    kept = (slice_clip(clip, 0, end_ms - clip.start_ms) for clip in clips if clip.start_ms < end_ms)
    return tuple(clamp_fades(clip) for clip in kept)


def _settle_overlay(edit: EditContext, track: VideoTrack) -> None:
    """No picture over the reel outlasts it, or the one that follows on its track."""
    kept: list[Clip] = []
    for clip in sorted(_cut_off(track.clips, edit.length_ms), key=lambda one: one.start_ms):
        if kept and kept[-1].end_ms > clip.start_ms:
            kept[-1] = clamp_fades(slice_clip(kept[-1], 0, max(1, clip.start_ms - kept[-1].start_ms)))
        if kept and kept[-1].start_ms == clip.start_ms:
            kept.pop()
        kept.append(clip)
    if not kept:
        edit.remove_tracks(track.id)
    elif tuple(kept) != track.clips:
        edit.put_track(track.model_copy(update={"clips": tuple(kept)}))


def _settle_texts(edit: EditContext, track: TextTrack) -> None:
    fitted = [text for one in track.texts if (text := _inside(one, edit.length_ms)) is not None]
    kept: list[Text] = []
    for text in sorted(fitted, key=lambda one: (one.start_ms, one.end_ms)):
        if kept and kept[-1].end_ms > text.start_ms:
            room = text.start_ms - kept[-1].start_ms
            if room < SHORTEST_TEXT_MS:
                place_text(edit, text, track)
                continue
            kept[-1] = _with_length(kept[-1], room)
        kept.append(text)
    if not kept:
        edit.remove_tracks(track.id)
    elif tuple(kept) != track.texts:
        edit.put_track(track.model_copy(update={"texts": tuple(kept)}))


def place_text(edit: EditContext, text: Text, like: TextTrack) -> None:
    """Put a text on the first track of the same role where it overlaps nothing, else on a new one."""
    for track in edit.timeline.tracks:
        if not isinstance(track, TextTrack) or track.role != like.role or track.id == like.id:
            continue
        if all(other.end_ms <= text.start_ms or other.start_ms >= text.end_ms for other in track.texts):
            texts = tuple(sorted((*track.texts, text), key=lambda one: one.start_ms))
            edit.put_track(track.model_copy(update={"texts": texts}))
            return
    edit.put_track(TextTrack(id=edit.new_id("trk"), name=like.name, role=like.role, texts=(text,)))


def _inside(text: Text, end_ms: int) -> Text | None:
    if text.start_ms >= end_ms:
        return None
    return _with_length(text, min(text.duration_ms, end_ms - text.start_ms))


def _with_length(text: Text, length_ms: int) -> Text:
    out = min(text.fade_out_ms, length_ms)
    into = min(text.fade_in_ms, length_ms - out)
    if (length_ms, into, out) == (text.duration_ms, text.fade_in_ms, text.fade_out_ms):
        return text
    return text.model_copy(update={"duration_ms": length_ms, "fade_in_ms": into, "fade_out_ms": out})
