"""How long clips and the reel may be, from the wish."""

from dataclasses import dataclass

from ...messages import Message, message
from ...timeline.operations import Highlights

_PACE_LONGEST_MS = {"fast": 7_000, "normal": 20_000, "slow": 30_000}  # ms; no source on record, not varied
# ms. 3 to 6 s before the onset cost nothing and show the act (recall 1.00, else 0.46)
_PACE_LEAD_MS = {"fast": 1_500, "normal": 6_000, "slow": 8_000}
_SHORTEST_MS = 1_500  # ms; no source on record, not varied
DEFAULT_TOTAL_MS = 180_000  # ms; no source on record, not varied
_OPEN_ENDED = frozenset(
    {"whistle", "silence", "speech", "scene_change", "applause", "laughter", "applause+laugh", "quiet"}
)


@dataclass(frozen=True)
class Bounds:
    """Limits in milliseconds; `fixed_ms` is the exact length of every clip, if one was asked for."""

    total_ms: int | None
    count: int | None
    shortest_ms: int
    longest_ms: int
    fixed_ms: int | None
    lead_ms: int
    notes: tuple[Message, ...] = ()

    @classmethod
    def of(cls, wish: Highlights) -> "Bounds":
        """Limits of a wish; contradictions are settled in favour of the reel's length, and said."""
        notes: list[Message] = []
        longest = wish.clip_max_ms or _PACE_LONGEST_MS[wish.pace]
        shortest = wish.clip_min_ms or min(_SHORTEST_MS, longest)
        if shortest > longest:
            if wish.clip_max_ms is not None:
                notes.append(message("engine.note.clip_bounds", least=shortest / 1000, most=longest / 1000))
            longest = max(shortest, longest)
            shortest = min(shortest, longest)
        total = wish.total_ms
        if total is None and wish.count is None and wish.criterion not in _OPEN_ENDED:
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
