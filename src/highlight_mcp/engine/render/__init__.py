"""From a timeline to an MP4: a pure plan on the grids of frames and samples, then decoding, drawing, mixing, encoding.

Read `job.py`, `plan.py` and `sound_plan.py` first; `video_renderer.py` draws, `mixing.py` mixes, `encoding.py` writes,
`verify.py` looks at the finished file before anyone says it is done.
"""
