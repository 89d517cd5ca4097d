"""The fingerprint of a draft: equal drafts, however written, have equal fingerprints."""

import hashlib
import json
from typing import Any


def fingerprint(value: Any) -> str:
    """SHA-256, in hex, of the canonical JSON: sorted keys, whole floats as integers."""
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
