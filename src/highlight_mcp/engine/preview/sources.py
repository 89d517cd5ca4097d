"""The footage of a job, by media id."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...timeline.media import MediaInfo
from ...timeline.model import Timeline
from ..errors import EngineError


@dataclass(frozen=True)
class Source:
    """One piece of footage and where it lies."""

    info: MediaInfo
    path: Path


def read_sources(entries: list[dict[str, Any]]) -> dict[str, Source]:
    """Media entries of a job specification. Raises EngineError `bad_request`."""
    try:
        found = [Source(MediaInfo.model_validate(entry["info"]), Path(entry["path"])) for entry in entries]
    except (KeyError, TypeError, ValidationError) as error:
        raise EngineError("bad_request", "engine.unreadable_media", error=str(error)) from error
    return {source.info.media_id: source for source in found}


def read_timeline(value: Any) -> Timeline:
    """The timeline of a job specification. Raises EngineError `bad_request`."""
    if value is None:
        raise EngineError("bad_request", "engine.no_timeline")
    try:
        return Timeline.model_validate(value)
    except ValidationError as error:
        raise EngineError("bad_request", "engine.unreadable_timeline", error=str(error)) from error
