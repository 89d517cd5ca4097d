"""What kind of footage a recording seems to be, told from its signals alone, with what speaks for it.

It is a guess about the whole, said beside what was found in it; nothing is chosen by it. A kind is believed in where
its signs are clear; else none is named.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...messages import Message, message
from ..signals.analysis import Analysis
from ..signals.outbursts import is_made
from ..signals.sample_frames import SampleFrames, luma
from ..signals.series import SERIES_HZ, ramp_of, rolling_deviation, rolling_mean
from ..signals.shots import Shot
from ..signals.sound import SoundSeries
from ..signals.sound_activity import crowd_series, reactions, speech, threshold_db
from .ranking import MEDIUM

Kind = Literal["match", "talk", "stream", "outing", "music", "unclear"]

# Each pair is "no to yes", and lies between what recordings of a kind and those of the others had on 30 November: 11
# shared ones, 12 composed ones and 4 pieces of music. benchmarks/kinds.py judges them; none was varied alone.
_SPEAKS = (0.20, 0.50)  # share of the recording: talks 0.53 to 0.64, matches up to 0.34
_HOLDS_TONES = (0.08, 0.30)  # share of the recording: music 0.24 to 0.60, others up to 0.06
_REACTIONS_PER_10_MIN = (1.0, 5.0)  # reactions: matches 10 to 16
_STAYS = (0.07, 0.15)  # share of the picture: a game on a screen 0.15, a camera that moves up to 0.10
# luma 0..255, deviation over time: a game on a screen 29 to 32, a fixed camera 2 to 20
_CHANGES = (12.0, 22.0)
_SHOTS_PER_MIN = (0.6, 2.0)  # shots: outings 3.4 to 5.2, one camera 0.3 to 0.4
_SHOTS = (2.0, 5.0)  # shots: a short clip has many in a minute and yet shows one place; no source on record
_LIKELY = 0.5  # 0..1, below which no kind is named; no source on record, not varied
_STILL_LUMA = 6.0  # luma 0..255, standard deviation over time of what stays as it is; no source on record, not varied
# flatness 0..1, where noise begins for sound_activity._NOISE; dB of deviation within 1 s, as sound_activity._LEVEL_DB
_TONE_NOISE, _TONE_LEVEL_DB = 0.40, 4.0
_FEW_LOOKS = 20  # looks, below which pictures tell nothing of the whole; no source on record, not varied
_LONG_MS = 3_600_000  # ms of one place that are worth a word; no source on record, not varied


@dataclass(frozen=True)
class FootageKind:
    """The `kind`, how `likely` it is (0..1), what speaks for it, and what could not be judged."""

    kind: Kind
    likely: float
    evidence: tuple[Message, ...]
    unjudged: tuple[Message, ...]

    def told(self) -> Message:
        """All of it in a sentence or two."""
        seems = message(f"engine.footage.{self.kind}", evidence=self.evidence)
        if not self.unjudged:
            return seems
        return message("engine.footage.with_unjudged", seems=seems, unjudged=self.unjudged)

    def as_json(self) -> dict[str, Any]:
        """The same for an answer, as it goes between processes."""
        return {"kind": self.kind, "likely": self.likely, "told": self.told().dump()}


def kind_of(analysis: Analysis) -> FootageKind:
    """The kind of a recording: the same signals give the same answer."""
    heard = _heard(analysis.sound)
    seen = _seen(analysis.pictures, analysis.shots, analysis.duration_ms)
    likely = _likelihoods(heard, seen)
    best = max(likely, key=lambda kind: likely[kind])
    kind: Kind = best if likely[best] >= _LIKELY else "unclear"
    return FootageKind(kind, round(likely[best], 2), _evidence(kind, heard, seen), _unjudged(kind, analysis, heard))


@dataclass(frozen=True)
class Heard:
    """Shares of the recording in which somebody `speaks` or `tones` are held; `reactions` in ten minutes."""

    speaks: float
    tones: float
    reactions: float
    silent: bool = False


@dataclass(frozen=True)
class Seen:
    """`shots` in a minute and how many there are (`count`); the share of the picture that `stays` as it is, and how
    much the rest of it changes (`changes`, luma 0..255); `known` whether there are enough looks to tell."""

    shots: float
    count: int
    stays: float
    changes: float
    known: bool


def _heard(sound: SoundSeries | None) -> Heard | None:
    if sound is None or not len(sound):
        return None
    audible = sound.loudness > threshold_db(sound.loudness)
    tonal = rolling_mean(sound.noise, SERIES_HZ) < _TONE_NOISE
    held = rolling_deviation(sound.level, SERIES_HZ) < _TONE_LEVEL_DB
    heard = reactions(sound, crowd_series(sound)) if not is_made(sound) else []
    crowds = [one for one in heard if one.score >= MEDIUM]
    return Heard(
        speaks=float((speech(sound) > 0.5).mean()),
        tones=float((audible & tonal & held).mean()),
        reactions=len(crowds) * 600.0 * SERIES_HZ / len(sound),
        silent=not audible.any(),
    )


def _seen(pictures: SampleFrames, shots: list[Shot], duration_ms: int) -> Seen:
    if not len(pictures):
        return Seen(0.0, 0, 0.0, 0.0, known=False)
    over_time = luma(pictures.images).astype(np.float32).std(axis=0)
    return Seen(
        shots=len(shots) * 60_000.0 / max(1, duration_ms),
        count=len(shots),
        stays=float((over_time < _STILL_LUMA).mean()),
        changes=float(np.median(over_time)),
        known=len(pictures) >= _FEW_LOOKS,
    )


def _likelihoods(heard: Heard | None, seen: Seen) -> dict[Kind, float]:
    """0..1 for each kind.

    What more of the recording tells goes before what only some of it tells: who speaks most of the time is applauded
    too, a game that is played on a screen may have a crowd, and music has syllables where somebody sings.
    """
    music = ramp_of(heard.tones, *_HOLDS_TONES) if heard is not None else 0.0
    talk = (1.0 - music) * ramp_of(heard.speaks, *_SPEAKS) if heard is not None else 0.0
    left = (1.0 - talk) * (1.0 - music)
    screen = ramp_of(seen.stays, *_STAYS) * ramp_of(seen.changes, *_CHANGES) if seen.known else 0.0
    seen_outside = left * (1.0 - screen)
    match = seen_outside * (ramp_of(heard.reactions, *_REACTIONS_PER_10_MIN) if heard is not None else 0.0)
    outing = seen_outside * (1.0 - match) * ramp_of(seen.shots, *_SHOTS_PER_MIN) * ramp_of(seen.count, *_SHOTS)
    return {"talk": talk, "music": music, "stream": left * screen, "match": match, "outing": outing}


def _evidence(kind: Kind, heard: Heard | None, seen: Seen) -> tuple[Message, ...]:
    crowd = message("engine.footage.reactions", n=round(heard.reactions)) if heard is not None else None
    spoken = message("engine.footage.speaks", share=heard.speaks) if heard is not None else None
    places = message("engine.footage.shots", n=seen.count)
    told: dict[Kind, tuple[Message | None, ...]] = {
        "match": (crowd, spoken),
        "talk": (spoken, crowd),
        "stream": (message("engine.footage.stays", share=seen.stays),),
        "outing": (places, crowd),
        "music": (message("engine.footage.tones", share=heard.tones if heard is not None else 0.0), spoken),
        "unclear": (places, spoken, crowd),
    }
    return tuple(one for one in told[kind] if one is not None)


def _unjudged(kind: Kind, analysis: Analysis, heard: Heard | None) -> tuple[Message, ...]:
    out = []
    if heard is None or heard.silent:
        out.append(message("engine.footage.no_sound"))
    if not len(analysis.pictures):
        out.append(message("engine.footage.no_pictures"))
    elif not analysis.dense:
        out.append(message("engine.footage.not_every_frame"))
    if len(analysis.shots) == 1 and analysis.duration_ms >= _LONG_MS:
        out.append(message("engine.footage.one_place", hours=analysis.duration_ms / 3_600_000))
    if kind in ("match", "stream", "unclear") and len(analysis.pictures):
        out.append(message("engine.footage.no_board"))
    return tuple(out)
