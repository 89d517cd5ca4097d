"""One composited frame of the reel."""

from pathlib import Path
from typing import Any

from PIL import Image

from ...timeline.model import Clip, Timeline
from ...timeline.time import clock, scaled
from ..errors import EngineError
from ..frames import pictures_of
from .compose import composed
from .sheet import save_jpeg
from .sources import Source, read_timeline
from .storyboard import Board

_BOUND = 1280


def frame_preview(spec: dict[str, Any], sources: dict[str, Source], output: Path) -> Board:
    """The frame at `at_ms` of the timeline or, with `media_id`, of that footage, as a JPEG file."""
    at_ms = int(spec.get("at_ms") or 0)
    if spec.get("media_id"):
        return _footage_frame(spec["media_id"], at_ms, sources, output)
    timeline = read_timeline(spec.get("timeline"))
    if not 0 <= at_ms < timeline.duration_ms:
        raise EngineError(
            "bad_request",
            f"{clock(at_ms)} lies outside the reel, which lasts {clock(timeline.duration_ms)}.",
            "Choose a time inside it.",
        )
    image = timeline_frame(timeline, at_ms, sources)
    final = save_jpeg(image, output)
    return Board(_described(timeline, at_ms, sources), final.width, final.height)


def timeline_frame(timeline: Timeline, at_ms: int, sources: dict[str, Source]) -> Image.Image:
    """The picture of the main track at a time of the timeline, at most 1280 pixels wide or high."""
    scale = min(1.0, _BOUND / max(timeline.width, timeline.height))
    size = (round(timeline.width * scale), round(timeline.height * scale))
    clip = clip_at(timeline, at_ms)
    if clip is None:
        return Image.new("RGB", size)
    if clip.media_id is None:
        return Image.new("RGB", size, clip.color or "#000000")
    source = sources.get(clip.media_id)
    if source is None:
        message = f"The footage of clip {clip.id} ({clip.media_id}) is not there."
        raise EngineError("file_missing", message, "Upload it again.")
    with pictures_of(source.path) as pictures:
        picture = pictures.at(source_ms(clip, at_ms), (2 * _BOUND, 2 * _BOUND))
    return composed(clip, picture, size)


def clip_at(timeline: Timeline, at_ms: int) -> Clip | None:
    """The clip of the reel that is on at a time."""
    return next((clip for clip in timeline.clips if clip.start_ms <= at_ms < clip.end_ms), None)


def source_ms(clip: Clip, at_ms: int) -> int:
    """The time in the media that a clip shows at a time of the timeline."""
    start_ms = clip.source.start_ms if clip.source is not None else 0
    return start_ms if clip.freeze else start_ms + scaled(at_ms - clip.start_ms, clip.speed)


def _footage_frame(media_id: str, at_ms: int, sources: dict[str, Source], output: Path) -> Board:
    source = sources.get(media_id)
    if source is None:
        known = ", ".join(sources) or "none"
        raise EngineError("bad_request", f"There is no media {media_id!r}.", f"Media of this session: {known}.")
    with pictures_of(source.path) as pictures:
        final = save_jpeg(pictures.at(at_ms, (_BOUND, _BOUND)), output)
    return Board(f"{source.info.name} at {clock(at_ms)}.", final.width, final.height)


def _described(timeline: Timeline, at_ms: int, sources: dict[str, Source]) -> str:
    clip = clip_at(timeline, at_ms)
    head = f"The reel at {clock(at_ms)} of {clock(timeline.duration_ms)}"
    if clip is None or clip.media_id is None:
        return f"{head}: a plain card."
    number = timeline.clips.index(clip) + 1
    name = sources[clip.media_id].info.name if clip.media_id in sources else clip.media_id
    return f"{head}: clip {number}, {name} at {clock(source_ms(clip, at_ms))}."
