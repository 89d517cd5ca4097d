"""A small moving picture of a part of the reel, drawn and mixed as the export would be."""

from pathlib import Path
from typing import Any

from ...timeline.model import Timeline
from ...timeline.time import format_time, frames_at
from ..render.encoding import Mp4Writer, interleaved, writing
from ..render.mixing import SoundTrack
from ..render.plan import Preset, RenderPlan, frame_size, plan_render, slice_sounds
from ..render.progress import RenderProgress
from ..render.video_reader import RenderSource as Footage
from ..render.video_reader import Sources
from ..render.video_renderer import VideoRenderer
from ..worker.errors import EngineError
from ..worker.reporter import Progress
from .sources import Source, read_timeline
from .storyboard import Board

LONGEST_MS = 15_000
MAX_BYTES = 1_500_000
SMALL = Preset(240, "veryfast", 30, most_bps=520_000, sound_bps=96_000)
"""At most 1.25 MB in 15 s, whatever the footage shows."""


def clip_preview(spec: dict[str, Any], sources: dict[str, Source], output: Path, progress: Progress) -> Board:
    """`from_ms` to `to_ms` of the timeline as H.264 and AAC, 240 lines, to an MP4 file. Raises EngineError."""
    timeline = read_timeline(spec.get("timeline"))
    from_ms, to_ms = _span(spec, timeline)
    made = plan_render(timeline)
    first, last = (frames_at(ms, made.rate) for ms in (from_ms, to_ms))
    last = min(max(last, first + 1), made.frames)
    if first >= last:
        raise EngineError("bad_request", "The timeline shows nothing there.", "Choose a time inside the reel.")
    size = frame_size(timeline, SMALL)
    footage: Sources = {media_id: Footage(source.path, source.info) for media_id, source in sources.items()}
    with writing(output):
        _write(timeline, made, (first, last), footage, output, size, progress)
    _need_small(output)
    return Board(
        f"The reel from {format_time(from_ms)} to {format_time(to_ms)} of {format_time(timeline.duration_ms)}.", *size
    )


def _span(spec: dict[str, Any], timeline: Timeline) -> tuple[int, int]:
    from_ms, to_ms = int(spec.get("from_ms") or 0), int(spec.get("to_ms") or 0)
    length = timeline.duration_ms
    if not 0 <= from_ms < min(to_ms, length):
        text = (
            f"{format_time(from_ms)} to {format_time(to_ms)} is no part of the reel, which lasts {format_time(length)}."
        )
        raise EngineError("bad_request", text, "Choose a start and a later end inside it.")
    if to_ms - from_ms > LONGEST_MS:
        asked = f"{format_time(from_ms)} to {format_time(to_ms)}"
        text = f"At most {LONGEST_MS // 1000} s can be played at once; {asked} is longer."
        raise EngineError("bad_request", text, "Ask for a shorter part.")
    return from_ms, min(to_ms, length)


def _write(
    timeline: Timeline,
    made: RenderPlan,
    frames: tuple[int, int],
    footage: Sources,
    output: Path,
    size: tuple[int, int],
    progress: Progress,
) -> None:
    first, last = frames
    lufs = timeline.loudness_lufs
    pulse = RenderProgress(progress, last - first, made.rate, measuring=lufs is not None)
    pictures = VideoRenderer(made, footage, *size, beat=pulse.beat)
    gain = 1.0 if lufs is None else SoundTrack(made, footage, beat=pulse.beat).gain_for(lufs, pulse.measured)
    sound = SoundTrack(slice_sounds(made, first, last), footage, beat=pulse.beat)
    with Mp4Writer(output, *size, made.rate, SMALL) as mp4:
        for written in interleaved(mp4, pictures.frames(first, last), sound.blocks(gain), made.rate):
            pulse.encoded(written)
        mp4.finish()


def _need_small(output: Path) -> None:
    size = output.stat().st_size
    if size > MAX_BYTES:
        text = f"This part of the reel takes {size:,} bytes, more than can be shown at once."
        raise EngineError("bad_request", text, "Ask for a shorter part.")
