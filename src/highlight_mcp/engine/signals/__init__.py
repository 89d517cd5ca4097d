"""What sound and pictures say, as numbers over time.

Each threshold here and in `moments/` has its unit beside it, and its source where one is on record; for most none is.
`benchmarks/thresholds.py` varied many of them one at a time on 29 November 2026, on the seven composed recordings of
development (mean F1 0.989): "flat" are those that change it by less than 0.005 at x0.8 and at x1.25. The rules were
written with these recordings in view, and some have no case there: flat does not mean proven.
"no to yes" are the ends of a ramp from 0 to 1.
"""
