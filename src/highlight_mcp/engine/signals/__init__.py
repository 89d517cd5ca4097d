"""What sound and pictures say, as numbers over time.

Each threshold here and in `moments/` has its unit beside it, and its source where one is on record; for most none is.
`benchmarks/thresholds.py` varied them one at a time on 29 and 30 November 2026, on the composed recordings of
development (mean F1 0.989): "flat" are those that change it by less than 0.005 at x0.8 and at x1.25, "at worst" is the
worse of the two. The rules were written with these recordings in view, and some have no case there: flat does not mean
proven. "not varied" are those of beats, and those that the script cannot multiply.
"no to yes" are the ends of a ramp from 0 to 1.
"""
