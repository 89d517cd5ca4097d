"""Which moments of footage are worth showing, how sure that is, and why."""

from .choose import choose
from .moment import Moment, RecordingSignals, Selection
from .picture_criteria import liveliness_curve
from .ranking import rank

__all__ = ["Moment", "RecordingSignals", "Selection", "choose", "liveliness_curve", "rank"]
