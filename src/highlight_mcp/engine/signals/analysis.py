"""What is known of the signals of one recording, kept on disk by its content; all else is derived from it."""

import json
import zipfile
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...files import replacing
from ...messages import Message, message
from ...timeline.media import MediaInfo
from ...timeline.time import format_time
from ..job_process import Progress
from ..media.opening import fingerprint, heard_track, require_unchanged
from .cutaways import Cutaway, find_cutaways
from .motion import Burst, bursts
from .packets import ProgressCallback, no_progress
from .sample_frames import SampleFrames, Times, join
from .sampling import ContainerCache
from .sampling_plan import dense_regions
from .scan import ScanPlan, keyframe_samples, refine, scan_plan_of, survey
from .series import CELL_MS
from .shots import Shot, ShotChanges, shots
from .sound import SoundSeries
from .sound_activity import crowd_series, reactions, silences, speech

VERSION = 6  # raised whenever the signals change


def name_of(fingerprint: str) -> str:
    """File name for a fingerprint; changes with the version of the signals."""
    return f"{fingerprint.replace(':', '-')}.signals{VERSION}.npz"


def save(file: Path, facts: dict[str, Any], sound: SoundSeries | None, pictures: SampleFrames) -> None:
    """Write all arrays and facts, whole or not at all. Raises OSError when the place is not writable."""
    arrays: dict[str, Any] = {"facts": np.frombuffer(json.dumps(facts, sort_keys=True).encode(), np.uint8)}
    for prefix, part in (("sound", sound), ("pictures", pictures)):
        if part is not None:
            arrays |= {f"{prefix}.{field.name}": getattr(part, field.name) for field in fields(part)}
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as stream:
        np.savez_compressed(stream, **arrays)


