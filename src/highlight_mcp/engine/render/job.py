"""The `render` job: a timeline becomes an MP4 that has been checked."""

from pathlib import Path
from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.model import Timeline
from ..errors import EngineError, translated
from ..progress import Progress
from .encoding import Mp4, interleaved
from .mixing import SoundTrack
from .picture import PictureTrack
from .plan import RenderPlan, plan
from .presets import Preset, frame_size, preset_of
from .source import Source, Sources
from .verify import Expected, verify


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Render `timeline` with `media` to `output` at `preset`; returns the facts of the file.

    Raises EngineError: for an empty timeline, missing or damaged footage, a script without a font, a
    full disk, and when the finished file fails a check.
    """
    timeline = Timeline.model_validate(spec["timeline"])
    sources = {
        entry["info"]["media_id"]: Source(Path(entry["path"]), MediaInfo.model_validate(entry["info"]))
        for entry in spec["media"]
    }
    return render(timeline, sources, Path(spec["output"]), preset_of(spec.get("preset") or "1080p"), progress)


def render(timeline: Timeline, sources: Sources, output: Path, preset: Preset, progress: Progress) -> dict[str, Any]:
    """See `run`."""
    made = plan(timeline)
    if made.frames == 0:
        raise EngineError("bad_request", "The timeline has no clips to render.", "Cut something first with edit.")
    _need_files(made, sources)
    width, height = frame_size(timeline, preset)
    with translated(output):
        warnings = _write(made, timeline, sources, output, (width, height), preset, progress)
    progress("check", 99, 100, "Checking the file")
    expected = Expected(width, height, made.frames, made.rate)
    checks = verify(output, expected)
    return {
        "duration_ms": expected.duration_ms,
        "width": width,
        "height": height,
        "size_bytes": output.stat().st_size,
        "frame_rate": str(made.rate),
        "video_codec": "h264",
        "audio_codec": "aac",
        "method": "encoded",
        "checks": [check.as_dict() for check in checks],
        "warnings": warnings,
    }


def _write(
    made: RenderPlan,
    timeline: Timeline,
    sources: Sources,
    output: Path,
    size: tuple[int, int],
    preset: Preset,
    progress: Progress,
) -> list[str]:
    sound = SoundTrack(made, sources)
    progress("encode", 0, 100, "Starting to encode")
    gain = 1.0 if timeline.loudness_lufs is None else sound.gain_for(timeline.loudness_lufs)
    pictures = PictureTrack(made, sources, *size)
    with Mp4(output, *size, made.rate, preset) as mp4:
        for written in interleaved(mp4, pictures.frames(), sound.blocks(gain), made.rate):
            progress("encode", 98 * written // made.frames, 100, f"Encoding frame {written} of {made.frames}")
        mp4.finish()
    return pictures.warnings


def _need_files(made: RenderPlan, sources: Sources) -> None:
    """A source that has gone is said before anything is encoded."""
    used = {sound.clip.media_id for sound in made.sounds} | {shot.clip.media_id for shot in made.shots}
    for media_id in sorted(name for name in used if name is not None):
        source = sources.get(media_id)
        if source is None or not source.path.is_file():
            name = source.info.name if source else media_id
            message = f"{name} is no longer where it was."
            raise EngineError("file_missing", message, "Put the file back, or upload it from its new place.")
