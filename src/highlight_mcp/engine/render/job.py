"""The `render` job: a timeline becomes an MP4 that has been checked."""

from pathlib import Path
from shutil import disk_usage
from time import process_time
from typing import Any

from pydantic import ValidationError

from ...messages import Message
from ...presets import DEFAULT_PRESET, PRESETS, Preset
from ...timeline.model import Clip, Timeline
from ..errors import EngineError
from ..job_process import Progress
from .comparison import FinishedReel, compare_with_sources
from .encoding import Mp4Writer, interleaved, writing
from .mixing import SoundTrack
from .plan import RenderPlan, frame_size, plan_render
from .progress import RenderProgress, Warnings
from .verify import ExpectedOutput, verify
from .video_reader import Sources, read_sources
from .video_renderer import VideoRenderer

LEAST_FREE = 32 << 20


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Render `timeline` with `media` to `output` at `preset`; returns the facts of the file.

    Raises EngineError: for an empty timeline, missing or damaged footage, a script without a font, a
    full disk, and when the finished file fails a check.
    """
    try:
        timeline = Timeline.model_validate(spec["timeline"])
        sources = read_sources(spec["media"])
        output = Path(spec["output"])
    except (KeyError, TypeError, ValidationError) as error:
        raise EngineError("bad_request", "engine.unreadable_render", error=str(error)) from error
    return render(timeline, sources, output, _preset(spec.get("preset") or DEFAULT_PRESET), progress)


def _preset(name: str) -> Preset:
    if name not in PRESETS:
        raise EngineError("bad_request", "engine.no_preset", name=name, presets=", ".join(PRESETS))
    return PRESETS[name]


def render(timeline: Timeline, sources: Sources, output: Path, preset: Preset, progress: Progress) -> dict[str, Any]:
    """See `run`."""
    made = plan_render(timeline)
    if made.frames == 0:
        raise EngineError("bad_request", "engine.nothing_to_render")
    _need_files(made, sources)
    _need_room(output)
    width, height = frame_size(timeline, preset)
    render_progress = RenderProgress(progress, made.frames, made.rate, measuring=timeline.loudness_lufs is not None)
    begun_s = process_time()
    with writing(output):
        written, warnings = _write(made, timeline, sources, output, (width, height), preset, render_progress)
    render_progress.checking()
    expected = ExpectedOutput(width, height, made.frames, made.rate)
    checks = verify(output, expected)
    verdict = compare_with_sources(written, process_time() - begun_s, render_progress.beat)
    return {
        "duration_ms": expected.duration_ms,
        "width": width,
        "height": height,
        "size_bytes": output.stat().st_size,
        "frame_rate": str(made.rate),
        "video_codec": "h264",
        "audio_codec": "aac",
        "method": "encoded",
        "checks": [check.as_dict() for check in (*checks, *verdict.checks())],
        "warnings": [warning.dump() for warning in (*verdict.warnings(), *warnings)],
    }


def _write(
    made: RenderPlan,
    timeline: Timeline,
    sources: Sources,
    output: Path,
    size: tuple[int, int],
    preset: Preset,
    render_progress: RenderProgress,
) -> tuple[FinishedReel, list[Message]]:
    notes = Warnings()
    pictures = VideoRenderer(made, sources, *size, notes, render_progress.beat)
    sound = SoundTrack(made, sources, notes, render_progress.beat)
    render_progress.beat()
    lufs = timeline.loudness_lufs
    gain = 1.0 if lufs is None else sound.gain_for(lufs, render_progress.measured)
    with Mp4Writer(output, *size, made.rate, preset, timeline.title) as mp4:
        for written in interleaved(mp4, pictures.frames(), sound.blocks(gain), made.rate):
            render_progress.encoded(written)
        mp4.finish()
        render_progress.finishing()
    return FinishedReel(output, made, sources, pictures.letters, size, gain), notes.messages()


def _need_files(made: RenderPlan, sources: Sources) -> None:
    """A source that has gone is said before anything is encoded."""
    clips = [shot.clip for layer in made.layers for shot in layer.shots]
    shown = {item.media_id for item in (*clips, *(cue.item for cue in made.cues)) if isinstance(item, Clip)}
    used = {sound.media_id for sound in made.sounds} | {media_id for media_id in shown if media_id is not None}
    for media_id in sorted(used):
        source = sources.get(media_id)
        if source is None or not source.path.is_file():
            name = source.info.name if source else media_id
            raise EngineError("file_missing", "engine.moved", name=name)


def _need_room(output: Path) -> None:
    """A full disk is said before anything is encoded."""
    with writing(output):
        free = disk_usage(output.parent).free
    if free < LEAST_FREE:
        raise EngineError("no_space", "engine.little_space", free=free >> 20, parent=str(output.parent))
