"""The choice of moments for a wish, over one or several recordings."""

from collections.abc import Sequence
from dataclasses import replace

from ...messages import Message, message
from ...timeline.operations import Highlights
from ...timeline.time import format_time
from ..signals.sound import FLOOR_DB
from .clip_edges import CandidateClip, shortest_clip
from .closer_look import looked_at
from .fitting import LIMITLESS_MS, distribute_time, grown, select_clips, spend_spare_time
from .moment import (
    DEFAULT_TOTAL_MS,
    Candidate,
    FoundElsewhere,
    LengthLimits,
    Moment,
    RecordingSignals,
    Selection,
    SharedStretch,
)
from .picture_criteria import liveliest
from .ranking import candidates, moment

_MOST_NEIGHBOURS = 10  # moments told of
_FILLER_MS, _LEAST_FILLER_MS = 8_000, 1_000  # ms; flat
_SHORT_REEL_MS, _SHORT_FOOTAGE = 30_000, 3  # ms; times the reel; flat
_LEAST_REEL_MS, _REEL_PART = 5_000, 5  # ms; part of the footage; flat
_LONG_STAY_MS, _ALMOST_ALL = 120_000, 0.9  # ms of one place, share of a recording; no source on record, not varied
_GENERAL = ("auto", "score_change")
_APPROXIMATE = {"goal": "goal", "score_change": "score_change", "laughter": "laughter", "applause+laugh": "laughter"}


def choose(
    sources: Sequence[RecordingSignals],
    wish: Highlights,
    found_elsewhere: FoundElsewhere | None = None,
) -> Selection:
    """Moments of `sources` that fulfil `wish`; the same input gives the same choice.

    `found_elsewhere` are the candidates where signals alone do not show them.

    `wish.source` (a media id or name) and `wish.range_ms` narrow the search. Delivers less than asked
    rather than padding, and says so in `notes`; is empty only where the criterion is absent.
    """
    certain = found_elsewhere is not None and found_elsewhere.certain
    bounds = LengthLimits.of(wish, all_of_them=certain)
    notes = list(bounds.notes)
    usable = _usable(sources, wish, notes)
    if not usable:
        return Selection([], [], [*notes, message("engine.note.no_footage")])
    notes += found_elsewhere.notes if found_elsewhere is not None else ()
    if wish.criterion in _APPROXIMATE and found_elsewhere is None:
        notes.append(message(f"engine.note.approximate_{_APPROXIMATE[wish.criterion]}"))
    whole = _whole(usable, wish, bounds, notes)
    if whole is not None:
        return Selection(whole, [], notes)
    candidates = [
        (source, one)
        for source, within in usable
        for one in _candidates(source, wish, found_elsewhere)
        if _inside(one, within)
    ]
    if wish.every_source and len(usable) > 1:
        return _of_every_source(usable, candidates, wish, bounds, notes)
    if not certain and wish.criterion in _GENERAL and all(one.confidence == "low" for _, one in candidates):
        return _nothing_clear(usable, candidates, wish, notes)
    if not candidates:
        footage = _seconds(sum(high - low for _, (low, high) in usable))
        named = found_elsewhere.looked_for if found_elsewhere is not None else None
        what = named or message(f"engine.looked_for.{wish.criterion}")
        return Selection([], [], [*notes, message("engine.note.none_found", what=what, footage=footage)])
    candidates.sort(key=lambda pair: (-pair[1].score, pair[0].media_id, pair[1].start_ms))
    if len(usable) > 1 and wish.count is None:
        candidates = _best_of_each_first(candidates)
    if wish.taken is not None:
        place = {source.media_id: index for index, (source, _) in enumerate(usable)}
        candidates.sort(key=lambda pair: (place[pair[0].media_id], pair[1].start_ms), reverse=wish.taken == "last")
    clips = _clips(candidates, usable, bounds)
    chosen, left = select_clips(clips, bounds)
    chosen = spend_spare_time(_settled(distribute_time(chosen, bounds), bounds), left, bounds)
    _say_length(chosen, bounds, notes, more=bool(left))
    return Selection(_ordered(chosen, usable, wish), [_moment(clip) for clip in left[:_MOST_NEIGHBOURS]], notes)


