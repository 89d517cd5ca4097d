"""What `benchmarks/fuzz.py` feeds the engine: sound files of every kind, and ways to damage them."""
