"""The cut as results tell it: tracks, clips and what was done to them. Times in ms; absent means unknown or not so."""

from math import gcd
from typing import Annotated, Self

from pydantic import WithJsonSchema

from ..client.results import SessionState
from ..contract.reading import FilterReading, SegmentReading, TrackReading, TransitionReading
from ..timeline.phrases import short
from ..timeline.time import parse_rate
from ..timeline.value import Value
from .shapes import MAX_LISTED

_ANY_OBJECTS = {"type": "array", "items": {"type": "object"}}


class ClipFacts(Value):
    """One clip or text of a track; `in_ms`/`out_ms` in the source footage."""

    start_ms: int
    end_ms: int
    label: str
    text: str | None = None
    media_id: str | None = None
    in_ms: int | None = None
    out_ms: int | None = None
    speed: float | None = None
    volume: float | None = None
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None
    picture_fade_in_ms: int | None = None
    picture_fade_out_ms: int | None = None
    transition: TransitionReading | None = None
    filters: tuple[FilterReading, ...] | None = None
    freeze: bool | None = None
    fit: str | None = None
    rotate: int | None = None
    flip: str | None = None
    cropped: bool | None = None
    color: str | None = None
    position: str | None = None
    width: float | None = None
    opacity: float | None = None
    zoom: float | None = None

    @classmethod
    def of(cls, segment: SegmentReading) -> Self:
        """The facts of one segment."""
        same = {name: getattr(segment, name) for name in cls.model_fields if name != "speed"}
        return cls(**same, speed=_factor(segment.speed))

    def traits(self) -> list[str]:
        """What was done to it, in words: `2x`, `muted`, `crossfade 0.5 s before it`, `bw`."""
        transition = self.transition
        told = [
            f"{self.speed:g}x" if self.speed not in (None, 1) else "",
            "held frame" if self.freeze else "",
            "" if self.volume in (None, 1) else f"volume {round(100 * self.volume)} %" if self.volume else "muted",
            f"{transition.kind} {short(transition.duration_ms or 0)} before it" if transition is not None else "",
            *(f"{name} {short(length)}" for name, length in self._fades() if length),
            *(f"{each.name} {each.amount:+g}" if each.amount is not None else each.name for each in self.filters or ()),
            f"fit {self.fit}" if self.fit not in (None, "cover") else "",
            f"rotated {self.rotate}°" if self.rotate else "",
            f"flipped {self.flip}" if self.flip else "",
            "cropped" if self.cropped else "",
            f"zoomed {self.zoom:g}x" if self.zoom else "",
            f"at the {self.position}" if self.width and self.position else "",
            f"{round(100 * self.width)} % wide" if self.width else "",
            f"{round(100 * self.opacity)} % opaque" if self.opacity not in (None, 1) else "",
            f"colour {self.color}" if self.color and self.media_id is None else "",
        ]
        return [each for each in told if each]

    def _fades(self) -> tuple[tuple[str, int | None], ...]:
        if self.text is not None:
            return ("fade in", self.fade_in_ms), ("fade out", self.fade_out_ms)
        return (
            ("picture fades in", self.picture_fade_in_ms),
            ("picture fades out", self.picture_fade_out_ms),
            ("sound fades in", self.fade_in_ms),
            ("sound fades out", self.fade_out_ms),
        )


class TrackFacts(Value):
    """One track; `kind` as in the summary line; `volume` 1 = as recorded; `duck_db` under speech."""

    kind: str
    role: str | None = None
    label: str
    start_ms: int
    end_ms: int
    clip_count: int
    volume: float | None = None
    duck_db: float | None = None
    clips: Annotated[tuple[ClipFacts, ...] | None, WithJsonSchema(_ANY_OBJECTS)] = None

    @classmethod
    def of(cls, track: TrackReading, full: bool) -> Self:
        """The facts of one track, with its first 200 clips when `full`."""
        return cls(
            kind=track.kind,
            role=track.role or None,
            label=track.label,
            start_ms=track.start_ms,
            end_ms=track.end_ms,
            clip_count=len(track.segments),
            volume=track.volume,
            duck_db=track.duck_db,
            clips=tuple(ClipFacts.of(each) for each in track.segments[:MAX_LISTED]) if full else None,
        )


class TimelineFacts(Value):
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
        return cls(
            version=state.version,
            duration_ms=state.duration_ms,
            width=state.reading.width,
            height=state.reading.height,
            loudness_lufs=state.reading.loudness_lufs,
            summary=state.summary,
            tracks=tuple(TrackFacts.of(track, full) for track in state.tracks),
        )

    def frame(self) -> str:
        """`Picture 1080x1920 (9:16); loudness -14 LUFS`; empty where the backend does not say."""
        told = []
        if self.width and self.height:
            share = gcd(self.width, self.height)
            told.append(f"Picture {self.width}x{self.height} ({self.width // share}:{self.height // share})")
        if self.loudness_lufs is not None:
            told.append(f"loudness {self.loudness_lufs:g} LUFS")
        return "; ".join(told)


def _factor(speed: str | None) -> float | None:
    """A speed of the wire, a number or a fraction, as a number."""
    try:
        return round(float(parse_rate(speed)), 4) if speed is not None else None
    except (ValueError, ZeroDivisionError):
        return None
