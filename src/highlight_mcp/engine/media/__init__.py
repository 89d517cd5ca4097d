"""Footage as it lies in files: opening, streams, stamps, frames, samples, still pictures."""
