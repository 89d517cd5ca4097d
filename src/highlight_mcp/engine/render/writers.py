"""Writes a reel of each kind: pictures with sound, at a quality or within a number of bytes, and sound alone."""

import glob
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import av

from ...messages import message
from ...messages.reasons import reason_of
from ...presets import ExportKind, Preset
from ..errors import EngineError
from ..smartcut.check import check_copies
from ..smartcut.errors import NotCopyable
from ..smartcut.job import write_hybrid
from .animation import write_animation
from .comparison import FinishedReel, Method
from .encoding import FirstPass, Mp4Writer, Pass, interleaved
from .fitting import picture_budget, side_for, sound_bps
from .hardware import with_hardware
from .plan import frame_size
from .segments import write_segments
from .task import RenderTask
from .verify import ExpectedOutput, OutputCheck, verify

_TRIES = 3
_NEARER = 0.97
"""Of the bit rate that would just fit; x264 misses a wanted size by one or two hundredths."""


def write_video(task: RenderTask) -> FinishedReel:
    """Pictures and sound, the untouched pictures copied where that is possible. Raises EngineError."""
    if task.preset.codec != "h264":
        return _drawn(task)
    try:
        return _copied(task)
    except NotCopyable as error:
        task.progress.expect(task.passes)
        why = OutputCheck("untouched", True, message("engine.check.all_encoded", reason=error.reason))
        return replace(_drawn(task), checks=(why,))


def _copied(task: RenderTask) -> FinishedReel:
    """Raises NotCopyable."""
    if task.preset.most_bps or task.preset.most_bytes or task.preset.keyframes_s != Preset().keyframes_s:
        raise NotCopyable("bounded")
    made = write_hybrid(task)
    task.progress.checking()
    checks = check_copies(made, task.progress.checked)
    untouched = OutputCheck("untouched", True, message("engine.check.untouched_share", share=made.untouched))
    method: Method = "copied" if made.untouched == 1 else "hybrid" if made.kept else "encoded"
    form = made.made.format
    reel = replace(made.reel, method=method, checks=(*checks, untouched), codec=form.codec, pixels=form.pixels)
    try:
        verify(task.output, expected_output(task, reel))
    except EngineError as error:
        raise NotCopyable("unlike") from error
    return reel


def expected_output(task: RenderTask, reel: FinishedReel) -> ExpectedOutput:
    """What the file of a reel that has been written must be."""
    coding, plan = task.coding, task.plan
    if reel.codec is not None and reel.pixels is not None and coding.picture is not None:
        coding = replace(coding, picture=replace(coding.picture, codec=reel.codec, pixels=reel.pixels))
    width, height = reel.scaled or reel.size
    return ExpectedOutput(width, height, plan.frames, plan.rate, coding, task.preset.most_bytes, reel.written)


def _drawn(task: RenderTask) -> FinishedReel:
    """A reel of which all pictures are drawn; within `most_bytes` where the preset bounds them.

    The first of two passes is an export of its own at the quality wanted. Where it fits, it is the file; else it has
    told how many bits these pictures take, and so how large they may be.
    """
    if task.hardware and (task.preset.most_bytes is not None or task.preset.codec != "h264"):
        task.notes.add(message("engine.reel.hardware_not_for_this"))
    if task.preset.most_bytes is None or task.preset.codec != "h264":
        made = _by_hardware(task) or _encoded(task, task.arrangement.size)
        if task.preset.most_bytes is not None and task.output.stat().st_size > task.preset.most_bytes:
            raise too_large(task)
        return made
    stats = task.beside("pass")
    try:
        return _bounded(task, stats, task.preset.most_bytes)
    finally:
        for file in task.output.parent.glob(f"{glob.escape(stats.name)}*"):
            with suppress(OSError):
                file.unlink()


def _by_hardware(task: RenderTask) -> FinishedReel | None:
    """A reel by an encoder in hardware, where that is asked for and one works; that none did is told."""
    if not task.hardware or task.preset.codec != "h264":
        return None
    coding = with_hardware(task.coding, task.arrangement.size, task.plan.rate)
    if coding is None:
        task.notes.add(message("engine.reel.no_hardware"))
        return None
    try:
        return _encoded(replace(task, coding=coding), task.arrangement.size)
    except av.error.FFmpegError as error:
        assert coding.picture is not None
        task.notes.add(message("engine.reel.hardware_failed", name=coding.picture.encoder, reason=reason_of(error)))
        return None


