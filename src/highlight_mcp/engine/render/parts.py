"""A reel in parts: a file for each of its clips with a picture beside it, and a list that says what they are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from ...files import safe_stem
from ...messages import Message, message
from ...timeline.model import Clip
from ..errors import EngineError
from ..preview.sheet import save_jpeg
from .arrangement import Arrangement
from .encoding import writing
from .plan import PlacedClip
from .task import RenderTask

LIST = "highlights.json"
UNTOUCHED = "untouched"
_PICTURE = 640
"""Pixels of the longer side of the pictures beside the parts."""


def write_parts(task: RenderTask, ending: str, write: Callable[[RenderTask], dict[str, Any]]) -> dict[str, Any]:
    """Write each clip of the reel with `write`, into the folder `output`; facts of all together. Raises EngineError.

    A part has the texts, the music and the loudness that the reel has there. It begins and ends at the cuts, and so in
    the middle of transitions.
    """
    shots = task.plan.layers[0].shots
    if not shots:
        raise EngineError("bad_request", "engine.nothing_to_render")
    with writing(task.output):
        task.output.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    for number, shot in enumerate(shots, 1):
        stem = f"{number:02} {safe_stem(_title(shot.clip).replace(':', '.'), 'clip', most_bytes=100)}"
        part = task.part(shot.first, shot.last, task.output / f"{stem}.{ending}")
        task.progress.begin_part(shot.first, shot.last)
        facts = write(part)
        picture = _pictured(part, task.output / f"{stem}.jpg")
        made.append(facts)
        rows.append(_row(task, shot, part.output.name, picture, facts))
    with writing(task.output):
        text = json.dumps({"title": task.timeline.title, "parts": rows}, ensure_ascii=False, indent=2)
        (task.output / LIST).write_text(text + "\n", encoding="utf-8")
    files = sorted(file.name for file in task.output.iterdir())
    return {
        **made[0],
        "method": _method_of({facts["method"] for facts in made}),
        "duration_ms": sum(facts["duration_ms"] for facts in made),
        "size_bytes": sum((task.output / name).stat().st_size for name in files),
        "files": files,
        "checks": _together(made),
        "warnings": [warning for facts in made for warning in facts["warnings"]],
    }


def _title(clip: Clip) -> str:
    return clip.label or clip.id


def _row(task: RenderTask, shot: PlacedClip, name: str, picture: str | None, facts: dict[str, Any]) -> dict[str, Any]:
    """What the list says of one part: times in milliseconds, in the reel and in the footage."""
    clip = shot.clip
    source = task.sources.get(clip.media_id or "")
    row = {
        "file": name,
        "thumbnail": picture,
        "title": _title(clip),
        "start_ms": clip.start_ms,
        "end_ms": clip.end_ms,
        "duration_ms": facts["duration_ms"],
        "source": source.info.name if source is not None else None,
        "source_start_ms": clip.source.start_ms if clip.source else None,
        "source_end_ms": clip.source.end_ms if clip.source else None,
        "reason": str(clip.why),
        "score": clip.score,
    }
    return {name: value for name, value in row.items() if value not in (None, "")}


def _pictured(part: RenderTask, file: Path) -> str | None:
    """The middle picture of a part as a JPEG; none of sound alone."""
    size = part.arrangement.size
    if not all(size):
        return None
    renderer = part.renderer(_thumbnail(part.arrangement), first=False)
    try:
        save_jpeg(_image(renderer.frame(part.first + part.plan.frames // 2)), file)
    finally:
        renderer.close()
    return file.name


def _thumbnail(arrangement: Arrangement) -> tuple[int, int]:
    scale = min(1.0, _PICTURE / max(arrangement.size))
    across, up = (max(2, 2 * round(side * scale / 2)) for side in arrangement.size)
    return across, up


def _image(frame: VideoFrame) -> Image.Image:
    rgb = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709)
    return Image.fromarray(rgb.to_ndarray())


def _together(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each check once, for how many parts it was made and held; of the untouched pictures, how many they are of all."""
    found: dict[str, list[bool]] = {}
    for facts in made:
        for check in facts["checks"]:
            found.setdefault(check["name"], []).append(check["ok"])
    details = {name: _of(held) for name, held in found.items()} | _untouched(made)
    return [{"name": name, "ok": all(held), "detail": details[name].dump()} for name, held in found.items()]


def _untouched(made: list[dict[str, Any]]) -> dict[str, Message]:
    """The one thing that is no yes or no. Where no picture of any part is untouched, the first says why."""
    told = [(facts, check["detail"]) for facts in made for check in facts["checks"] if check["name"] == UNTOUCHED]
    if not told:
        return {}
    if all(facts["method"] == "encoded" for facts in made):
        return {UNTOUCHED: Message.read(told[0][1])}
    ms = sum(facts["duration_ms"] * Message.read(detail).arguments.get("share", 0) for facts, detail in told)
    share = ms / max(1, sum(facts["duration_ms"] for facts in made))
    return {UNTOUCHED: message("engine.check.untouched_share", share=share)}


def _method_of(methods: set[str]) -> str:
    """How the pictures of all parts together were made."""
    return methods.pop() if len(methods) == 1 else "hybrid"


def _of(held: list[bool]) -> Message:
    return message("engine.check.of", found=sum(held), expected=len(held))
