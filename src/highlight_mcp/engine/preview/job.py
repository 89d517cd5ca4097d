"""The job `preview`: one JPEG of an edit or of the footage, or a small clip of an edit; and the same in words."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...timeline.model import Timeline
from ..errors import EngineError
from ..job_process import Progress, scaled_progress
from ..render.video_reader import Sources, read_sources
from .moments import kinds_told, moments_sheet
from .picture import PreviewPicture, clip_preview, footage_preview, frame_preview
from .storyboard import storyboard

KINDS = ("storyboard", "moments", "frame", "clip")


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What to look at → mime, description, width, height of the file at `output`.

    `{"what", "timeline", "media", "at_ms", "media_id", "from_ms", "to_ms", "output", "cache"}`
    """
    what, at_ms = spec.get("what"), int(spec.get("at_ms") or 0)
    sources = read_sources(spec.get("media") or [])
    output = Path(spec["output"])
    if what == "moments":
        made = _moments(spec, sources, output, progress)
    elif what == "frame" and spec.get("media_id"):
        made = footage_preview(spec["media_id"], at_ms, sources, output)
    elif what == "storyboard":
        made = storyboard(_timeline(spec), sources, output, progress)
    elif what == "frame":
        made = frame_preview(_timeline(spec), at_ms, sources, output)
    elif what == "clip":
        from_ms, to_ms = int(spec.get("from_ms") or 0), int(spec.get("to_ms") or 0)
        made = clip_preview(_timeline(spec), (from_ms, to_ms), sources, output, progress)
    else:
        raise EngineError("bad_request", "engine.no_preview", what=str(what), kinds=", ".join(KINDS))
    return {
        "mime": "video/mp4" if what == "clip" else "image/jpeg",
        "description": made.description,
        "width": made.width,
        "height": made.height,
    }


def _timeline(spec: dict[str, Any]) -> Timeline:
    value = spec.get("timeline")
    if value is None:
        raise EngineError("bad_request", "engine.no_timeline")
    try:
        return Timeline.model_validate(value)
    except ValidationError as error:
        raise EngineError("bad_request", "engine.unreadable_timeline", error=str(error)) from error


def _moments(spec: dict[str, Any], sources: Sources, output: Path, progress: Progress) -> PreviewPicture:
    wanted = spec.get("media_id")
    if wanted is not None and wanted not in sources:
        known = ", ".join(sources) or "none"
        raise EngineError("bad_request", "engine.no_media", media_id=wanted, known=known)
    chosen = {key: source for key, source in sources.items() if wanted in (None, key) and source.info.kind == "video"}
    if not chosen:
        raise EngineError("bad_request", "engine.no_recording")
    media = [entry for entry in spec["media"] if entry["info"]["media_id"] in chosen]
    ranking = importlib.import_module("..moments.job", __package__)
    job = {"job": "moments", "media": media, "criterion": "auto", "cache": spec.get("cache")}
    ranked = ranking.run(job, scaled_progress(progress, 0, 80))
    made = moments_sheet(ranked["moments"], ranked["curve"], chosen, output, scaled_progress(progress, 80, 100))
    kinds = kinds_told(ranked["footage"], chosen)
    return replace(made, description="\n".join([made.description, *kinds]))
