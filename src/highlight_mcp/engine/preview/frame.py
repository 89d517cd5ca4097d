"""One composited frame of the reel."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from ...messages import say
from ...timeline.model import Clip, TextTrack, Timeline
from ...timeline.time import clock, scaled
from ..errors import EngineError
from ..frames import pictures_of
from ..render.canvas import BLACK, Canvas, canvas_of, faded, frame_of, lettered, plain, yuv_of
from ..render.chain import chain_for, look_steps
from ..render.lettering import letters_of
from ..render.picture import PictureTrack
from ..render.plan import plan
from ..render.source import Source as Footage
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
            "bad_request", "engine.outside_reel_at", at_ms=clock(at_ms), duration_ms=clock(timeline.duration_ms)
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
            if text.start_ms <= at_ms < text.end_ms and (letters := letters_of(text, *size)) is not None:
                strength = _share(at_ms - text.start_ms, text.end_ms - at_ms, text.fade_in_ms, text.fade_out_ms)
                lettered(canvas, letters, strength)
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
    made = plan(timeline.model_copy(update={"tracks": (timeline.main,)}))
    number = min(int(at_ms * made.rate / 1000), made.frames - 1)
    footage = {name: Footage(source.path, source.info) for name, source in sources.items()}
    (frame,) = PictureTrack(made, footage, *size).frames(number, number + 1)
    return canvas_of(frame)


def _canvas(clip: Clip, at_ms: int, size: tuple[int, int], sources: dict[str, Source]) -> Canvas:
    """One frame of a clip with its effects and fades, without words."""
    if clip.media_id is None:
        return plain(*size, yuv_of(clip.color or "#000000"))
    source = sources.get(clip.media_id)
    if source is None:
        raise EngineError("file_missing", "engine.clip_footage_missing", id=clip.id, media_id=clip.media_id)
    with pictures_of(source.path) as pictures:
        picture = composed(clip, pictures.at(source_ms(clip, at_ms), (2 * max(size), 2 * max(size))), size)
    frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709
    )
    steps = look_steps(clip.filters)
    canvas = canvas_of(chain_for(frame, steps).one(frame) if steps else frame)
    share = _share(at_ms - clip.start_ms, clip.end_ms - at_ms, clip.picture_fade_in_ms, clip.picture_fade_out_ms)
    return faded(canvas, share) if share < 1 else canvas


def _share(since_ms: int, left_ms: int, in_ms: int, out_ms: int) -> float:
    """How strongly something shows that fades in and out, 0..1."""
    rising = since_ms / in_ms if in_ms > 0 else 1.0
    falling = left_ms / out_ms if out_ms > 0 else 1.0
    return max(0.0, min(1.0, rising, falling))


def _footage_frame(media_id: str, at_ms: int, sources: dict[str, Source], output: Path) -> Board:
    source = sources.get(media_id)
    if source is None:
        known = ", ".join(sources) or "none"
        raise EngineError("bad_request", "engine.no_media", media_id=media_id, known=known)
    if source.info.kind != "image" and at_ms > source.info.duration_ms > 0:
        raise EngineError(
            "bad_request",
            "engine.beyond_media",
            name=source.info.name,
            duration_ms=clock(source.info.duration_ms),
            at_ms=clock(at_ms),
        )
    with pictures_of(source.path) as pictures:
        final = save_jpeg(pictures.at(at_ms, (_BOUND, _BOUND)), output)
    return Board(say("engine.shown.footage", name=source.info.name, at=clock(at_ms)), final.width, final.height)


def _described(timeline: Timeline, at_ms: int, sources: dict[str, Source]) -> str:
    clip = clip_at(timeline, at_ms)
    times = {"at": clock(at_ms), "total": clock(timeline.duration_ms)}
    if clip is None or clip.media_id is None:
        return say("engine.shown.card_at", **times)
    number = timeline.clips.index(clip) + 1
    name = sources[clip.media_id].info.name if clip.media_id in sources else clip.media_id
    return say("engine.shown.clip_at", **times, n=number, name=name, source=clock(source_ms(clip, at_ms)))
