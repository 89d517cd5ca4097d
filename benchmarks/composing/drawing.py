"""Draws and encodes a script."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from .material import CLIP_FPS, RATE, Frame, Shape, frames
from .script import Layer, Script

_DISSOLVE_S = 0.4
_GROUP_S, _LONGEST_GROUP_S = 5, 10


def cropped(picture: Frame, zoom: float, across: float, down: float) -> Frame:
    """The part of a planar picture that remains at a zoom, centred between 0 and 1."""
    if zoom <= 1.0:
        return picture
    height, width = picture.shape[0] * 2 // 3, picture.shape[1]
    rows = (np.arange(height) / zoom + down * height * (1 - 1 / zoom)).astype(int).clip(0, height - 1)
    columns = (np.arange(width) / zoom + across * width * (1 - 1 / zoom)).astype(int).clip(0, width - 1)
    out = np.empty_like(picture)
    out[:height] = picture[rows[:, None], columns]
    half_rows, half_columns = rows[::2] // 2, columns[::2] // 2
    for first in (height, height + height // 4):
        plane = picture[first : first + height // 4].reshape(height // 2, width // 2)
        out[first : first + height // 4] = plane[half_rows[:, None], half_columns].reshape(-1, width)
    return out


def _to_and_fro(clip: str, index: float, shape: Shape) -> Frame:
    """Frame of a clip that plays forwards, then backwards, and so on: no jump at its ends."""
    pictures = frames(clip, shape)
    turn = int(index) % max(1, 2 * len(pictures) - 2)
    return pictures[turn if turn < len(pictures) else 2 * len(pictures) - 2 - turn]


class Drawing:
    """Pictures of a script in order; `cuts` lists the boundaries met so far."""

    def __init__(self, script: Script) -> None:
        self.cuts: list[dict[str, Any]] = []
        self._script = script
        self._base_at = float(script.random.uniform(0, 100))
        self._shown: object = None
        self._old: Frame | None = None
        self._mixed_until = -1.0

    def pictures(self, first_s: float, last_s: float) -> Iterator[Frame]:
        last: Frame | None = None
        fps, height = self._script.shape.fps, self._script.shape.height
        for number in range(round(first_s * fps), round(last_s * fps)):
            at = number / fps
            layer = next((one for one in reversed(self._script.layers) if one.start <= at < one.end), None)
            shown, picture = self._base(at) if layer is None else self._layer(layer, at)
            if self._shown is not None and shown != self._shown:
                may = layer is not None or self._script.soft_base
                soft = self._script.dissolves and may and self._script.random.random() < 0.3
                self.cuts.append({"t": round(at, 2), "type": "dissolve" if soft else "cut"})
                if soft and last is not None:
                    self._old, self._mixed_until = last, at + _DISSOLVE_S
            self._shown = shown
            if self._old is not None and at < self._mixed_until:
                weight = np.float32(1 - (self._mixed_until - at) / _DISSOLVE_S)
                picture = (picture * weight + self._old * (1 - weight)).astype(np.uint8)
            if self._script.grey:
                picture = picture.copy()
                picture[height:] = 128
            last = picture
            yield picture

    def _layer(self, layer: Layer, at: float) -> tuple[object, Frame]:
        index = (at - layer.start) * CLIP_FPS * layer.speed + layer.start * 7
        picture = _to_and_fro(layer.clip, index, self._script.shape)
        return layer, cropped(picture, layer.zoom, *layer.place)

    def _base(self, at: float) -> tuple[object, Frame]:
        start, clip, zoom, (across, down) = next(one for one in reversed(self._script.base) if one[0] <= at)
        speed, light = 0.6, 1.0
        for move in self._script.moves:
            if not move.start <= at < move.end:
                continue
            swing = float(np.sin((at - move.start) / (move.end - move.start) * np.pi))
            if move.kind == "pan":
                across = float(np.clip(across + (move.amount if across < 0.5 else -move.amount) * swing, 0, 1))
            elif move.kind == "zoom":
                zoom *= 1 + move.amount * swing
            elif move.kind == "exposure":
                light *= 1 + move.amount * swing
            else:
                speed = move.amount
        shape = self._script.shape
        self._base_at += speed * CLIP_FPS / shape.fps
        across = float(np.clip(across + 0.01 * np.sin(at), 0, 1))
        picture = cropped(_to_and_fro(clip, self._base_at, shape), zoom, across, down)
        if light != 1.0:
            picture = picture.copy()
            picture[: shape.height] = np.clip(picture[: shape.height] * np.float32(light), 0, 255).astype(np.uint8)
        return start, picture


def encode(script: Script, out: Path) -> list[dict[str, Any]]:
    """Write the whole script; returns its cuts."""
    drawing = Drawing(script)
    with av.open(str(out), "w") as container:
        video = _video(container, script)
        audio = _audio(container) if script.audible else None
        for number, picture in enumerate(drawing.pictures(0, script.duration)):
            container.mux(video.encode(_frame(picture, number, script.shape.fps)))
        container.mux(video.encode(None))
        if audio is not None:
            write_sound(container, audio, script)
    return drawing.cuts


def _video(container: Any, script: Script) -> Any:
    shape = script.shape
    stream = container.add_stream("libx264", rate=shape.fps)
    stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
    group = _GROUP_S * shape.fps
    groups = f"scenecut=0:keyint={group}:min-keyint={group}"
    if not script.fixed_groups:
        groups = f"keyint={_LONGEST_GROUP_S * shape.fps}"
    stream.options = {"preset": "superfast", "crf": "27", "x264-params": groups}
    stream.codec_context.thread_count = 1
    return stream


def _audio(container: Any) -> Any:
    stream = container.add_stream("aac", rate=RATE, layout="mono")
    stream.bit_rate = 80_000
    return stream


def _frame(picture: Frame, number: int, fps: int) -> Any:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, fps)
    return frame


def write_sound(container: Any, stream: Any, script: Script) -> None:
    """Encode the sound of a script, softly limited."""
    for first in range(0, len(script.sound), 1024):
        part = np.tanh(script.sound[first : first + 1024]).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(part[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
