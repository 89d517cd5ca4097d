"""The footage of a job, by media id."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...timeline.media import MediaInfo
from ...timeline.model import Timeline
from ..worker.errors import EngineError


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
        raise EngineError("bad_request", f"The media of this job cannot be read: {error}.") from error
    return {source.info.media_id: source for source in found}


def read_timeline(value: Any) -> Timeline:
    """The timeline of a job specification. Raises EngineError `bad_request`."""
    if value is None:
        raise EngineError("bad_request", "There is no timeline yet.", "Ask for an edit first.")
    try:
        return Timeline.model_validate(value)
    except ValidationError as error:
        raise EngineError("bad_request", f"The timeline of this job cannot be read: {error}.") from error
