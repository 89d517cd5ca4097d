"""The default criterion: crowd reactions, departures of the picture and bursts of movement, with what supports each."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...messages import listed, message
from ..analysis import Analysis
from ..signals.bursts import Burst
from ..signals.crowd import CrowdSeries, Reaction, crowd_series, reactions
from ..signals.departures import Departure
from ..signals.grid import CELL_MS, SERIES_HZ
from ..signals.rolling import Floats, ramp_of
from .candidate import Candidate
from .moment import Confidence, Signals
from .motion import Movement
from .views import burst_of

HIGH, MEDIUM = 11.0, 5.0
_ONSET_LAG_MS = 500
_ACT_MS = 8_000
_REACTION_LEAD_MS = 3_000
_ANSWER_MS, _LATE_MS = 4_000, 5_000
_CLEARLY_MORE, _MORE = 1.0, (0.7, 1.5)
_UNHEARD, _HEARD = 0.35, 0.4
_LEAST_SCORE = 2.0
_LEAST_SHARE, _LEAST_SHARE_SEEN = 0.25, 0.4


def moments_of(analysis: Analysis) -> list[Candidate]:
    """Reactions and departures as candidates, best first; those that belong together are one."""
    series = crowd_series(analysis.sound) if analysis.sound is not None and len(analysis.sound) else None
    heard = reactions(analysis.sound, series) if analysis.sound is not None and series is not None else []
    seen = analysis.departures
    movement = Movement(analysis.pictures)
    found = [_reaction(one, _shown_with(one, seen), _act_of(one, analysis.bursts), movement) for one in heard]
    strong = [one for one in heard if one.score >= MEDIUM]
    silent = [one for one in seen if not any(_belongs(one, reaction) for reaction in strong)]
    found += [_departure(one, analysis, series, _heard_with(one, heard)) for one in silent]
    worth = _worth_of_bursts(found, strong, analysis.bursts)
    unheard = [one for one in analysis.bursts if not any(_act_of(reaction, [one]) for reaction in strong)]
    found += [_burst(one, _answer_to(one, heard), worth) for one in unheard]
    return _apart(_worth(found))


def _worth_of_bursts(found: list[Candidate], strong: list[Reaction], seen: Iterable[Burst]) -> float:
    """How much a burst says by itself: all there is to say where neither the sound nor another place tells of
    anything; elsewhere the more, the more of what they tell comes with one."""
    clear = sum(one.score >= MEDIUM for one in found)
    if not clear:
        return 1.0
    with_one = sum(_act_of(reaction, seen) is not None for reaction in strong)
    return _UNHEARD + _HEARD * min(1.0, with_one / clear)


def _worth(found: list[Candidate]) -> list[Candidate]:
    """Where some moments are strong, slight ones are part of the usual; clear ones never are."""
    best = sorted((one.score for one in found), reverse=True)[:3]
    share = _LEAST_SHARE * sum(best) / max(1, len(best))
    least = min(max(_LEAST_SCORE, share), MEDIUM)
    seen = min(max(_LEAST_SCORE, _LEAST_SHARE_SEEN / _LEAST_SHARE * share), MEDIUM)
    return [one for one in found if one.score >= (least if one.signals["kind"] == "crowd" else seen)]


def cheers_of(analysis: Analysis) -> list[Candidate]:
    """Crowd reactions alone."""
    if analysis.sound is None or not len(analysis.sound):
        return []
    seen = analysis.departures
    movement = Movement(analysis.pictures)
    heard = reactions(analysis.sound, crowd_series(analysis.sound))
    found = [_reaction(one, _shown_with(one, seen), _act_of(one, analysis.bursts), movement) for one in heard]
    return _apart([one for one in found if one.score >= 1.0])


def _belongs(departure: Departure, reaction: Reaction) -> bool:
    onset, end = reaction.first * CELL_MS - _ONSET_LAG_MS, reaction.last * CELL_MS
    return departure.start_ms < end and departure.end_ms > onset - 2500 and departure.start_ms > onset - 12_000


def _shown_with(reaction: Reaction, seen: Iterable[Departure]) -> Departure | None:
    near = [one for one in seen if _belongs(one, reaction)]
    return max(near, key=lambda one: (one.unlike, -one.start_ms), default=None)


def _heard_with(departure: Departure, heard: Iterable[Reaction]) -> Reaction | None:
    """The slight reaction under a departure, if it sounds like a crowd: steady cheering may pass for rain."""
    near = [one for one in heard if _belongs(departure, one) and one.likeness > 0.6]
    return max(near, key=lambda one: one.score, default=None)


def _act_of(reaction: Reaction, seen: Iterable[Burst]) -> Burst | None:
    """The burst of movement that a reaction answers."""
    onset, end = reaction.first * CELL_MS - _ONSET_LAG_MS, reaction.last * CELL_MS
    near = [
        one
        for one in seen
        if onset - _ACT_MS < one.start_ms < end and one.end_ms > onset - _ANSWER_MS and one.clear >= _CLEARLY_MORE
    ]
    return max(near, key=lambda one: (one.clear, -one.start_ms), default=None)


def _answer_to(burst: Burst, heard: Iterable[Reaction]) -> Reaction | None:
    """The strongest reaction during a burst or soon after it, if it sounds like a crowd."""
    near = [one for one in heard if _act_of(one, [burst]) is not None and one.likeness > 0.5]
    return max(near, key=lambda one: one.score, default=None)


def _reaction(one: Reaction, shown: Departure | None, act: Burst | None, movement: Movement) -> Candidate:
    onset, end = max(0, one.first * CELL_MS - _ONSET_LAG_MS), one.last * CELL_MS
    factor = movement.rise(onset - _ACT_MS, onset + 1000)
    score = one.score * (1.0 + 0.15 * float(np.clip(np.log2(max(factor, 0.1)), -0.5, 1.5)))
    start, lead = onset, _REACTION_LEAD_MS
    if shown is not None:
        start, end, lead = min(onset, shown.start_ms), max(end, shown.end_ms), 300
        score *= _own_sound(one, shown)
    elif act is not None:
        start, lead = min(onset, max(act.start_ms, onset - _LATE_MS)), 500
    seconds = (one.last - one.first) / SERIES_HZ
    signals: Signals = {
        "kind": "crowd",
        "crowd_db": round(one.rise_db, 1),
        "sustained_s": round(seconds, 1),
        "motion_ratio": round(factor, 2),
        "noise": round(one.noise, 3),
    }
    evidence = [message("engine.why.crowd", db=round(one.rise_db, 1)), message("engine.why.sustained", s=seconds)]
    if factor >= 1.3:
        evidence.append(message("engine.why.motion_before", ratio=factor))
    if shown is not None:
        evidence.append(message("engine.why.goes_elsewhere"))
    kind = "strong_reaction" if score >= HIGH else "reaction" if score >= MEDIUM else "slight_reaction"
    why = message(f"engine.why.{kind}", evidence=tuple(evidence))
    return Candidate(
        start_ms=start, end_ms=end, peak_ms=one.peak * CELL_MS, score=score, confidence=confidence(score),
        why=why, signals=signals, least_lead_ms=lead,
    )  # fmt: skip


def _own_sound(one: Reaction, shown: Departure) -> float:
    """Factor below 1 for adverts: foreign pictures, maybe cut fast, under sound that is no crowd's."""
    foreign = 0.35 + 0.65 * ramp_of(one.likeness, 0.3, 0.6)
    fast = shown.shots >= 3 and one.likeness < 0.75
    return foreign * (0.35 if fast else 1.0)


