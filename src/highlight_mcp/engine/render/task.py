"""One export on its way, or a part of one: what is to be written where, and how far it has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from av.video.frame import VideoFrame

from ...presets import Preset
from ...timeline.model import Timeline
from .arrangement import Arrangement
from .canvas import TextOverlay
from .chapters import Chapter
from .codings import Coding
from .comparison import FinishedReel, PicturesOf, shifted_pictures, video_pictures
from .levelling import Level
from .mixing import SoundTrack
from .plan import Layer, RenderPlan, seen_at, slice_sounds
from .progress import RenderProgress, Warnings
from .video_reader import Sources
from .video_renderer import VideoRenderer


@dataclass(frozen=True)
class RenderTask:
    """What writers of all kinds of files are given. `notes` fills up while footage is read.

    Of a part `whole` is the plan that it is cut out of, from the output frame `first` on, and `known_level` that of the
    whole: so texts, music and loudness are those of the reel. `usual_lufs` is the loudness of reels of which nothing
    else is said, None for as recorded. `hardware` says that an encoder in hardware may be used, `work` is a folder for
    what another attempt at this task may use.
    """

    arrangement: Arrangement
    sources: Sources
    output: Path
    preset: Preset
    coding: Coding
    progress: RenderProgress
    notes: Warnings = field(default_factory=Warnings)
    whole: RenderPlan | None = None
    first: int = 0
    known_level: Level | None = None
    usual_lufs: float | None = None
    hardware: bool = False
    chapters: tuple[Chapter, ...] = ()
    work: Path | None = None

    @property
    def timeline(self) -> Timeline:
        return self.arrangement.timeline

    @property
    def plan(self) -> RenderPlan:
        return self.arrangement.plan

    @property
    def passes(self) -> int:
        """How many times all pictures are gone through, as far as can be foreseen."""
        if self.preset.kind == "animation":
            return 3 if self.preset.codec == "gif" else 2
        return 2 if self.preset.most_bytes is not None and self.preset.codec == "h264" else 1

    @property
    def seconds(self) -> float:
        """Length of the file."""
        return float(self.plan.frames / self.plan.rate)

    @cached_property
    def seen(self) -> RenderPlan:
        """What is drawn; its frames keep the numbers that they have in the whole reel."""
        if self.whole is None:
            return self.plan
        return seen_at(self.whole, range(self.first, self.first + self.plan.frames))

    def part(self, first: int, last: int, output: Path) -> "RenderTask":
        """The same for the output frames [first, last) alone."""
        cut = replace(self.arrangement, plan=slice_sounds(self.plan, first, last))
        return replace(
            self,
            arrangement=cut,
            output=output,
            whole=self.plan,
            first=first,
            known_level=Level(self.level.db),
            chapters=(),
        )

    def beside(self, name: str) -> Path:
        """A working file, which goes with the partial output when the job is ended."""
        return self.output.with_name(f"{self.output.name}.{name}")

    def renderer(self, size: tuple[int, int], *, first: bool = True) -> VideoRenderer:
        """What draws the pictures; of several times that they are drawn, only the first is told of."""
        return VideoRenderer(self.seen, self.sources, *size, self.notes if first else Warnings(), self.progress.beat)

    def drawn(self, pictures: VideoRenderer) -> Iterator[VideoFrame]:
        """All pictures in order."""
        return pictures.frames(self.first, self.first + self.plan.frames)

    def mixed(self) -> SoundTrack:
        """The mix of all sounds."""
        return SoundTrack(self.plan, self.sources, self.notes, self.progress.beat)

    @property
    def gain(self) -> float:
        """What the mix is multiplied by."""
        return self.level.gain

    @cached_property
    def level(self) -> Level:
        """What brings the mix to its loudness; measured at the first question."""
        if self.known_level is not None:
            return self.known_level
        lufs = aimed_lufs(self.timeline, self.preset, self.usual_lufs)
        if lufs is None or self.coding.sound is None:
            return Level()
        return self.mixed().level_for(lufs, self.progress.measured, asked=self.timeline.loudness_lufs is not None)

    def finished(
        self,
        letters: Sequence[TextOverlay | None],
        size: tuple[int, int],
        pictures: PicturesOf = video_pictures,
        scaled: tuple[int, int] | None = None,
    ) -> FinishedReel:
        """What was written, as it is compared with the footage."""
        last = self.first + self.plan.frames
        claimed = self.plan
        if self.whole is not None:
            layers = (*(_within(layer, self.first, last) for layer in self.seen.layers[:1]), *self.seen.layers[1:])
            claimed = replace(self.plan, frames=last, layers=layers, cues=self.seen.cues)
        opened = pictures if self.first == 0 else shifted_pictures(pictures, self.first)
        return FinishedReel(self.output, claimed, self.sources, letters, size, self.gain, opened, scaled)


def aimed_lufs(timeline: Timeline, preset: Preset, usual_lufs: float | None) -> float | None:
    """The loudness that an export aims at: that of the timeline, else the usual one, which files for editors do not
    have: whoever goes on with them levels at the end."""
    if timeline.loudness_lufs is not None:
        return timeline.loudness_lufs
    return None if timeline.as_recorded or preset.codec in ("prores", "dnxhr") else usual_lufs


def _within(layer: Layer, first: int, last: int) -> Layer:
    return replace(layer, shots=tuple(shot for shot in layer.shots if first <= shot.first and shot.last <= last))
