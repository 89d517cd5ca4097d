"""What to do with a file that a service would not take: offers that can be followed word by word."""

import shlex
from pathlib import Path

from ..contract.codes import FORMATS_TEXT, Fault, fault
from ..contract.formats import MAX_UPLOAD_BYTES

LIMIT_MB = MAX_UPLOAD_BYTES // 2**20
SAME_INSIDE = {"m4v": "mp4", "qt": "mov", "jfif": "jpg", "jpe": "jpg", "mka": "mkv", "mk3d": "mkv", "m4b": "m4a"}
"""Extensions of formats that the list has under another name."""

LOCAL = "HIGHLIGHT_BACKEND=local"


def too_large(path: Path, size: int) -> Fault:
    """The fault of a file beyond the limit of the service."""
    command = f"{LOCAL} highlight-mcp reel {shlex.quote(str(path))}"
    return fault(
        "file_too_large",
        f"{path.name} has {size / 2**20:,.0f} MB; the cloud takes at most {LIMIT_MB} MB per file. Nothing was sent.",
        f"Choose one: (1) work on this machine, where no limit holds: set {LOCAL} and restart the server. "
        f'(2) Trim it here, then upload the part: `{command} "keep 0:00 to 10:00"`. '
        f'(3) Compress it here to 720p, then upload the copy: `{command} "keep everything from 0:00" --preset 720p`.',
    )


def unsupported(path: Path) -> Fault:
    """The fault of a file in a format that is not on the list."""
    extension = path.suffix[1:].lower()
    if same := SAME_INSIDE.get(extension):
        way = f"A .{extension} file is a .{same} file by another name: rename it to {path.stem}.{same}, then upload it."
    else:
        copy = path.with_suffix(".mp4")
        way = (
            "Save it in one of them with the program it comes from, or convert it, "
            f"such as with `ffmpeg -i {shlex.quote(str(path))} {shlex.quote(str(copy))}`, then upload the copy."
        )
    named = f"{path.name!r} is not in a supported format. Nothing was sent."
    return fault("unsupported_file", named, f"Supported formats: {FORMATS_TEXT}. {way}")
