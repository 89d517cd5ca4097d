"""Plain words → typed operations: deterministic, offline, without guessing.

normalise → tokens with typed spans → frames with their roles → outcome; what no frame accounts for is asked about.
"""

from .outcome import ExportRequest, ParseResult, SuggestedOperation, Unsupported
from .reading import interpret
from .session_facts import ClipFact, LastRequest, SessionFacts

__all__ = [
    "ClipFact", "ExportRequest", "LastRequest", "ParseResult", "SessionFacts", "SuggestedOperation", "Unsupported",
    "interpret",
]  # fmt: skip
