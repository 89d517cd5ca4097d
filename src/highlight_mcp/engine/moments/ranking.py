"""All candidates of one recording for one criterion; by default cheers, cutaways and bursts of movement."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from ...messages import listed, message
from ...timeline.operations import Criterion
from ..signals.analysis import Analysis
from ..signals.cutaways import Cutaway
from ..signals.motion import Burst
from ..signals.outbursts import is_made, outbursts
from ..signals.series import CELL_MS, SERIES_HZ, Floats, ramp_of
from ..signals.sound import SoundSeries
from ..signals.sound_activity import CrowdReaction, CrowdSeries, crowd_series, reactions
from . import measures, picture_criteria, sound_criteria
from .closer_look import CloserLook, looked_at
from .likelihood import weighed
from .moment import Candidate, Confidence, Moment, Signals
from .picture_criteria import MotionBaseline, burst_of
from .sound_criteria import outburst

# points of the rules: how strong a reaction is said to be. How sure it is comes from `likelihood`; flat
HIGH, MEDIUM = 11.0, 5.0
_ONSET_LAG_MS = 500  # ms; flat
_ACT_MS = 8_000  # ms before an onset; flat
_REACTION_LEAD_MS = 3_000  # ms before an onset; flat
_ANSWER_MS, _LATE_MS = 4_000, 5_000  # ms from the end and from the start of a burst to its reaction; flat
_CLEARLY_MORE, _MORE = 1.0, (0.7, 1.5)  # times motion._enter; the same, no to yes; flat
_UNHEARD, _HEARD = 0.35, 0.4  # factors of the score; _UNHEARD F1 +0.000 at x0.8, -0.032 at x1.25
_HEARD_KINDS = ("crowd", "loud_sound")
_LEAST_SCORE = 2.0  # points; flat
# of the mean of the best three; _LEAST_SHARE_SEEN F1 -0.032 at x0.8, +0.000 at x1.25
_LEAST_SHARE, _LEAST_SHARE_SEEN = 0.25, 0.4
_LEAST_CHEER = 1.0  # points; flat
_JUST_BEFORE_MS, _LONG_BEFORE_MS = 2_500, 12_000  # ms before an onset: latest end, earliest start of a departure; flat
_UNDER_LIKENESS, _ANSWER_LIKENESS = 0.6, 0.5  # likeness 0..1 of a crowd; flat
_MOTION_WEIGHT, _MOTION_OCTAVES = 0.15, (-0.5, 1.5)  # share of the score per octave; octaves; flat
_CUT_LEAD_MS, _BURST_LEAD_MS = 300, 500  # ms; flat
_FOREIGN, _FOREIGN_LIKENESS = 0.35, (0.3, 0.6)  # factor; likeness 0..1 of a crowd, no to yes; flat
_FAST_SHOTS, _FAST_LIKENESS, _FAST = 3, 0.75, 0.35  # shots, likeness 0..1, factor; flat
_FULL = 9.0  # points; flat
# motion 0..255 per 0.1 s, twice; times that around; no to yes; flat
_ALIVE, _LIVELY, _LIVELIER = (0.0, 0.15), (0.15, 0.8), (0.8, 1.6)
# shots per s, s, share of the minutes around, 1 - likeness; no to yes; _CUTS_PER_S F1 -0.023 at x0.8, +0.000 at
# x1.25; _AWAY_S F1 +0.000 at x0.8, -0.023 at x1.25; _SHARE F1 +0.000 at x0.8, -0.019 at x1.25; _UNLIKE F1 +0.000 at
# x0.8, -0.032 at x1.25
_CUTS_PER_S, _AWAY_S, _SHARE, _UNLIKE = (0.6, 0.25), (1.5, 4.5), (0.5, 0.2), (0.2, 0.5)
_SOFT, _LOUD_DB, _LOUD = 0.6, 5.0, 0.2  # factor, dB, factor; _SOFT F1 +0.000 at x0.8, -0.019 at x1.25
_LITTLE_MOTION = 0.1  # motion 0..255 per 0.1 s; flat
_BURST_S = (1.0, 4.0)  # s, no to yes; flat
_OVERLAP = 0.3  # share of the shorter one; flat
_BESIDE_CELLS, _APART_CELLS, _EDGE_CELLS = 80, 5, 3  # cells; flat


def moments_of(analysis: Analysis) -> list[Candidate]:
    """Reactions and departures as candidates, best first; those that belong together are one."""
    return weighed(_apart(_worth(proposals(analysis))))


def moments_apart(analysis: Analysis) -> list[Candidate]:
    """As `moments_of`, slight ones among them, in points of the rules: what a likelihood is learned from."""
    return _apart(proposals(analysis))


def proposals(analysis: Analysis) -> list[Candidate]:
    """All that may be a moment, slight ones and several for one moment among them."""
    sound = analysis.sound if analysis.sound is not None and len(analysis.sound) else None
    if sound is not None and is_made(sound):
        return _of_made_sound(analysis, sound)
    series = crowd_series(sound) if sound is not None else None
    heard = reactions(sound, series) if sound is not None and series is not None else []
    seen = analysis.departures
    proposed = _answered(analysis, sound, heard) if sound is not None else []
    strong = [one for one in heard if one.score >= MEDIUM]
    silent = [one for one in seen if not any(_belongs(one, reaction) for reaction in strong)]
    proposed += [_departure(one, analysis, series, _heard_with(one, heard)) for one in silent]
    worth = _worth_of_bursts(proposed, strong, analysis.bursts)
    unheard = [one for one in analysis.bursts if not any(_act_of(reaction, [one]) for reaction in strong)]
    proposed += [_burst(one, _answer_to(one, heard), worth) for one in unheard]
    return proposed


def _answered(analysis: Analysis, sound: SoundSeries, heard: list[CrowdReaction]) -> list[Candidate]:
    """Reactions with what is seen at each."""
    seen, movement = analysis.departures, MotionBaseline(analysis.pictures)
    return [_reaction(one, sound, _shown_with(one, seen), _act_of(one, analysis.bursts), movement) for one in heard]


def _of_made_sound(analysis: Analysis, sound: SoundSeries) -> list[Candidate]:
    """Outbursts of a sound track that is silent otherwise, and what is seen in that silence.

    In a game what happens is heard: where there are outbursts, sights without one are worth little by themselves.
    """
    loud = [outburst(one, MEDIUM) for one in outbursts(sound)]
    clear = [one for one in loud if one.score >= MEDIUM]
    worth = _UNHEARD if clear else 1.0
    seen = [_departure(one, analysis, None, None) for one in analysis.departures]
    seen += [_burst(one, None, 1.0) for one in analysis.bursts]
    silent = [one for one in seen if all(one.end_ms < other.start_ms or one.start_ms > other.end_ms for other in clear)]
    return [*loud, *(_weaker(one, worth) for one in silent)]


def _weaker(one: Candidate, worth: float) -> Candidate:
    score = one.score * worth
    return replace(one, score=score, confidence="medium" if score >= MEDIUM else "low")


def _worth_of_bursts(told_by_others: list[Candidate], strong: list[CrowdReaction], seen: Iterable[Burst]) -> float:
    """How much a burst says by itself: all there is to say where neither the sound nor another place tells of
    anything; elsewhere the more, the more of what they tell comes with one."""
    clear = sum(one.score >= MEDIUM for one in told_by_others)
    if not clear:
        return 1.0
    with_one = sum(_act_of(reaction, seen) is not None for reaction in strong)
    return _UNHEARD + _HEARD * min(1.0, with_one / clear)


def _worth(moments: list[Candidate]) -> list[Candidate]:
    """Where some moments are strong, slight ones are part of the usual; clear ones never are."""
    best = sorted((one.score for one in moments), reverse=True)[:3]
    share = _LEAST_SHARE * sum(best) / max(1, len(best))
    least = min(max(_LEAST_SCORE, share), MEDIUM)
    seen = min(max(_LEAST_SCORE, _LEAST_SHARE_SEEN / _LEAST_SHARE * share), MEDIUM)
    return [one for one in moments if one.score >= (least if one.signals["kind"] in _HEARD_KINDS else seen)]


def cheers_of(analysis: Analysis) -> list[Candidate]:
    """Crowd reactions alone."""
    if analysis.sound is None or not len(analysis.sound) or is_made(analysis.sound):
        return []
    cheers = _answered(analysis, analysis.sound, reactions(analysis.sound, crowd_series(analysis.sound)))
    return _apart([one for one in cheers if one.score >= _LEAST_CHEER])


def _belongs(departure: Cutaway, reaction: CrowdReaction) -> bool:
    onset, end = reaction.first * CELL_MS - _ONSET_LAG_MS, reaction.last * CELL_MS
    return (
        departure.start_ms < end
        and departure.end_ms > onset - _JUST_BEFORE_MS
        and departure.start_ms > onset - _LONG_BEFORE_MS
    )


def _shown_with(reaction: CrowdReaction, seen: Iterable[Cutaway]) -> Cutaway | None:
    near = [one for one in seen if _belongs(one, reaction)]
    return max(near, key=lambda one: (one.unlike, -one.start_ms), default=None)


def _heard_with(departure: Cutaway, heard: Iterable[CrowdReaction]) -> CrowdReaction | None:
    """The slight reaction under a departure, if it sounds like a crowd: steady cheering may pass for rain."""
    near = [one for one in heard if _belongs(departure, one) and one.likeness > _UNDER_LIKENESS]
    return max(near, key=lambda one: one.score, default=None)


def _act_of(reaction: CrowdReaction, seen: Iterable[Burst]) -> Burst | None:
    """The burst of movement that a reaction answers."""
    onset, end = reaction.first * CELL_MS - _ONSET_LAG_MS, reaction.last * CELL_MS
    near = [
        one
        for one in seen
        if onset - _ACT_MS < one.start_ms < end and one.end_ms > onset - _ANSWER_MS and one.clear >= _CLEARLY_MORE
    ]
    return max(near, key=lambda one: (one.clear, -one.start_ms), default=None)


def _answer_to(burst: Burst, heard: Iterable[CrowdReaction]) -> CrowdReaction | None:
    """The strongest reaction during a burst or soon after it, if it sounds like a crowd."""
    near = [one for one in heard if _act_of(one, [burst]) is not None and one.likeness > _ANSWER_LIKENESS]
    return max(near, key=lambda one: one.score, default=None)


def _reaction(
    one: CrowdReaction, sound: SoundSeries, shown: Cutaway | None, act: Burst | None, movement: MotionBaseline
) -> Candidate:
    onset, end = max(0, one.first * CELL_MS - _ONSET_LAG_MS), one.last * CELL_MS
    factor = movement.rise(onset - _ACT_MS, onset + 1000)
    score = one.score * (1.0 + _MOTION_WEIGHT * float(np.clip(np.log2(max(factor, 0.1)), *_MOTION_OCTAVES)))
    start, lead = onset, _REACTION_LEAD_MS
    if shown is not None:
        start, end, lead = min(onset, shown.start_ms), max(end, shown.end_ms), _CUT_LEAD_MS
        score *= _own_sound(one, shown)
    elif act is not None:
        start, lead = min(onset, max(act.start_ms, onset - _LATE_MS)), _BURST_LEAD_MS
    seconds = (one.last - one.first) / SERIES_HZ
    signals: Signals = {
        "kind": "crowd",
        "crowd_db": round(one.rise_db, 1),
        "sustained_s": round(seconds, 1),
        "motion_ratio": round(factor, 2),
        "noise": round(one.noise, 3),
    }
    evidence = [message("engine.why.sustained", s=seconds)]
    if factor >= 1.3:
        evidence.append(message("engine.why.motion_before", ratio=factor))
    if shown is not None:
        evidence.append(message("engine.why.goes_elsewhere"))
    kind = "strong_reaction" if score >= HIGH else "reaction" if score >= MEDIUM else "slight_reaction"
    risen = round(one.rise_db, 1)
    why = message(f"engine.why.{kind}", evidence=(message("engine.why.crowd", db=risen), *evidence))
    return Candidate(
        start_ms=start, end_ms=end, peak_ms=one.peak * CELL_MS, score=score, confidence=confidence(score),
        why=why, signals=signals, least_lead_ms=lead, evidence=(message("engine.why.louder", db=risen), *evidence),
        measured=measures.of_reaction(one, sound, shown, act, factor),
    )  # fmt: skip


def _own_sound(one: CrowdReaction, shown: Cutaway) -> float:
    """Factor below 1 for adverts: foreign pictures, maybe cut fast, under sound that is no crowd's."""
    foreign = _FOREIGN + (1.0 - _FOREIGN) * ramp_of(one.likeness, *_FOREIGN_LIKENESS)
    fast = shown.shots >= _FAST_SHOTS and one.likeness < _FAST_LIKENESS
    return foreign * (_FAST if fast else 1.0)