def _best_of_each_first(
    ranked: list[tuple[RecordingSignals, Candidate]],
) -> list[tuple[RecordingSignals, Candidate]]:
    """The best of every recording goes before the second of any, where it is clear: one would take the whole reel."""
    firsts: dict[str, tuple[RecordingSignals, Candidate]] = {}
    for source, one in ranked:
        if one.confidence != "low":
            firsts.setdefault(source.media_id, (source, one))
    leading = list(firsts.values())
    taken = {id(one) for _, one in leading}
    return [*leading, *(pair for pair in ranked if id(pair[1]) not in taken)]


def _candidates(
    source: RecordingSignals, wish: Highlights, found_elsewhere: FoundElsewhere | None
) -> Sequence[Candidate]:
    if found_elsewhere is None:
        return looked_at(candidates(source.analysis, wish.criterion), wish.criterion, source.closer)
    return found_elsewhere.candidates.get(source.media_id, ())


def _usable(
    sources: Sequence[RecordingSignals], wish: Highlights, notes: list[Message]
) -> list[tuple[RecordingSignals, tuple[int, int]]]:
    """Sources with the range of each that may be used."""
    out: list[tuple[RecordingSignals, tuple[int, int]]] = []
    for source in sources:
        if wish.source is not None and wish.source not in (source.media_id, source.name):
            continue
        if source.info.kind == "image":
            notes.append(message("engine.note.picture", name=source.name))
            continue
        known = source.analysis.fingerprint
        twin = next((one for one, _ in out if one.analysis.fingerprint == known), None)
        if twin is not None and not wish.every_source:
            notes.append(message("engine.note.same_recording", name=source.name, other=twin.name))
            continue
        low, high = 0, source.analysis.duration_ms
        if wish.range_ms is not None:
            low, high = max(low, wish.range_ms[0]), min(high, wish.range_ms[1])
        if high <= low:
            continue
        if wish.every_source:
            out.append((source, (low, high)))
            continue
        out += [(source, part) for part in source.own_parts(low, high)]
        notes += [_also_in(source, stretch) for stretch in source.shown_elsewhere]
    return out


def _also_in(source: RecordingSignals, stretch: SharedStretch) -> Message:
    """What is told of a copy, or of the part that two recordings share."""
    if stretch.end_ms - stretch.start_ms >= _ALMOST_ALL * source.analysis.duration_ms:
        return message("engine.note.same_recording", name=source.name, other=stretch.name)
    times = {"start": format_time(stretch.start_ms), "end": format_time(stretch.end_ms)}
    return message("engine.note.shared_stretch", name=source.name, other=stretch.name, **times)


def _inside(one: Candidate, within: tuple[int, int]) -> bool:
    middle = (one.start_ms + one.end_ms) // 2
    return within[0] <= middle < within[1]


def _clips(
    found: Sequence[tuple[RecordingSignals, Candidate]],
    usable: Sequence[tuple[RecordingSignals, tuple[int, int]]],
    bounds: LengthLimits,
) -> list[CandidateClip]:
    """The shortest clip of each candidate, inside the part of its recording that may be used."""
    return [
        shortest_clip(source, one, bounds, within)
        for source, one in found
        for within in [next(part for other, part in usable if other is source and _inside(one, part))]
    ]


def _whole(
    usable: list[tuple[RecordingSignals, tuple[int, int]]], wish: Highlights, bounds: LengthLimits, notes: list[Message]
) -> list[Moment] | None:
    """Everything, where the footage is no longer than the reel asked for."""
    available = sum(high - low for _, (low, high) in usable)
    if wish.criterion != "auto" or wish.total_ms is None or wish.count is not None or bounds.fixed_ms is not None:
        return None
    if available > wish.total_ms or wish.clip_max_ms is not None:
        return None
    notes.append(message("engine.note.all_shown", length=_seconds(available)))
    picks = []
    for source, (low, high) in usable:
        best = next(iter(candidates(source.analysis, "auto")), None)
        peak = best.peak_ms if best is not None and low <= best.peak_ms < high else (low + high) // 2
        score = best.score if best is not None else 1.0
        why = message("engine.why.whole")
        if best is not None:
            why = message("engine.why.whole_best", at=_seconds(peak), why=best.why)
        sure = best.confidence if best is not None else "low"
        picks.append(Moment(low, high, peak, round(score, 3), sure, why, {"kind": "whole"}, media_id=source.media_id))
    return picks


