"""What one typed operation costs on reels of many clips, beside building such a reel anew (the raw limit).

    python benchmarks/edits.py [clips ...]

Prints CPU milliseconds per operation and, in brackets, that time as a multiple of one pass of
pydantic over the same clips: a cost that grows faster than the reel shows as a growing multiple.
"""

import sys
import time
from collections.abc import Callable

from highlight_mcp.timeline.layout import laid
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import Clip, Timeline, VideoTrack
from highlight_mcp.timeline.operations import AnyOperation, apply, operation_adapter
from highlight_mcp.timeline.senses import Senses
from highlight_mcp.timeline.time import TimeRange


class Blind(Senses):
    """Footage that nobody asks about: none of these operations looks at it."""


def reel(count: int) -> Timeline:
    """A reel of `count` clips of one second."""
    ranges = [TimeRange(start_ms=1000 * index, end_ms=1000 * index + 1000) for index in range(count)]
    clips = [
        Clip(id=f"seg_{index}", start_ms=0, duration_ms=1000, media_id="m", source=source)
        for index, source in enumerate(ranges, 1)
    ]
    return Timeline(tracks=(VideoTrack(id="trk_v1", name="reel", role="main", clips=laid(clips)),))


def operations(count: int) -> dict[str, AnyOperation]:
    """One of each kind that means many clips."""
    half = {"clips": list(range(1, count, 2))}
    bodies = {
        "remove half": {"op": "remove", "target": half},
        "keep half": {"op": "keep", "target": half},
        "remove a range": {"op": "remove", "target": {"range_ms": [1000, 500 * count]}},
        "speed of a range": {"op": "speed", "factor": "2", "target": {"range_ms": [0, 1000 * count]}},
        "mute half": {"op": "volume", "target": half, "level": 0},
        "trim all": {"op": "trim", "head_ms": 100},
        "split half": {"op": "split", "target": half, "at": "middle"},
        "reverse": {"op": "reorder", "sort": "reverse"},
        "crossfades": {"op": "transition"},
        "a text on each": {"op": "text_add", "template": "{n}", "per_clip": True},
    }
    return {name: operation_adapter.validate_python(body) for name, body in bodies.items()}


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of three runs."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def main(counts: list[int]) -> None:
    """Print the table."""
    media = MediaInfo(media_id="m", name="a.mp4", kind="video", duration_ms=10**8, size_bytes=1, fingerprint="f")
    print(f"{'operation':<18}" + "".join(f"{f'{count} clips':>20}" for count in counts))
    rows: dict[str, list[str]] = {}
    for count in counts:
        timeline = reel(count)
        text = timeline.model_dump_json()
        limit = cpu_s(lambda text=text: Timeline.model_validate_json(text))  # type: ignore[misc]
        for name, operation in operations(count).items():
            work = lambda op=operation, now=timeline: apply(now, [op], {"m": media}, Blind())  # noqa: E731
            took = cpu_s(work)  # type: ignore[arg-type]
            rows.setdefault(name, []).append(f"{1000 * took:>9.1f} ms ({took / limit:4.1f}×)")
    for name, cells in rows.items():
        print(f"{name:<18}" + "".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [250, 500, 1000, 2000])
