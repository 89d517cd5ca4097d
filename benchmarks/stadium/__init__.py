"""Matches drawn over clips: scores that come about, boards that say so, and what else lies over a picture."""
