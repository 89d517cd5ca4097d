"""What one engine child may use, and how many run at once.

A budget follows the size of the job: memory, processor time, file size and time in all. Each bound is several times
what honest footage has been seen to take, and none grows with what a small file claims: processor time is bounded by
the bytes of the footage as well as by its length.

The children of all users of a server wait in one queue: each backend serves one user, the machine serves all. A ticket
is a file that its owner keeps locked: the system gives it up when the owner dies, in whatever way. Tickets are served
in the order of their names, which begin with the time; as many run at once as there are places. Short work (probes,
previews) has places of its own, so that it never waits for renders.
"""

import asyncio
import itertools
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..presets import DEFAULT_PRESET, PRESETS, Preset

log = logging.getLogger(__name__)

LONG, SHORT = "long", "short"
POLL_S = 0.25
_TRIES = 5

Waiting = Callable[[int], None]


class ChildQueue:
    """The line of one folder; `places` says how many of each kind may run at once."""

    def __init__(self, folder: Path, places: dict[str, int]) -> None:
        self._folder = folder
        self._places = places
        self._count = itertools.count()

    @asynccontextmanager
    async def place(self, kind: str, waiting: Waiting = lambda _before: None) -> AsyncIterator[None]:
        """A place among those that run. `waiting` is told, again and again, how many come before.

        Where tickets cannot be written (a full disk) nobody is kept waiting.
        """
        ticket = self._take(kind)  # here, not in a thread, where a cancellation would leave it behind
        try:
            while ticket is not None:
                before = await asyncio.to_thread(self._before, kind, Path(ticket.lock_file).name)
                if before < self._places[kind]:
                    break
                waiting(before - self._places[kind] + 1)
                await asyncio.sleep(POLL_S)
            yield
        finally:
            if ticket is not None:
                _give_back(ticket)

    def _take(self, kind: str) -> FileLock | None:
        """A ticket of our own. One that somebody took for a dead one before it was locked is taken anew."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for _ in range(_TRIES):
                name = f"{kind}-{time.time_ns():020}-{os.getpid()}-{next(self._count)}"
                ticket = FileLock(self._folder / name, timeout=0, thread_local=False)
                with suppress(Timeout):
                    ticket.acquire()
                    if Path(ticket.lock_file).exists():
                        return ticket
                    ticket.release()
        except OSError as error:
            log.warning("the line %s cannot be used: %s", self._folder, error)
        return None

    def _before(self, kind: str, ours: str) -> int:
        """How many living tickets of this kind were taken earlier; those of the dead are removed."""
        names = (file.name for file in self._folder.glob(f"{kind}-*"))
        return sum(self._lives(name) for name in sorted(names) if name < ours)

    def _lives(self, name: str) -> bool:
        other = FileLock(self._folder / name, timeout=0, thread_local=False)
        try:
            other.acquire()
        except (Timeout, OSError):
            return (self._folder / name).exists()
        _give_back(other)
        return False


def _give_back(ticket: FileLock) -> None:
    file = Path(ticket.lock_file)
    with suppress(OSError):
        file.unlink(missing_ok=True)
    ticket.release()
    with suppress(OSError):  # Windows keeps a file that is open
        file.unlink(missing_ok=True)


FULL_HD = 1920 * 1080 * 30
LEAST_CPU_S = 600
PROBE_CPU_S = 300
READ_CPU_S = 4
"""For a second of Full HD: decoding it whole takes 0.1 to 0.5 s."""
BYTES_PER_CPU_S = 20_000
"""Two hours of the thriftiest screen recording (50 MB) may take 40 minutes; analysing them takes five."""
LISTEN_CPU_S = 8
"""For a second of sound where speech is recognised, four threads at half the speed of the recording."""
ENCODE_CPU_S = 20
"""For a second of Full HD out; x264 with filters takes 1 to 3 s."""
FRAMES_HELD = 40
"""Pictures at a time: references, a look ahead, filters; one more for each processor."""
FRAME_BYTES, STILL_BYTES = 3, 8
"""For a pixel: 4:2:0 in 16 bits; a still picture as RGBA, twice."""
BASE_MB, PER_CPU_MB, MODELS_MB = 2_560, 128, 4_096
"""Address space of the libraries and of indexes of ten hours; each thread of a codec reserves stack and heap."""
FILE_MB, REEL_MB_PER_S, EDITOR_MB_PER_S = 1_024, 25, 200
"""DNxHR of 4096 pixels at 60 pictures a second takes 150."""
PASSES = 5
"""Of a reel that has to fit into some bytes: two looks, and three tries."""
WAIT_FACTOR, WAIT_S = 4, 3_600
"""The children run at low priority beside each other."""


@dataclass(frozen=True)
class Budget:
    """Bounds of one child; `wall_s` is watched by the backend, the others are limits of the process.

    `memory_mb` None is the engine's own bound for footage of which nothing is known yet.
    """

    memory_mb: int | None
    cpu_s: int
    file_mb: int

    @property
    def wall_s(self) -> float:
        return float(WAIT_FACTOR * self.cpu_s + WAIT_S)

    def as_job(self) -> dict[str, Any]:
        """As a job carries it."""
        return {"memory_mb": self.memory_mb, "cpu_s": self.cpu_s, "file_mb": self.file_mb}


def budget_of(spec: Mapping[str, Any], *, models: bool = False, cpus: int | None = None) -> Budget:
    """The budget of an engine job; `models` says whether it may use those of the extras."""
    if spec.get("job") == "probe":
        return Budget(None, PROBE_CPU_S, FILE_MB)
    media = {each.get("media_id"): each for each in (entry.get("info") or {} for entry in spec.get("media") or ())}
    timeline = spec.get("timeline") or {}
    made_s = _length_s(timeline)
    out = _size_of(timeline)
    cpu_s = LEAST_CPU_S + sum(_reading_s(each, models=models) for each in media.values())
    if spec.get("job") == "render":
        shown = sum(READ_CPU_S * seconds * _load(media.get(name) or {}) for name, seconds in _shown(timeline))
        times = PASSES if spec.get("most_bytes") or _preset(spec).most_bytes else 1
        once = 2 * shown + ENCODE_CPU_S * made_s * max(Fraction(1), Fraction(out * 60, FULL_HD))
        cpu_s = (cpu_s if _preset(spec).shape else LEAST_CPU_S) + times * once
    memory_mb = _memory_mb(list(media.values()), out, cpus or os.cpu_count() or 1) + (MODELS_MB if models else 0)
    return Budget(memory_mb, int(cpu_s), FILE_MB + int(_mb_per_s(spec) * made_s))


def _preset(spec: Mapping[str, Any]) -> Preset:
    return PRESETS.get(spec.get("preset") or DEFAULT_PRESET, PRESETS[DEFAULT_PRESET])


def _mb_per_s(spec: Mapping[str, Any]) -> int:
    editing = spec.get("job") == "render" and not _preset(spec).implied
    return EDITOR_MB_PER_S if editing else REEL_MB_PER_S


def _memory_mb(media: Sequence[Mapping[str, Any]], out: int, cpus: int) -> int:
    frame = max((out, *(_size_of(each) for each in media if each.get("kind") != "image")))
    still = max((0, *(_size_of(each) for each in media if each.get("kind") == "image")))
    pictures = FRAME_BYTES * frame * (FRAMES_HELD + cpus) + STILL_BYTES * still
    return BASE_MB + PER_CPU_MB * cpus + pictures // 2**20


def _reading_s(media: Mapping[str, Any], *, models: bool) -> Fraction:
    length_s = Fraction(int(media.get("duration_ms") or 0), 1000)
    by_length = READ_CPU_S * length_s * _load(media)
    by_bytes = Fraction(int(media.get("size_bytes") or 0), BYTES_PER_CPU_S)
    return min(by_length, by_bytes) + (LISTEN_CPU_S * length_s if models else 0)


def _load(media: Mapping[str, Any]) -> Fraction:
    """How much there is to decode in a second, in seconds of Full HD; a quarter for what stands still."""
    if media.get("kind") == "image":
        return Fraction(1, 4)
    return max(Fraction(1, 4), _size_of(media) * Fraction(media.get("frame_rate") or 30) / FULL_HD)


def _size_of(value: Mapping[str, Any]) -> int:
    return int(value.get("width") or 0) * int(value.get("height") or 0)


def _clips(timeline: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (clip for track in timeline.get("tracks") or () for clip in track.get("clips") or ())


def _length_s(timeline: Mapping[str, Any]) -> Fraction:
    ends = (int(clip.get("start_ms") or 0) + int(clip.get("duration_ms") or 0) for clip in _clips(timeline))
    return Fraction(max(ends, default=0), 1000)


def _shown(timeline: Mapping[str, Any]) -> Iterable[tuple[Any, Fraction]]:
    """(media id, seconds of the source) of each clip."""
    for clip in _clips(timeline):
        source = clip.get("source") or {}
        shown_ms = int(source.get("end_ms") or 0) - int(source.get("start_ms") or 0)
        yield clip.get("media_id"), Fraction(max(shown_ms, int(clip.get("duration_ms") or 0)), 1000)
