"""From hits to picks: which of them fit the wish, with edges in the pauses between sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..messages import message
from ..timeline.operations import Highlights
from ..timeline.picks import Choice, Confidence, Pick, Taken
from .transcript_search import Hit

LEAD_MS, TAIL_MS = 250, 350
_REACH_MS = 400
_UNSURE_MS = (300, 500)
_LEAST_MS = 500
_LONGEST_QUOTE = 160
_LONGEST_MS = {"fast": 8_000, "normal": 20_000, "slow": 30_000}
_LONGEST_PASSAGE_MS = 180_000

Pause = Callable[[str, int, int, int], int]
"""`pause(media_id, at_ms, low_ms, high_ms)`: the best time to cut between low and high, near at."""


@dataclass(frozen=True)
class Room:
    """The time between the neighbours of a hit that is free of words, and the length of its source."""

    before_ms: int
    after_ms: int
    length_ms: int


def chosen(
    hits: Sequence[Hit],
    rooms: Sequence[Room],
    wish: Highlights,
    avoid: Sequence[Taken],
    names: Sequence[str],
    pause: Pause,
) -> Choice:
    """The hits that fit, the strongest first where not all do; `names` are media ids in their order.

    `rooms` says for each hit how far its edges may go. Overlapping hits become one.
    """
    picks = [_pick(hit, room, wish, pause) for hit, room in zip(hits, rooms, strict=True)]
    picks = [pick for pick in _apart(picks) if not _taken(pick, avoid)]
    ranked = sorted(picks, key=lambda pick: (-pick.score, names.index(pick.media_id), pick.start_ms))
    kept, left = _fitting(ranked, wish)
    notes = (
        [message("engine.note.said_often", n=len(picks), fit=len(kept))] if left and wish.criterion == "words" else []
    )
    if any(hit.strength < 1.0 for hit in hits):
        notes.append(message("engine.note.never_together"))
    if wish.order == "time":
        kept.sort(key=lambda pick: (names.index(pick.media_id), pick.start_ms))
    elif wish.order == "countdown":
        kept.reverse()
    return Choice(picks=tuple(kept), neighbours=tuple(left[:10]), notes=tuple(notes))


def _pick(hit: Hit, room: Room, wish: Highlights, pause: Pause) -> Pick:
    first, last = _shown(hit, wish)
    start = _begun(hit, room, first, pause) if first == hit.start_ms else first
    end = _ended(hit, room, last, pause) if last == hit.end_ms else last
    start, end = _sized(start, end, hit.at_ms, wish, room.length_ms)
    quote = _quote(hit)
    sure: Confidence = "high" if hit.strength >= 1.0 and not hit.sentences[0].heard else "medium"
    origin = hit.sentences[0].origin
    heard = hit.sentences[0].heard
    why = message("engine.why.heard", text=quote) if heard else message("engine.why.says", origin=origin, text=quote)
    return Pick(
        media_id=hit.media_id, source="", start_ms=start, end_ms=end,
        peak_ms=min(max(hit.at_ms, start), end), score=round(hit.score, 3), confidence=sure,
        why=why,
        signals={"kind": wish.criterion, "said": quote, "matched": hit.matched, "from": origin},
    )  # fmt: skip


def _sized(start: int, end: int, at_ms: int, wish: Highlights, length_ms: int) -> tuple[int, int]:
    """The clip within the bounds of the wish: cut around the words, or with more of what is around it."""
    longest = min(length_ms, wish.clip_ms or wish.clip_max_ms or length_ms)
    least = min(longest, wish.clip_ms or wish.clip_min_ms or _LEAST_MS)
    if end - start > longest:
        start = min(max(start, at_ms - longest // 3), end - longest)
        return start, start + longest
    if end - start < least:
        start = max(0, min(start - (least - (end - start)) // 2, length_ms - least))
        return start, start + least
    return start, end


def _begun(hit: Hit, room: Room, first: int, pause: Pause) -> int:
    """A breath before the first word, in the pause there; between sentences of one cue the time is a guess."""
    if first - room.before_ms < _REACH_MS // 4:
        low = max(0, first - _UNSURE_MS[1])
        return pause(hit.media_id, first, low, first + _UNSURE_MS[0]) if first else 0
    low = max(room.before_ms, first - LEAD_MS - _REACH_MS)
    return pause(hit.media_id, max(low, first - LEAD_MS), low, first)


def _ended(hit: Hit, room: Room, last: int, pause: Pause) -> int:
    if room.after_ms - last < _REACH_MS // 4:
        return pause(hit.media_id, last, last - _UNSURE_MS[0], min(room.length_ms, last + _UNSURE_MS[1]))
    high = min(room.after_ms, last + TAIL_MS + _REACH_MS)
    return pause(hit.media_id, min(high, last + TAIL_MS), last, high)


def _shown(hit: Hit, wish: Highlights) -> tuple[int, int]:
    """The sentences that are shown: those of the hit, or fewer where they last too long."""
    longest = wish.clip_ms or wish.clip_max_ms
    longest = longest or (_LONGEST_PASSAGE_MS if wish.criterion == "topic" else _LONGEST_MS[wish.pace])
    kept = list(hit.sentences)
    while len(kept) > 1 and kept[-1].end_ms - kept[0].start_ms > longest:
        kept.pop(0 if kept[-1].start_ms <= hit.at_ms else -1)
    first, last = kept[0].start_ms, max(one.end_ms for one in kept)
    if last - first <= longest:
        return first, last
    first = max(first, min(hit.at_ms - longest // 3, last - longest))
    return first, first + longest


def _quote(hit: Hit) -> str:
    """What is said around the words that were searched for."""
    said = next((one for one in hit.sentences if one.start_ms <= hit.at_ms <= one.end_ms), hit.sentences[0])
    text = said.text
    if len(text) <= _LONGEST_QUOTE:
        return text
    place = max(0, text.casefold().find(hit.matched.casefold()) - _LONGEST_QUOTE // 2)
    return f"{'…' if place else ''}{text[place : place + _LONGEST_QUOTE].strip()}…"


def _apart(picks: Sequence[Pick]) -> list[Pick]:
    """The same words in two subtitle files, or in one sentence twice, are one pick: the surer one, as long as both."""
    out: list[Pick] = []
    for pick in sorted(picks, key=lambda one: (one.media_id, one.start_ms, -one.score, one.end_ms)):
        last = out[-1] if out else None
        if last is None or last.media_id != pick.media_id or pick.start_ms >= last.end_ms:
            out.append(pick)
            continue
        better = max((last, pick), key=lambda one: one.score)
        out[-1] = better.model_copy(update={"start_ms": last.start_ms, "end_ms": max(last.end_ms, pick.end_ms)})
    return out


def _taken(pick: Pick, avoid: Sequence[Taken]) -> bool:
    return any(t.media_id == pick.media_id and pick.start_ms < t.end_ms and t.start_ms < pick.end_ms for t in avoid)


def _fitting(ranked: Sequence[Pick], wish: Highlights) -> tuple[list[Pick], list[Pick]]:
    """The first that fit the length and number asked for, and the rest; the very first may be shortened."""
    kept: list[Pick] = []
    left: list[Pick] = []
    room = wish.total_ms
    for pick in ranked:
        length = pick.end_ms - pick.start_ms
        if wish.count is not None and len(kept) >= wish.count:
            left.append(pick)
        elif room is None or length <= room:
            kept.append(pick)
            room = None if room is None else room - length
        elif not kept:
            start = max(pick.start_ms, min(pick.peak_ms - room // 3, pick.end_ms - room))
            kept.append(pick.model_copy(update={"start_ms": start, "end_ms": start + room}))
            room = 0
        else:
            left.append(pick)
    return kept, left
