"""Which files of this machine the sessions of services were made of."""

from pathlib import Path

from .records import Records
from .sources import local_path

EMBEDDED = "embedded"
"""The local backend knows the files of its sessions itself."""


def files_of_services(state_dir: Path) -> frozenset[Path]:
    """The files that sessions of distant backends name, by our own records; they may be needed to rebuild one."""
    found: set[Path] = set()
    local = Records.folder_name(EMBEDDED)
    for folder in state_dir.glob("*/sessions"):
        if folder.parent.name == local:
            continue
        for record in Records(folder).all():
            sources = record.get("sources")
            named = [text for text in sources if isinstance(text, str)] if isinstance(sources, list) else []
            found |= {path for path in map(local_path, named) if path is not None}
    return frozenset(found)
