"""The cut as results tell it: tracks, clips and what was done to them. Times in ms; absent means unknown or not so."""

from math import gcd
from typing import Annotated, Self

from pydantic import WithJsonSchema

from ..client.results import SessionState
from ..contract.draft_view import FilterReading, SegmentTraits, SegmentView, TrackView
from ..messages import say
from ..timeline.schemas import FrozenModel
from ..timeline.time import format_length, parse_rate
from .outputs import ANY_OBJECTS, MAX_LISTED, word_of


class ClipFacts(SegmentTraits):
    """One clip or text of a track; `in_ms`/`out_ms` in the source footage."""

    end_ms: int
    speed: float | None = None

    @classmethod
    def of(cls, segment: SegmentView) -> Self:
        """The facts of one segment."""
        return cls.copied_from(segment, speed=_factor(segment.speed))

    def traits(self) -> list[str]:
        """What was done to it, in words: `2x`, `muted`, `crossfade 0.5 s before it`, `bw`."""
        traits = [
            self._pace(),
            say("server.trait.freeze") if self.freeze else "",
            self._level(),
            say("server.trait.denoised", percent=round(100 * self.denoise)) if self.denoise else "",
            self._joined(),
            *(say(f"server.trait.{name}", length=format_length(length)) for name, length in self._fades() if length),
            *(_look(each) for each in self.filters or ()),
            say("server.trait.fit", fit=word_of("server.fit", self.fit)) if self.fit not in (None, "cover") else "",
            say("server.trait.rotated", degrees=self.rotate) if self.rotate else "",
            say(f"server.trait.flipped_{self.flip}") if self.flip in ("horizontal", "vertical") else "",
            say("server.trait.cropped") if self.cropped else "",
            say("server.trait.zoomed", factor=self.zoom) if self.zoom else "",
            *self._place(),
            "" if self.opacity in (None, 1) else say("server.trait.opaque", percent=round(100 * (self.opacity or 0))),
            say("server.trait.color", color=self.color) if self.color and self.media_id is None else "",
        ]
        return [each for each in traits if each]

    def _pace(self) -> str:
        if self.ramp and self.speed:
            start, end = (round(self.speed * (1 + sign * self.ramp), 2) for sign in (-1, 1))
            return say("server.trait.ramp", start=start, end=end)
        return say("server.trait.speed", factor=self.speed) if self.speed not in (None, 1) else ""

    def _level(self) -> str:
        if self.volume is None or self.volume == 1:
            return ""
        if not self.volume:
            return say("server.trait.muted")
        return say("server.trait.volume", percent=round(100 * self.volume))

    def _place(self) -> list[str]:
        """Of a picture over the reel; words have a position, too, but no width."""
        if not self.width:
            return []
        at = say("server.trait.at", place=word_of("timeline.term", self.position)) if self.position else ""
        return [at, say("server.trait.width", percent=round(100 * self.width))]

    def _joined(self) -> str:
        if self.transition is None:
            return ""
        kind = word_of("timeline.term", self.transition.kind)
        return say("server.trait.joined", kind=kind, length=format_length(self.transition.duration_ms or 0))

    def _fades(self) -> tuple[tuple[str, int | None], ...]:
        if self.text is not None:
            return ("text_in", self.fade_in_ms), ("text_out", self.fade_out_ms)
        return (
            ("picture_in", self.picture_fade_in_ms),
            ("picture_out", self.picture_fade_out_ms),
            ("sound_in", self.fade_in_ms),
            ("sound_out", self.fade_out_ms),
        )


class TrackFacts(FrozenModel):
    """One track; `kind` as in the summary line; `volume` 1 = as recorded; `duck_db` under speech."""

    kind: str
    role: str | None = None
    label: str
    start_ms: int
    end_ms: int
    clip_count: int
    volume: float | None = None
    duck_db: float | None = None
    clips: Annotated[tuple[ClipFacts, ...] | None, WithJsonSchema(ANY_OBJECTS)] = None

    @classmethod
    def of(cls, track: TrackView, full: bool) -> Self:
        """The facts of one track, with its first 200 clips when `full`."""
        return cls.copied_from(
            track,
            role=track.role or None,
            clip_count=len(track.segments),
            clips=tuple(ClipFacts.of(each) for each in track.segments[:MAX_LISTED]) if full else None,
        )


class TimelineFacts(FrozenModel):
    """The current cut; `version` goes into `base_version` of `edit`."""

    version: int | None = None
    duration_ms: int
    width: int | None = None
    height: int | None = None
    loudness_lufs: float | None = None
    summary: str
    tracks: tuple[TrackFacts, ...]

    @classmethod
    def of(cls, state: SessionState, full: bool = False) -> Self:
        """The timeline of a session."""
        return cls.copied_from(
            state.reading,
            version=state.version,
            duration_ms=state.duration_ms,
            summary=state.summary,
            tracks=tuple(TrackFacts.of(track, full) for track in state.tracks),
        )

    def frame(self) -> str:
        """`Picture 1080x1920 (9:16); loudness -14 LUFS`; empty where the backend does not say."""
        parts = []
        if self.width and self.height:
            share = gcd(self.width, self.height)
            aspect = f"{self.width // share}:{self.height // share}"
            parts.append(say("server.frame.picture", size=f"{self.width}x{self.height}", aspect=aspect))
        if self.loudness_lufs is not None:
            parts.append(say("server.frame.loudness", lufs=self.loudness_lufs))
        return say("server.frame.between").join(parts)


def _look(look: FilterReading) -> str:
    name = word_of("timeline.term", look.name)
    what = name if look.amount is None else f"{name} {look.amount:+g}"
    if (part := look.region) is None:
        return what
    size = {"width": round(100 * part.width), "height": round(100 * part.height)}
    return say("server.trait.in_part", look=what, place=word_of("timeline.term", part.place), **size)


def _factor(speed: str | None) -> float | None:
    """A speed of the wire, a number or a fraction, as a number."""
    try:
        return round(float(parse_rate(speed)), 4) if speed is not None else None
    except (ValueError, ZeroDivisionError):
        return None
