"""One composited frame of the reel."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from ...timeline.model import Clip, TextTrack, Timeline
from ...timeline.time import format_time, scaled
from ..media.frames import frame_readers_of
from ..render.canvas import BLACK, Canvas, canvas_of, draw_overlay, fade, frame_of, plain, yuv_of
from ..render.filter_graph import chain_for, look_steps
from ..render.plan import plan_render
from ..render.text_overlay import draw_text
from ..render.video_reader import RenderSource as Footage
from ..render.video_renderer import VideoRenderer
from ..worker.errors import EngineError
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
            f"{format_time(at_ms)} lies outside the reel, which lasts {format_time(timeline.duration_ms)}.",
            "Choose a time inside it.",
        )
    image = timeline_frame(timeline, at_ms, sources)
    final = save_jpeg(image, output)
    return Board(_described(timeline, at_ms, sources), final.width, final.height)


def timeline_frame(timeline: Timeline, at_ms: int, sources: dict[str, Source]) -> Image.Image:
    """The picture of the reel at a time: the clip or the transition, its effects, the words over it."""
    size = (timeline.width // 2 * 2, timeline.height // 2 * 2)
    canvas = _reel(timeline, at_ms, size, sources)
    for track in timeline.tracks:
        for text in track.texts if isinstance(track, TextTrack) else ():
            if text.start_ms <= at_ms < text.end_ms and (letters := draw_text(text, *size)) is not None:
                strength = _share(at_ms - text.start_ms, text.end_ms - at_ms, text.fade_in_ms, text.fade_out_ms)
                draw_overlay(canvas, letters, strength)
    rgb = frame_of(canvas).reformat(format="rgb24", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709)
    image = Image.fromarray(rgb.to_ndarray())
    image.thumbnail((_BOUND, _BOUND))
    return image


def joins_at(timeline: Timeline, at_ms: int) -> bool:
    """Whether a transition is on at a time."""
    for before, after in pairwise(timeline.clips):
        if after.transition is not None:
            half_ms = min(after.transition.duration_ms, before.duration_ms, after.duration_ms) // 2
            if -half_ms <= at_ms - after.start_ms < half_ms:
                return True
    return False


def clip_at(timeline: Timeline, at_ms: int) -> Clip | None:
    """The clip of the reel that is on at a time."""
    return next((clip for clip in timeline.clips if clip.start_ms <= at_ms < clip.end_ms), None)


def source_ms(clip: Clip, at_ms: int) -> int:
    """The time in the media that a clip shows at a time of the timeline."""
    start_ms = clip.source.start_ms if clip.source is not None else 0
    return start_ms if clip.freeze else max(0, start_ms + scaled(at_ms - clip.start_ms, clip.speed))


def _reel(timeline: Timeline, at_ms: int, size: tuple[int, int], sources: dict[str, Source]) -> Canvas:
    if joins_at(timeline, at_ms):
        return _joined(timeline, at_ms, size, sources)
    clip = clip_at(timeline, at_ms)
    return _canvas(clip, at_ms, size, sources) if clip is not None else plain(*size, BLACK)


def _joined(timeline: Timeline, at_ms: int, size: tuple[int, int], sources: dict[str, Source]) -> Canvas:
    """A picture of a transition as the export draws it: of both clips, and nothing of the shots beside them."""
    assert timeline.main is not None
    made = plan_render(timeline.model_copy(update={"tracks": (timeline.main,)}))
    number = min(int(at_ms * made.rate / 1000), made.frames - 1)
    footage = {name: Footage(source.path, source.info) for name, source in sources.items()}
    (frame,) = VideoRenderer(made, footage, *size).frames(number, number + 1)
    return canvas_of(frame)


def _canvas(clip: Clip, at_ms: int, size: tuple[int, int], sources: dict[str, Source]) -> Canvas:
    """One frame of a clip with its effects and fades, without words."""
    if clip.media_id is None:
        return plain(*size, yuv_of(clip.color or "#000000"))
    source = sources.get(clip.media_id)
    if source is None:
        message = f"The footage of clip {clip.id} ({clip.media_id}) is not there."
        raise EngineError("file_missing", message, "Upload it again.")
    with frame_readers_of(source.path) as pictures:
        picture = composed(clip, pictures.at(source_ms(clip, at_ms), (2 * max(size), 2 * max(size))), size)
    frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709
    )
    steps = look_steps(clip.filters)
    canvas = canvas_of(chain_for(frame, steps).one(frame) if steps else frame)
    share = _share(at_ms - clip.start_ms, clip.end_ms - at_ms, clip.picture_fade_in_ms, clip.picture_fade_out_ms)
    return fade(canvas, share) if share < 1 else canvas


def _share(since_ms: int, left_ms: int, in_ms: int, out_ms: int) -> float:
    """How strongly something shows that fades in and out, 0..1."""
    rising = since_ms / in_ms if in_ms > 0 else 1.0
    falling = left_ms / out_ms if out_ms > 0 else 1.0
    return max(0.0, min(1.0, rising, falling))


def _footage_frame(media_id: str, at_ms: int, sources: dict[str, Source], output: Path) -> Board:
    source = sources.get(media_id)
    if source is None:
        known = ", ".join(sources) or "none"
        raise EngineError("bad_request", f"There is no media {media_id!r}.", f"Media of this session: {known}.")
    if source.info.kind != "image" and at_ms > source.info.duration_ms > 0:
        end, at = format_time(source.info.duration_ms), format_time(at_ms)
        message = f"{source.info.name} ends at {end}; there is nothing at {at}."
        raise EngineError("bad_request", message, "Choose a time inside it.")
    with frame_readers_of(source.path) as pictures:
        final = save_jpeg(pictures.at(at_ms, (_BOUND, _BOUND)), output)
    return Board(f"{source.info.name} at {format_time(at_ms)}.", final.width, final.height)


def _described(timeline: Timeline, at_ms: int, sources: dict[str, Source]) -> str:
    clip = clip_at(timeline, at_ms)
    head = f"The reel at {format_time(at_ms)} of {format_time(timeline.duration_ms)}"
    if clip is None or clip.media_id is None:
        return f"{head}: a plain card."
    number = timeline.clips.index(clip) + 1
    name = sources[clip.media_id].info.name if clip.media_id in sources else clip.media_id
    return f"{head}: clip {number}, {name} at {format_time(source_ms(clip, at_ms))}."
