"""The digest of the content of an open file, from its size and samples of its bytes."""

import hashlib
import os
from typing import BinaryIO

_BLOCK = 1 << 18
_SAMPLES = 16
_WHOLE_BELOW = _BLOCK * _SAMPLES * 2


def fingerprint_of(file: BinaryIO) -> str:
    """`hl1:<64 hex digits>`: SHA-256 of the size and of 16 blocks of 256 KiB spread from head to tail.

    Files below 8 MiB are hashed whole. Name and dates do not matter. Moves the position. Raises OSError.
    """
    size = os.fstat(file.fileno()).st_size
    digest = hashlib.sha256(f"hl1 {size}\n".encode())
    if size < _WHOLE_BELOW:
        file.seek(0)
        digest.update(file.read())
    else:
        for number in range(_SAMPLES):
            file.seek((size - _BLOCK) * number // (_SAMPLES - 1))
            digest.update(file.read(_BLOCK))
    return f"hl1:{digest.hexdigest()}"
