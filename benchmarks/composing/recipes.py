"""Which things happen in which kind of recording. `RECIPES` maps a profile to the function that writes its script."""

from collections.abc import Callable

import numpy as np

from .crowds import Random, band, cheer, engine, laughter
from .material import RATE, sound
from .pools import CLAPS, MIX, NOISES, REAL, ROAR, Pool
from .script import Layer, Move, Script

_MATCH = ("announce", "music", "hum", "horn", "pan", "sceneswap", "advert")
_MATCH_HARD = ("calm", "spot", "announce", "engine", "shout", "rain", "bells", "thuds", "laughter", "music")
_TALK = ("slides", "pan", "hum", "music", "ding", "typing")
_TALK_HARD = ("rain", "shout", "laughter", "music", "engine", "slides", "gasp", "typing", "bells")
_OUTING = ("zoom", "pan", "exposure", "sceneswap")
_OUTING_HARD = ("calm", "frozen", "quick", "zoom", "pan", "exposure", "sceneswap")
_CROWD_KINDS = {ROAR: "roar", MIX: "mix", CLAPS: "claps", REAL: "real"}
_PARTS = {MIX: (CLAPS, ROAR)}


def _pick(random: Random, names: tuple[str, ...], but: tuple[str, ...] = ()) -> str:
    return str(random.choice([name for name in names if name not in but]))


class Writer:
    """Writes one script of things from `pool`; `fixed` asks for a place that one camera watches."""

    def __init__(
        self, profile: str, seed: int, audible: bool, pool: Pool, *, duration: float = 0.0, fixed: bool = False
    ) -> None:
        random = np.random.default_rng(seed)
        self.script = Script(profile, seed, duration or pool.seconds, random, audible, pool.shape)
        self.random = random
        self.pool = pool
        self.base_clip = _pick(random, pool.fixed if fixed else pool.bases)
        self.other_base = _pick(random, pool.bases, (self.base_clip,))
        used = (self.base_clip, self.other_base)
        self.lively = [str(name) for name in random.permutation([n for n in pool.lively if n not in used])][:2]
        self.calm = _pick(random, pool.calm, used)
        self._crowd = int(random.integers(4))

    def stay(self, *, switch: bool, shift: bool = False) -> None:
        """What the recording shows most of the time: one place, or two, or one in two framings."""
        s = self.script
        s.base.append((0.0, self.base_clip, *self._framing()))
        if switch:
            clip = self.base_clip if shift else self.other_base
            s.base.append((float(self.random.uniform(0.4, 0.6)) * s.duration, clip, *self._framing()))

    def _framing(self) -> tuple[float, tuple[float, float]]:
        return float(self.random.uniform(1.1, 1.6)), (float(self.random.uniform()), float(self.random.uniform()))

    def slots(self, longest: float = 11.0, pause: tuple[float, float] = (6.0, 16.0)) -> list[tuple[float, float]]:
        """Times at which something happens, in order, with room between them."""
        out, at = [], float(self.random.uniform(8, 14))
        while at < self.script.duration - 18:
            length = float(self.random.uniform(4, longest))
            out.append((at, at + length))
            at += length + float(self.random.uniform(*pause))
        return out

    def event(self, start: float, end: float, cue: str, late: float = 0.0, fast: bool = False) -> None:
        """Something to be found: `a` a crowd is heard, `v` action is seen; with both, the crowd may be late."""
        s, random = self.script, self.random
        strength = int(random.integers(1, 4))
        if "a" in cue:
            level = -26 + 4 * strength + float(random.uniform(-2, 2))
            first = start + min(late, (end - start) / 2)
            self._crowd += 1
            crowd = self.pool.crowds[self._crowd % len(self.pool.crowds)]
            kind = _CROWD_KINDS[crowd]
            s.sources |= set(_PARTS.get(crowd, (crowd,)))
            s.add(cheer(kind, int((end - first) * RATE), random), first, level, 0.4 if kind != "roar" else 0.8, 1.2)
        if "v" in cue and not fast:
            zoom, speed = float(random.uniform(1, 1.6)), float(random.uniform(1.0, 2.5))
            s.layers.append(Layer(start, end, _pick(random, tuple(self.lively)), zoom, speed))
        if fast:
            s.moves.append(Move(start, end, "fast", float(random.uniform(2.5, 4.0))))
        s.event(start, end, cue, strength, "crowd" if cue == "a" else "action and crowd" if cue == "av" else "action")

    def murmur(self, level_db: float) -> None:
        """Many talkers far away, handling noise, hiss: a place with people in it."""
        s = self.script
        count = len(s.sound)
        crowd = np.zeros(count)
        for _ in range(4):
            for name in self.pool.speech:
                s.sources.add(name)
                samples = sound(name)
                crowd += np.resize(np.roll(samples, -int(self.random.integers(len(samples)))), count)
        s.add(crowd / np.sqrt(np.square(crowd).mean()), 0.0, level_db)
        self.hiss(-42.0)
        bumps = np.interp(np.arange(count), np.linspace(0, count, 60), self.random.uniform(0, 1, 60))
        s.add(band(self.random.normal(size=count), 20, 200, 6) * bumps, 0.0, -35.0)

    def hiss(self, level_db: float) -> None:
        """The noise floor."""
        count = len(self.script.sound)
        self.script.add(band(self.random.normal(size=count), 60, 8000, 5), 0.0, level_db)

    def lecture(self) -> None:
        """Someone speaks wherever no event is."""
        s, at = self.script, 1.0
        while at < s.duration - 2:
            end = min(at + float(self.random.uniform(3, 9)), s.duration - 1)
            if not any(e["start"] - 0.3 < end and e["end"] > at for e in s.events):
                s.speak(_pick(self.random, self.pool.speech), at, end, -22.0)
            at = end + float(self.random.uniform(0.3, 1.2))

    def distract(self, kind: str, start: float, end: float) -> None:
        """Something loud or lively that is not wanted."""
        level = float(self.random.uniform(-22, -12))
        end = min(self.script.duration - 1, end + 4.0) if kind == "rain" else end
        end = start + 3.0 if kind == "sceneswap" else end
        if kind in _SIGHTS:
            _SIGHTS[kind](self, start, end)
        if kind in _SOUNDS:
            _SOUNDS[kind](self, start, end, level)
            self.script.sources |= {NOISES[kind]} if kind in NOISES else set()
        self.script.distract(start, end, kind)