def _departure(one: Cutaway, analysis: Analysis, series: CrowdSeries | None, heard: CrowdReaction | None) -> Candidate:
    alive = (
        ramp_of(one.motion, *_ALIVE)
        * (0.25 + 0.75 * ramp_of(one.motion, *_LIVELY))
        * (0.5 + 0.5 * ramp_of(one.motion / (one.around + _LITTLE_MOTION), *_LIVELIER))
    )
    calm_cutting = ramp_of(one.shots / (one.length_ms / 1000.0), *_CUTS_PER_S)
    long_enough = ramp_of(one.length_ms / 1000.0, *_AWAY_S)
    rare = ramp_of(one.share, *_SHARE)
    score = _FULL * ramp_of(one.unlike, *_UNLIKE) * alive * calm_cutting * long_enough * (0.4 + 0.6 * rare)
    if one.soft:
        # A dissolve on both sides may as well be the one place changing: a zoom, a light, something close.
        score *= _SOFT
    loud = _foreign_sound_db(one, analysis)
    if heard is not None:
        score += heard.score if score >= _LEAST_SCORE else 0.0
    elif loud > _LOUD_DB:
        score *= _LOUD
    ratio = one.motion / (one.around + _LITTLE_MOTION)
    seconds = one.length_ms / 1000.0
    signals: Signals = {
        "kind": "departure",
        "unlike": round(one.unlike, 2),
        "motion_ratio": round(ratio, 2),
        "sustained_s": round(seconds, 1),
    }
    evidence = [message("engine.why.elsewhere", s=seconds), message("engine.why.unlike", share=one.unlike)]
    if ratio >= 1.2:
        evidence.append(message("engine.why.motion", ratio=ratio))
    if series is not None:
        evidence.append(message("engine.why.no_reaction" if heard is None else "engine.why.steady_noise"))
    sure: Confidence = "medium" if score >= MEDIUM else "low"
    return Candidate(
        start_ms=one.start_ms, end_ms=one.end_ms, peak_ms=(one.start_ms + one.end_ms) // 2, score=score,
        confidence=sure, why=listed(*evidence), signals=signals, least_lead_ms=300,
        measured=measures.of_departure(one, ratio, loud, heard, sound=analysis.sound is not None),
    )  # fmt: skip


