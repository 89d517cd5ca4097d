"""What of a timeline a format has no place for, clip by clip. Pure.

A feature is something that a reel may use and a format may lack: the name of it is that of a sentence,
`interchange.lost.<name>`. What a format carries stands with it (`formats.py`).
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from ..messages import Argument, Message, message
from ..timeline.model import AudioTrack, Clip, ForeignTrack, TextStyle, TextTrack, Timeline, VideoTrack
from .sequence import BLACK, CutEvent, CutLane, CutSequence

_OF_CLIPS: dict[str, Callable[[Clip], bool]] = {
    "freeze": lambda clip: clip.freeze,
    "speed": lambda clip: not clip.freeze and clip.speed != 1,
    "ramp": lambda clip: not clip.freeze and clip.ramp != 0,
    "mute": lambda clip: clip.volume == 0,
    "gain": lambda clip: clip.volume not in (0, 1),
    "sound_fade": lambda clip: clip.fade_in_ms + clip.fade_out_ms > 0,
    "picture_fade": lambda clip: clip.picture_fade_in_ms + clip.picture_fade_out_ms > 0,
    "denoise": lambda clip: clip.denoise > 0,
    "turn": lambda clip: clip.rotate != 0 or clip.flip is not None,
    "crop": lambda clip: clip.crop is not None,
    "zoom": lambda clip: clip.zoom is not None,
    "placement": lambda clip: clip.placement is not None,
    "filters": lambda clip: bool(clip.filters),
    "focus": lambda clip: clip.focus is not None or clip.camera is not None,
}
_OF_TITLES = ("text_style", "text_position", "text_fade", "text_count")
FEATURES = frozenset({
    *_OF_CLIPS, *_OF_TITLES, "card", "card_color", "crossfade", "wipe", "slide", "fade_black", "fade_white", "cover",
    "blur", "overlay", "music", "more_music", "track_gain", "ducking", "titles", "loudness", "markers", "gap",
})  # fmt: skip
_SAME_SHAPE = 0.01
"""Relative difference of two shapes below which nothing is to be framed: a hundredth is 11 lines of 1080."""


class UsedFeature(NamedTuple):
    """A feature that a reel uses, and at what: clips by number of a track, else nothing."""

    name: str
    lane: CutLane | None = None
    number: int = 0


def used_features(timeline: Timeline, sequence: CutSequence) -> Iterator[UsedFeature]:
    """Everything that a reel uses beyond plain cuts; the same feature once for each clip."""
    for place, lane in enumerate(sequence.of("video")):
        if place:
            yield UsedFeature("overlay", lane)
        yield from _of_lane(lane, sequence)
    for place, lane in enumerate(sequence.of("audio")):
        yield UsedFeature("more_music" if place > 1 else "music", lane)
        yield from _of_lane(lane, sequence)
    for track in timeline.tracks:
        yield from (UsedFeature(name) for name in _of_track(track))
    if timeline.loudness_lufs is not None:
        yield UsedFeature("loudness")


def _of_lane(lane: CutLane, sequence: CutSequence) -> Iterator[UsedFeature]:
    for event in lane.events:
        names = [name for name, uses in _OF_CLIPS.items() if uses(event.clip)]
        for name in (*names, *_more_of(event, lane, sequence)):
            yield UsedFeature(name, lane, event.number)
    starts = [0, *(event.record.end for event in lane.events)]
    if lane is sequence.main and any(event.record.start > at for event, at in zip(lane.events, starts, strict=False)):
        yield UsedFeature("gap", lane)


def _more_of(event: CutEvent, lane: CutLane, sequence: CutSequence) -> Iterator[str]:
    if event.clip.media_id is None:
        yield "card"
        if (event.clip.color or BLACK) != BLACK:
            yield "card_color"
    if event.transition is not None:
        yield event.transition.kind
    if lane is sequence.main and (event.clip.why or event.clip.label):
        yield "markers"
    if lane.kind == "video" and event.clip.placement is None and _is_framed(event, sequence):
        yield from {"cover": ["cover"], "blur": ["blur"]}.get(event.clip.fit, [])


def _is_framed(event: CutEvent, sequence: CutSequence) -> bool:
    info = event.source.info if event.source is not None else None
    if info is None or not info.width or not info.height:
        return False
    shapes = Fraction(info.width, info.height), Fraction(sequence.width, sequence.height)
    return abs(float(shapes[0] / shapes[1]) - 1) > _SAME_SHAPE


def _of_track(track: VideoTrack | AudioTrack | TextTrack | ForeignTrack) -> Iterator[str]:
    if isinstance(track, ForeignTrack):
        return
    if isinstance(track, TextTrack):
        shown = [text for text in track.texts if text.text.strip()]
        plain = TextStyle()
        uses = {
            "titles": bool(shown),
            "text_style": any(text.style != plain for text in shown),
            "text_position": any(text.style.position != plain.position for text in shown),
            "text_fade": any(text.fade_in_ms or text.fade_out_ms for text in shown),
            "text_count": any(text.counts for text in shown),
        }
        yield from (name for name, used in uses.items() if used)
        return
    if track.volume != 1:
        yield "track_gain"
    if isinstance(track, AudioTrack) and track.duck_db is not None:
        yield "ducking"


def left_out(timeline: Timeline, sequence: CutSequence, carried: frozenset[str]) -> tuple[Message, ...]:
    """What a format that carries these features leaves out, each with the clips that it is left out of."""
    gone: dict[str, list[UsedFeature]] = {}
    for used in used_features(timeline, sequence):
        if used.name not in carried:
            gone.setdefault(used.name, []).append(used)
    return (*(message(f"interchange.lost.{name}", where=_where(uses)) for name, uses in gone.items()),
            *_changed(sequence, carried))  # fmt: skip


def _changed(sequence: CutSequence, carried: frozenset[str]) -> Iterator[Message]:
    """What comes out otherwise than it was in the reel, whatever the format."""
    if sequence.skipped:
        yield message("interchange.lost.less_than_a_frame", n=len(sequence.skipped))
    if "crossfade" in carried:
        events = [event for lane in sequence.of("video") for event in lane.events]
        short = [
            event.number for event in events if (join := event.transition) is not None and join.length < join.wished
        ]
        wished = [event.number for lane in sequence.of("video") for event in _unjoined(lane)]
        if short:
            yield message("interchange.lost.shorter_transition", numbers=_ranges(short))
        if wished:
            yield message("interchange.lost.no_handles", numbers=_ranges(wished))


def _unjoined(lane: CutLane) -> Iterator[CutEvent]:
    for before, event in pairwise(lane.events):
        if event.clip.transition is not None and event.transition is None and before.record.end == event.record.start:
            yield event


def _where(uses: list[UsedFeature]) -> Message:
    """`clips 1 and 3-5`, `clip 2 of video track 2`: by track, in the order of the tracks."""
    lanes: dict[int, tuple[CutLane, list[int]]] = {}
    for used in uses:
        if used.lane is not None:
            lanes.setdefault(id(used.lane.track), (used.lane, []))[1].append(used.number)
    parts = tuple(_of_numbers(lane, sorted({n for n in numbers if n})) for lane, numbers in lanes.values())
    return message("interchange.places", places=parts) if parts else message("interchange.the_reel")


def _of_numbers(lane: CutLane, numbers: list[int]) -> Message:
    facts: dict[str, Argument] = {
        "kind": message(f"interchange.track.{lane.kind}", n=lane.number),
        "numbers": _ranges(numbers),
    }
    if not numbers:
        return message("interchange.on.track", **facts)
    name = "reel" if lane.kind == "video" and lane.number == 1 else "other"
    return message(f"interchange.on.{name}.{'one' if len(numbers) == 1 else 'many'}", **facts)


def _ranges(numbers: list[int]) -> str:
    """`1, 3-5`."""
    rows: list[list[int]] = []
    for number in sorted(numbers):
        if rows and rows[-1][-1] + 1 == number:
            rows[-1].append(number)
        else:
            rows.append([number])
    return ", ".join(str(row[0]) if len(row) == 1 else f"{row[0]}-{row[-1]}" for row in rows)
