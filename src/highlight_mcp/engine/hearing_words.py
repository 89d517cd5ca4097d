"""Speech of a recording as cues, window by window: each is recognised once and kept for its content."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..messages import message
from ..timeline.media import MediaInfo
from ..timeline.picks import Cue
from .embedded import keep
from .extras.catalogue import SPEECH, file_of
from .listening import level, samples
from .progress import Progress

if TYPE_CHECKING:
    from .extras.speech import Recogniser

VERSION = 1
LEAST_MS, MOST_MS = 40_000, 60_000
_CELL_MS = 20

Rows = list[tuple[int, int, str]]


def heard(
    path: Path,
    info: MediaInfo,
    model: Path,
    spans: Sequence[tuple[int, int]],
    *,
    cache: Path | None,
    progress: Progress,
) -> list[Cue]:
    """Cues of what is said within `spans` (ms), or in all of it when there are none.

    Raises EngineError where the file or the model cannot be read.
    """
    from .extras import speech
    from .transcripts import model_name

    weights = file_of(model, SPEECH.files[0]) or model
    stem = f"{info.fingerprint.replace(':', '-')}.{model_name(weights.parent, weights.name)}.speech{VERSION}"
    recogniser: Recogniser | None = None
    rows: Rows = []
    done = 0
    windows = _windows(path, info.duration_ms)
    wanted = [one for one in windows if not spans or any(one[0] < end and start < one[1] for start, end in spans)]
    for start, end in wanted:
        progress("listen", done, sum(b - a for a, b in wanted), message("engine.progress.speech"))
        file = cache / f"{stem}.{start}.json" if cache is not None else None
        known = _stored(file)
        if known is None:
            recogniser = recogniser or speech.load(model)
            found = recogniser.transcribe(samples(path, start, end))
            known = [(start + one.start_ms, min(end, start + one.end_ms), one.text) for one in found]
            if file is not None:
                keep(file, known)
        rows += known
        done += end - start
    return [Cue(media_id=info.media_id, start_ms=a, end_ms=b, text=text) for a, b, text in rows if a < b]


def _windows(path: Path, duration_ms: int) -> list[tuple[int, int]]:
    """The recording cut at its quietest moments, about once a minute, so that no word is cut."""
    out: list[tuple[int, int]] = []
    at = 0
    while duration_ms - at > MOST_MS:
        loud = level(samples(path, at + LEAST_MS, at + MOST_MS))
        cut = at + LEAST_MS + (_CELL_MS * int(loud.argmin()) if len(loud) else MOST_MS - LEAST_MS)
        out.append((at, cut))
        at = cut
    return [*out, (at, duration_ms)] if duration_ms > at else out


def _stored(file: Path | None) -> Rows | None:
    if file is None:
        return None
    try:
        return [(int(a), int(b), str(text)) for a, b, text in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return None
