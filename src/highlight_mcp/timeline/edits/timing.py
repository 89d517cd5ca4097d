"""Speed, replays, held frames, cuts on the beat."""

from bisect import bisect_left
from fractions import Fraction

from ...messages import message
from ..layout import is_footage, part, resourced, source_at, with_fields
from ..model import AudioTrack, Clip
from ..operations import BeatSync, Freeze, Replay, Speed
from ..time import TimeRange, clock, format_length, frame_ms, scaled, write_rate
from .desk import Desk
from .footage import is_card
from .outcome import Refused
from .sound import need_music
from .targets import SLIVER_MS, pieces, position, rewrite

REPLAY_SPEED = Fraction(1, 2)
REACH_MS = 250
SHORTEST_ON_BEAT_MS = 300
LONGEST_FREEZE_MS = 60_000


def speed(desk: Desk, op: Speed) -> None:
    """Play clips or a range at a speed; 1 is as recorded."""
    chosen = pieces(desk, op.target)
    before = desk.length_ms
    desk.set_clips(rewrite(desk, chosen, lambda clip: [_at_speed(clip, op.factor)]))
    desk.done("speed", factor=factor_words(op.factor), before=clock(before), total=clock(desk.length_ms))


def _at_speed(clip: Clip, factor: Fraction) -> Clip:
    if not is_footage(clip) or clip.source is None:
        return clip
    return resourced(clip, clip.source, factor)


def factor_words(factor: Fraction) -> str:
    """`1.5`, `0.333`: a factor for people."""
    return write_rate(factor) if factor.denominator == 1 else f"{float(factor):.3f}".rstrip("0").rstrip(".")


def replay(desk: Desk, op: Replay) -> None:
    """Show clips or a range again right after, in slow motion unless another factor is given."""
    factor = op.factor or REPLAY_SPEED
    if op.factor is None:
        desk.assume("replay_speed", factor=factor_words(factor))
    chosen = pieces(desk, op.target)
    before = desk.length_ms
    again = 0

    def twice(clip: Clip) -> list[Clip]:
        nonlocal again
        if is_card(clip):
            return [clip]
        again += 1
        copy = with_fields(desk.copy_of(clip, same_footage=False), transition=None)
        return [clip, _at_speed(copy, factor)]

    desk.set_clips(rewrite(desk, chosen, twice))
    slots = {"factor": factor_words(factor), "before": clock(before), "total": clock(desk.length_ms)}
    desk.done("replayed", n=again, **slots)


def freeze(desk: Desk, op: Freeze) -> None:
    """Hold the frame at a time of the reel."""
    place, offset = position(desk, op.at_ms)
    clip = desk.clips[place]
    if is_card(clip):
        raise Refused("limit", message("timeline.freeze_card"), message("timeline.freeze_card.next"))
    length = min(op.duration_ms, LONGEST_FREEZE_MS)
    if length < op.duration_ms:
        desk.assume("longest_freeze", length=format_length(length))
    held = _held(desk, clip, offset, length)
    if offset < SLIVER_MS:
        around = [held, clip]
    elif offset > clip.duration_ms - SLIVER_MS:
        around = [clip, held]
    else:
        around = [part(clip, 0, offset), held, desk.copy_of(part(clip, offset, clip.duration_ms))]
    desk.set_clips([*desk.clips[:place], *around, *desk.clips[place + 1 :]])
    desk.done("froze", at=clock(op.at_ms), length=format_length(length), total=clock(desk.length_ms))


def _held(desk: Desk, clip: Clip, offset: int, length: int) -> Clip:
    assert clip.source is not None
    at = clip.source.start_ms if clip.freeze else source_at(clip, offset)
    frame = max(1, frame_ms(1, desk.timeline.frame_rate))
    end = desk.footage_end(clip) or at + frame
    start = max(0, min(at, end - frame))
    fields = {"fade_in_ms": 0, "fade_out_ms": 0, "picture_fade_in_ms": 0, "picture_fade_out_ms": 0, "transition": None}
    held = with_fields(desk.copy_of(clip, same_footage=False), freeze=True, speed=Fraction(1), **fields)
    return with_fields(held, source=TimeRange(start_ms=start, end_ms=min(end, start + frame)), duration_ms=length)


def beat_sync(desk: Desk, _op: BeatSync) -> None:
    """Move the ends of clips to the nearest beat of the music, by a quarter of a second at most."""
    track = need_music(desk)
    beats = _beats(desk, track)
    if not beats:
        raise Refused(
            "nothing_found", message("timeline.no_beat", name=track.name or "-"), message("timeline.no_beat.next")
        )
    clips: list[Clip] = []
    at = moved = 0
    for clip in desk.clips:
        new = _ending_on(desk, clip, at, beats)
        moved += new.duration_ms != clip.duration_ms
        clips.append(new)
        at += new.duration_ms
    desk.set_clips(clips)
    desk.done("on_beat", n=moved, many=len(clips))


def _beats(desk: Desk, track: AudioTrack) -> list[int]:
    """Beats in the time of the reel."""
    found: list[int] = []
    for clip in track.clips:
        if clip.source is None or clip.media_id is None:
            continue
        inside = (ms for ms in desk.senses.beats(clip.media_id) if clip.source.start_ms <= ms < clip.source.end_ms)
        found += [clip.start_ms + scaled(ms - clip.source.start_ms, 1 / clip.speed) for ms in inside]
    return sorted(found)


def _ending_on(desk: Desk, clip: Clip, start: int, beats: list[int]) -> Clip:
    end = start + clip.duration_ms
    first = bisect_left(beats, end)
    near = sorted(beats[max(0, first - 2) : first + 2], key=lambda beat: abs(beat - end))
    for beat in near:
        length = beat - start
        if abs(beat - end) > REACH_MS or length < SHORTEST_ON_BEAT_MS:
            continue
        if not is_footage(clip) or clip.source is None:
            return with_fields(clip, duration_ms=length)
        source_end = clip.source.start_ms + scaled(length, clip.speed)
        limit = desk.footage_end(clip)
        if limit is None or source_end <= limit:
            return resourced(clip, TimeRange(start_ms=clip.source.start_ms, end_ms=source_end))
    return clip
