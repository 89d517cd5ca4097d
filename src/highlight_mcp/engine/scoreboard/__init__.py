"""The score board in the picture: where it is, what it says over time, and when the score changes.

Lengths are in pixels of a picture at most 1280 wide unless they are said to be shares. What is known of how boards
look comes from broadcasts in general; the thresholds were set on the drawn boards of `benchmarks/boards.py`
(development styles) and one game of an engine, on 30 November 2026. None was varied alone: `benchmarks/thresholds.py`
varies those of `signals/` and `moments/`. Some say beside them what was measured.
"""
