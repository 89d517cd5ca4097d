"""One export on its way: what is to be written where, and how far it has come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from av.video.frame import VideoFrame

from ...presets import Preset
from ...timeline.model import Timeline
from .arrangement import Arrangement
from .codings import Coding
from .mixing import SoundTrack
from .plan import RenderPlan
from .progress import RenderProgress, Warnings
from .video_reader import Sources
from .video_renderer import VideoRenderer


@dataclass(frozen=True)
class RenderTask:
    """What writers of all kinds of files are given. `notes` fills up while footage is read."""

    arrangement: Arrangement
    sources: Sources
    output: Path
    preset: Preset
    coding: Coding
    progress: RenderProgress
    notes: Warnings = field(default_factory=Warnings)

    @property
    def timeline(self) -> Timeline:
        return self.arrangement.timeline

    @property
    def plan(self) -> RenderPlan:
        return self.arrangement.plan

    @property
    def seconds(self) -> float:
        """Length of the reel."""
        return float(self.plan.frames / self.plan.rate)

    def beside(self, name: str) -> Path:
        """A working file, which goes with the partial output when the job is ended."""
        return self.output.with_name(f"{self.output.name}.{name}")

    def renderer(self, size: tuple[int, int], *, first: bool = True) -> VideoRenderer:
        """What draws the pictures; of several times that they are drawn, only the first is told of."""
        return VideoRenderer(self.plan, self.sources, *size, self.notes if first else Warnings(), self.progress.beat)

    def drawn(self, pictures: VideoRenderer) -> Iterator[VideoFrame]:
        """All pictures, counted as they are taken."""
        for count, frame in enumerate(pictures.frames(), 1):
            yield frame
            self.progress.encoded(count)

    def mixed(self, *, first: bool = True) -> SoundTrack:
        """The mix of all sounds."""
        return SoundTrack(self.plan, self.sources, self.notes if first else Warnings(), self.progress.beat)

    @cached_property
    def gain(self) -> float:
        """What brings the mix to the loudness of the timeline; measured at the first question."""
        lufs = self.timeline.loudness_lufs
        return 1.0 if lufs is None else self.mixed().gain_for(lufs, self.progress.measured)
