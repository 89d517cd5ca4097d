"""Applying typed operations to a timeline. Pure: footage is asked about through `Senses` only."""

from .apply import apply
from .outcome import Edited, Refusal

__all__ = ["Edited", "Refusal", "apply"]
