"""The finished reel beside its sources: some pictures and sounds, at times without a mixture, as the plan claims."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from ...messages import Message, message
from ...timeline.model import Clip
from ...timeline.time import format_time
from ..errors import EngineError
from ..media.decoding import frames_of, seek
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import picture_stream
from .canvas import TextOverlay
from .likeness import GRID, SLACK_S, Frame, Mask, same_pictures, same_sound
from .original import Grey, pictures_around, sound_around
from .plan import PlacedClip, PlacedText, RenderPlan
from .progress import ProgressTick, no_report
from .sound_plan import SAMPLE_RATE, PlannedSound
from .verify import OutputCheck
from .video_reader import Sources

T = TypeVar("T")
Method = Literal["copied", "hybrid", "encoded"]
"""Whether pictures are those of the footage as they are stored there: all, some or none of them."""

RUN = 8
"""Pictures in a row that are compared: of four, one is wrong where B-frames are stamped in the order of coding."""
_FEWEST_SPOTS = 3
LISTENED = SAMPLE_RATE
"""Samples that are compared: a second of speech or noise is like no other."""


@dataclass(frozen=True)
class PictureSpot:
    """Output frames [first, last) of one shot; `cues` are the texts that lie over some of them."""

    shot: PlacedClip
    first: int
    last: int
    cues: tuple[int, ...] = ()


@dataclass(frozen=True)
class SoundSpot:
    """Samples [first, last) of the output in which one sound alone is heard, unchanged but for its gain."""

    sound: PlannedSound
    first: int
    last: int

    @property
    def source_s(self) -> float:
        """Where in the media the first of them comes from, in seconds."""
        return float(self.sound.source_s) + (self.first - self.sound.first) / SAMPLE_RATE


def picture_spots(plan: RenderPlan) -> list[PictureSpot]:
    """The beginnings of all shots that can be seen alone, those far apart first; then their ends."""
    if not plan.layers:
        return []
    shown = [stretch for shot in plan.layers[0].shots if (stretch := _alone(plan, shot)) is not None]
    starts = [_spot(plan, shot, first, min(last, first + RUN)) for shot, first, last in shown]
    ends = [_spot(plan, shot, last - RUN, last) for shot, first, last in shown if last - first >= 3 * RUN]
    return [*_spread(starts), *_spread(ends)]


def sound_spots(plan: RenderPlan) -> list[SoundSpot]:
    """The middles of all stretches in which one sound is heard alone, those far apart first."""
    spots = []
    for sound in plan.sounds:
        others = [other for other in plan.sounds if other is not sound]
        low = max([sound.first, *(ramp.stop for ramp in sound.ramps if ramp.rising)])
        high = min([sound.last, plan.samples, *(ramp.start for ramp in sound.ramps if not ramp.rising)])
        for other in others:
            if other.first < high and other.last > low:
                low, high = max(((low, other.first), (other.last, high)), key=lambda part: part[1] - part[0])
        if _is_as_recorded(sound.clip) and high - low >= LISTENED:
            middle = (low + high - LISTENED) // 2
            spots.append(SoundSpot(sound, middle, middle + LISTENED))
    return _spread(spots)


def _is_as_recorded(clip: Clip) -> bool:
    return clip.speed == 1 and not clip.ramp and not clip.denoise


def _alone(plan: RenderPlan, shot: PlacedClip) -> tuple[PlacedClip, int, int] | None:
    """The longest run of frames that show the shot at full light with nothing but texts over it."""
    frames = [number for number in range(shot.first, min(shot.last, plan.frames)) if _is_alone(plan, shot, number)]
    best: tuple[int, int] = (0, 0)
    for first, last in _runs(frames):
        best = max(best, (first, last), key=lambda run: run[1] - run[0])
    return (shot, *best) if best[1] - best[0] >= _FEWEST_SPOTS and shot.clip.media_id is not None else None


def _is_alone(plan: RenderPlan, shot: PlacedClip, number: int) -> bool:
    lowest, *above = plan.layers
    return (
        lowest.join_at(number) is None
        and shot.light(number, plan.rate) >= 1
        and all(layer.shot_at(number) is None and layer.join_at(number) is None for layer in above)
    )


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """[first, last) of consecutive numbers."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield numbers[start], numbers[place - 1] + 1
            start = place


def _spot(plan: RenderPlan, shot: PlacedClip, first: int, last: int) -> PictureSpot:
    cues = tuple(place for place, cue in enumerate(plan.cues) if _over(cue, first, last))
    return PictureSpot(shot, first, last, cues)


def _over(cue: PlacedText, first: int, last: int) -> bool:
    return cue.first < last and cue.last > first


