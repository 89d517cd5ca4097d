"""What a render reads from: the media of a timeline, by id."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...timeline.media import MediaInfo
from ..errors import EngineError


@dataclass(frozen=True)
class Source:
    """One piece of footage: where it lies and what is known of it."""

    path: Path
    info: MediaInfo


Sources = dict[str, Source]


def read_sources(entries: list[dict[str, Any]]) -> Sources:
    """Media entries (`info`, `path`) of a job specification. Raises EngineError `bad_request`."""
    try:
        found = [Source(Path(entry["path"]), MediaInfo.model_validate(entry["info"])) for entry in entries]
    except (KeyError, TypeError, ValidationError) as error:
        raise EngineError("bad_request", "engine.unreadable_media", error=str(error)) from error
    return {source.info.media_id: source for source in found}


def source_for(sources: Sources, media_id: str) -> Source:
    """Raises EngineError when the timeline names footage that is not there."""
    if media_id not in sources:
        raise EngineError("file_missing", "engine.footage_missing", media_id=media_id)
    return sources[media_id]
