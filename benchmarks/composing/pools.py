"""What a recording may be made of: pools of clips and sounds, and halves of all of them for folds by source."""

from dataclasses import dataclass, fields, replace

import numpy as np

from .material import WIDE, Shape

REAL, CLAPS, ROAR, LAUGHTER, THUDS = "cheers_applause.wav", "made:claps", "made:roar", "made:laughter", "made:thuds"
"""Sources of crowd and noise that are not music, speech or clips; those made by rule count as sources as well."""
MIX = "made:mix"
_CROWDS = (ROAR, MIX, CLAPS, REAL)

NOISES = {
    "hum": "compressor_hum.flac", "engine": "car_motor.flac", "rain": "rain_light.flac", "bells": "church_bells.flac",
    "typing": "typing.wav", "ding": "ding.wav", "gasp": "gasp.wav", "laughter": LAUGHTER, "thuds": THUDS,
}  # fmt: skip
"""The one source of a kind of distractor; the other kinds draw on speech, music, horns or clips."""


@dataclass(frozen=True)
class Pool:
    """`bases` are places a recording stays at, `fixed` those where a still camera sees something move, `lively` and
    `calm` what is shown between; the others are sounds. Recordings take `seconds` and have pictures of a `shape`."""

    name: str
    bases: tuple[str, ...]
    fixed: tuple[str, ...]
    lively: tuple[str, ...]
    calm: tuple[str, ...]
    speech: tuple[str, ...] = ("speech_austen.ogg", "speech_jfk.flac")
    announcers: tuple[str, ...] = ("speech_jfk.flac",)
    music: tuple[str, ...] = ("bgm_outfoxing.mp3", "bgm_vibeace_coverart.ogg")
    horns: tuple[str, ...] = ("horn.flac", "bicycle_horn.flac")
    crowds: tuple[str, ...] = _CROWDS
    noises: tuple[str, ...] = tuple(NOISES.values())
    seconds: float = 240.0
    shape: Shape = WIDE

    def restricted(self, name: str, to: frozenset[str]) -> "Pool":
        """The pool without every source that is not in `to`; a mix needs both of its parts."""
        there = to | ({MIX} if {CLAPS, ROAR} <= to else set())
        roles = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, name=name, **{
            role: tuple(source for source in sources if source in there)
            for role, sources in roles.items() if isinstance(sources, tuple)
        })  # fmt: skip

    def has(self, kind: str) -> bool:
        """Whether a kind of distractor can be made."""
        return kind not in NOISES or NOISES[kind] in self.noises


POOLS = {
    "tuning": Pool(
        "tuning",
        bases=("bee_thistle.mp4", "bottles_belt_noaudio.mp4", "crystal_tabletop.webm", "friday_1940_speech.mp4"),
        fixed=("bee_thistle.mp4", "bottles_belt_noaudio.mp4", "friday_1940_speech.mp4"),
        lively=("car_road_topview.mp4", "chaplin_1910s.mp4", "highway_drive.mp4"),
        calm=("flower_timelapse.mp4", "fall_leaves_cuts_noaudio.mp4"),
    ),
    "held": Pool(
        "held",
        bases=("frog_tabletop.webm", "flower_timelapse.mp4", "stream_of_water.mp4", "loud_quiet_timecode.mp4"),
        fixed=("flower_timelapse.mp4", "stream_of_water.mp4"),
        lively=("highway_drive.mp4", "bee_thistle.mp4", "chaplin_1910s.mp4", "friday_1940_speech.mp4"),
        calm=("crystal_tabletop.webm", "nasa_multistream.mp4", "fall_leaves_cuts_noaudio.mp4"),
    ),
}
"""The two share no place a recording stays at, so that held-back recordings show places never tuned on."""

_ALL = Pool(
    "folds",
    bases=(*POOLS["tuning"].bases, *POOLS["held"].bases),
    fixed=(*POOLS["tuning"].fixed, *POOLS["held"].fixed),
    lively=("car_road_topview.mp4", "chaplin_1910s.mp4", "highway_drive.mp4", "bee_thistle.mp4",
            "friday_1940_speech.mp4"),
    calm=("flower_timelapse.mp4", "fall_leaves_cuts_noaudio.mp4", "crystal_tabletop.webm", "nasa_multistream.mp4"),
    announcers=("speech_austen.ogg", "speech_jfk.flac"),
    seconds=150.0,
    shape=Shape(320, 180, 12),
)  # fmt: skip
_ALIKE = (
    ("bee_thistle.mp4", "friday_1940_speech.mp4"),
    ("car_road_topview.mp4", "chaplin_1910s.mp4", "highway_drive.mp4"),
    ("flower_timelapse.mp4", "crystal_tabletop.webm"),
    ("fall_leaves_cuts_noaudio.mp4", "nasa_multistream.mp4"),
    ("bottles_belt_noaudio.mp4", "frog_tabletop.webm", "stream_of_water.mp4", "loud_quiet_timecode.mp4"),
    _ALL.speech, _ALL.music, _ALL.horns, (REAL, CLAPS, ROAR), _ALL.noises,
)  # fmt: skip
"""Sources that can stand for each other: a half has some of each group, so that every recipe can be written."""
SOURCES = tuple(sorted(source for group in _ALIKE for source in group))


def half(seed: int) -> Pool:
    """Half of all sources, drawn by lot; the pool of an odd seed has those that the even one before it has not.

    So each source is missing from one of every such pair of recordings, and leaving out one source, whichever it is,
    leaves half of the recordings to learn from.
    """
    random = np.random.default_rng([seed // 2, 77])
    taken: set[str] = set()
    for group in _ALIKE:
        mixed = [str(name) for name in random.permutation(list(group))]
        cut = (len(mixed) + int(random.integers(2))) // 2
        taken |= set(mixed[cut:] if seed % 2 else mixed[:cut])
    return _ALL.restricted("folds", frozenset(taken))


def pool_of(name: str, seed: int) -> Pool:
    """The pool of a set for a seed."""
    return half(seed) if name == "folds" else POOLS[name]