def _nothing_clear(
    usable: list[tuple[RecordingSignals, tuple[int, int]]],
    candidates: list[tuple[RecordingSignals, Candidate]],
    wish: Highlights,
    notes: list[Message],
) -> Selection:
    """The slight moments there are, then the liveliest stretches, said to be no more than that."""
    notes.append(message("engine.note.nothing_clear"))
    notes += [message("engine.note.one_silent_place", name=one.name) for one, _ in usable if _is_one_silent_place(one)]
    bounds = LengthLimits.of(wish)
    available = sum(high - low for _, (low, high) in usable)
    total = min(bounds.total_ms or DEFAULT_TOTAL_MS, available)
    if wish.total_ms is None and wish.count is None:
        total = min(total, max(_LEAST_REEL_MS, available // _REEL_PART))
    bounds = replace(bounds, total_ms=total, longest_ms=total, shortest_ms=0)
    length = bounds.fixed_ms or _filler_length(total, available, bounds, wish)
    clips = _clips(candidates, usable, bounds)
    clips += [
        CandidateClip(source, one, one.start_ms, one.end_ms, *within)
        for source, within in usable
        for one in liveliest(source.analysis, min(length, within[1] - within[0]), within)
    ]
    clips.sort(key=lambda clip: (-clip.candidate.score, clip.source.media_id, clip.start_ms))
    chosen, left = select_clips(clips, bounds)
    chosen = spend_spare_time(_settled(chosen, bounds), [], bounds)
    return Selection(_ordered(chosen, usable, wish), [_moment(clip) for clip in left[:_MOST_NEIGHBOURS]], notes)


def _is_one_silent_place(source: RecordingSignals) -> bool:
    """Whether there is nothing to tell moments by: no sound, and for minutes one place alone."""
    sound, shots = source.analysis.sound, source.analysis.shots
    if sound is not None and float(sound.loudness.max(initial=FLOOR_DB)) > FLOOR_DB + 1.0:
        return False
    longest = max((shot.end_ms - shot.start_ms for shot in shots), default=0)
    return longest >= max(_LONG_STAY_MS, _ALMOST_ALL * source.analysis.duration_ms)


def _of_every_source(
    usable: list[tuple[RecordingSignals, tuple[int, int]]],
    found: list[tuple[RecordingSignals, Candidate]],
    wish: Highlights,
    bounds: LengthLimits,
    notes: list[Message],
) -> Selection:
    """The best of each source, or where nothing happens its liveliest stretch, then the best of the others.

    What has to be shown of each is no longer than its share of the reel, so that all of them fit.
    """
    bounds = replace(bounds, count=max(bounds.count, len(usable)) if bounds.count is not None else None)
    total = bounds.total_ms or bounds.longest_ms * len(usable)
    shares = _shares([high - low for _, (low, high) in usable], total)
    found = sorted(found, key=lambda pair: (-pair[1].score, pair[0].media_id, pair[1].start_ms))
    clips = _clips(found, usable, bounds)
    leading = []
    for (source, within), share in zip(usable, shares, strict=True):
        length = min(share, bounds.fixed_ms or bounds.longest_ms)
        own = [clip for clip in clips if clip.source is source]
        own += [
            CandidateClip(source, one, one.start_ms, one.end_ms, *within)
            for one in (liveliest(source.analysis, length, within)[:1] if not own else ())
        ]
        leading += [clip.trimmed(length) if clip.length_ms > length else clip for clip in own[:1]]
    firsts = {id(clip.candidate) for clip in leading}
    rest = [clip for clip in clips if id(clip.candidate) not in firsts]
    chosen, left = select_clips([*leading, *rest], bounds)
    chosen = spend_spare_time(_settled(distribute_time(chosen, bounds), bounds), left, bounds)
    if wish.total_ms is not None and bounds.fixed_ms is None:
        chosen = grown(chosen, bounds, LIMITLESS_MS)
    _say_length(chosen, bounds, notes, more=False)
    return Selection(_ordered(chosen, usable, wish), [_moment(clip) for clip in left[:_MOST_NEIGHBOURS]], notes)


def _shares(lengths: Sequence[int], total: int) -> list[int]:
    """The same for each, and what one is too short for to the others; in ms."""
    shares = [0] * len(lengths)
    left = total
    for place, index in enumerate(sorted(range(len(lengths)), key=lambda i: lengths[i])):
        shares[index] = min(lengths[index], left // (len(lengths) - place))
        left -= shares[index]
    return shares


def _filler_length(total: int, available: int, bounds: LengthLimits, wish: Highlights) -> int:
    """One piece of a short recording, several of a long one."""
    if wish.count is not None:
        return max(_LEAST_FILLER_MS, min(bounds.longest_ms, total // wish.count if wish.total_ms else _FILLER_MS))
    if available <= _SHORT_FOOTAGE * total and total <= _SHORT_REEL_MS:
        return min(total, bounds.longest_ms) if wish.clip_max_ms else total
    return max(_LEAST_FILLER_MS, min(bounds.longest_ms, _FILLER_MS, total))


def _settled(chosen: list[CandidateClip], bounds: LengthLimits) -> list[CandidateClip]:
    """Edges moved to suit eye and ear, as long as the reel keeps its length and clips stay apart."""
    if bounds.fixed_ms is not None:
        return chosen
    out = list(chosen)
    for index, clip in enumerate(out):
        shown = sum(one.length_ms for one in out)
        longest = bounds.longest_ms - clip.length_ms
        room = longest if bounds.total_ms is None else min(longest, bounds.total_ms - shown)
        moved = clip.settled(room)
        others = [other for place, other in enumerate(out) if place != index]
        total = moved.length_ms + sum(other.length_ms for other in others)
        apart = all(
            moved.source.media_id != o.source.media_id or moved.end_ms <= o.start_ms or moved.start_ms >= o.end_ms
            for o in others
        )
        slack = 0 if bounds.total_ms is None else max(bounds.total_ms, sum(c.length_ms for c in out))
        if apart and (bounds.total_ms is None or total <= slack):
            out[index] = moved
    return out


def _say_length(chosen: list[CandidateClip], bounds: LengthLimits, notes: list[Message], *, more: bool) -> None:
    shown = sum(clip.length_ms for clip in chosen)
    if bounds.count is not None and len(chosen) < bounds.count:
        notes.append(message("engine.note.fewer", asked=bounds.count, n=len(chosen)))
    elif bounds.total_ms is not None and shown < 0.97 * bounds.total_ms and more:
        notes.append(message("engine.note.shorter_next", asked=_seconds(bounds.total_ms), found=_seconds(shown)))
    elif bounds.total_ms is not None and shown < 0.97 * bounds.total_ms:
        notes.append(message("engine.note.shorter", asked=_seconds(bounds.total_ms), found=_seconds(shown)))


def _ordered(
    chosen: list[CandidateClip], usable: list[tuple[RecordingSignals, tuple[int, int]]], wish: Highlights
) -> list[Moment]:
    place = {source.media_id: index for index, (source, _) in enumerate(usable)}
    if wish.order == "time":
        ordered = sorted(chosen, key=lambda clip: (place[clip.source.media_id], clip.start_ms))
    else:
        ordered = sorted(chosen, key=lambda clip: (-clip.candidate.score, clip.start_ms))
        if wish.order == "countdown":
            ordered.reverse()
    return [_moment(clip) for clip in ordered]


def _moment(clip: CandidateClip) -> Moment:
    return moment(clip.candidate, clip.source.media_id, clip.start_ms, clip.end_ms)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.0f} s" if milliseconds >= 10_000 else f"{milliseconds / 1000:.1f} s"
