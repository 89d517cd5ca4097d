"""Pictures of the reel, still or moving, drawn and mixed as the export would be, and stills of the footage."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from ...messages import say
from ...presets import Preset
from ...timeline.layout import source_at
from ...timeline.model import Timeline
from ...timeline.time import format_time, frames_at
from ..errors import EngineError
from ..job_process import Progress
from ..media.frames import frame_readers_of
from ..render.encoding import Mp4Writer, interleaved, writing
from ..render.mixing import SoundTrack
from ..render.plan import RenderPlan, frame_size, plan_render, seen_at, slice_sounds
from ..render.progress import ProgressTick, RenderProgress, no_report
from ..render.video_reader import Sources
from ..render.video_renderer import VideoRenderer
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


LONGEST_MS = 15_000
MAX_BYTES = 1_500_000
SMALL_SIDE = 240
SMALL = Preset(SMALL_SIDE, "veryfast", 30, most_bps=520_000, sound_bps=96_000)
"""At most 1.25 MB in 15 s, whatever the footage shows."""


def clip_preview(
    timeline: Timeline, span_ms: tuple[int, int], sources: Sources, output: Path, progress: Progress
) -> PreviewPicture:
    """The span of the timeline as H.264 and AAC, 240 lines, to an MP4 file. Raises EngineError."""
    from_ms, to_ms = _checked(*span_ms, timeline.duration_ms)
    made = plan_render(timeline)
    first, last = (frames_at(ms, made.rate) for ms in (from_ms, to_ms))
    last = min(max(last, first + 1), made.frames)
    if first >= last:
        raise EngineError("bad_request", "engine.nothing_shown")
    size = frame_size(timeline, SMALL_SIDE)
    with writing(output):
        _write(timeline, made, (first, last), sources, output, size, progress)
    _need_small(output)
    description = say(
        "engine.shown.part", start=format_time(from_ms), end=format_time(to_ms), total=format_time(timeline.duration_ms)
    )
    return PreviewPicture(description, *size)


def _checked(from_ms: int, to_ms: int, length: int) -> tuple[int, int]:
    """The span, ending with the reel. Raises EngineError."""
    if not 0 <= from_ms < min(to_ms, length):
        raise EngineError(
            "bad_request",
            "engine.outside_reel",
            from_ms=format_time(from_ms),
            to_ms=format_time(to_ms),
            length=format_time(length),
        )
    if to_ms - from_ms > LONGEST_MS:
        raise EngineError(
            "bad_request",
            "engine.part_too_long",
            longest_ms=LONGEST_MS // 1000,
            from_ms=format_time(from_ms),
            to_ms=format_time(to_ms),
        )
    return from_ms, min(to_ms, length)


def _write(
    timeline: Timeline,
    made: RenderPlan,
    frames: tuple[int, int],
    sources: Sources,
    output: Path,
    size: tuple[int, int],
    progress: Progress,
) -> None:
    first, last = frames
    lufs = timeline.loudness_lufs
    render_progress = RenderProgress(progress, last - first, made.rate, measuring=lufs is not None)
    pictures = VideoRenderer(seen_at(made, range(first, last)), sources, *size, beat=render_progress.beat)
    gain = (
        1.0
        if lufs is None
        else SoundTrack(made, sources, beat=render_progress.beat).level_for(lufs, render_progress.measured).gain
    )
    sound = SoundTrack(slice_sounds(made, first, last), sources, beat=render_progress.beat)
    with Mp4Writer(output, *size, made.rate, SMALL) as mp4:
        for written in interleaved(mp4, mp4.each(pictures.frames(first, last)), sound.blocks(gain), made.rate):
            render_progress.encoded(written)
        mp4.finish()


def _need_small(output: Path) -> None:
    size = output.stat().st_size
    if size > MAX_BYTES:
        raise EngineError("bad_request", "engine.part_too_large", size=size)
