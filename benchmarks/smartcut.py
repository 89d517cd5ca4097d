"""Recordings cut at two places, ours beside another program: every picture against the one that it should be.

    python benchmarks/smartcut.py FOLDER [--smartcut PATH] [--keep 1.32,4.72,6.28,9.12]

For each recording: pictures wanted and made, how many are those of the source bit for bit, how many cannot be (below
30 dB), the lowest PSNR of the others, steps between pictures that are not those of the recording, whether the header
is as long as the pictures, and how the reel was made. `--smartcut` is the command of that name (PyPI: smartcut 1.7, in
an environment of its own). Times are those of the picture, which begins at 0.
"""

import argparse
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.render.job import render
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.presets import PRESETS, Preset
from highlight_mcp.timeline.model import Clip, Timeline, VideoTrack
from highlight_mcp.timeline.time import TimeRange

ENDINGS = (".mp4", ".mkv", ".mov", ".ts", ".webm", ".m4v")
BAD_DB = 30.0


@dataclass(frozen=True)
class Pictures:
    """Brightness of all pictures with their times in seconds, and how long the header says that they last."""

    at_s: list[Fraction]
    greys: list[NDArray[np.uint8]]
    header_s: Fraction


def pictures_of(path: Path) -> Pictures:
    """All pictures as a player shows them."""
    with av.open(str(path), metadata_errors="ignore") as container:
        video = container.streams.video[0]
        found = []
        for packet in container.demux(video):
            try:
                found += [frame for frame in packet.decode() if frame.pts is not None]
            except av.error.FFmpegError:
                continue
        timed = sorted((frame.pts * frame.time_base, number) for number, frame in enumerate(found))
        greys = [np.asarray(found[number].reformat(format="gray").to_ndarray(), np.uint8) for _, number in timed]
        length = (video.duration or 0) * (video.time_base or Fraction(0))
        return Pictures([at_s for at_s, _ in timed], greys, Fraction(length))


def compared(source: Pictures, made: Pictures, ranges: list[tuple[Fraction, Fraction]]) -> str:
    """A line of the table."""
    begins = source.at_s[0]
    wanted = [
        grey
        for first, last in ranges
        for at_s, grey in zip(source.at_s, source.greys, strict=True)
        if first <= at_s - begins < last
    ]
    like = [decibels(one, other) for one, other in zip(wanted, made.greys, strict=False)]
    steps = [later - earlier for earlier, later in zip(made.at_s, made.at_s[1:], strict=False)]
    usual = sorted(steps)[len(steps) // 2]
    odd = sum(abs(step - usual) > Fraction(1, 1000) for step in steps)
    header = "exact" if abs(made.header_s - (made.at_s[-1] - made.at_s[0] + usual)) < Fraction(1, 1000) else "differs"
    exact, bad = sum(each == 99 for each in like), sum(each < BAD_DB for each in like)
    lowest = min((each for each in like if each < 99), default=99.0)
    return f"{len(wanted):5}{len(made.greys):5}{exact:6}{bad:5}{lowest:7.1f}{odd:4} {header:8}"


def decibels(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """PSNR, 99 where they are equal, 0 where their sizes differ."""
    if one.shape != other.shape:
        return 0.0
    error = float(np.mean((one.astype(np.float32) - other) ** 2))
    return 10 * float(np.log10(255**2 / error)) if error else 99.0


def ours(path: Path, out: Path, ranges: list[tuple[Fraction, Fraction]]) -> str:
    """Render the ranges at the size and rate of the recording; how it was made."""
    info = probe(path).model_copy(update={"media_id": "a"})
    with av.open(str(path), metadata_errors="ignore") as container:
        first = next(container.decode(video=0))
        late_s = (first.pts or 0) * first.time_base - Fraction(container.start_time or 0, 1_000_000)
    clips: list[Clip] = []
    for start, stop in ranges:
        at_ms = clips[-1].end_ms if clips else 0
        source = TimeRange(start_ms=round(1000 * (start + late_s)), end_ms=round(1000 * (stop + late_s)))
        clips.append(
            Clip(id=f"seg_{at_ms}", start_ms=at_ms, duration_ms=source.duration_ms, media_id="a", source=source)
        )
    timeline = Timeline(
        width=info.width,
        height=info.height,
        frame_rate=info.frame_rate or Fraction(25),
        tracks=(VideoTrack(id="v", clips=tuple(clips)),),
    )
    preset = Preset(min(info.width, info.height)) if info.video_codec == "h264" else PRESETS["archive"]
    return str(render(timeline, {"a": RenderSource(path, info)}, out, preset, no_progress)["method"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--smartcut", type=str)
    parser.add_argument("--keep", default="1.32,4.72,6.28,9.12")
    options = parser.parse_args()
    times = [Fraction(value) for value in options.keep.split(",")]
    ranges = list(zip(times[::2], times[1::2], strict=True))
    print(f"{'':24}{'':9} want made exact  bad  worst odd header")
    for path in sorted(each for each in options.folder.iterdir() if each.suffix in ENDINGS):
        source = pictures_of(path)
        with tempfile.TemporaryDirectory() as folder:
            if options.smartcut:
                out = Path(folder) / f"peer{path.suffix}"
                command = [options.smartcut, str(path), str(out), "--keep", options.keep]
                done = subprocess.run(command, capture_output=True, check=False)
                line = compared(source, pictures_of(out), ranges) if done.returncode == 0 else "failed"
                print(f"{path.name:24}{'smartcut':9}{line}")
            try:
                method = ours(path, Path(folder) / "ours.mp4", ranges)
                line = compared(source, pictures_of(Path(folder) / "ours.mp4"), ranges)
            except EngineError as error:
                method, line = "", str(error)
            print(f"{path.name:24}{'ours':9}{line}{method}")


if __name__ == "__main__":
    main()
