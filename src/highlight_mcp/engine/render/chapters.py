"""The chapters of a reel, one for each clip: in the file itself, and as the lines that YouTube reads."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ...messages import Message, message
from ...timeline.model import Text, TextTrack, Timeline
from ...timeline.time import format_time
from ..media.opening import open_media
from .verify import OutputCheck, of

if TYPE_CHECKING:
    from av.container.core import Chapter as WrittenChapter

_FEWEST, _SHORTEST_MS = 3, 10_000
"""YouTube makes chapters of at least three lines, each of at least ten seconds (its help, 2025)."""


@dataclass(frozen=True)
class Chapter:
    """A stretch of the reel with its name, in milliseconds."""

    start_ms: int
    end_ms: int
    title: str

    @property
    def line(self) -> str:
        """As it stands in a description."""
        return f"{format_time(self.start_ms // 1000 * 1000)} {self.title}"

    def as_written(self, number: int) -> "WrittenChapter":
        """As PyAV writes it."""
        return {
            "id": number,
            "start": self.start_ms,
            "end": self.end_ms,
            "time_base": Fraction(1, 1000),
            "metadata": {"title": self.title},
        }


def chapters_of(timeline: Timeline) -> tuple[Chapter, ...]:
    """One for each clip of the reel: called as the first text over it, or as the clip itself."""
    texts = [text for track in timeline.tracks if isinstance(track, TextTrack) for text in track.texts]
    return tuple(
        Chapter(clip.start_ms, clip.end_ms, _named(texts, clip.start_ms, clip.end_ms) or clip.label or str(number))
        for number, clip in enumerate(timeline.clips, 1)
    )


def _named(texts: list[Text], start_ms: int, end_ms: int) -> str:
    over = (text.text for text in texts if start_ms <= text.start_ms < end_ms and text.text.strip())
    return " ".join(next(over, "").split())


def too_few(chapters: tuple[Chapter, ...]) -> Message | None:
    """What there is to say where YouTube would make no chapters of these."""
    short = any(chapter.end_ms - chapter.start_ms < _SHORTEST_MS for chapter in chapters)
    return message("engine.reel.no_chapters_there") if short or len(chapters) < _FEWEST else None


def check_chapters(path: Path, expected: tuple[Chapter, ...]) -> OutputCheck:
    """Whether the file has them, by their names. Raises EngineError where it cannot be read."""
    with open_media(path) as container:
        found = [each["metadata"].get("title") for each in container.chapters()]
    right = sum(name == chapter.title for name, chapter in zip(found, expected, strict=False))
    return OutputCheck("chapters", right == len(expected) == len(found), of(right, len(expected)))
