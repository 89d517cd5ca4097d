"""What is said at the moments that were chosen, recognised there alone: evidence beside what was measured."""

from collections.abc import Mapping, Sequence

from ...messages import Message, message
from ...timeline.media import Pick
from ..errors import EngineError
from ..signals.analysis import Analysis
from ..signals.series import CELL_MS
from .selection import quoted
from .sources import Transcripts

MOST = 4
"""Picks that are listened to, best first: each costs 3 to 4 CPU s with Whisper base."""
_SPOKEN_S = 1.5  # s of a pick that have to sound like speech
_LIKE_SPEECH = 0.5  # of `signals.sound_activity.speech`, 0 to 1
_WINDOW_MS = 28_000  # ms; the model hears 30 s at once


def overheard(
    picks: Sequence[Pick], analyses: Mapping[str, Analysis], transcripts: Transcripts, troubles: list[Message]
) -> list[Pick]:
    """The picks, those of the best ones in which somebody speaks with what is heard there.

    Footage with subtitles is left alone: what is written is better. A model that is broken is done without, and
    added to `troubles`. Raises EngineError where the footage cannot be read.
    """
    if not transcripts.can_listen():
        return list(picks)
    ranked = sorted(range(len(picks)), key=lambda place: (-picks[place].score, place))
    spoken = [place for place in ranked if _is_spoken(picks[place], analyses, transcripts)][:MOST]
    out = list(picks)
    for number, place in enumerate(spoken):
        pick = picks[place]
        start, end = _around_peak(pick)
        try:
            heard = transcripts.heard_between(pick.media_id, start, end, (number, len(spoken)))
        except EngineError as error:
            if error.kind != "needs_extra":
                raise
            troubles.append(message("engine.note.without_sense", why=error.what, step=error.step))
            break
        out[place] = quoted(pick, heard)
    return out


def _is_spoken(pick: Pick, analyses: Mapping[str, Analysis], transcripts: Transcripts) -> bool:
    if "said" in pick.signals or transcripts.written(pick.media_id):
        return False
    speech = analyses[pick.media_id].speech[pick.start_ms // CELL_MS : -(-pick.end_ms // CELL_MS)]
    return float((speech >= _LIKE_SPEECH).sum()) * CELL_MS >= 1000.0 * _SPOKEN_S


def _around_peak(pick: Pick) -> tuple[int, int]:
    """As much of the pick as is heard at once, with its peak in the middle where it is longer."""
    if pick.end_ms - pick.start_ms <= _WINDOW_MS:
        return pick.start_ms, pick.end_ms
    start = min(max(pick.start_ms, pick.peak_ms - _WINDOW_MS // 2), pick.end_ms - _WINDOW_MS)
    return start, start + _WINDOW_MS
