"""The jobs `analyse` (one file) and `moments` (the media of a session): what stands out, best first."""

import os
import time
from pathlib import Path
from typing import Any, cast, get_args

from ...messages import Message
from ...timeline.media import MediaInfo
from ...timeline.operations import SEARCHED, Criterion
from ..errors import EngineError
from ..job_process import Progress, scaled_progress
from ..media.probe import probe
from ..signals.analysis import Analysis, analyse
from ..transcripts.selection import Said, spoken_at, with_quote
from ..transcripts.sources import Transcripts
from .closer_look import CloserLook
from .copies import with_copies
from .footage_kind import kind_of
from .moment import Moment, RecordingSignals
from .picture_criteria import liveliness_curve
from .ranking import rank
from .senses import closer_looks

MOST_MOMENTS = 100  # moments in an answer


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Answer the job that `spec["job"]` names. Raises EngineError where footage cannot be read."""
    return _analyse(spec, progress) if spec["job"] == "analyse" else _moments(spec, progress)


def _analyse(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Moments and shot boundaries of one file, with what finding them cost."""
    started = time.monotonic()
    path = Path(spec["path"])
    media = probe(path)
    cached = True

    def watched(stage: str, done: int, total: int, message: Message) -> None:
        nonlocal cached
        cached = cached and total == 1
        progress(stage, done, total, message)

    analysis = analyse(path, media, cache=_cache(spec), progress=watched)
    transcripts = Transcripts.of_job(spec, {media.media_id: media}, {media.media_id: path}, _cache(spec))
    looks = closer_looks(path, media, analysis, transcripts.models, cache=_cache(spec), progress=watched)
    moments = rank(analysis, _criterion(spec), media.media_id, looks)[:MOST_MOMENTS]
    read_aloud = transcripts.read_aloud
    return {
        "duration_ms": analysis.duration_ms,
        "moments": [_as_json(moment, read_aloud) for moment in moments],
        "shots_ms": analysis.shots_ms,
        "footage": kind_of(analysis).as_json(),
        "cpu_s": round(_cpu_s(), 3),
        "wall_s": round(time.monotonic() - started, 3),
        "cached": cached,
    }


def _moments(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Moments of all media in one ranking, and a curve for each of them."""
    entries = spec["media"]
    analysed: list[tuple[MediaInfo, Analysis]] = []
    for place, entry in enumerate(entries):
        media = MediaInfo.model_validate(entry["info"])
        if media.kind == "image":
            continue
        share = scaled_progress(progress, 100 * place // len(entries), 100 * (place + 1) // len(entries))
        analysed.append((media, analyse(Path(entry["path"]), media, cache=_cache(spec), progress=share)))
    criterion = _criterion(spec)
    paths = {entry["info"]["media_id"]: Path(entry["path"]) for entry in entries}
    known = {media.media_id: media for media, _ in analysed}
    transcripts = Transcripts.of_job(spec, known, paths, _cache(spec))
    read_aloud = transcripts.read_aloud

    def looks(media: MediaInfo, analysis: Analysis) -> tuple[CloserLook, ...]:
        path = paths[media.media_id]
        return closer_looks(Path(path), media, analysis, transcripts.models, cache=_cache(spec), progress=progress)

    recordings = [RecordingSignals(media.media_id, media.name, media, analysis) for media, analysis in analysed]
    picks = [
        {**_as_json(moment, read_aloud), "media_id": one.media_id, "source": one.name}
        for one in with_copies(recordings, paths, _cache(spec))
        for moment in rank(one.analysis, criterion, one.media_id, looks(one.info, one.analysis))
        if not one.is_elsewhere(moment)
    ]
    picks.sort(key=lambda pick: (-pick["score"], pick["media_id"], pick["start_ms"]))
    return {
        "moments": picks[:MOST_MOMENTS],
        "footage": {media.media_id: kind_of(analysis).as_json() for media, analysis in analysed},
        "curve": {
            media.media_id: [{"at_ms": at, "score": score} for at, score in liveliness_curve(analysis)]
            for media, analysis in analysed
        },
    }


def _as_json(moment: Moment, read_aloud: Said) -> dict[str, Any]:
    """The moment as JSON; what is said there stands beside what was measured, and is never a claim of ours."""
    quote = spoken_at(read_aloud(moment.media_id), moment.start_ms, moment.end_ms, moment.peak_ms)
    heard: dict[str, float | str] = {} if quote is None else {"said": quote[1], "from": quote[0]}
    return {
        "start_ms": moment.start_ms,
        "end_ms": moment.end_ms,
        "peak_ms": moment.peak_ms,
        "score": moment.score,
        "confidence": moment.confidence,
        "why": (moment.why if quote is None else with_quote(moment.why, quote)).dump(),
        "signals": {**moment.signals, **heard},
    }


def _criterion(spec: dict[str, Any]) -> Criterion:
    named = spec.get("criterion") or "auto"
    known = [name for name in get_args(Criterion) if name not in SEARCHED]
    if named not in known:
        raise EngineError("bad_request", "engine.no_criterion", named=named, known=", ".join(known))
    return cast(Criterion, named)


def _cache(spec: dict[str, Any]) -> Path | None:
    return Path(spec["cache"]) if spec.get("cache") else None


def _cpu_s() -> float:
    """CPU seconds of this process and of the workers it has ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
