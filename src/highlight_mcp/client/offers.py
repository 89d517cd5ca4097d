"""What to do with a file that a service would not take: offers that can be followed word by word."""

import shlex
from pathlib import Path

from ..contract.codes import FORMATS_TEXT, Fault, fault
from ..contract.formats import MAX_UPLOAD_BYTES
from ..messages import message

LIMIT_MB = MAX_UPLOAD_BYTES // 2**20
SAME_INSIDE = {"m4v": "mp4", "qt": "mov", "jfif": "jpg", "jpe": "jpg", "mka": "mkv", "mk3d": "mkv", "m4b": "m4a"}
"""Extensions of formats that the list has under another name."""

LOCAL = "HIGHLIGHT_BACKEND=local"


def too_large(path: Path, size: int) -> Fault:
    """The fault of a file beyond the limit of the service."""
    command = f"{LOCAL} highlight-mcp reel {shlex.quote(str(path))}"
    return fault(
        "file_too_large",
        "client.too_large",
        name=path.name,
        size=size / 2**20,
        limit_mb=LIMIT_MB,
        local=LOCAL,
        command=command,
    )


def unsupported(path: Path) -> Fault:
    """The fault of a file in a format that is not on the list."""
    extension = path.suffix[1:].lower()
    if same := SAME_INSIDE.get(extension):
        way = message("client.rename", extension=extension, same=same, stem=path.stem)
    else:
        copy = path.with_suffix(".mp4")
        way = message("client.convert", path=shlex.quote(str(path)), copy=shlex.quote(str(copy)))
    return fault("unsupported_file", "client.unsupported", name=path.name, formats_text=FORMATS_TEXT, way=way)
