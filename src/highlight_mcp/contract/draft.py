"""Draft JSON of profile `hl/1`: writing, reading and checking it."""

from .draft_reading import from_draft
from .draft_writing import AUDIO, SCHEMA, TEXT, VIDEO, to_draft
from .invariants import check_draft

__all__ = ["AUDIO", "SCHEMA", "TEXT", "VIDEO", "check_draft", "from_draft", "to_draft"]
