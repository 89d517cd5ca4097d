"""The finished reel beside its sources: some pictures and sounds, at the times that the plan claims for them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from ...messages import Message, message
from ...timeline.time import clock
from ..decoding import frames_of, seek
from ..errors import EngineError
from ..opening import open_media
from ..streams import picture_stream
from .canvas import Letters
from .likeness import GRID, SLACK_S, Frame, Mask, same_pictures, same_sound
from .notes import Beat, nothing
from .original import Grey, pictures_around, sound_around
from .plan import RenderPlan
from .soundplan import SAMPLE_RATE
from .source import Sources
from .spots import PictureSpot, SoundSpot, picture_spots, sound_spots
from .verify import Check

MOST_PICTURES, MOST_SOUNDS = 8, 4
_FEWEST = 2
_SHARE = 0.04
"""Of the processor time that the render took; two places are looked at whatever it took."""
_SMALL = 480


@dataclass
class Verdict:
    """What was compared: `seen` and `heard` count places, `wrong` says in words where the reel differs."""

    seen: int = 0
    heard: int = 0
    wrong_pictures: list[Message] = field(default_factory=list)
    wrong_sounds: list[Message] = field(default_factory=list)

    def checks(self) -> tuple[Check, ...]:
        """Nothing is claimed where nothing could be compared."""
        found = []
        for name, count, wrong in (
            ("source pictures", self.seen, self.wrong_pictures),
            ("source sound", self.heard, self.wrong_sounds),
        ):
            if count:
                detail = f"{count - len(wrong)} of {count}"
                found.append(Check(name, not wrong, "; ".join([detail, *map(str, wrong)])))
        return tuple(found)

    def warnings(self) -> list[Message]:
        if not self.wrong_pictures and not self.wrong_sounds:
            return []
        return [message("engine.reel.differs", where=(*self.wrong_pictures, *self.wrong_sounds))]


@dataclass(frozen=True)
class Made:
    """What was written: to `path`, at `size`, with `letters` over the frame and all sound louder by `gain`."""

    path: Path
    plan: RenderPlan
    sources: Sources
    letters: Sequence[Letters | None]
    size: tuple[int, int]
    gain: float


def compared(made: Made, spent_s: float, beat: Beat = nothing) -> Verdict:
    """Compare a reel with its sources for a small share of the processor time `spent_s` that it took.

    What cannot be told, and a source that cannot be read in a second way, is passed over.
    """
    verdict, stop_s = Verdict(), time.process_time() + _SHARE * spent_s
    with open_media(made.path) as reel:
        look = _Look(made, reel, verdict, beat)
        pictures = [spot for spot in picture_spots(made.plan) if look.can_see(spot)][:MOST_PICTURES]
        sounds = [spot for spot in sound_spots(made.plan) if look.can_hear(spot)][:MOST_SOUNDS]
        for number in range(max(len(pictures), len(sounds))):
            if number >= _FEWEST and time.process_time() >= stop_s:
                break
            beat()
            if number < len(pictures):
                look.at_pictures(pictures[number])
            if number < len(sounds):
                look.at_sound(sounds[number])
    return verdict


class _Look:
    """Looks at places of one finished reel."""

    def __init__(self, made: Made, reel: InputContainer, verdict: Verdict, beat: Beat) -> None:
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
        shown = self._shown(spot)
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
            here = clock(round(spot.first * 1000 / rate))
            there = clock(round(times_s[0] * 1000))
            self._verdict.wrong_pictures.append(
                message("engine.reel.other_pictures", here=here, source=source.info.name, there=there)
            )

    def _shown(self, spot: PictureSpot) -> list[Grey]:
        """Small grey pictures of the reel itself, told by their place in the file."""
        stream, rate = picture_stream(self._reel), self._made.plan.rate
        assert stream is not None
        small, scaler = _small(self._made.size), VideoReformatter()
        seek(self._reel, stream, spot.first / rate)
        found: list[Grey] = []
        for frame in frames_of(self._reel, stream):
            self._beat()
            number = round((frame.pts or 0) * (frame.time_base or Fraction(1)) * rate)
            if number >= spot.first and isinstance(frame, VideoFrame):
                grey = scaler.reformat(frame, *small, "gray", interpolation=Interpolation.AREA)
                found.append(np.asarray(grey.to_ndarray(), np.uint8))
            if number >= spot.last - 1:
                break
        return found

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
            here, there = clock(round(here_s * 1000)), clock(round(spot.source_s * 1000))
            self._verdict.wrong_sounds.append(
                message("engine.reel.other_sound", here=here, source=source.info.name, there=there)
            )


def _small(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(Fraction(1), Fraction(_SMALL, max(size)))
    return max(2, round(size[0] * scale)), max(2, round(size[1] * scale))