def _spread(items: Sequence[T]) -> list[T]:
    """The same items, so that any number of the first ones lie far apart: first, last, middle, quarters …"""
    order: list[int] = []
    parts = 1
    while len(order) < len(items):
        for place in [round((len(items) - 1) * step / parts) for step in range(parts + 1)]:
            if place not in order:
                order.append(place)
        parts *= 2
    return [items[place] for place in order]


MOST_PICTURES, MOST_SOUNDS = 8, 4
_FEWEST = 2
_SHARE = 0.04
"""Of the processor time that the render took; two places are looked at whatever it took."""
_SMALL = 480


@dataclass
class ComparisonResult:
    """What was compared: `seen` and `heard` count places, `wrong` says in words where the reel differs."""

    seen: int = 0
    heard: int = 0
    wrong_pictures: list[Message] = field(default_factory=list)
    wrong_sounds: list[Message] = field(default_factory=list)

    def checks(self) -> tuple[OutputCheck, ...]:
        """Nothing is claimed where nothing could be compared."""
        checks = []
        for name, count, wrong in (
            ("source pictures", self.seen, self.wrong_pictures),
            ("source sound", self.heard, self.wrong_sounds),
        ):
            if count:
                same = message("engine.check.of", found=count - len(wrong), expected=count)
                detail = message("engine.check.compared", facts=(same, *wrong))
                checks.append(OutputCheck(name, not wrong, detail))
        return tuple(checks)

    def warnings(self) -> list[Message]:
        if not self.wrong_pictures and not self.wrong_sounds:
            return []
        return [message("engine.reel.differs", where=(*self.wrong_pictures, *self.wrong_sounds))]


class ReelPictures(Protocol):
    """The pictures of a finished file."""

    def shown(self, first: int, last: int) -> list[Grey]:
        """Small grey ones of the output frames [first, last), told by their place in the file."""


class VideoPictures:
    """Those of a video. See `ReelPictures`."""

    def __init__(self, reel: InputContainer, rate: Fraction, size: tuple[int, int], beat: ProgressTick) -> None:
        self._reel = reel
        self._rate = rate
        self._size = size
        self._beat = beat

    def shown(self, first: int, last: int) -> list[Grey]:
        stream, small, scaler = picture_stream(self._reel), _small(self._size), VideoReformatter()
        assert stream is not None
        seek(self._reel, stream, first / self._rate)
        pictures: list[Grey] = []
        for frame in frames_of(self._reel, stream):
            self._beat()
            number = round((frame.pts or 0) * (exact(frame.time_base) or Fraction(1)) * self._rate)
            if number >= first and isinstance(frame, VideoFrame):
                grey = scaler.reformat(frame, *small, "gray", interpolation=Interpolation.AREA)
                pictures.append(np.asarray(grey.to_ndarray(), np.uint8))
            if number >= last - 1:
                break
        return pictures


@contextmanager
def video_pictures(path: Path, rate: Fraction, size: tuple[int, int], beat: ProgressTick) -> Iterator[ReelPictures]:
    """The pictures of a video, read as players read them. Raises EngineError."""
    with open_media(path) as reel:
        yield VideoPictures(reel, rate, size, beat)


PicturesOf = Callable[[Path, Fraction, tuple[int, int], ProgressTick], AbstractContextManager[ReelPictures]]


class _Shifted:
    """The pictures of a part of a reel by the numbers that they have in the whole. See `ReelPictures`."""

    def __init__(self, pictures: ReelPictures, first: int) -> None:
        self._pictures = pictures
        self._first = first

    def shown(self, first: int, last: int) -> list[Grey]:
        return self._pictures.shown(first - self._first, last - self._first)


def shifted_pictures(opened: PicturesOf, first: int) -> PicturesOf:
    """Those of a file that begins with the output frame `first` of the reel."""

    @contextmanager
    def shifted(path: Path, rate: Fraction, size: tuple[int, int], beat: ProgressTick) -> Iterator[ReelPictures]:
        with opened(path, rate, size, beat) as pictures:
            yield _Shifted(pictures, first)

    return shifted


@dataclass(frozen=True)
class FinishedReel:
    """What was written: to `path`, drawn at `size`, with `letters` over the frame and all sound louder by `gain`.

    `plan` has what the file holds: no layers in one of sound alone. `pictures` reads it; `scaled` is its size where
    that is not the one it was drawn at. `method` tells how its pictures were made, `checks` what was looked at on the
    way; `codec` and `pixels` are those of the footage where pictures were copied from it, `written` how many pictures
    there are where these are not the frames of the plan.
    """

    path: Path
    plan: RenderPlan
    sources: Sources
    letters: Sequence[TextOverlay | None]
    size: tuple[int, int]
    gain: float
    pictures: PicturesOf = video_pictures
    scaled: tuple[int, int] | None = None
    method: Method = "encoded"
    checks: tuple[OutputCheck, ...] = ()
    codec: str | None = None
    pixels: str | None = None
    written: int | None = None