def _burst(one: Burst, answer: CrowdReaction | None, worth: float) -> Candidate:
    bare = burst_of(one)
    score = _FULL * ramp_of(one.clear, *_MORE) * ramp_of(one.length_ms / 1000.0, *_BURST_S) * worth
    why = bare.why
    if answer is not None:
        score += answer.score
        why = listed(why, message("engine.why.reaction_with_it"))
    sure: Confidence = "medium" if score >= MEDIUM else "low"
    return replace(
        bare, score=score, confidence=sure, why=why, lead_ms=6000, measured=measures.of_burst(one, answer, worth)
    )


def _foreign_sound_db(one: Cutaway, analysis: Analysis) -> float:
    """How much louder it is inside than just before and after: adverts bring their own sound."""
    if analysis.sound is None:
        return 0.0
    level: Floats = analysis.sound.loudness
    first, last = one.start_ms // CELL_MS, one.end_ms // CELL_MS
    around = np.concatenate(
        [level[max(0, first - _BESIDE_CELLS) : first - _APART_CELLS], level[last + _APART_CELLS : last + _BESIDE_CELLS]]
    )
    inside = level[first + _EDGE_CELLS : max(first + _EDGE_CELLS + 1, last - _EDGE_CELLS)]
    if not len(around) or not len(inside):
        return 0.0
    return float(np.median(inside) - np.median(around))


