"""GIF and animated WebP: drawn once into a lossless file, then coded with a palette made of all of it.

A palette of 256 colours can only be chosen when all pictures have been seen, and a reel does not fit into memory. So
the small pictures are kept on the disk in between, and may be made smaller still without drawing them again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from ...messages import message, verbatim
from ..errors import EngineError, translated
from .comparison import FinishedReel, ReelPictures
from .encoding import url_of
from .filter_graph import FilterStep
from .original import Grey
from .progress import ProgressTick
from .streamed import filtered
from .task import RenderTask
from .verify import ExpectedOutput, OutputCheck, bounded, of, passed, readable

_SMALLER, _TRIES, _LEAST_SIDE = 0.8, 8, 96
"""Each try has sides four fifths as long, and so about two thirds of the bytes; below 96 pixels nothing is seen."""
_LOOK = (160, 90)
"""Size at most of the grey pictures that are compared with the footage."""
_WEBP = {"quality": "75", "compression_level": "4"}


def write_animation(task: RenderTask) -> FinishedReel:
    """Draw the pictures, and code them within `most_bytes` where those are bounded. Raises EngineError."""
    drawn, size = task.beside("frames"), task.arrangement.size
    renderer = task.renderer(size)
    try:
        _keep(task, drawn, task.drawn(renderer))
        for number in range(_TRIES):
            if number:
                task.progress.expect(task.passes - 1)
            else:
                task.progress.next_pass()
            _code(task, drawn, size)
            most = task.preset.most_bytes
            if most is None or task.output.stat().st_size <= most:
                break
            size = (_even(size[0] * _SMALLER), _even(size[1] * _SMALLER))
        else:
            raise EngineError("limit", "engine.not_so_small", most=f"{(most or 0) / 1e6:g} MB")
    finally:
        with suppress(OSError):
            drawn.unlink(missing_ok=True)
    task.progress.finishing()
    if size != task.arrangement.size:
        most_mb = f"{(task.preset.most_bytes or 0) / 1e6:g} MB"
        task.notes.add(message("engine.reel.made_smaller", made=f"{size[0]}x{size[1]}", most=most_mb))
    # Letters keep their place in the frame that was drawn, which may be larger than the file.
    made = task.finished(renderer.letters, task.arrangement.size, animation_pictures, size)
    return replace(made, plan=replace(made.plan, sounds=()))


def _even(side: float) -> int:
    return max(_LEAST_SIDE, 2 * round(side / 2))


def _keep(task: RenderTask, file: Path, frames: Iterator[VideoFrame]) -> None:
    with av.open(url_of(file), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=task.plan.rate)
        stream.width, stream.height, stream.pix_fmt = *task.arrangement.size, "yuv420p"
        stream.codec_context.time_base = 1 / task.plan.rate
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base, frame.pict_type = number, 1 / task.plan.rate, 0
            container.mux(stream.encode(frame))
            task.progress.encoded(number + 1)
        container.mux(stream.encode(None))


def _code(task: RenderTask, drawn: Path, size: tuple[int, int]) -> None:
    rate = task.plan.rate
    is_gif = task.preset.codec == "gif"
    pictures = _paletted(task, drawn, size) if is_gif else _recoloured(task, drawn, size)
    with av.open(url_of(task.output), "w", format=task.preset.codec, options={"loop": "0"}) as container:
        stream = container.add_stream("gif" if is_gif else "libwebp_anim", rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "pal8" if is_gif else "yuv420p"
        stream.codec_context.time_base = 1 / rate
        stream.codec_context.options = {} if is_gif else _WEBP
        for number, frame in enumerate(pictures):
            frame.pts, frame.time_base, frame.pict_type = number, 1 / rate, 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _read(task: RenderTask, drawn: Path) -> Iterator[VideoFrame]:
    with av.open(url_of(drawn)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            frame.pts, frame.time_base = number, 1 / task.plan.rate
            yield frame
            task.progress.encoded(number + 1)


def _recoloured(task: RenderTask, drawn: Path, size: tuple[int, int]) -> Iterator[VideoFrame]:
    """In the colours of WebP, which are those of BT.601."""
    steps = (_scaled(size, "out_color_matrix=bt601:out_range=tv"), ("format", "yuv420p"))
    return filtered(_read(task, drawn), steps, 1 / task.plan.rate)


def _paletted(task: RenderTask, drawn: Path, size: tuple[int, int]) -> Iterator[VideoFrame]:
    """With the 256 colours that suit what changes, and the others mixed from them."""
    steps, base = (_scaled(size, "out_range=pc"), ("format", "bgra")), 1 / task.plan.rate
    (palette,) = filtered(_read(task, drawn), (*steps, ("palettegen", "stats_mode=diff")), base)
    task.progress.next_pass()
    mixed = (*steps, ("paletteuse", "dither=sierra2_4a:diff_mode=rectangle"))
    return filtered(_read(task, drawn), mixed, base, palette)


def _scaled(size: tuple[int, int], colours: str) -> FilterStep:
    return "scale", f"{size[0]}:{size[1]}:flags=lanczos:in_color_matrix=bt709:in_range=tv:{colours}"


@dataclass(frozen=True)
class AnimatedPicture:
    """One picture of an animation: a small grey copy, and for how many milliseconds it is shown."""

    grey: Grey
    shown_ms: int


def read_animation(path: Path) -> tuple[str, tuple[int, int], list[AnimatedPicture]]:
    """Format, size and all pictures of a file, read by another library than wrote it. Raises EngineError."""
    pictures = []
    with translated(path), Image.open(path) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            grey = image.convert("L").resize(_LOOK, Image.Resampling.BOX)
            pictures.append(AnimatedPicture(np.asarray(grey, np.uint8), int(image.info.get("duration", 0))))
        return str(image.format), image.size, pictures


class AnimationPictures:
    """The pictures of a finished animation by the numbers of the plan. See `comparison.ReelPictures`."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        _, _, self._pictures = read_animation(path)
        self._ends_ms = np.cumsum([picture.shown_ms for picture in self._pictures])
        self._rate = rate

    def shown(self, first: int, last: int) -> list[Grey]:
        """What is on screen in the middle of each frame in [first, last)."""
        times_ms = [float((2 * number + 1) * 500 / self._rate) for number in range(first, last)]
        places = np.searchsorted(self._ends_ms, times_ms, side="right")
        return [self._pictures[min(int(place), len(self._pictures) - 1)].grey for place in places]