def _layers(w: Writer, start: float, end: float, every: float, clips: tuple[str, ...], speed: float) -> None:
    for first in np.arange(start, end - 0.4, every):
        zoom = float(w.random.uniform(1, 2))
        w.script.layers.append(Layer(float(first), min(end, float(first) + every), _pick(w.random, clips), zoom, speed))


def _move(w: Writer, start: float, end: float, kind: str, amount: float) -> None:
    w.script.moves.append(Move(start, end, kind, amount))


def _thuds(w: Writer, start: float, end: float, level: float) -> None:
    for first in np.arange(start, end, float(w.random.uniform(0.5, 1.5))):
        count = int(0.12 * RATE)
        w.script.add(
            w.random.normal(size=count) * np.exp(-np.arange(count) / RATE / 0.025), float(first), level + 8, 0, 0
        )


def _foreign(w: Writer) -> tuple[str, ...]:
    return (*w.lively, w.calm)


_SIGHTS: dict[str, Callable[[Writer, float, float], None]] = {
    "pan": lambda w, a, b: _move(w, a, b, "pan", 0.5),
    "zoom": lambda w, a, b: _move(w, a, b, "zoom", 0.5),
    "exposure": lambda w, a, b: _move(w, a, b, "exposure", float(w.random.choice([-0.5, 0.4]))),
    "sceneswap": lambda w, a, b: _layers(w, a, b, b - a, (w.other_base,), 0.6),
    "slides": lambda w, a, b: _layers(w, a, b, 2.0, (w.calm,), 0.0),
    "advert": lambda w, a, b: _layers(w, a, b, 1.7, _foreign(w), 1.0),
    "quick": lambda w, a, b: _layers(w, a, b, 1.2, _foreign(w), 1.0),
    "spot": lambda w, a, b: w.script.layers.append(Layer(a, b, _pick(w.random, _foreign(w)), 1.3, 1.0)),
    "calm": lambda w, a, b: w.script.layers.append(Layer(a, b, w.calm, 1.2, 0.25)),
    "frozen": lambda w, a, b: w.script.layers.append(Layer(a, b, _pick(w.random, _foreign(w)), 1.2, 0.0)),
}  # fmt: skip

_SOUNDS: dict[str, Callable[[Writer, float, float, float], None]] = {
    "announce": lambda w, a, b, db: w.script.speak(_pick(w.random, w.pool.announcers), a, b, db),
    "shout": lambda w, a, b, db: w.script.speak(_pick(w.random, w.pool.speech), a, b, db + 3, gain=4.0),
    "music": lambda w, a, b, db: w.script.play(_pick(w.random, w.pool.music), a, b, db),
    "advert": lambda w, a, b, db: w.script.play(_pick(w.random, w.pool.music), a, b, db + 3),
    "spot": lambda w, a, b, db: w.script.play(_pick(w.random, w.pool.music), a, b, db + 3),
    "hum": lambda w, a, b, db: w.script.play("compressor_hum.flac", a, b, db, 0.4, 0.4),
    "engine": lambda w, a, b, db: w.script.add(engine(int((b - a) * RATE), w.random), a, db, 1.0, 1.0),
    "horn": lambda w, a, b, db: w.script.play(_pick(w.random, w.pool.horns), a, b, db),
    "rain": lambda w, a, b, db: w.script.play("rain_light.flac", a, b, db, 1.0, 1.0),
    "bells": lambda w, a, b, db: w.script.play("church_bells.flac", a, b, db),
    "typing": lambda w, a, b, db: w.script.play("typing.wav", a, b, db - 4),
    "ding": lambda w, a, b, db: w.script.play("ding.wav", a, min(b, a + 2), db),
    "gasp": lambda w, a, b, db: w.script.play("gasp.wav", a, a + 0.5, db),
    "laughter": lambda w, a, b, db: w.script.add(laughter(int((b - a) * RATE), w.random), a, db, 0.2, 0.6),
    "thuds": _thuds,
}


