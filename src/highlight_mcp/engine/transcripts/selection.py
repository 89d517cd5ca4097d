"""From hits to picks: which of them fit the wish, with edges in the pauses between sentences."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...messages import Message, message
from ...timeline.media import Confidence, MomentSelection, Pick, UsedRange
from ...timeline.operations import Highlights
from .search import Hit
from .sentences import Sentence

if TYPE_CHECKING:
    from ..moments import Moment

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
class FreeRoom:
    """The time between the neighbours of a hit that is free of words, and the length of its source."""

    before_ms: int
    after_ms: int
    length_ms: int


def select_passages(
    hits: Sequence[Hit],
    rooms: Sequence[FreeRoom],
    wish: Highlights,
    avoid: Sequence[UsedRange],
    names: Sequence[str],
    pause: Pause,
) -> MomentSelection:
    """The hits that fit, the strongest first where not all do; `names` are media ids in their order.

    `rooms` says for each hit how far its edges may go. Overlapping hits become one.
    """
    picks = [_pick(hit, room, wish, pause) for hit, room in zip(hits, rooms, strict=True)]
    picks = [pick for pick in _apart(picks) if not is_used(pick, avoid)]
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
    return MomentSelection(picks=tuple(kept), neighbours=tuple(left[:10]), notes=tuple(notes))


def _pick(hit: Hit, room: FreeRoom, wish: Highlights, pause: Pause) -> Pick:
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


def _begun(hit: Hit, room: FreeRoom, first: int, pause: Pause) -> int:
    """A breath before the first word, in the pause there; between sentences of one cue the time is a guess."""
    if first - room.before_ms < _REACH_MS // 4:
        low = max(0, first - _UNSURE_MS[1])
        return pause(hit.media_id, first, low, first + _UNSURE_MS[0]) if first else 0
    low = max(room.before_ms, first - LEAD_MS - _REACH_MS)
    return pause(hit.media_id, max(low, first - LEAD_MS), low, first)


def _ended(hit: Hit, room: FreeRoom, last: int, pause: Pause) -> int:
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
    sentence = next((one for one in hit.sentences if one.start_ms <= hit.at_ms <= one.end_ms), hit.sentences[0])
    text = sentence.text
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


def is_used(pick: "Pick | Moment", avoid: Sequence[UsedRange]) -> bool:
    """Whether something of a pick is in the reel already."""
    return any(
        used.media_id == pick.media_id and pick.start_ms < used.end_ms and used.start_ms < pick.end_ms for used in avoid
    )


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


REACH_MS = 2_500
_SLACK_MS = 200
_BEFORE_MS = 1_000
_LONGEST_LABEL = 80

Said = Callable[[str], Sequence[Sentence]]


def at_sentences(picks: Sequence[Pick], sentences_of: Said, wish: Highlights) -> list[Pick]:
    """Picks whose edges lay inside a sentence, moved out to its ends where these are near.

    Lengths that were asked for hold: clips of one exact length stay as they are, none becomes longer than
    its bound, all together not longer than the reel asked for, and none runs into another.
    """
    out = list(picks)
    if wish.clip_ms is not None:
        return out
    total = sum(pick.end_ms - pick.start_ms for pick in out)
    spare = None if wish.total_ms is None else max(0, wish.total_ms - total)
    for place, pick in enumerate(out):
        for moved in _moved(pick, sentences_of(pick.media_id)):
            more = moved.end_ms - moved.start_ms - (out[place].end_ms - out[place].start_ms)
            fits = spare is None or more <= spare
            bound = wish.clip_max_ms is None or moved.end_ms - moved.start_ms <= wish.clip_max_ms
            if fits and bound and not any(_meet(moved, other) for at, other in enumerate(out) if at != place):
                out[place] = moved
                spare = None if spare is None else spare - more
                break
    return out


def quoted(pick: Pick, sentences: Sequence[Sentence]) -> Pick:
    """The pick with what is said at its best place as evidence, next to what was measured."""
    quote = spoken_at(sentences, pick.start_ms, pick.end_ms, pick.peak_ms)
    if quote is None or "said" in pick.signals:
        return pick
    origin, text = quote
    signals = {**pick.signals, "said": text, "from": origin}
    return pick.model_copy(update={"why": with_quote(pick.why, quote), "signals": signals})


def with_quote(why: Message, quote: tuple[str, str]) -> Message:
    """What was measured, and beside it what is said: (where it is written, words)."""
    return message("engine.why.with_quote", why=why, origin=quote[0], text=quote[1])


def spoken_at(sentences: Sequence[Sentence], start_ms: int, end_ms: int, peak_ms: int) -> tuple[str, str] | None:
    """(where it is written, words) of the sentence said nearest to the peak; None where nothing is said."""
    inside = [one for one in sentences if one.start_ms < end_ms and one.end_ms > start_ms - _BEFORE_MS]
    if not inside:
        return None
    best = min(inside, key=lambda one: (_distance(one, peak_ms), one.start_ms))
    text = best.text if len(best.text) <= _LONGEST_LABEL else f"{best.text[: _LONGEST_LABEL - 1].rstrip()}…"
    return best.origin, text


def _distance(one: Sentence, at_ms: int) -> int:
    return max(one.start_ms - at_ms, at_ms - one.end_ms, 0)


def _moved(pick: Pick, sentences: Sequence[Sentence]) -> list[Pick]:
    """Better places for the pick, the best first: both edges moved, or only one of them."""
    start, end = _start(sentences, pick.start_ms), _end(sentences, pick.end_ms)
    ways = [(start, end), (start, pick.end_ms), (pick.start_ms, end)]
    return [
        pick.model_copy(update={"start_ms": a, "end_ms": b})
        for a, b in dict.fromkeys(ways)
        if (a, b) != (pick.start_ms, pick.end_ms) and a < b
    ]


def _start(sentences: Sequence[Sentence], at_ms: int) -> int:
    """The start of the sentence that `at_ms` falls into, a breath before it."""
    cut = _cut_by(sentences, at_ms)
    if cut is None or at_ms - sentences[cut].start_ms > REACH_MS:
        return at_ms
    before = sentences[cut - 1].end_ms if cut else 0
    return max(before, sentences[cut].start_ms - _SLACK_MS, 0)


def _end(sentences: Sequence[Sentence], at_ms: int) -> int:
    cut = _cut_by(sentences, at_ms)
    if cut is None or sentences[cut].end_ms - at_ms > REACH_MS:
        return at_ms
    after = sentences[cut + 1].start_ms if cut + 1 < len(sentences) else sentences[cut].end_ms
    return max(sentences[cut].end_ms, min(after, sentences[cut].end_ms + _SLACK_MS))


def _cut_by(sentences: Sequence[Sentence], at_ms: int) -> int | None:
    place = bisect_right(sentences, at_ms, key=lambda one: one.start_ms) - 1
    inside = place >= 0 and sentences[place].start_ms < at_ms < sentences[place].end_ms
    return place if inside else None


def _meet(one: Pick, other: Pick) -> bool:
    return one.media_id == other.media_id and one.start_ms < other.end_ms and other.start_ms < one.end_ms
