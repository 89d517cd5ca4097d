"""Reels in the formats of other editors, and back: a timeline and facts of its footage → text, text → a timeline. Pure.

`sequence.py` lays a timeline on frames: times of footage at the rate of the footage, times of the reel at that of the
reel. Each format writes that (`otio_writer.py`, `edl_writer.py`, …); readers give the same in exact seconds, which
`assembly.py` makes a timeline again. `formats.py` lists the formats; what one has not is told (`features.py`).
"""

from ..messages import Refusal


class InterchangeError(Refusal):
    """A list of cuts cannot be read, or a reel cannot be written in a format; the words name the line."""
