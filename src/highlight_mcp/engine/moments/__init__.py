"""Which moments of footage are worth showing, how sure that is, and why."""

from .choose import choose
from .curve import curve
from .moment import Choice, Moment, Source
from .rank import rank

__all__ = ["Choice", "Moment", "Source", "choose", "curve", "rank"]
