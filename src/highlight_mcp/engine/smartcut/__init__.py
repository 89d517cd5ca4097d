"""Reels whose untouched pictures are those of the source, bit for bit; only the rest is encoded.

`h264.py` and `slices.py` read the bit stream, `pictures.py` the packets of a source, `spans.py` decides (pure) what of
a group of pictures is copied, `untouched.py` what of a timeline may be, `writer.py` joins both, `job.py` runs it all.
"""
