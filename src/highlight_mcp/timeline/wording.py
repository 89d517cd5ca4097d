"""The wording of every phrase, English and Chinese. `{n|clip|clips}` is a number with its noun."""

from .wording_changes import CHANGES
from .wording_limits import ASSUMED, REFUSALS, REMARKS

WORDING: dict[str, tuple[str, str]] = {**CHANGES, **ASSUMED, **REMARKS, **REFUSALS}
