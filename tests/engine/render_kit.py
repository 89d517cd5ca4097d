"""What the tests of the renderer share: timelines in a line, renders in a second, looks at the result."""

import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from highlight_mcp.engine.job_process import Progress, no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.render import fonts, shaping
from highlight_mcp.engine.render.job import render
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.presets import Preset
from highlight_mcp.timeline.camera import CameraPath, CameraShot
from highlight_mcp.timeline.model import Clip, Timeline, Track, VideoTrack
from highlight_mcp.timeline.time import TimeRange

SMALL = Preset(180, "ultrafast", 20)
RATE = 48_000


def sources(**paths: Path) -> dict[str, RenderSource]:
    """Probed footage by media id."""
    return {name: RenderSource(path, probe(path).model_copy(update={"media_id": name})) for name, path in paths.items()}


def shot(media_id: str, start_ms: int, duration_ms: int, source_ms: int = 0, speed: str | int = 1, **more: Any) -> Clip:
    """A clip of footage; its id comes from its place."""
    end_ms = source_ms + max(1, round(duration_ms * Fraction(speed)))
    source = TimeRange(start_ms=source_ms, end_ms=end_ms)
    return Clip(
        id=f"seg_{media_id}_{start_ms}",
        start_ms=start_ms,
        duration_ms=duration_ms,
        media_id=media_id,
        source=source,
        speed=Fraction(speed),
        **more,
    )


def camera(*points: tuple[int, float], share: float = 81 / 256) -> CameraPath:
    """The way of a crop through (source ms, middle)."""
    span = TimeRange(start_ms=points[0][0], end_ms=points[-1][0])
    way = CameraShot(start_ms=span.start_ms, points=points)
    return CameraPath(span=span, share=share, move="pan", by="motion", shots=(way,))


def reel(*clips: Clip, tracks: tuple[Track, ...] = (), rate: str | int = 25, **more: Any) -> Timeline:
    """A 320x180 timeline of clips and further tracks."""
    size = {"width": 320, "height": 180} | more
    return Timeline(frame_rate=Fraction(rate), tracks=(VideoTrack(id="v", clips=clips), *tracks), **size)


def rendered(
    timeline: Timeline, media: Mapping[str, RenderSource], out: Path, progress: Progress = no_progress
) -> dict[str, Any]:
    """Render at 180 lines."""
    return render(timeline, dict(media), out, SMALL, progress)


def pictures(path: Path) -> NDArray[np.uint8]:
    """All frames as RGB, shape (frames, height, width, 3)."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(frames).astype(np.uint8)


def sound(path: Path) -> NDArray[np.float32]:
    """All samples at 48 kHz, shape (2, samples), from time 0."""
    blocks = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            assert isinstance(frame, AudioFrame) and frame.pts is not None and frame.time_base is not None
            blocks.append((round(frame.pts * frame.time_base * RATE), frame.to_ndarray()))
    joined = np.concatenate([block for _, block in blocks], axis=1)
    return np.asarray(joined[:, max(0, -blocks[0][0]) :], np.float32)


def wav(path: Path, samples: NDArray[np.float64], rate: int = RATE) -> Path:
    """Write samples of shape (channels, n) as 16 bit PCM."""
    codes = np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(codes.T.tobytes())
    return path


def tone(seconds: float, hz: float = 440, level: float = 0.1, rate: int = RATE) -> NDArray[np.float64]:
    """A sine of shape (1, samples)."""
    return np.asarray(level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate))[None]


def rms_db(samples: NDArray[np.float32]) -> float:
    """Level in dB below full scale."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))


def pitch_hz(samples: NDArray[np.float32]) -> float:
    """The strongest frequency of the left channel."""
    spectrum = np.abs(np.fft.rfft(samples[0] * np.hanning(samples.shape[1])))
    return float(np.argmax(spectrum) * RATE / samples.shape[1])


def luma(image: NDArray[Any]) -> NDArray[np.float64]:
    """BT.709 luma of an RGB picture, 0 to 255."""
    return np.asarray(image.astype(np.float64) @ [0.2126, 0.7152, 0.0722])


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Structural similarity of two pictures with values 0 to 255 (Wang et al. 2004: Gaussian window, sigma 1.5)."""
    mean_one, mean_other = _windowed(one), _windowed(other)
    spread = _windowed(one * one) + _windowed(other * other) - mean_one**2 - mean_other**2
    shared = _windowed(one * other) - mean_one * mean_other
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_one * mean_other + light) * (2 * shared + contrast)
    return float((likeness / ((mean_one**2 + mean_other**2 + light) * (spread + contrast))).mean())


def _windowed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted means over 11 x 11 pixels, where the window fits inside."""
    weights = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    for axis in (0, 1):
        values = np.lib.stride_tricks.sliding_window_view(values, len(weights), axis=axis) @ weights
    return values


@contextmanager
def latin_fonts_alone() -> Iterator[None]:
    """A machine without fonts, and a product that came with its first one alone."""
    latin = fonts.bundled_fonts()[:1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fonts, "system_fonts", dict)
        patch.setattr(fonts, "bundled_fonts", lambda: latin)
        _forget_fonts()
        yield
    _forget_fonts()


def _forget_fonts() -> None:
    fonts._font_with.cache_clear()
    shaping._shaped.cache_clear()
