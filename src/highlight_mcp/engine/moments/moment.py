"""A candidate, a moment with its evidence, a choice of moments, and how long clips and reel may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ...messages import Message, message
from ...timeline.media import MediaInfo
from ...timeline.operations import Highlights
from ..signals.analysis import Analysis

if TYPE_CHECKING:
    from .closer_look import CloserLook

_CRUMB_MS = 2_000  # ms that copies differ by at their ends: a keyframe, or a last block of sound
Confidence = Literal["high", "medium", "low"]
Signals = dict[str, float | str]


@dataclass(frozen=True)
class RatedRange:
    """`start_ms` to `end_ms` of one source, best at `peak_ms`.

    `score` compares those of one choice (higher is better); `why` tells what was measured, `signals` the same as
    numbers.
    """

    start_ms: int
    end_ms: int
    peak_ms: int
    score: float
    confidence: Confidence
    why: Message
    signals: Signals = field(default_factory=dict)

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Moment(RatedRange):
    """What a clip is made of."""

    media_id: str = field(kw_only=True)


@dataclass(frozen=True)
class Candidate(RatedRange):
    """What must be shown; up to `lead_ms` before it helps to understand it.

    `least_lead_ms` of that always belongs to the clip: a reaction follows what it reacts to. `evidence` is what `why`
    tells without the name that it gives to the sound; `measured` are numbers that its likelihood is learned from.
    """

    least_lead_ms: int = 500
    lead_ms: int = 6000
    evidence: tuple[Message, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)

    def told(self, start_ms: int, end_ms: int) -> Message:
        """What is said of a clip from `start_ms` to `end_ms` that shows it."""
        return self.why


@dataclass(frozen=True)
class FoundElsewhere:
    """Candidates of each source (media id) that its signals alone do not show, with what there is to say about them.

    `certain` are those that are what was asked for, not something like it: all of them are shown where no length was
    asked for, and nothing is put in their place; `looked_for` names them where there are none.
    """

    candidates: Mapping[str, Sequence[Candidate]]
    notes: tuple[Message, ...] = ()
    certain: bool = False
    looked_for: Message | None = None


@dataclass(frozen=True)
class SharedStretch:
    """`start_ms` to `end_ms` of a recording is also in another one (`media_id`), `offset_ms` later there."""

    start_ms: int
    end_ms: int
    media_id: str
    name: str
    offset_ms: int


@dataclass(frozen=True)
class RecordingSignals:
    """One recording that moments may come from, save those in what is `shown_elsewhere`."""

    media_id: str
    name: str
    info: MediaInfo
    analysis: Analysis
    closer: "tuple[CloserLook, ...]" = ()
    """Senses that look at its candidates again."""
    shown_elsewhere: tuple[SharedStretch, ...] = ()

    def also_in(self, stretch: SharedStretch) -> "RecordingSignals":
        """The same recording, with one more stretch that another shows; those inside a known one say nothing new."""
        within = [
            one for one in self.shown_elsewhere if one.start_ms <= stretch.start_ms and stretch.end_ms <= one.end_ms
        ]
        return self if within else replace(self, shown_elsewhere=(*self.shown_elsewhere, stretch))

    def own_parts(self, low_ms: int, high_ms: int) -> list[tuple[int, int]]:
        """What of a range no other recording shows, without the crumbs by which copies differ at their ends."""
        if not self.shown_elsewhere:
            return [(low_ms, high_ms)]
        parts, at = [], low_ms
        for stretch in sorted(self.shown_elsewhere, key=lambda one: one.start_ms):
            parts.append((at, min(stretch.start_ms, high_ms)))
            at = max(at, stretch.end_ms)
        return [(start, end) for start, end in [*parts, (at, high_ms)] if end - start >= _CRUMB_MS]

    def is_elsewhere(self, one: RatedRange) -> bool:
        """Whether the middle of a moment is in what another recording shows."""
        middle = (one.start_ms + one.end_ms) // 2
        return any(stretch.start_ms <= middle < stretch.end_ms for stretch in self.shown_elsewhere)


@dataclass(frozen=True)
class Selection:
    """`picks` in the order wished for; `neighbours` what would come next, best first; `notes` for the user."""

    picks: list[Moment]
    neighbours: list[Moment] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)


def without_overlap(candidates: list[Candidate], gap_ms: int = 0) -> list[Candidate]:
    """The best of those that overlap or lie closer than `gap_ms`; in order of score, then time."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (-c.score, c.start_ms)):
        if all(one.end_ms + gap_ms <= other.start_ms or one.start_ms >= other.end_ms + gap_ms for other in kept):
            kept.append(one)
    return kept


_PACE_LONGEST_MS = {"fast": 7_000, "normal": 20_000, "slow": 30_000}  # ms; no source on record, not varied
# ms. 3 to 6 s before the onset cost nothing and show the act (recall 1.00, else 0.46)
_PACE_LEAD_MS = {"fast": 1_500, "normal": 6_000, "slow": 8_000}
_SHORTEST_MS = 1_500  # ms; flat
DEFAULT_TOTAL_MS = 180_000  # ms; flat
_OPEN_ENDED = frozenset(
    {"whistle", "silence", "speech", "scene_change", "applause", "laughter", "applause+laugh", "quiet"}
)


@dataclass(frozen=True)
class LengthLimits:
    """Limits in milliseconds; `fixed_ms` is the exact length of every clip, if one was asked for."""

    total_ms: int | None
    count: int | None
    shortest_ms: int
    longest_ms: int
    fixed_ms: int | None
    lead_ms: int
    notes: tuple[Message, ...] = ()

    @classmethod
    def of(cls, wish: Highlights, *, all_of_them: bool = False) -> "LengthLimits":
        """Limits of a wish; contradictions are settled in favour of the reel's length, and said.

        With `all_of_them` there is none for the reel where the wish names none.
        """
        notes: list[Message] = []
        longest = wish.clip_max_ms or _PACE_LONGEST_MS[wish.pace]
        shortest = wish.clip_min_ms or min(_SHORTEST_MS, longest)
        if shortest > longest:
            if wish.clip_max_ms is not None:
                notes.append(message("engine.note.clip_bounds", least=shortest / 1000, most=longest / 1000))
            longest = max(shortest, longest)
            shortest = min(shortest, longest)
        total = wish.total_ms
        if total is None and wish.count is None and not (all_of_them or wish.criterion in _OPEN_ENDED):
            total = DEFAULT_TOTAL_MS
        fixed = wish.clip_ms
        count = wish.count
        if total is not None and fixed is not None and count is not None and fixed * count > total:
            count = max(1, total // fixed)
            notes.append(
                message("engine.note.clips_do_not_fit", n=wish.count or 0, each=fixed / 1000, total=total / 1000)
            )
        if total is not None:
            longest = min(longest, total)
            shortest = min(shortest, longest)
            fixed = min(fixed, total) if fixed is not None else None
        return cls(total, count, shortest, longest, fixed, _PACE_LEAD_MS[wish.pace], tuple(notes))
