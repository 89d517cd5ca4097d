"""What is read from a list of cuts, in exact seconds, before it is a timeline. Pure."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from ..messages import Message
from ..timeline.model import TransitionKind
from .sources import SourceFile, name_of


@dataclass(frozen=True)
class ReadTransition:
    """How a clip follows the one before it, in seconds before and behind the cut."""

    kind: TransitionKind
    before: Fraction
    after: Fraction


@dataclass(frozen=True)
class ReadClip:
    """One clip. `start` and `length` are of the reel, `source_start` counts from the first frame of its file.

    `link` and `name` are what the list calls its file; a clip without both shows `color`. `sound` is whether its own
    sound is heard, None where only the tracks of sound tell. `place` is the line in the list, 0 where that has none.
    `fields` are further fields of a clip that this product has written there.
    """

    start: Fraction
    length: Fraction
    link: str = ""
    name: str = ""
    source: SourceFile | None = None
    source_start: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    freeze: bool = False
    color: str | None = None
    volume: float = 1.0
    sound: bool | None = None
    transition: ReadTransition | None = None
    label: str = ""
    why: str = ""
    place: int = 0
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> Fraction:
        return self.start + self.length

    @property
    def called(self) -> str:
        """What the list calls its file."""
        return self.name or name_of(self.link)


@dataclass(frozen=True)
class ReadText:
    """Words over the picture, in seconds of the reel; `fields` are further fields of a text."""

    words: str
    start: Fraction
    length: Fraction
    role: str = "title"
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> Fraction:
        return self.start + self.length


@dataclass(frozen=True)
class ReadLane:
    """One track; `facts` are further fields of it that this product has written there."""

    kind: Literal["video", "audio"]
    clips: tuple[ReadClip, ...]
    name: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadReel:
    """A list of cuts as it was read; `lost` is what it has and a timeline has not."""

    title: str = ""
    rate: Fraction | None = None
    width: int | None = None
    height: int | None = None
    lanes: tuple[ReadLane, ...] = ()
    texts: tuple[ReadText, ...] = ()
    lost: tuple[Message, ...] = ()

    @property
    def clips(self) -> tuple[ReadClip, ...]:
        return tuple(clip for lane in self.lanes for clip in lane.clips)

    @property
    def links(self) -> tuple[str, ...]:
        """The files that it names, each once."""
        return tuple(dict.fromkeys(clip.link or clip.name for clip in self.clips if clip.link or clip.name))