def _bounded(task: RenderTask, stats: Path, most_bytes: int) -> FinishedReel:
    budget, size = picture_budget(task, most_bytes), task.arrangement.size
    assert task.coding.sound is not None
    lean = replace(task, coding=replace(task.coding, sound=replace(task.coding.sound, bps=budget.sound_bps)))
    made = _encoded(task, size, Pass(1, stats))
    if task.output.stat().st_size <= most_bytes:
        return made
    wanted_bps = 8 * task.output.stat().st_size / task.seconds - task.preset.sound_bps
    side = side_for(task, budget, wanted_bps)
    task.progress.expect(1 if side == min(size) else 2)
    if side != min(size):
        size = frame_size(task.timeline, side)
        lean.notes.add(message("engine.reel.made_smaller", made=f"{size[0]}x{size[1]}", most=_mb(task)))
        _looked_through(lean, size, Pass(1, stats, budget.picture_bps))
    bps = budget.picture_bps
    for number in range(_TRIES):
        if number:
            task.progress.expect(1)
        made = _encoded(lean, size, Pass(2, stats, bps))
        bytes_ = task.output.stat().st_size
        if bytes_ <= most_bytes:
            return made
        bps = int(bps * _NEARER * most_bytes / bytes_)
    raise too_large(task)


def _looked_through(task: RenderTask, size: tuple[int, int], first: Pass) -> None:
    """A first pass of which nothing is kept."""
    looking = FirstPass(size, task.plan.rate, task.coding, first)
    for count, frame in enumerate(task.drawn(task.renderer(size, first=False)), 1):
        looking.picture(frame)
        task.progress.encoded(count)
    looking.finish()
    task.progress.next_pass()


def _encoded(task: RenderTask, size: tuple[int, int], one: Pass | None = None) -> FinishedReel:
    picture = task.coding.picture
    if picture is not None and (size[0] < picture.smallest[0] or size[1] < picture.smallest[1]):
        facts = {"made": f"{size[0]}x{size[1]}", "least": f"{picture.smallest[0]}x{picture.smallest[1]}"}
        raise EngineError("bad_request", "engine.too_small_for_codec", **facts)
    parted = one is None and picture is not None and picture.encoder == "libx264" and task.preset.most_bps is None
    pictures, gain = task.renderer(size, first=not parted and (one is None or one.number == 1)), task.gain
    sound = task.mixed().blocks(gain)
    title = task.timeline.title
    how: dict[str, Any] = {"coding": task.coding, "one": one, "chapters": task.chapters, "encoded": parted}
    with Mp4Writer(task.output, *size, task.plan.rate, task.preset, title, **how) as file:
        made = write_segments(task, size, file, pictures) if parted else file.each(task.drawn(pictures))
        for written in interleaved(file, made, sound, task.plan.rate):
            task.progress.encoded(written)
        file.finish()
        task.progress.finishing()
    return task.finished(pictures.letters, size)


def write_sound(task: RenderTask) -> FinishedReel:
    """The mix alone. Raises EngineError where the reel has no sound, or not so few bytes hold it."""
    track, plan = task.mixed(), task.plan
    if track.is_empty:
        raise EngineError("bad_request", "engine.reel_without_sound")
    assert task.coding.sound is not None
    bps = sound_bps(task)
    coding = replace(task.coding, sound=replace(task.coding.sound, bps=bps))
    gain, samples = task.gain, 0
    with Mp4Writer(task.output, 0, 0, plan.rate, task.preset, task.timeline.title, coding=coding) as file:
        for block in track.blocks(gain):
            file.sound(block)
            samples += block.shape[1]
            task.progress.encoded(min(plan.frames, samples * plan.frames // plan.samples))
        file.finish()
        task.progress.finishing()
    made = task.finished((), (0, 0))
    return replace(made, plan=replace(made.plan, layers=(), cues=()))


def too_large(task: RenderTask) -> EngineError:
    """The refusal of a file that does not fit into its bytes, whatever is tried."""
    return EngineError("limit", "engine.not_so_small", most=_mb(task))


def _mb(task: RenderTask) -> str:
    return f"{(task.preset.most_bytes or 0) / 1e6:g} MB"


WRITERS: dict[ExportKind, Callable[[RenderTask], FinishedReel]] = {
    "video": write_video,
    "audio": write_sound,
    "animation": write_animation,
}
"""What writes each kind of file; none for those that hold no media."""
