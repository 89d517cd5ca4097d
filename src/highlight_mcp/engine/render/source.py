"""What a render reads from: the media of a timeline, by id."""

from dataclasses import dataclass
from pathlib import Path

from ...timeline.media import MediaInfo
from ..errors import EngineError


@dataclass(frozen=True)
class Source:
    """One piece of footage: where it lies and what is known of it."""

    path: Path
    info: MediaInfo


Sources = dict[str, Source]


def source_for(sources: Sources, media_id: str) -> Source:
    """Raises EngineError when the timeline names footage that is not there."""
    if media_id not in sources:
        raise EngineError("file_missing", "engine.footage_missing", media_id=media_id)
    return sources[media_id]