@contextmanager
def animation_pictures(path: Path, rate: Fraction, size: tuple[int, int], beat: ProgressTick) -> Iterator[ReelPictures]:
    """The pictures of a GIF or WebP for `comparison`."""
    beat()
    yield AnimationPictures(path, rate)


def verify_animation(path: Path, expected: ExpectedOutput) -> tuple[OutputCheck, ...]:
    """All checks of an animation, each of them passed. Raises EngineError naming the first that failed.

    Pictures that are equal to the one before may be one that is shown longer.
    """
    with readable():
        kind, size, pictures = read_animation(path)
    length_ms = sum(picture.shown_ms for picture in pictures)
    # A WebP of equal pictures is written as the one that they are, which stands for as long as it is looked at.
    stands = kind == "WEBP" and len(pictures) == 1 and not length_ms
    right = (kind.lower(), size) == (expected.coding.muxer, (expected.width, expected.height))
    slack_ms = 1000 / expected.rate
    checks = (
        *bounded(path, expected),
        OutputCheck("picture", right, verbatim(f"{kind} {size[0]}x{size[1]}")),
        OutputCheck("frames", 1 <= len(pictures) <= expected.frames, of(len(pictures), expected.frames)),
        OutputCheck(
            "picture length",
            stands or abs(length_ms - expected.duration_ms) <= slack_ms,
            message("engine.check.stands") if stands else of(f"{length_ms} ms", f"{expected.duration_ms} ms"),
        ),
    )
    return passed(checks)
