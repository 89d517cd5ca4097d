"""A name for the content of a file, from its size and samples of its bytes."""

import os
from pathlib import Path

from ..errors import translated
from .identity import fingerprint_of, opened
from .opening import check_file


def fingerprint(path: Path) -> str:
    """The digest of a file that is not empty (see `fingerprint_of`). Raises EngineError."""
    check_file(path)
    with opened(path) as number, translated(path), os.fdopen(number, "rb", closefd=False) as file:
        return fingerprint_of(file)
