"""Looks for subjects in the parts of a recording that a reel shows, kept on disk by content and part.

Only these parts are decoded, five looks a second. What is kept are places of subjects and cuts, no pictures.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from ...messages import message
from ...timeline.media import MediaInfo
from ...timeline.time import TimeRange
from ..errors import translated
from ..job_process import Progress
from ..media.decoding import begun, frames_of, order_of, origin, seconds_of
from ..media.opening import fingerprint, open_media
from ..media.streams import picture_stream, settled
from ..signals.frame_changes import difference
from ..signals.packets import Deadline
from ..signals.sample_frames import HEIGHT, WIDTH, SampleFrames
from ..signals.sampling import ContainerCache, watch
from ..transcripts.subtitles import keep_bytes
from .planner import Box, SubjectLook
from .subjects import moving_subjects

VERSION = 1  # raised whenever other subjects would be found


@dataclass(frozen=True)
class Watched:
    """What moves in one part of a recording, and where the source is cut: the times of first pictures."""

    looks: tuple[SubjectLook, ...]
    cuts_ms: tuple[int, ...]

    def dump(self) -> bytes:
        """As JSON."""
        looks = [[look.at_ms, [[box.left, box.right, box.weight] for box in look.boxes]] for look in self.looks]
        return json.dumps({"looks": looks, "cuts_ms": self.cuts_ms}).encode()

    @classmethod
    def read(cls, content: bytes) -> "Watched":
        """What `dump` made. Raises ValueError, KeyError or TypeError for anything else."""
        value: dict[str, Any] = json.loads(content)
        looks = tuple(
            SubjectLook(int(at), tuple(Box(*map(float, box)) for box in boxes)) for at, boxes in value["looks"]
        )
        return cls(looks, tuple(map(int, value["cuts_ms"])))


def watched(
    path: Path, media: MediaInfo, parts: Sequence[TimeRange], *, cache: Path | None, progress: Progress
) -> list[Watched]:
    """What is to be seen in some parts of a recording, in their order. Raises EngineError where it cannot be read."""
    name = (media.fingerprint or fingerprint(path)).replace(":", "-")
    files = {
        part: cache / f"{name}.{part.start_ms}-{part.end_ms}.subjects{VERSION}.json" if cache is not None else None
        for part in dict.fromkeys(parts)
    }
    known = {part: found for part, file in files.items() if (found := _kept(file)) is not None}
    missing = [part for part in files if part not in known]
    for part, found in zip(missing, _watch(path, missing, progress), strict=True):
        known[part] = _mirrored(found) if media.rotation == 180 else found
        if (file := files[part]) is not None:
            keep_bytes(file, known[part].dump())
    return [known[part] for part in parts]


def _kept(file: Path | None) -> Watched | None:
    try:
        return Watched.read(file.read_bytes()) if file is not None else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _watch(path: Path, parts: Sequence[TimeRange], progress: Progress) -> Iterator[Watched]:
    total = sum(part.duration_ms for part in parts)
    done = 0
    with ContainerCache(path, lasting=True) as opened:
        for part in parts:
            progress("look", done, total, message("engine.progress.following"))
            pictures = watch(opened, [(part.start_ms, part.end_ms)], Deadline())
            done += part.duration_ms
            yield Watched(tuple(moving_subjects(pictures)), tuple(_exact_cuts(path, pictures)))


def _mirrored(found: Watched) -> Watched:
    """As seen upright, of a recording that players turn round."""
    looks = (
        SubjectLook(look.at_ms, tuple(Box(1 - box.right, 1 - box.left, box.weight) for box in look.boxes))
        for look in found.looks
    )
    return Watched(tuple(looks), found.cuts_ms)


def _exact_cuts(path: Path, pictures: SampleFrames) -> Iterator[int]:
    """The first pictures of new shots; where only some pictures were decoded, all around a cut are looked at."""
    for cut_ms, after_ms in zip(pictures.cut_ms.tolist(), pictures.cut_after_ms.tolist(), strict=True):
        yield cut_ms if cut_ms == after_ms else _first_of_shot(path, after_ms, cut_ms)


def _first_of_shot(path: Path, after_ms: int, cut_ms: int) -> int:
    """The time of the picture in the range that differs most from the one before it."""
    scaling = VideoReformatter()
    times: list[int] = []
    planes = []
    with translated(path), open_media(path) as container:
        stream = picture_stream(container)
        if stream is None:
            return cut_ms
        order, start_s = order_of(container, stream), origin(container)

        def timed() -> Iterator[tuple[Fraction, VideoFrame]]:
            for frame in frames_of(container, stream, order=order):
                if isinstance(frame, VideoFrame) and (at_s := seconds_of(frame, stream, start_s)) is not None:
                    yield at_s, frame

        for at_s, frame in begun(container, stream, Fraction(after_ms, 1000), timed, lambda pair: pair[0]):
            at_ms = round(at_s * 1000)
            if at_ms > cut_ms:
                break
            if at_ms >= after_ms:
                small = scaling.reformat(settled(frame), WIDTH, HEIGHT, "gray", interpolation=Interpolation.AREA)
                times.append(at_ms)
                planes.append(small.to_ndarray())
    changes = [difference(before, after) for before, after in pairwise(planes)]
    return times[1 + int(np.argmax(changes))] if changes else cut_ms
