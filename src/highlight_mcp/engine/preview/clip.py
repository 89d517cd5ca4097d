"""A small moving picture of a part of the reel, drawn and mixed as the export would be."""

from pathlib import Path

from ...messages import say
from ...timeline.model import Timeline
from ...timeline.time import format_time, frames_at
from ..render.encoding import Mp4Writer, interleaved, writing
from ..render.mixing import SoundTrack
from ..render.plan import Preset, RenderPlan, frame_size, plan_render, seen_at, slice_sounds
from ..render.progress import RenderProgress
from ..render.video_reader import Sources
from ..render.video_renderer import VideoRenderer
from ..worker.errors import EngineError
from ..worker.job_process import Progress
from .frame import PreviewPicture

LONGEST_MS = 15_000
MAX_BYTES = 1_500_000
SMALL = Preset(240, "veryfast", 30, most_bps=520_000, sound_bps=96_000)
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
    size = frame_size(timeline, SMALL)
    with writing(output):
        _write(timeline, made, (first, last), sources, output, size, progress)
    _need_small(output)
    told = say(
        "engine.shown.part", start=format_time(from_ms), end=format_time(to_ms), total=format_time(timeline.duration_ms)
    )
    return PreviewPicture(told, *size)


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
        else SoundTrack(made, sources, beat=render_progress.beat).gain_for(lufs, render_progress.measured)
    )
    sound = SoundTrack(slice_sounds(made, first, last), sources, beat=render_progress.beat)
    with Mp4Writer(output, *size, made.rate, SMALL) as mp4:
        for written in interleaved(mp4, pictures.frames(first, last), sound.blocks(gain), made.rate):
            render_progress.encoded(written)
        mp4.finish()


def _need_small(output: Path) -> None:
    size = output.stat().st_size
    if size > MAX_BYTES:
        raise EngineError("bad_request", "engine.part_too_large", size=size)
