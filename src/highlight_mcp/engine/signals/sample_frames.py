"""Looks at the pictures of one recording: small images at known times, dense or sparse."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 36  # pixels of a look; no source on record, not varied
_FEW = 1000  # looks at once, for memory

Times = NDArray[np.int64]
Images = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SampleFrames:
    """Looks in order of time.

    `at_ms` (n,); `images` (n, 54, 64) planar YUV 4:2:0 of 64x36; `motion` (n,) what moves once the camera's
    own movement is taken out, 0..255 per 0.1 s, NaN where there was one frame only; `flow` (n,) the same in
    coarse pixels per 0.1 s; `focus` (n,) centre of it across the picture, 0 left to 1 right; `camera` (n, 3)
    how the camera moved in coarse pixels per 0.1 s: down, right and closer; `cut_ms` (c,) first frames of new
    shots seen frame by frame, `cut_after_ms` (c,) the last time known to be before each; `seen_ms` (s, 2) the
    ranges in which every shot boundary was looked for; `likely_ms` (l,) where packet sizes alone speak for
    a boundary, `likely` (l,) 0..1 how much.
    """

    at_ms: Times
    images: Images
    motion: Floats
    flow: Floats
    focus: Floats
    camera: Floats
    cut_ms: Times
    cut_after_ms: Times
    seen_ms: Times
    likely_ms: Times
    likely: Floats

    def __len__(self) -> int:
        return len(self.at_ms)

    @classmethod
    def none(cls) -> "SampleFrames":
        """No look at all."""
        return cls(
            at_ms=np.zeros(0, np.int64),
            images=np.zeros((0, HEIGHT * 3 // 2, WIDTH), np.uint8),
            motion=np.zeros(0, np.float32),
            flow=np.zeros(0, np.float32),
            focus=np.zeros(0, np.float32),
            camera=np.zeros((0, 3), np.float32),
            cut_ms=np.zeros(0, np.int64),
            cut_after_ms=np.zeros(0, np.int64),
            seen_ms=np.zeros((0, 2), np.int64),
            likely_ms=np.zeros(0, np.int64),
            likely=np.zeros(0, np.float32),
        )


def join(parts: list[SampleFrames]) -> SampleFrames:
    """Looks of consecutive or interleaved ranges as one, in order of time, one look per instant."""
    if not parts:
        return SampleFrames.none()
    others = [f.name for f in fields(SampleFrames) if f.name != "images"]
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in others}
    at_ms, first = np.unique(stacked["at_ms"], return_index=True)
    cut_ms, first_cut = np.unique(stacked["cut_ms"], return_index=True)
    likely_ms, first_likely = np.unique(stacked["likely_ms"], return_index=True)
    return SampleFrames(
        at_ms=at_ms,
        images=_picked([part.images for part in parts], first),
        motion=stacked["motion"][first],
        flow=stacked["flow"][first],
        focus=stacked["focus"][first],
        camera=stacked["camera"][first],
        cut_ms=cut_ms,
        cut_after_ms=stacked["cut_after_ms"][first_cut],
        seen_ms=merge_frames(stacked["seen_ms"]),
        likely_ms=likely_ms,
        likely=stacked["likely"][first_likely],
    )


def _picked(parts: list[Images], wanted: Times) -> Images:
    """`np.concatenate(parts)[wanted]` without copies on the way, for which long recordings have no room."""
    out = np.empty((len(wanted), *parts[0].shape[1:]), np.uint8)
    start = 0
    for part in parts:
        here = np.flatnonzero((wanted >= start) & (wanted < start + len(part)))
        for few in np.array_split(here, 1 + len(here) // _FEW):
            out[few] = part[wanted[few] - start]
        start += len(part)
    return out


def merge_frames(ranges: Times, gap_ms: int = 0) -> Times:
    """Overlapping or touching ranges (n, 2) as few disjoint ones, in order."""
    out: list[list[int]] = []
    for start, end in sorted((int(a), int(b)) for a, b in ranges if b > a):
        if out and start <= out[-1][1] + gap_ms:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end])
    return np.array(out, np.int64).reshape(-1, 2)


def luma(images: Images) -> Images:
    """Brightness planes (n, 36, 64) of planar looks (n, 54, 64)."""
    return images[:, :HEIGHT]


def chroma(images: Images) -> Images:
    """Colour planes (n, 2, 18, 32) of planar looks (n, 54, 64)."""
    return images[:, HEIGHT:].reshape(len(images), 2, HEIGHT // 2, WIDTH // 2)
