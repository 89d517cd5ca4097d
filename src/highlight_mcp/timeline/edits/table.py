"""Which function carries out which operation."""

from collections.abc import Callable
from typing import Any

from ..operations import OPERATIONS
from . import cards, cutting, highlights, keeping, look, music, ordering, shape, sound, subtitles, texts, timing
from . import versions as versions_
from .desk import Desk

Handler = Callable[[Desk, Any], None]

_FAMILIES = (
    cards, cutting, highlights, keeping, look, music, ordering, shape, sound, subtitles, texts, timing, versions_,
)  # fmt: skip
_OTHER_NAMES = {"filter": "filter_add"}


def _handler(op: str) -> Handler:
    name = _OTHER_NAMES.get(op, op)
    found: list[Handler] = [
        function
        for family in _FAMILIES
        if (function := getattr(family, name, None)) is not None and function.__module__ == family.__name__
    ]
    if len(found) != 1:
        raise LookupError(f"operation {op!r} is carried out by {len(found)} functions")
    return found[0]


HANDLERS: dict[str, Handler] = {op: _handler(op) for op in OPERATIONS}
WITHOUT_REEL = frozenset({"highlights", "keep", "bgm_add", "undo", "redo", "restore", "reset"})
MAKES_REEL = frozenset({"highlights", "keep", "undo", "redo", "restore"})
