"""The private file through which programs of the same user find the running backend."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..core.files import replacing
from ..timeline.value import Value


class RunningBackend(Value):
    """Where the backend is, its secret, and what it was started with."""

    url: str
    secret: str
    pid: int
    version: str
    contract: str
    media_roots: tuple[str, ...] = ()
    output_dir: str = ""
    profile: str = "local"


def write_state(file: Path, running: RunningBackend) -> None:
    """Write the file so that it is never half there, and for this user only."""
    with replacing(file) as stream:
        stream.write(running.model_dump_json().encode("utf-8"))


def read_state(file: Path) -> RunningBackend | None:
    """What the file says; None when it is absent or cannot be read. Unknown fields of a newer release are dropped."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        known = {name: value for name, value in found.items() if name in RunningBackend.model_fields}
        return RunningBackend.model_validate(known)
    except (OSError, ValueError, AttributeError, ValidationError):
        return None


def remove_state(file: Path, pid: int) -> None:
    """Remove the file of this process; that of another one stays."""
    found = read_state(file)
    if found is not None and found.pid == pid:
        file.unlink(missing_ok=True)
