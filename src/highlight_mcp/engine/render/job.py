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
from .chapters import chapters_of, check_chapters, too_few
from .codings import coding_of
from .comparison import compare_with_sources
from .encoding import writing
from .levelling import USUAL_LUFS
from .parts import write_parts
from .plan import RenderPlan
from .progress import RenderProgress
from .task import RenderTask, aimed_lufs
from .verify import ExpectedOutput, OutputCheck, passed, verify
from .video_reader import Sources, read_sources
from .writers import WRITERS, expected_output

LEAST_FREE = 32 << 20
_LOOKING = 10
"""Hundredths of the work that looking at footage is, where a picture is cut to another shape."""
_CHECKED: dict[str, Callable[[Path, ExpectedOutput], tuple[OutputCheck, ...]]] = {"animation": verify_animation}


def looks_at(sources: Sources, cache: Path | None = None, progress: Progress = no_progress) -> FootageAnalyzer:
    """What knows where things move in footage; it is loaded only for pictures that are cut to another shape."""
    from ..edit.footage_analyzer import MediaAnalyzer

    def told(_stage: str, done: int, total: int, text: Message) -> None:
        progress("look", _LOOKING * done // max(1, total), 100, text)

    infos = {name: source.info for name, source in sources.items()}
    return MediaAnalyzer(infos, {name: source.path for name, source in sources.items()}, cache, told)


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Render `timeline` with `media` to `output` at `preset`; returns the facts of the file.

    `ending` chooses among the files that a preset makes, `most_bytes` bounds them, `cache` is where looks at footage
    are kept; with `split` the output is a folder of parts; `hardware` allows an encoder in hardware, if one works,
    `chapters` asks for one for each clip. `work` is a folder in which finished pictures stay until the reel is whole,
    for another attempt at the same job, `loudness` the LUFS of reels of which nothing else is said (null: as recorded).
    Raises EngineError: for an empty timeline, missing or damaged footage, a script without a font, a full disk, and
    when the finished file fails a check.
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
    ending, hardware, lufs = spec.get("ending") or "", bool(spec.get("hardware")), spec.get("loudness", USUAL_LUFS)
    work = Path(spec["work"]) if spec.get("work") else None
    if spec.get("split"):
        return render_split(timeline, sources, output, preset, progress, ending, looks, hardware, work, lufs)
    chapters = bool(spec.get("chapters"))
    return render(timeline, sources, output, preset, progress, ending, looks, hardware, chapters, work, lufs)


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
    hardware: bool = False,
    chapters: bool = False,
    work: Path | None = None,
    usual_lufs: float | None = None,
) -> dict[str, Any]:
    """See `run`."""
    begun = _begun(timeline, sources, output, preset, progress, ending, looks, usual_lufs)
    task = replace(begun, hardware=hardware, work=work)
    if not chapters:
        facts = written(task)
        return {**facts, "warnings": [*facts["warnings"], *_told(task)]}
    if preset.kind != "video":
        raise EngineError("bad_request", "engine.no_chapters")
    task = replace(task, chapters=chapters_of(task.timeline))
    facts, few = written(task), too_few(task.chapters)
    warnings = [*facts["warnings"], *_told(task), *([few.dump()] if few is not None else [])]
    check = passed((check_chapters(output, task.chapters),))[0]
    lines = [chapter.line for chapter in task.chapters]
    return {**facts, "chapters": lines, "checks": [*facts["checks"], check.as_dict()], "warnings": warnings}


def render_split(
    timeline: Timeline,
    sources: Sources,
    output: Path,
    preset: Preset,
    progress: Progress,
    ending: str,
    looks: AsFilmed = looks_at,
    hardware: bool = False,
    work: Path | None = None,
    usual_lufs: float | None = None,
) -> dict[str, Any]:
    """A file for each clip of the reel, with its picture, in the folder `output`, and a list of them. See `run`."""
    begun = _begun(timeline, sources, output, preset, progress, ending, looks, usual_lufs)
    task = replace(begun, hardware=hardware, work=work)
    facts = write_parts(task, ending or preset.endings[0], written)
    checks = [*facts["checks"], *(check.as_dict() for check in _levelled(task))]
    return {**facts, "checks": checks, "warnings": [*facts["warnings"], *_told(task)]}


def _begun(
    timeline: Timeline,
    sources: Sources,
    output: Path,
    preset: Preset,
    progress: Progress,
    ending: str,
    looks: AsFilmed,
    usual_lufs: float | None,
) -> RenderTask:
    ready = arranged(timeline, sources, preset, looks)
    made, coding = ready.plan, coding_of(preset, ending)
    if made.frames == 0:
        raise EngineError("bad_request", "engine.nothing_to_render")
    _need_files(made, sources)
    _need_room(output)
    measuring = aimed_lufs(ready.timeline, preset, usual_lufs) is not None and coding.sound is not None
    told = RenderProgress(progress, made.frames, made.rate, measuring)
    task = RenderTask(ready, sources, output, preset, coding, told, usual_lufs=usual_lufs)
    told.expect(task.passes)
    told.beat()
    return task


def written(task: RenderTask) -> dict[str, Any]:
    """Write the file of a task and look at it. Its facts; `warnings` are those of the comparison alone."""
    preset, coding, made = task.preset, task.coding, task.plan
    begun_s = process_time()
    task = replace(task, known_level=task.level)  # measured once, however many tasks are made of this one
    with writing(task.output):
        reel = WRITERS[preset.kind](task)
    task.progress.checking()
    expected = expected_output(task, reel)
    width, height = expected.width, expected.height
    checks = _CHECKED.get(preset.kind, verify)(task.output, expected)
    verdict = compare_with_sources(reel, process_time() - begun_s, task.progress.beat, task.progress.checked)
    return {
        "duration_ms": expected.duration_ms,
        "width": width or None,
        "height": height or None,
        "size_bytes": task.output.stat().st_size,
        "frame_rate": str(made.rate),
        "video_codec": reel.codec or coding.picture.codec if coding.picture else (preset.codec if width else None),
        "audio_codec": coding.sound.codec if coding.sound else None,
        "method": reel.method,
        "checks": [check.as_dict() for check in (*checks, *verdict.checks(), *reel.checks, *_levelled(task))],
        "warnings": [warning.dump() for warning in verdict.warnings()],
    }


def _levelled(task: RenderTask) -> tuple[OutputCheck, ...]:
    """What was done to the loudness of a reel, where something was."""
    return (OutputCheck("loudness", True, task.level.told),) if task.level.told is not None else ()


def _told(task: RenderTask) -> list[Any]:
    """What there is to say of the picture and of the footage."""
    return [note.dump() for note in (*task.arrangement.notes, *task.notes.messages())]


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
