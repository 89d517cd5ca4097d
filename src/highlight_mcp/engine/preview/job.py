"""The job `preview`: one JPEG of an edit or of the footage, or a small clip of an edit; and the same in words."""

import importlib
from pathlib import Path
from typing import Any

from ..errors import EngineError
from ..progress import Progress, part
from .clip import clip_preview
from .frame import frame_preview
from .moments import moments_sheet
from .sources import Source, read_sources, read_timeline
from .storyboard import Board, storyboard

KINDS = ("storyboard", "moments", "frame", "clip")


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What to look at → mime, description, width, height of the file at `output`.

    `{"what", "timeline", "media", "at_ms", "media_id", "from_ms", "to_ms", "output", "cache"}`
    """
    what = spec.get("what")
    sources = read_sources(spec.get("media") or [])
    output = Path(spec["output"])
    if what == "storyboard":
        board = storyboard(read_timeline(spec.get("timeline")), sources, output, progress)
    elif what == "moments":
        board = _moments(spec, sources, output, progress)
    elif what == "frame":
        board = frame_preview(spec, sources, output)
    elif what == "clip":
        board = clip_preview(spec, sources, output, progress)
    else:
        raise EngineError("bad_request", "engine.no_preview", what=str(what), kinds=", ".join(KINDS))
    return {
        "mime": "video/mp4" if what == "clip" else "image/jpeg",
        "description": board.description,
        "width": board.width,
        "height": board.height,
    }


def _moments(spec: dict[str, Any], sources: dict[str, Source], output: Path, progress: Progress) -> Board:
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
    ranked = ranking.run(job, part(progress, 0, 80))
    return moments_sheet(ranked["moments"], ranked["curve"], chosen, output, part(progress, 80, 100))
