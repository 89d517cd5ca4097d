"""What sound and pictures say, as numbers over time.

Each threshold here and in `moments/` has its unit beside it, and where it comes from. Without another source it was
chosen by hand on the seven composed recordings of development. `benchmarks/thresholds.py` varied many of them one at
a time there on 29 November 2026 (mean F1 0.989): "flat" are those that change it by less than 0.005 at x0.8 and at
x1.25. Those recordings were used for tuning, and hold no case for some of these: flat is not proven right.
"no to yes" are the ends of a ramp from 0 to 1.
"""
