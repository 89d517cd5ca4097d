"""Photos one after the other: the same look for all, gentle motion, and cuts where the music has its beats."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from ..layout import layout_clips, with_fields, with_source
from ..model import Clip, Crop, Zoom
from ..time import TimeRange, format_length
from .context import EditContext
from .footage import PICTURE_MS, footage_of, is_card, new_clip, prepare_timeline
from .sound import beats_of

SHORTEST_MS = 500
LAST_FADE_MS = 1000
BEAT_REACH_MS = 500
"""How far the end of a photo may move onto a beat: half of one at 60 beats per minute, a slow song."""
_END_REACH_MS = 1500
"""How much the last photo may be longer or shorter to end with the music."""
_WHOLE = Crop(x=0, y=0, width=1, height=1)
_NEARER = 0.9
"""Share of the frame that is seen at the near end of the motion: 2 to 3 % a second on photos of four seconds."""
_VIEWS = tuple(
    Crop(x=x, y=y, width=_NEARER, height=_NEARER) for x, y in ((0.03, 0.04), (0.07, 0.06), (0.07, 0.03), (0.03, 0.06))
)
"""Where the motion goes to, or comes from: another side from photo to photo."""


def slides(edit: EditContext, count: int | None, clip_ms: int | None, total_ms: int | None) -> list[Clip]:
    """A clip for each of the first `count` pictures, where there is nothing but pictures.

    Each is as long as `clip_ms`, or all together as `total_ms`, to the millisecond.
    """
    pictures = footage_of(edit.media.values())[:count]
    prepare_timeline(edit, pictures[0])
    if clip_ms is None and total_ms is not None:
        ends = [total_ms * number // len(pictures) for number in range(len(pictures) + 1)]
        lengths = [end - start for start, end in pairwise(ends)]
    else:
        lengths = [clip_ms or PICTURE_MS] * len(pictures)
    lengths = [max(SHORTEST_MS, length) for length in lengths]
    edit.record_assumption("slides.shown", n=len(pictures), each=format_length(lengths[0]))
    clips = [
        with_fields(new_clip(edit, media, TimeRange(start_ms=0, end_ms=length)), zoom=_motion(number))
        for number, (media, length) in enumerate(zip(pictures, lengths, strict=True))
    ]
    clips[-1] = with_fields(clips[-1], picture_fade_out_ms=min(LAST_FADE_MS, lengths[-1] // 3))
    return list(layout_clips(clips))


def _motion(number: int) -> Zoom:
    """Slowly nearer and slowly away by turns, each time towards another side."""
    near = _VIEWS[number % len(_VIEWS)]
    return Zoom(start=_WHOLE, end=near) if number % 2 == 0 else Zoom(start=near, end=_WHOLE)


def fit_slides(edit: EditContext) -> None:
    """Let the photos of a slideshow end on beats of its music, and the last one with the music where that is near."""
    track, shown = edit.music, [clip for clip in edit.clips if not is_card(clip)]
    if track is None or not track.clips or not shown or not all(_is_photo(edit, clip) for clip in shown):
        return
    beats = beats_of(edit, track)
    first = track.clips[0]
    song_ms = edit.source_end(first)
    ends_ms = first.start_ms + song_ms - first.source.start_ms if song_ms and first.source else None
    clips: list[Clip] = []
    at = 0
    for clip in edit.clips:
        last = clip is edit.clips[-1]
        end = clip.end_ms if is_card(clip) else _end_of(clip, beats, ends_ms if last else None)
        clips.append(_lasting(clip, max(SHORTEST_MS, end - at)))
        at += clips[-1].duration_ms
    moved = sum(new.duration_ms != old.duration_ms for new, old in zip(clips, edit.clips, strict=True))
    if moved:
        edit.set_clips(clips)
        edit.record_change("slides.on_beats", n=moved, total=format_length(edit.length_ms))


def _is_photo(edit: EditContext, clip: Clip) -> bool:
    media = edit.media.get(clip.media_id or "")
    return media is not None and media.kind == "image" and clip.speed == 1


def _end_of(clip: Clip, beats: Sequence[int], music_ends_ms: int | None) -> int:
    """Where a photo ends: with the music where it is the last one, else on the nearest beat, else where it did."""
    if music_ends_ms is not None and abs(music_ends_ms - clip.end_ms) <= _END_REACH_MS:
        return music_ends_ms
    first = bisect_left(beats, clip.end_ms)
    nearest = min(beats[max(0, first - 1) : first + 1], key=lambda beat: abs(beat - clip.end_ms), default=clip.end_ms)
    return nearest if abs(nearest - clip.end_ms) <= BEAT_REACH_MS else clip.end_ms


def _lasting(clip: Clip, length_ms: int) -> Clip:
    if clip.source is None or is_card(clip):
        return with_fields(clip, duration_ms=length_ms)
    return with_source(clip, TimeRange(start_ms=clip.source.start_ms, end_ms=clip.source.start_ms + length_ms))