def _departure(one: Departure, analysis: Analysis, series: CrowdSeries | None, heard: Reaction | None) -> Candidate:
    alive = (
        ramp_of(one.motion, 0.0, 0.15)
        * (0.25 + 0.75 * ramp_of(one.motion, 0.15, 0.8))
        * (0.5 + 0.5 * ramp_of(one.motion / (one.around + 0.1), 0.8, 1.6))
    )
    calm_cutting = ramp_of(one.shots / (one.length_ms / 1000.0), 0.6, 0.25)
    long_enough = ramp_of(one.length_ms / 1000.0, 1.5, 4.5)
    rare = ramp_of(one.share, 0.5, 0.2)
    score = 9.0 * ramp_of(one.unlike, 0.2, 0.5) * alive * calm_cutting * long_enough * (0.4 + 0.6 * rare)
    if one.soft:
        # A dissolve on both sides may as well be the one place changing: a zoom, a light, something close.
        score *= 0.6
    loud = _foreign_sound_db(one, analysis)
    if heard is not None:
        score += heard.score if score >= _LEAST_SCORE else 0.0
    elif loud > 5.0:
        score *= 0.2
    ratio = one.motion / (one.around + 0.1)
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
    )  # fmt: skip


def _burst(one: Burst, answer: Reaction | None, worth: float) -> Candidate:
    bare = burst_of(one)
    score = 9.0 * ramp_of(one.clear, *_MORE) * ramp_of(one.length_ms / 1000.0, 1.0, 4.0) * worth
    why = bare.why
    if answer is not None:
        score += answer.score
        why = listed(why, message("engine.why.reaction_with_it"))
    return replace(bare, score=score, confidence="medium" if score >= MEDIUM else "low", why=why, lead_ms=6000)


def _foreign_sound_db(one: Departure, analysis: Analysis) -> float:
    """How much louder it is inside than just before and after: adverts bring their own sound."""
    if analysis.sound is None:
        return 0.0
    level: Floats = analysis.sound.loudness
    first, last = one.start_ms // CELL_MS, one.end_ms // CELL_MS
    around = np.concatenate([level[max(0, first - 80) : first - 5], level[last + 5 : last + 80]])
    inside = level[first + 3 : max(first + 4, last - 3)]
    if not len(around) or not len(inside):
        return 0.0
    return float(np.median(inside) - np.median(around))


def _apart(candidates: list[Candidate]) -> list[Candidate]:
    """Candidates that overlap for most of the shorter one are one moment: the better one stays."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (-c.score, c.start_ms)):
        shared = [min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms) for other in kept]
        if all(s < 0.3 * min(one.length_ms, other.length_ms) for s, other in zip(shared, kept, strict=True)):
            kept.append(one)
    return kept


def confidence(score: float) -> Confidence:
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low"