def compare_with_sources(
    made: FinishedReel,
    spent_s: float,
    beat: ProgressTick = no_report,
    looked: Callable[[float], None] = lambda _share: None,
) -> ComparisonResult:
    """Compare a reel with its sources for a small share of the processor time `spent_s` that it took.

    `looked` hears how much of it is done, from 0 to 1. What cannot be told, and a source that cannot be read in
    a second way, is passed over.
    """
    verdict, stop_s = ComparisonResult(), time.process_time() + _SHARE * spent_s
    with made.pictures(made.path, made.plan.rate, made.size, beat) as reel:
        look = _Comparison(made, reel, verdict, beat)
        pictures = [spot for spot in picture_spots(made.plan) if look.can_see(spot)][:MOST_PICTURES]
        sounds = [spot for spot in sound_spots(made.plan) if look.can_hear(spot)][:MOST_SOUNDS]
        places = max(len(pictures), len(sounds))
        for number in range(places):
            looked(number / places)
            if number >= _FEWEST and time.process_time() >= stop_s:
                break
            if number < len(pictures):
                look.at_pictures(pictures[number])
            if number < len(sounds):
                look.at_sound(sounds[number])
    return verdict


class _Comparison:
    """Looks at places of one finished reel."""

    def __init__(self, made: FinishedReel, reel: ReelPictures, verdict: ComparisonResult, beat: ProgressTick) -> None:
        self._made = made
        self._reel = reel
        self._verdict = verdict
        self._beat = beat

    def can_see(self, spot: PictureSpot) -> bool:
        source = self._made.sources.get(spot.shot.clip.media_id or "")
        zoomed = spot.shot.clip.zoom is not None
        blurred = any(each.name == "blur" for each in spot.shot.clip.filters)
        return source is not None and source.info.kind == "video" and not blurred and not zoomed

    def can_hear(self, spot: SoundSpot) -> bool:
        source = self._made.sources.get(spot.sound.media_id)
        return source is not None and source.info.has_sound

    def at_pictures(self, spot: PictureSpot) -> None:
        clip, rate = spot.shot.clip, self._made.plan.rate
        source = self._made.sources[clip.media_id or ""]
        times_s = [max(Fraction(0), spot.shot.source_s(number, rate)) for number in range(spot.first, spot.last)]
        shown = self._reel.shown(spot.first, spot.last)
        try:
            original = pictures_around(source.path, min(times_s), max(times_s), self._beat)
        except EngineError:
            return
        step_s = 1 / (source.info.frame_rate or rate)
        if not shown or not original.pictures:
            return
        frame = Frame(clip, self._made.size)
        height, width = original.pictures[0].shape
        covered = self._covered(spot, frame.box((width, height)))
        same = same_pictures(shown, times_s[: len(shown)], original, frame, step_s, covered)
        if same is None:
            return
        self._verdict.seen += 1
        if not same:
            here = format_time(round(spot.first * 1000 / rate))
            there = format_time(round(times_s[0] * 1000))
            self._verdict.wrong_pictures.append(
                message("engine.reel.other_pictures", here=here, source=source.info.name, there=there)
            )

    def _covered(self, spot: PictureSpot, box: tuple[float, float, float, float]) -> Mask:
        """Where texts lie in the small picture that is made of a part of the frame."""
        covered = np.zeros(GRID[::-1], np.bool_)
        across, up = GRID[0] / (box[2] - box[0]), GRID[1] / (box[3] - box[1])
        for place in spot.cues:
            letters = self._made.letters[place]
            if letters is None:
                continue
            high, wide = letters.luma.shape
            top, bottom = floor((letters.top - box[1]) * up), ceil((letters.top + high - box[1]) * up)
            left, right = floor((letters.left - box[0]) * across), ceil((letters.left + wide - box[0]) * across)
            covered[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
        return covered

    def at_sound(self, spot: SoundSpot) -> None:
        source = self._made.sources[spot.sound.media_id]
        here_s, length_s = spot.first / SAMPLE_RATE, (spot.last - spot.first) / SAMPLE_RATE
        heard = sound_around(self._made.path, here_s, here_s + length_s, self._beat)
        from_s = spot.source_s - SLACK_S
        try:
            original = sound_around(source.path, from_s, from_s + length_s + 2 * SLACK_S, self._beat)
        except EngineError:
            return
        same = same_sound(heard, original, spot.sound.gain * self._made.gain)
        if same is None:
            return
        self._verdict.heard += 1
        if not same:
            here, there = format_time(round(here_s * 1000)), format_time(round(spot.source_s * 1000))
            self._verdict.wrong_sounds.append(
                message("engine.reel.other_sound", here=here, source=source.info.name, there=there)
            )


def _small(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(Fraction(1), Fraction(_SMALL, max(size)))
    return max(2, round(size[0] * scale)), max(2, round(size[1] * scale))
