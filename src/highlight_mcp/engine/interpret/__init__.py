"""Plain words → typed operations: deterministic, offline, without guessing.

normalise → tokens with typed spans → clauses → one reader per family of requests → outcome.
"""

from .outcome import ExportWish, Outcome, Suggested, Unsupported
from .reading import interpret
from .situation import ClipFact, Situation

__all__ = ["ClipFact", "ExportWish", "Outcome", "Situation", "Suggested", "Unsupported", "interpret"]
