"""What the sounds at candidates are: applause, an engine, gunfire. Only a crowd that is heard is called one.

Measured with YAMNet on the recordings that development uses: the crowds of 20 real cheers and applauses reach 0.14 to
0.36, nine fights of a game with guns and roars at most 0.02.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...messages import Message, listed, message
from ...timeline.operations import Criterion
from ..moments.closer_look import MOST
from ..moments.moment import Candidate, without_overlap
from .sound_search import likely_stretches
from .sound_table import Likely, SoundTable

_LABELS = {
    "applause": "Applause|Clapping",
    "cheering": "Cheering|Crowd|Whoop|Yell|Shout|Screaming|Children shouting|Hubbub, speech noise, speech babble|Chant",
    "laughter": "Laughter|Baby laughter|Giggle|Snicker|Belly laugh|Chuckle, chortle",
    "whistle": "Whistle|Whistling",
    "speech": "Speech|Child speech, kid speaking|Conversation|Narration, monologue|Speech synthesizer",
    "singing": "Singing|Choir|Child singing|Rapping|A capella|Vocal music",
    "music": "Music|Musical instrument|Background music|Theme music|Jingle (music)|Song|Guitar|Piano|Organ|Drum"
    "|Percussion|Keyboard (musical)|Electronic music|Pop music|Rock music|Classical music|Dance music",
    "gunfire": "Gunshot, gunfire|Machine gun|Fusillade|Artillery fire|Cap gun|Explosion|Boom|Eruption|Burst, pop",
    "fireworks": "Fireworks|Firecracker",
    "crash": "Smash, crash|Breaking|Shatter|Glass|Bang|Slam|Thump, thud|Whack, thwack",
    "engine": "Engine|Vehicle|Motor vehicle (road)|Car|Car passing by|Race car, auto racing|Truck|Bus|Motorcycle|Idling"
    "|Traffic noise, roadway noise|Accelerating, revving, vroom|Light engine (high frequency)"
    "|Medium engine (mid frequency)|Heavy engine (low frequency)|Engine starting|Boat, Water vehicle"
    "|Motorboat, speedboat|Lawn mower|Chainsaw|Power tool|Drill|Jackhammer",
    "train": "Train|Rail transport|Train horn|Train whistle|Railroad car, train wagon|Subway, metro, underground",
    "aircraft": "Aircraft|Aircraft engine|Jet engine|Helicopter|Fixed-wing aircraft, airplane|Propeller, airscrew",
    "horn": "Vehicle horn, car horn, honking|Toot|Air horn, truck horn|Foghorn",
    "siren": "Siren|Civil defense siren|Police car (siren)|Ambulance (siren)|Fire engine, fire truck (siren)"
    "|Emergency vehicle",
    "alarm": "Alarm|Car alarm|Alarm clock|Fire alarm|Smoke detector, smoke alarm|Buzzer|Beep, bleep",
    "bell": "Bell|Church bell|Change ringing (campanology)|Bicycle bell|Doorbell|Ding-dong|Ding|Gong|Chime",
    "hum": "Hum|Mains hum|Mechanical fan|Air conditioning|Vibration|Throbbing|Whir|Mechanisms",
    "typing": "Typing|Computer keyboard|Typewriter|Clicking",
    "rain": "Rain|Raindrop|Rain on surface",
    "water": "Water|Stream|Waterfall|Ocean|Waves, surf|Gurgling|Liquid|Splash, splatter|Trickle, dribble",
    "wind": "Wind|Wind noise (microphone)|Rustling leaves",
    "thunder": "Thunder|Thunderstorm",
    "dog": "Dog|Bark|Yip|Howl|Bow-wow|Growling|Canidae, dogs, wolves",
    "cat": "Cat|Meow|Purr|Caterwaul",
    "bird": "Bird|Bird vocalization, bird call, bird song|Chirp, tweet|Squawk|Crow|Caw|Chicken, rooster|Duck|Owl|Goose",
    "animal": "Animal|Wild animals|Livestock, farm animals, working animals|Horse|Cattle, bovinae|Moo|Pig|Sheep|Goat"
    "|Neigh, whinny|Bleat|Roaring cats (lions, tigers)|Roar",
    "crying": "Crying, sobbing|Baby cry, infant cry|Whimper|Wail, moan",
    "footsteps": "Walk, footsteps|Run",
    "telephone": "Telephone|Telephone bell ringing|Ringtone",
}  # fmt: skip
"""Kinds of sounds that reasons name, as the labels of AudioSet (Gemmeke et al. 2017) that belong to each."""

KINDS: Mapping[str, tuple[str, ...]] = {kind: tuple(labels.split("|")) for kind, labels in _LABELS.items()}
CROWD = ("applause", "cheering", "laughter")
"""What people do together when something happens."""
STEADY = ("engine", "train", "aircraft", "hum", "typing", "rain", "water", "wind")
"""What goes on by itself, however loud: it answers nothing."""
SILENCE = "Silence"

_CROWD = 0.08  # mean likelihood of the likeliest label; see above
_NAMED = 0.4  # the same; below it fights of a game are called engines
_CLEAR = 0.5  # the same, for sounds that go on by themselves: rain, a hum and a motor have 0.5 to 0.9
_STEADY = 0.4  # factor of the score
_BEFORE_MS, _AFTER_MS = 4_000, 8_000  # ms around the peak that are listened to
_SOUGHT: dict[Criterion, tuple[str, ...]] = {
    "applause": ("applause",), "laughter": ("laughter",), "applause+laugh": ("applause", "laughter"),
    "whistle": ("whistle",),
}  # fmt: skip
_OF_CROWD = ("crowd", "applause", "laughter")
_NAMEABLE = (*_OF_CROWD, "loud", "loud_sound", "departure", "burst")


@dataclass(frozen=True)
class _Heard:
    """How likely each kind is at a place, and a crowd of any kind: means over what is not silent."""

    kinds: dict[str, float]
    crowd: float

    def names(self, among: Sequence[str], least: float) -> list[str]:
        """The two likeliest of some kinds."""
        there = sorted((-likely, kind) for kind, likely in self.kinds.items() if kind in among and likely >= least)
        return [kind for _, kind in there[:2]]


class SoundNames:
    """Implements `CloserLook` for the sound of one recording."""

    def __init__(self, table: SoundTable, duration_ms: int) -> None:
        self._table = table
        self._duration_ms = duration_ms
        columns = {label: place for place, label in enumerate(table.labels)}
        self._columns = {kind: [columns[one] for one in labels if one in columns] for kind, labels in KINDS.items()}
        self._silence = columns.get(SILENCE)

    def judged(self, found: Sequence[Candidate], criterion: Criterion) -> list[Candidate]:
        """The candidates with what is heard at them; for applause, laughter and whistles what is heard anywhere."""
        if criterion in _SOUGHT:
            return self._sought(found, _SOUGHT[criterion])
        ranked = sorted(found, key=lambda one: (-one.score, one.start_ms))
        first = [one for one in ranked if one.signals.get("kind") in _NAMEABLE][:MOST]
        heard = self._heard(first)
        named = {id(one): _named(one, sounds) for one, sounds in zip(first, heard, strict=True)}
        out = [named.get(id(one), one) for one in ranked]
        return [one for one in out if one.signals.get("kind") != "loud_sound"] if criterion == "cheer" else out

    def _sought(self, found: Sequence[Candidate], kinds: tuple[str, ...]) -> list[Candidate]:
        """What sounds like one of the kinds to the model, and what the signals showed if it does not contradict."""
        first = list(found)[:MOST]
        heard = zip(first, self._heard(first), strict=True)
        named = [(one, sounds.names(kinds, _CROWD / 2), sounds.crowd) for one, sounds in heard]
        # A crowd's cheering and clapping are taken for one another; a whistle is no crowd.
        certain = [
            _with_names(one, one.why, names)
            for one, names, crowd in named
            if names and (crowd >= _CROWD or not set(kinds) & set(CROWD))
        ]
        columns = [column for kind in kinds for column in self._columns[kind]]
        more = likely_stretches(self._table.all(), self._table, columns, self._duration_ms) if columns else []
        return without_overlap([*certain, *more])

    def _heard(self, found: Sequence[Candidate]) -> list[_Heard]:
        return [self._kinds(likely) for likely in self._table.within([_place(one) for one in found])]

    def _kinds(self, likely: Likely) -> _Heard:
        weight = np.ones(len(likely), np.float32)
        if self._silence is not None:
            weight = 1.0 - likely[:, self._silence] + 1e-3

        def mean(columns: Sequence[int]) -> float:
            return float((likely[:, list(columns)].max(axis=1) * weight).sum() / weight.sum()) if columns else 0.0

        kinds = {kind: mean(columns) for kind, columns in self._columns.items()}
        return _Heard(kinds, mean([column for kind in CROWD for column in self._columns[kind]]))


def _place(one: Candidate) -> tuple[int, int]:
    return max(one.start_ms, one.peak_ms - _BEFORE_MS), min(one.end_ms, one.peak_ms + _AFTER_MS)


def _named(one: Candidate, heard: _Heard) -> Candidate:
    """The candidate with what is heard; what was taken for a crowd and is none is not called one any more."""
    if one.signals.get("kind") not in _OF_CROWD:
        return _with_names(one, one.why, heard.names(list(KINDS), _NAMED))
    if heard.crowd >= _CROWD:
        return _with_names(one, one.why, heard.names(CROWD, _CROWD / 2))
    names = heard.names([kind for kind in KINDS if kind not in CROWD], _NAMED)
    steady = any(heard.kinds[kind] >= _CLEAR for kind in STEADY)
    what = _spoken(names) if names else message("engine.why.no_crowd")
    kept = tuple(one.evidence)
    return replace(
        one,
        why=message("engine.why.loud_sound", what=what, evidence=kept) if kept else listed(what, one.why),
        score=one.score * (_STEADY if steady else 1.0),
        confidence="low" if steady or one.confidence == "low" else "medium",
        signals={**_without_crowd(one), "kind": "loud_sound", **({"sound": ", ".join(names)} if names else {})},
    )


def _with_names(one: Candidate, why: Message, names: Sequence[str]) -> Candidate:
    if not names:
        return one
    return replace(one, why=listed(why, _spoken(names)), signals={**one.signals, "sound": ", ".join(names)})


def _without_crowd(one: Candidate) -> dict[str, float | str]:
    return {("louder_db" if name == "crowd_db" else name): value for name, value in one.signals.items()}


def _spoken(names: Sequence[str]) -> Message:
    return message("engine.why.heard_sounds", names=tuple(message(f"engine.sound.{name}") for name in names))
