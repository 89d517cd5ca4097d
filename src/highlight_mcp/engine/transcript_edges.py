"""Ordinary moments among sentences: edges that cut no sentence, and what is said as further evidence."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from ..messages import Message, message
from ..timeline.operations import Highlights
from ..timeline.picks import Pick
from .transcript import Sentence

REACH_MS = 2_500
_SLACK_MS = 200
_BEFORE_MS = 1_000
_LONGEST_QUOTE = 80

Said = Callable[[str], Sequence[Sentence]]


def at_sentences(picks: Sequence[Pick], said: Said, wish: Highlights) -> list[Pick]:
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
        for moved in _moved(pick, said(pick.media_id)):
            more = moved.end_ms - moved.start_ms - (out[place].end_ms - out[place].start_ms)
            fits = spare is None or more <= spare
            bound = wish.clip_max_ms is None or moved.end_ms - moved.start_ms <= wish.clip_max_ms
            if fits and bound and not any(_meet(moved, other) for at, other in enumerate(out) if at != place):
                out[place] = moved
                spare = None if spare is None else spare - more
                break
    return out


def quoted(pick: Pick, said: Sequence[Sentence]) -> Pick:
    """The pick with what is said at its best place as evidence, next to what was measured."""
    quote = spoken_at(said, pick.start_ms, pick.end_ms, pick.peak_ms)
    if quote is None or "said" in pick.signals:
        return pick
    origin, text = quote
    signals = {**pick.signals, "said": text, "from": origin}
    return pick.model_copy(update={"why": with_quote(pick.why, quote), "signals": signals})


def with_quote(why: Message, quote: tuple[str, str]) -> Message:
    """What was measured, and beside it what is said: (where it is written, words)."""
    return message("engine.why.with_quote", why=why, origin=quote[0], text=quote[1])


def spoken_at(said: Sequence[Sentence], start_ms: int, end_ms: int, peak_ms: int) -> tuple[str, str] | None:
    """(where it is written, words) of the sentence said nearest to the peak; None where nothing is said."""
    inside = [one for one in said if one.start_ms < end_ms and one.end_ms > start_ms - _BEFORE_MS]
    if not inside:
        return None
    best = min(inside, key=lambda one: (_distance(one, peak_ms), one.start_ms))
    text = best.text if len(best.text) <= _LONGEST_QUOTE else f"{best.text[: _LONGEST_QUOTE - 1].rstrip()}…"
    return best.origin, text


def _distance(one: Sentence, at_ms: int) -> int:
    return max(one.start_ms - at_ms, at_ms - one.end_ms, 0)


def _moved(pick: Pick, said: Sequence[Sentence]) -> list[Pick]:
    """Better places for the pick, the best first: both edges moved, or only one of them."""
    start, end = _start(said, pick.start_ms), _end(said, pick.end_ms)
    ways = [(start, end), (start, pick.end_ms), (pick.start_ms, end)]
    return [
        pick.model_copy(update={"start_ms": a, "end_ms": b})
        for a, b in dict.fromkeys(ways)
        if (a, b) != (pick.start_ms, pick.end_ms) and a < b
    ]


def _start(said: Sequence[Sentence], at_ms: int) -> int:
    """The start of the sentence that `at_ms` falls into, a breath before it."""
    cut = _cut_by(said, at_ms)
    if cut is None or at_ms - said[cut].start_ms > REACH_MS:
        return at_ms
    before = said[cut - 1].end_ms if cut else 0
    return max(before, said[cut].start_ms - _SLACK_MS, 0)


def _end(said: Sequence[Sentence], at_ms: int) -> int:
    cut = _cut_by(said, at_ms)
    if cut is None or said[cut].end_ms - at_ms > REACH_MS:
        return at_ms
    after = said[cut + 1].start_ms if cut + 1 < len(said) else said[cut].end_ms
    return max(said[cut].end_ms, min(after, said[cut].end_ms + _SLACK_MS))


def _cut_by(said: Sequence[Sentence], at_ms: int) -> int | None:
    place = bisect_right(said, at_ms, key=lambda one: one.start_ms) - 1
    inside = place >= 0 and said[place].start_ms < at_ms < said[place].end_ms
    return place if inside else None


def _meet(one: Pick, other: Pick) -> bool:
    return one.media_id == other.media_id and one.start_ms < other.end_ms and other.start_ms < one.end_ms
