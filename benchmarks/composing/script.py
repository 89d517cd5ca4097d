"""What happens in a recording: layers of pictures, moves of the camera, sounds, and what is true about them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .crowds import Random
from .material import RATE, WIDE, Floats, Shape, sound, spoken


@dataclass(frozen=True)
class Layer:
    """Pictures of `clip` over the base, `speed` frames per frame (0 stands still)."""

    start: float
    end: float
    clip: str
    zoom: float = 1.2
    speed: float = 1.0
    place: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True)
class Move:
    """Something done to the base: `pan`, `zoom`, `exposure`, or `fast` (things go `amount` times as fast)."""

    start: float
    end: float
    kind: str
    amount: float


@dataclass
class Script:
    """One recording. `base` lists (from second, clip, zoom, place); `fixed_groups` puts no keyframes at cuts;
    `dissolves` lets a third of the layers appear gradually, `soft_base` changes of the base too."""

    profile: str
    seed: int
    duration: float
    random: Random
    audible: bool
    shape: Shape = WIDE
    base: list[tuple[float, str, float, tuple[float, float]]] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    distractors: list[dict[str, Any]] = field(default_factory=list)
    words: list[tuple[float, float]] = field(default_factory=list)
    grey: bool = False
    fixed_groups: bool = False
    dissolves: bool = False
    soft_base: bool = False
    sound: Floats = field(default_factory=lambda: np.zeros(0))
    sources: set[str] = field(default_factory=set)
    """The sounds it is made of so far; `made_of` adds the clips."""

    def __post_init__(self) -> None:
        if self.audible:
            self.sound = np.zeros(int(self.duration * RATE))

    def event(self, start: float, end: float, cue: str, strength: int, label: str) -> None:
        """Write down something to be found."""
        row = {"start": round(start, 2), "end": round(end, 2), "peak": round(start + 0.6 * (end - start), 2)}
        self.events.append({"id": len(self.events), **row, "cue": cue, "strength": strength, "label": label})

    def distract(self, start: float, end: float, kind: str) -> None:
        """Write down something that is not wanted."""
        self.distractors.append({"start": round(start, 2), "end": round(end, 2), "kind": kind})

    def made_of(self) -> set[str]:
        """Every clip in it, and every sound that is heard."""
        heard = self.sources if self.audible else set()
        return heard | {one[1] for one in self.base} | {layer.clip for layer in self.layers}

    def add(self, samples: Floats, start: float, level_db: float, rise: float = 0.05, fall: float = 0.1) -> None:
        """Mix in `samples` (root mean square 1) from `start` on."""
        if not self.audible:
            return
        first = int(start * RATE)
        count = min(len(samples), len(self.sound) - first)
        if count <= 0:
            return
        shape = np.ones(count)
        up, down = min(int(rise * RATE), count), min(int(fall * RATE), count)
        shape[:up] *= np.linspace(0, 1, up) ** 1.5
        shape[count - down :] *= np.linspace(1, 0, down) ** 1.5
        self.sound[first : first + count] += samples[:count] * shape * 10 ** (level_db / 20)

    def play(self, name: str, start: float, end: float, level_db: float, rise: float = 0.05, fall: float = 0.1) -> None:
        """Mix in a sound of the footage folder, over and over, from a random point of it."""
        samples = sound(name)
        self.sources.add(name)
        count = int((end - start) * RATE)
        self.add(
            np.resize(np.roll(samples, -int(self.random.integers(len(samples)))), count), start, level_db, rise, fall
        )

    def speak(self, name: str, start: float, end: float, level_db: float, gain: float = 1.0) -> None:
        """Mix in speech from a random point of it on, and write down where its words are."""
        samples = sound(name)
        self.sources.add(name)
        length = len(samples) / RATE
        offset = float(self.random.uniform(0, length))
        count = int((end - start) * RATE)
        said = np.resize(np.roll(samples, -int(offset * RATE)), count)
        if gain > 1.0:
            said = np.tanh(gain * said) / np.sqrt(np.square(np.tanh(gain * said)).mean())
        self.add(said, start, level_db)
        for turn in range(int((end - start) / length) + 2):
            for first, last in spoken(name):
                a, b = (start + second - offset + turn * length for second in (first, last))
                if b > start and a < end:
                    self.words.append((round(max(a, start), 2), round(min(b, end), 2)))
