"""Writes recordings: H.264 at a low bit rate, AAC, and the truth beside it."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from .draw import Painter, sound
from .timeline import Timeline

DRAWN_HZ = 12.5  # new pictures a second; those between are the same


def write(line: Timeline, fonts: dict[str, Path], folder: Path) -> Path:
    """One recording and its truth, as `<name>.mp4` and `<name>.truth.json`."""
    spec = line.spec
    painter = Painter(line, fonts)
    path = folder / f"{spec.name}.mp4"
    rng = random.Random(spec.seed)
    quiet = spec.sport == "amateur" and rng.random() < 0.5
    with av.open(str(path), "w") as box:
        video = box.add_stream("libx264", rate=spec.fps)
        video.width, video.height, video.pix_fmt = spec.width, spec.height, "yuv420p"
        video.bit_rate = spec.bitrate
        video.options = {"preset": "ultrafast", "g": str(rng.choice((2, 4, 10)) * spec.fps), "threads": "1"}
        audio = None if quiet else box.add_stream("aac", rate=48000, layout="mono")
        if audio is not None:
            _write_sound(box, audio, line)
        drawn: tuple[int, av.VideoFrame] | None = None
        for i in range(round(spec.seconds * spec.fps)):
            tick = int(i / spec.fps * DRAWN_HZ + 1e-6)
            if drawn is None or drawn[0] != tick:
                drawn = (tick, av.VideoFrame.from_image(painter.at(tick / DRAWN_HZ)).reformat(format="yuv420p"))
            frame = drawn[1]
            frame.pts, frame.time_base = i, Fraction(1, spec.fps)
            box.mux(video.encode(frame))
        box.mux(video.encode(None))
    truth = {**line.truth(), "layout": painter.layout, "face": painter.look.face.stem, "place": painter.place}
    (folder / f"{spec.name}.truth.json").write_text(json.dumps(truth, indent=1))
    return path


def _write_sound(box: OutputContainer, audio: AudioStream, line: Timeline) -> None:
    samples = (sound(line) * 32767).astype(np.int16)
    for at in range(0, len(samples), 48000):
        frame = av.AudioFrame.from_ndarray(samples[None, at : at + 48000], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, at, Fraction(1, 48000)
        box.mux(audio.encode(frame))
    box.mux(audio.encode(None))