def load(file: Path) -> tuple[dict[str, Any], SoundSeries | None, SampleFrames] | None:
    """What `save` wrote; None where there is no such file or it is damaged (it is then made again)."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            facts: dict[str, Any] = json.loads(arrays["facts"].tobytes())
            sound = None
            if "sound.level" in arrays:
                sound = SoundSeries(**{field.name: arrays[f"sound.{field.name}"] for field in fields(SoundSeries)})
            names = [field.name for field in fields(SampleFrames)]
            return facts, sound, SampleFrames(**{name: arrays[f"pictures.{name}"] for name in names})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return None


Floats = NDArray[np.float32]
_CLEAR_REACTION = 5.0  # points of a reaction, as moments.ranking.MEDIUM
_FIRST_TOLD = 3  # moments told before the pictures were looked at


@dataclass(frozen=True, eq=False)
class Analysis:
    """Signals of one recording. `sound` is None without a sound track; `pictures` may be empty.

    `dense` says that every frame was considered, so that all shot boundaries are known. `compared` holds the
    departures and `parted` the shots where they were found before.
    """

    fingerprint: str
    duration_ms: int
    sound: SoundSeries | None
    pictures: SampleFrames
    dense: bool = False
    compared: tuple[Cutaway, ...] | None = None
    parted: tuple[Shot, ...] | None = None

    @cached_property
    def departures(self) -> tuple[Cutaway, ...]:
        """Where for a few seconds the pictures are somewhere else."""
        return self._compare(no_progress) if self.compared is None else self.compared

    @cached_property
    def bursts(self) -> tuple[Burst, ...]:
        """Where for a few seconds things move more than they usually do in the same shot."""
        return tuple(bursts(self.pictures, self.shots))

    def with_departures(self, report: ProgressCallback) -> "Analysis":
        """The same with its departures found, which takes long for long recordings."""
        return replace(self, compared=self._compare(report), parted=tuple(self.shots))

    def _compare(self, report: ProgressCallback) -> tuple[Cutaway, ...]:
        return tuple(find_cutaways(self.pictures, self.shots, report)) if self.shots else ()

    @cached_property
    def shots(self) -> list[Shot]:
        """All shots in order of time, as far as the looks tell."""
        return shots(self.pictures, self.duration_ms) if self.parted is None else list(self.parted)

    @cached_property
    def shots_ms(self) -> list[int]:
        """Candidate shot boundaries, without the start of the recording."""
        return [shot.start_ms for shot in self.shots[1:] if shot.opening != "change"]

    @cached_property
    def boundaries(self) -> list[tuple[int, int]]:
        """(end of a shot, start of the next) for the boundaries known to within a second."""
        pairs = [(a.end_ms, b.start_ms) for a, b in pairwise(self.shots) if b.opening != "change"]
        return [(end, start) for end, start in pairs if start - end <= 1000]

    @cached_property
    def level_db(self) -> Floats:
        """Loudness (dB re full scale), ten values per second; empty without sound."""
        return self.sound.loudness if self.sound is not None else np.zeros(0, np.float32)

    @cached_property
    def speech(self) -> Floats:
        """0..1, how much each tenth of a second sounds like speech; empty without sound."""
        return speech(self.sound) if self.sound is not None else np.zeros(0, np.float32)

    def silences(self, min_ms: int = 700, margin_ms: int = 150) -> list[tuple[int, int]]:
        """Ranges without sound of at least `min_ms`, each shortened by `margin_ms` on both sides."""
        if self.sound is None:
            return []
        return silences(self.sound.loudness, self.duration_ms, min_ms, margin_ms)

    def focus(self) -> list[tuple[int, float]]:
        """(time, x): where across the picture things move, 0 left to 1 right, about once per second."""
        return focus(self.pictures)


def analyse(path: Path, media: MediaInfo, *, cache: Path | None, progress: Progress) -> Analysis:
    """Signals of the recording at `path`, from `cache` (a folder) when its content was seen before.

    Progress is reported at least every second with `done` and `total` in milliseconds of footage.
    Raises EngineError when the file cannot be read.
    """
    track = heard_track(path)
    name = (media.fingerprint or fingerprint(path)) + ("" if track is None else f".track{track}")
    file = cache / name_of(name) if cache is not None else None
    known = load(file) if file is not None else None
    if known is not None:
        facts, sound, pictures = known
        progress("analyse", 1, 1, message("engine.progress.known"))
        compared = tuple(Cutaway(**each) for each in facts["departures"])
        parted = tuple(Shot(**each) for each in facts["shots"])
        return Analysis(name, int(facts["duration_ms"]), sound, pictures, bool(facts["dense"]), compared, parted)

    def comparing(done: int, total: int) -> None:
        progress("analyse_closer", done, total, message("engine.progress.comparing"))

    analysis = _analyse(path, media, name, progress).with_departures(comparing)
    if file is not None:
        require_unchanged()
        save(file, _facts(analysis), analysis.sound, analysis.pictures)
    return analysis


def _facts(analysis: Analysis) -> dict[str, Any]:
    departures = [asdict(each) for each in analysis.departures]
    parted = [asdict(each) for each in analysis.shots]
    return {"duration_ms": analysis.duration_ms, "dense": analysis.dense, "departures": departures, "shots": parted}


def _analyse(path: Path, media: MediaInfo, name: str, progress: Progress) -> Analysis:
    if media.kind == "image":
        return Analysis(name, media.duration_ms, None, SampleFrames.none())
    return Analysis(name, media.duration_ms, *examine(path, scan_plan_of(media), progress))


def examine(path: Path, shape: ScanPlan, progress: Progress) -> tuple[SoundSeries | None, SampleFrames, bool]:
    """(sound, pictures, dense) of the file at `path`, with the effort that suits its `shape`."""

    def listening(done: int, total: int) -> None:
        progress("analyse", done, total, message("engine.progress.looking"))

    closer = message("engine.progress.looking_closer")

    def closer_look(done: int, total: int) -> None:
        progress("analyse_closer", done, total, closer)

    listening(0, shape.duration_ms)
    with ContainerCache(path, lasting=shape.seekable and shape.workers == 1) as opened:
        scan = survey(opened, shape, listening)
        pictures = scan.pictures
        if scan.packets is not None and shape.pixels:
            closer = first_heard(scan.sound)
            closer_look(0, shape.duration_ms)
            changes = ShotChanges(closer_look)
            pictures, saved_s = keyframe_samples(opened, shape, scan.packets, changes, closer_look)
            ranges = dense_regions(scan.sound, pictures, scan.packets, shape.duration_ms, changes)
            keys = scan.packets.at_ms[scan.packets.key]
            pictures = join([pictures, refine(opened, shape, keys, ranges, saved_s, closer_look)])
    progress("analyse", shape.duration_ms, shape.duration_ms, message("engine.progress.looked"))
    return scan.sound, pictures, scan.packets is None


def first_heard(sound: SoundSeries | None) -> Message:
    """What is told while the pictures are looked at: where the sound alone already speaks for a moment, best first."""
    heard = reactions(sound, crowd_series(sound)) if sound is not None and len(sound) else []
    clear = [one for one in heard if one.score >= _CLEAR_REACTION]
    best = sorted(clear, key=lambda one: -one.score)[:_FIRST_TOLD]
    if not best:
        return message("engine.progress.looking_closer")
    at = tuple(format_time(one.peak * CELL_MS // 1000 * 1000) for one in best)
    return message("engine.progress.heard_first", at=at)


def focus(pictures: SampleFrames) -> list[tuple[int, float]]:
    """Motion-weighted mean of where things move, per second of footage that was looked at."""
    seconds: Times = pictures.at_ms // 1000
    out: list[tuple[int, float]] = []
    for second in np.unique(seconds):
        here = seconds == second
        weight = np.nan_to_num(pictures.motion[here]).astype(np.float64) + 0.05
        x = float((pictures.focus[here] * weight).sum() / weight.sum())
        out.append((int(second) * 1000, round(x, 4)))
    return out
