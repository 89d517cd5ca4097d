"""Where a closer look pays: near crowd reactions, and where the pictures change between two looks."""

from .crowd import crowd_series, reactions
from .grid import CELL_MS
from .pictures import Pictures
from .shots import changes
from .sound import Sound

_BEFORE_MS, _AFTER_MS = 10_000, 4_000
_CHANGED = 0.38
_LONGEST_GAP_MS = 30_000


def wanted(sound: Sound | None, pictures: Pictures, duration_ms: int) -> list[tuple[int, int]]:
    """Ranges in milliseconds, the most promising first."""
    scored = _heard(sound) + _changed(pictures)
    scored.sort(key=lambda item: (-item[0], item[1]))
    return [(max(0, start), min(duration_ms, end)) for _, start, end in scored if end > start]


def _heard(sound: Sound | None) -> list[tuple[float, int, int]]:
    if sound is None or len(sound) == 0:
        return []
    found = reactions(sound, crowd_series(sound))
    return [(r.score, r.first * CELL_MS - _BEFORE_MS, r.last * CELL_MS + _AFTER_MS) for r in found]


def _changed(pictures: Pictures) -> list[tuple[float, int, int]]:
    """Stretches between two looks that show different places. Large changes count like medium reactions."""
    out = []
    for index, unlike in enumerate(changes(pictures)):
        start, end = int(pictures.at_ms[index]), int(pictures.at_ms[index + 1])
        if unlike > _CHANGED and end - start <= _LONGEST_GAP_MS:
            out.append((10.0 * float(unlike), start - 200, end + 200))
    return out
