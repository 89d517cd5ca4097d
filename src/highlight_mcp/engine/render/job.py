"""The `render` job: a timeline becomes a file that has been checked."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import disk_usage
from time import process_time
from typing import Any

from pydantic import ValidationError

from ...messages import Message
from ...presets import DEFAULT_PRESET, PRESETS, Preset
from ...timeline.media import FootageAnalyzer
from ...timeline.model import Clip, Timeline
from ..errors import EngineError
from ..job_process import Progress, no_progress
from .animation import verify_animation
from .arrangement import AsFilmed, arranged
from .codings import coding_of
from .comparison import compare_with_sources
from .encoding import writing
from .plan import RenderPlan
from .progress import STAGE, RenderProgress
from .task import RenderTask
from .verify import ExpectedOutput, OutputCheck, verify
from .video_reader import Sources, read_sources
from .writers import WRITERS

LEAST_FREE = 32 << 20
_LOOKING = 10
"""Hundredths of the work that looking at footage is, where a picture is cut to another shape."""
_CHECKED: dict[str, Callable[[Path, ExpectedOutput], tuple[OutputCheck, ...]]] = {"animation": verify_animation}


def looks_at(sources: Sources, cache: Path | None = None, progress: Progress = no_progress) -> FootageAnalyzer:
    """What knows where things move in footage; it is loaded only for pictures that are cut to another shape."""
    from ..edit.footage_analyzer import MediaAnalyzer

    def told(_stage: str, done: int, total: int, text: Message) -> None:
        progress(STAGE, _LOOKING * done // max(1, total), 100, text)

    infos = {name: source.info for name, source in sources.items()}
    return MediaAnalyzer(infos, {name: source.path for name, source in sources.items()}, cache, told)


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Render `timeline` with `media` to `output` at `preset`; returns the facts of the file.

    `ending` chooses among the files that a preset makes, `most_bytes` bounds them, `cache` is where looks at footage
    are kept. Raises EngineError: for an empty timeline, missing or damaged footage, a script without a font, a full
    disk, and when the finished file fails a check.
    """
    try:
        timeline = Timeline.model_validate(spec["timeline"])
        sources = read_sources(spec["media"])
        output = Path(spec["output"])
    except (KeyError, TypeError, ValidationError) as error:
        raise EngineError("bad_request", "engine.unreadable_render", error=str(error)) from error
    preset = _preset(spec.get("preset") or DEFAULT_PRESET)
    if spec.get("most_bytes"):
        preset = replace(preset, most_bytes=min(int(spec["most_bytes"]), preset.most_bytes or int(spec["most_bytes"])))
    looks = partial(looks_at, cache=Path(spec["cache"]) if spec.get("cache") else None, progress=progress)
    return render(timeline, sources, output, preset, progress, spec.get("ending") or "", looks)


def _preset(name: str) -> Preset:
    if name not in PRESETS:
        raise EngineError("bad_request", "engine.no_preset", name=name, presets=", ".join(PRESETS))
    return PRESETS[name]


def render(
    timeline: Timeline,
    sources: Sources,
    output: Path,
    preset: Preset,
    progress: Progress,
    ending: str = "",
    looks: AsFilmed = looks_at,
) -> dict[str, Any]:
    """See `run`."""
    ready = arranged(timeline, sources, preset, looks)
    made, coding = ready.plan, coding_of(preset, ending)
    if made.frames == 0:
        raise EngineError("bad_request", "engine.nothing_to_render")
    _need_files(made, sources)
    _need_room(output)
    passes = 2 if preset.most_bytes is not None and preset.codec == "h264" else 1
    measuring = timeline.loudness_lufs is not None and coding.sound is not None
    task = RenderTask(
        ready, sources, output, preset, coding, RenderProgress(progress, made.frames, made.rate, measuring, passes)
    )
    task.progress.beat()
    begun_s = process_time()
    with writing(output):
        written = WRITERS[preset.kind](task)
    task.progress.checking()
    width, height = written.scaled or written.size
    if written.pixels is not None and coding.picture is not None:
        coding = replace(coding, picture=replace(coding.picture, pixels=written.pixels))
    expected = ExpectedOutput(width, height, made.frames, made.rate, coding, preset.most_bytes)
    checks = _CHECKED.get(preset.kind, verify)(output, expected)
    verdict = compare_with_sources(written, process_time() - begun_s, task.progress.beat)
    warnings = (*verdict.warnings(), *ready.notes, *task.notes.messages())
    return {
        "duration_ms": expected.duration_ms,
        "width": width or None,
        "height": height or None,
        "size_bytes": output.stat().st_size,
        "frame_rate": str(made.rate),
        "video_codec": coding.picture.codec if coding.picture else (preset.codec if width else None),
        "audio_codec": coding.sound.codec if coding.sound else None,
        "method": written.method,
        "checks": [check.as_dict() for check in (*checks, *verdict.checks(), *written.checks)],
        "warnings": [warning.dump() for warning in warnings],
    }


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