def _apart(candidates: list[Candidate]) -> list[Candidate]:
    """Candidates that overlap for most of the shorter one are one moment: the better one stays."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (-c.score, c.start_ms)):
        shared = [min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms) for other in kept]
        if all(s < _OVERLAP * min(one.length_ms, other.length_ms) for s, other in zip(shared, kept, strict=True)):
            kept.append(one)
    return kept


def confidence(score: float) -> Confidence:
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low"


# ms, ms, part of the recording, pieces; flat
_FILLER_MS, _LEAST_FILLER_MS, _FILLER_PART, _MOST_FILLERS = 8_000, 1_000, 4, 10
_BY_CRITERION: dict[str, Callable[[Analysis], list[Candidate]]] = {
    "auto": moments_of,
    "score_change": moments_of,
    "cheer": cheers_of,
    "goal": cheers_of,
    "loud": sound_criteria.loud,
    "applause": sound_criteria.applause,
    "laughter": sound_criteria.laughter,
    "applause+laugh": sound_criteria.applause_or_laughter,
    "whistle": sound_criteria.whistle,
    "speech": sound_criteria.speech,
    "quiet": sound_criteria.quiet,
    "silence": sound_criteria.silence,
    "motion": picture_criteria.moving,
    "scene_change": picture_criteria.scene_changes,
}


def candidates(analysis: Analysis, criterion: Criterion) -> list[Candidate]:
    """Candidates, best first; empty where the criterion is truly absent."""
    ranked = _BY_CRITERION[criterion](analysis) if criterion in _BY_CRITERION else []
    inside = [one for one in ranked if one.start_ms < analysis.duration_ms]
    return sorted(inside, key=lambda one: (-one.score, one.start_ms))


def rank(
    analysis: Analysis, criterion: Criterion = "auto", media_id: str = "", closer: Iterable[CloserLook] = ()
) -> list[Moment]:
    """Moments of one recording, best first, each with its event only (no lead-in).

    `closer` are senses that look at them again.

    For `auto` on a recording where nothing stands out, the liveliest stretches with low confidence.
    """
    ranked = looked_at(candidates(analysis, criterion), criterion, closer)
    if not ranked and criterion == "auto":
        length = min(_FILLER_MS, max(_LEAST_FILLER_MS, analysis.duration_ms // _FILLER_PART))
        ranked = picture_criteria.liveliest(analysis, length, (0, analysis.duration_ms))[:_MOST_FILLERS]
    return [moment(one, media_id, one.start_ms, min(one.end_ms, analysis.duration_ms)) for one in ranked]


def moment(one: Candidate, media_id: str, start_ms: int, end_ms: int) -> Moment:
    """The candidate as a clip of a source from `start_ms` to `end_ms`."""
    return Moment(
        media_id=media_id,
        start_ms=start_ms,
        end_ms=end_ms,
        peak_ms=min(max(one.peak_ms, start_ms), end_ms),
        score=round(one.score, 3),
        confidence=one.confidence,
        why=one.told(start_ms, end_ms),
        signals=one.signals,
    )
