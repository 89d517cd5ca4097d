"""Changes of the score as moments: the act that led to each, up to just after the board says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...messages import Argument, Message, listed, message
from ...timeline.time import clock
from ..scoreboard.changes import ScoreBoard, ScoreChange
from ..signals.analysis import Analysis
from .closer_look import CloserLook, looked_at
from .moment import Candidate
from .ranking import moments_of

# Of these none was varied, and no source is on record: no broadcast with labels is at hand.
# ms before the last look at the old score in which an act may begin, most; within the second an act counts the more,
# the nearer it is: people change the score 1 to 10 s after a goal, at small games up to half a minute
_EARLIEST_MS, _NEAR_MS = 40_000, 14_000
_FAR_WORTH = 0.35  # share of its score that an act counts for at the far end
_LEAST_ACT, _LEAST_FAR_ACT = 2.0, 5.0  # points as of `ranking`: a slight moment just before, a clear one far from it
_DEFAULT_MS = 12_000
"""ms shown before a change when nothing is found there: a shot on goal and what led to it, and the lag of the board."""
_LEAST_BEFORE_MS = 8_000  # ms shown in any case: what was found may be the joy over it
_AFTER_MS = 1_000  # ms shown after the change
_AFTER_LOST_MS = 4_000  # ms shown of what follows the board, where that goes away and comes back changed
_APART_MS = 1_100  # ms between two moments, so that both are shown
_SHORTEST_MS = 1_500  # ms
_EARLY_S = 1.0  # s; a clip that ends longer before the change says so
_SCORE, _ACT_SHARE = 12.0, 0.5  # points of a change that was read well, and share of those of its act
_SURE = 0.8  # 0..1, mean of the least sure signs; below it the model often errs


@dataclass(frozen=True)
class GoalCandidate(Candidate):
    """A change of the score; what is told of it depends on how much before it is shown."""

    change: ScoreChange | None = None
    act: Message | None = None

    def told(self, start_ms: int, end_ms: int) -> Message:
        """The board as evidence, how much is shown before the change, and what was found there."""
        if self.change is None:
            return self.why
        return _why(self.change, start_ms, end_ms, self.act)


def goals(board: ScoreBoard, analysis: Analysis, looks: Iterable[CloserLook] = ()) -> list[Candidate]:
    """A candidate for each change of the score, in order of time; they do not overlap. `looks` judge the acts."""
    acts = looked_at(moments_of(analysis), "auto", looks) if board.changes else []
    out: list[Candidate] = []
    low_ms = 0
    for change in board.changes:
        one = _goal(change, acts, low_ms, analysis.duration_ms)
        if one is not None:
            out.append(one)
            low_ms = one.end_ms + _APART_MS
    return out


def _goal(change: ScoreChange, acts: Sequence[Candidate], low_ms: int, duration_ms: int) -> Candidate | None:
    end = min(change.at_ms, change.since_ms + _AFTER_LOST_MS) + _AFTER_MS
    act = _act_of(change, [one for one in acts if one.end_ms > low_ms])
    start, peak = change.since_ms - _DEFAULT_MS, change.since_ms
    score = _SCORE * change.sure
    if act is not None:
        start = min(act.start_ms - act.least_lead_ms, change.since_ms - _LEAST_BEFORE_MS)
        peak, score = act.peak_ms, score + _ACT_SHARE * act.score
    start, end = max(low_ms, start), min(end, duration_ms)
    if end - start < _SHORTEST_MS:
        return None
    return GoalCandidate(
        start_ms=start, end_ms=end, peak_ms=min(max(peak, start), end), score=score,
        confidence="high" if change.sure >= _SURE else "medium",
        why=_why(change, start, end, act.why if act is not None else None),
        signals={
            "kind": "score", "score": _score(change.after), "side": change.side, "read": change.sure,
            "changed_s": round(change.at_ms / 1000.0, 1), "act": "found" if act is not None else "default",
        },
        least_lead_ms=0, lead_ms=0, change=change, act=act.why if act is not None else None,
    )  # fmt: skip


def _act_of(change: ScoreChange, acts: Sequence[Candidate]) -> Candidate | None:
    """What most likely led to a change: strong and near before it."""
    worth: list[tuple[float, int, Candidate]] = []
    for one in acts:
        before = change.since_ms - one.start_ms
        if not 0 <= before <= _EARLIEST_MS or one.start_ms >= change.at_ms:
            continue
        far = max(0.0, before - _NEAR_MS) / (_EARLIEST_MS - _NEAR_MS)
        if one.score < _LEAST_ACT + (_LEAST_FAR_ACT - _LEAST_ACT) * min(1.0, 2.0 * far):
            continue
        if far and one.signals["kind"] == "motion":
            continue  # a game moves all the time
        worth.append((one.score * (1.0 - (1.0 - _FAR_WORTH) * far), -one.start_ms, one))
    return max(worth, key=lambda item: item[:2])[2] if worth else None


def _why(change: ScoreChange, start_ms: int, end_ms: int, act: Message | None) -> Message:
    first_s, last_s = (max(0, change.since_ms - at_ms) / 1000.0 for at_ms in (start_ms, end_ms))
    told: dict[str, Argument] = {
        "score": _score(change.after),
        "at": clock(change.at_ms // 1000),
        "sure": change.sure,
        "s": first_s,
    }
    read = message("engine.why.score", **told)
    if last_s >= _EARLY_S:
        read = message("engine.why.score_early", **told, last=last_s)
    return read if act is None else listed(read, act)


def _score(score: tuple[int, int]) -> str:
    return f"{score[0]}–{score[1]}"
