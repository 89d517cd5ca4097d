"""Signals on disk: one .npz per content fingerprint, so that footage is decoded once."""

import json
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from ...core.files import replacing
from .pictures import Pictures
from .sound import Sound

VERSION = 5  # raised whenever the signals change


def name_of(fingerprint: str) -> str:
    """File name for a fingerprint; changes with the version of the signals."""
    return f"{fingerprint.replace(':', '-')}.signals{VERSION}.npz"


def save(file: Path, facts: dict[str, Any], sound: Sound | None, pictures: Pictures) -> None:
    """Write all arrays and facts, whole or not at all. Raises OSError when the place is not writable."""
    arrays: dict[str, Any] = {"facts": np.frombuffer(json.dumps(facts, sort_keys=True).encode(), np.uint8)}
    for prefix, part in (("sound", sound), ("pictures", pictures)):
        if part is not None:
            arrays |= {f"{prefix}.{field.name}": getattr(part, field.name) for field in fields(part)}
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as stream:
        np.savez_compressed(stream, **arrays)


def load(file: Path) -> tuple[dict[str, Any], Sound | None, Pictures] | None:
    """What `save` wrote; None where there is no such file or it is damaged (it is then made again)."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            facts: dict[str, Any] = json.loads(arrays["facts"].tobytes())
            sound = None
            if "sound.level" in arrays:
                sound = Sound(**{field.name: arrays[f"sound.{field.name}"] for field in fields(Sound)})
            names = [field.name for field in fields(Pictures)]
            return facts, sound, Pictures(**{name: arrays[f"pictures.{name}"] for name in names})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return None