def _alternate(w: Writer, distractors: tuple[str, ...], event: Callable[[float, float], None]) -> None:
    """Distractors and events in turn, every kind of distractor before any comes twice."""
    distractors = tuple(kind for kind in distractors if w.pool.has(kind))
    bag: list[str] = []
    for number, (start, end) in enumerate(w.slots()):
        if number % 2:
            event(start, end)
            continue
        bag = bag or [str(kind) for kind in w.random.permutation(list(distractors))]
        w.distract(bag.pop(), start, end)


def match(seed: int, pool: Pool) -> Script:
    """Action with a crowd that answers; some events are only heard, some only seen."""
    w = Writer("match", seed, True, pool)
    w.stay(switch=bool(seed % 2))
    w.script.dissolves = True
    w.murmur(-40.0 + 4 * (seed % 3))
    _alternate(w, _MATCH, lambda a, b: w.event(a, b, str(w.random.choice(["av", "av", "av", "a", "v"]))))
    return w.script


def match_hard(seed: int, pool: Pool) -> Script:
    """Cheers that start late, calm cutaways, one-clip adverts with music, engines, shouting; no keyframes at cuts."""
    w = Writer("match_hard", seed, True, pool)
    w.stay(switch=True)
    w.script.fixed_groups = True
    w.murmur(-38.0 + 4 * (seed % 3))
    _alternate(
        w, _MATCH_HARD,
        lambda a, b: w.event(a, b, str(w.random.choice(["av", "av", "a"])), float(w.random.uniform(0, 4))),
    )  # fmt: skip
    return w.script


def talk(seed: int, pool: Pool) -> Script:
    """Speech with applause between sentences."""
    w = Writer("talk", seed, True, pool)
    w.stay(switch=False)
    w.hiss(-62.0 if seed % 2 else -50.0)
    _alternate(w, _TALK, lambda a, b: w.event(a, b, "a"))
    w.lecture()
    return w.script


def talk_hard(seed: int, pool: Pool) -> Script:
    """The same with rain, shouted speech, laughter and engines under it."""
    w = Writer("talk_hard", seed, True, pool)
    w.stay(switch=False)
    w.hiss(-50.0)
    _alternate(w, _TALK_HARD, lambda a, b: w.event(a, b, "a"))
    w.lecture()
    return w.script


def outing(seed: int, pool: Pool) -> Script:
    """No sound; action somewhere else for a moment."""
    w = Writer("outing", seed, False, pool)
    w.stay(switch=True)
    w.script.dissolves = True
    _alternate(w, _OUTING, lambda a, b: w.event(a, b, "v"))
    return w.script


def outing_hard(seed: int, pool: Pool) -> Script:
    """The same with calm, frozen and quickly cut foreign pictures; no keyframes at cuts."""
    w = Writer("outing_hard", seed, False, pool)
    w.stay(switch=True)
    w.script.fixed_groups = True
    _alternate(w, _OUTING_HARD, lambda a, b: w.event(a, b, "v"))
    return w.script


def outing_grey(seed: int, pool: Pool) -> Script:
    """An outing in black and white."""
    script = outing(seed, pool)
    script.profile, script.grey = "outing_grey", True
    return script


def one_camera(seed: int, pool: Pool) -> Script:
    """One camera, no cut: action is fast motion at the same place, heard late by a small crowd."""
    w = Writer("one_camera", seed, True, pool, fixed=True)
    w.stay(switch=False)
    w.script.fixed_groups = True
    w.murmur(-38.0)
    kinds = ("announce", "music", "hum", "engine", "horn", "rain", "bells", "thuds", "pan", "zoom")
    _alternate(w, kinds, lambda a, b: w.event(a, b, "av", float(w.random.uniform(1, 4)), fast=True))
    return w.script


def one_camera_silent(seed: int, pool: Pool) -> Script:
    """One camera, no cut, no sound: action is fast motion at the same place, against pans and zooms."""
    w = Writer("one_camera_silent", seed, False, pool, fixed=True)
    w.stay(switch=False)
    w.script.fixed_groups = True
    _alternate(w, ("pan", "zoom", "exposure"), lambda a, b: w.event(a, b, "v", fast=True))
    return w.script


RECIPES: dict[str, Callable[[int, Pool], Script]] = {
    "match": match, "match_hard": match_hard, "talk": talk, "talk_hard": talk_hard, "outing": outing,
    "outing_hard": outing_hard, "outing_grey": outing_grey, "one_camera": one_camera,
    "one_camera_silent": one_camera_silent,
}  # fmt: skip
