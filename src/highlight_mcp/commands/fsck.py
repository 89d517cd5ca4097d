"""`highlight-mcp fsck`: the invariants of the data directory, and of those of all people of the HTTP server."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from ..backend_locator import backend_config, running_backend
from ..settings import USERS, Settings
from .workspaces import folder_of, people_with_folders

if TYPE_CHECKING:
    from ..backend.fsck import Finding


def run(arguments: argparse.Namespace) -> int:
    """Print each invariant. Returns 1 when one is broken."""
    settings = Settings.load()
    findings = [finding for person in ("", *people_with_folders(settings)) for finding in _of(settings, person)]
    sound = all(finding.ok for finding in findings)
    if arguments.json:
        listed = [finding.model_dump(mode="json") for finding in findings]
        sys.stdout.write(json.dumps({"ok": sound, "findings": listed}, ensure_ascii=False) + "\n")
        return 0 if sound else 1
    for finding in findings:
        sys.stdout.write(f"{'ok ' if finding.ok else 'BAD'} {finding.name}: {finding.detail}\n")
        for place in finding.broken:
            sys.stdout.write(f"    {place}\n")
    return 0 if sound else 1


def _of(settings: Settings, person: str) -> "list[Finding]":
    from ..backend.fsck import check_data_directory

    own = settings.model_copy(update={"home": folder_of(settings, person)})
    found = check_data_directory(backend_config(own), running=running_backend(own) is not None)
    where = f"{USERS}/{person}: " if person else ""
    return [finding.model_copy(update={"name": f"{where}{finding.name}"}) for finding in found]
