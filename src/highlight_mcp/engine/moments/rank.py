"""All candidates of one recording for one criterion."""

from collections.abc import Callable

from ...timeline.operations import Criterion
from ..analysis import Analysis
from . import auto, sounds, views
from .candidate import Candidate
from .moment import Moment

# ms, ms, part of the recording, pieces; no source on record, not varied
_FILLER_MS, _LEAST_FILLER_MS, _FILLER_PART, _MOST_FILLERS = 8_000, 1_000, 4, 10
_BY_CRITERION: dict[str, Callable[[Analysis], list[Candidate]]] = {
    "auto": auto.moments_of,
    "score_change": auto.moments_of,
    "cheer": auto.cheers_of,
    "goal": auto.cheers_of,
    "loud": sounds.loud,
    "applause": sounds.applause,
    "laughter": sounds.laughter,
    "applause+laugh": sounds.applause_or_laughter,
    "whistle": sounds.whistle,
    "speech": sounds.speech,
    "quiet": sounds.quiet,
    "silence": sounds.silence,
    "motion": views.moving,
    "scene_change": views.scene_changes,
}


def candidates(analysis: Analysis, criterion: Criterion) -> list[Candidate]:
    """Candidates, best first; empty where the criterion is truly absent."""
    found = _BY_CRITERION[criterion](analysis) if criterion in _BY_CRITERION else []
    inside = [one for one in found if one.start_ms < analysis.duration_ms]
    return sorted(inside, key=lambda one: (-one.score, one.start_ms))


def rank(analysis: Analysis, criterion: Criterion = "auto", media_id: str = "") -> list[Moment]:
    """Moments of one recording, best first, each with its event only (no lead-in).

    For `auto` on a recording where nothing stands out, the liveliest stretches with low confidence.
    """
    found = candidates(analysis, criterion)
    if not found and criterion == "auto":
        length = min(_FILLER_MS, max(_LEAST_FILLER_MS, analysis.duration_ms // _FILLER_PART))
        found = views.liveliest(analysis, length, (0, analysis.duration_ms))[:_MOST_FILLERS]
    return [moment(one, media_id, one.start_ms, min(one.end_ms, analysis.duration_ms)) for one in found]


def moment(one: Candidate, media_id: str, start_ms: int, end_ms: int) -> Moment:
    """The candidate as a clip of a source from `start_ms` to `end_ms`."""
    return Moment(
        media_id=media_id,
        start_ms=start_ms,
        end_ms=end_ms,
        peak_ms=min(max(one.peak_ms, start_ms), end_ms),
        score=round(one.score, 3),
        confidence=one.confidence,
        why=one.why,
        signals=one.signals,
    )
