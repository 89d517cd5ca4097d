"""Pictures of the reel, drawn by the renderer as the export draws them, and of single moments of the footage."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from ...messages import say
from ...timeline.layout import source_at
from ...timeline.model import Timeline
from ...timeline.time import format_time
from ..media.frames import frame_readers_of
from ..render.plan import RenderPlan, plan_render, seen_at
from ..render.progress import ProgressTick, no_report
from ..render.video_reader import Sources
from ..render.video_renderer import VideoRenderer
from ..worker.errors import EngineError
from .sheet import save_jpeg

_BOUND = 1280
_NOT_THERE = ("file_damaged", "file_missing")


@dataclass(frozen=True)
class PreviewPicture:
    """What a preview made: the words stand alone without the picture."""

    description: str
    width: int
    height: int


def frame_preview(timeline: Timeline, at_ms: int, sources: Sources, output: Path) -> PreviewPicture:
    """The frame of the reel that is on screen at a time, as a JPEG file. Raises EngineError."""
    if not 0 <= at_ms < timeline.duration_ms:
        length = format_time(timeline.duration_ms)
        raise EngineError("bad_request", "engine.outside_reel_at", at_ms=format_time(at_ms), duration_ms=length)
    final = save_jpeg(reel_picture(timeline, at_ms, sources), output)
    return PreviewPicture(_described(timeline, at_ms, sources), final.width, final.height)


def footage_preview(media_id: str, at_ms: int, sources: Sources, output: Path) -> PreviewPicture:
    """The picture of a file of the footage at a time, as a JPEG file. Raises EngineError."""
    source = sources.get(media_id)
    if source is None:
        known = ", ".join(sources) or "-"
        raise EngineError("bad_request", "engine.no_media", media_id=media_id, known=known)
    if source.info.kind != "image" and at_ms > source.info.duration_ms > 0:
        times = {"duration_ms": format_time(source.info.duration_ms), "at_ms": format_time(at_ms)}
        raise EngineError("bad_request", "engine.beyond_media", name=source.info.name, **times)
    with frame_readers_of(source.path) as pictures:
        final = save_jpeg(pictures.at(at_ms, (_BOUND, _BOUND)), output)
    return PreviewPicture(
        say("engine.shown.footage", name=source.info.name, at=format_time(at_ms)), final.width, final.height
    )


def reel_picture(timeline: Timeline, at_ms: int, sources: Sources) -> Image.Image:
    """The output frame that is on screen at a time, drawn at the size of the timeline, at most 1280 pixels long."""
    made = plan_render(timeline)
    number = _number(made, at_ms)
    size = (timeline.width // 2 * 2, timeline.height // 2 * 2)
    with closing(VideoRenderer(seen_at(made, (number,)), sources, *size)) as track:
        image = _rgb(track.frame(number))
    image.thumbnail((_BOUND, _BOUND))
    return image


def reel_pictures(
    timeline: Timeline, times_ms: Sequence[int], sources: Sources, size: tuple[int, int], beat: ProgressTick = no_report
) -> Iterator[Image.Image | None]:
    """The output frames at ascending times, one after another, `size` (width, height: even); None for each whose
    footage is gone or does not decode. Where no font has the letters of a text, there are no texts.
    """
    made = plan_render(timeline)
    numbers = [_number(made, at_ms) for at_ms in times_ms]
    seen = seen_at(made, numbers)
    try:
        track = VideoRenderer(seen, sources, *size, beat=beat)
    except EngineError as error:
        if error.kind != "asset_missing":
            raise
        track = VideoRenderer(replace(seen, cues=()), sources, *size, beat=beat)
    with closing(track):
        for number in numbers:
            try:
                yield _rgb(track.frame(number))
            except EngineError as error:
                if error.kind not in _NOT_THERE:
                    raise
                yield None


def _number(made: RenderPlan, at_ms: int) -> int:
    """The number of the output frame that is on screen at a time."""
    if made.frames == 0:
        raise EngineError("bad_request", "engine.nothing_shown")
    return min(int(at_ms * made.rate / 1000), made.frames - 1)


def _rgb(frame: VideoFrame) -> Image.Image:
    rgb = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709)
    return Image.fromarray(rgb.to_ndarray())


def _described(timeline: Timeline, at_ms: int, sources: Sources) -> str:
    times = {"at": format_time(at_ms), "total": format_time(timeline.duration_ms)}
    clips = enumerate(timeline.clips, 1)
    number, clip = next(((n, each) for n, each in clips if each.start_ms <= at_ms < each.end_ms), (0, None))
    if clip is None or clip.media_id is None or clip.source is None:
        return say("engine.shown.card_at", **times)
    name = sources[clip.media_id].info.name if clip.media_id in sources else clip.media_id
    shown_ms = clip.source.start_ms if clip.freeze else source_at(clip, at_ms - clip.start_ms)
    return say("engine.shown.clip_at", **times, n=number, name=name, source=format_time(shown_ms))
