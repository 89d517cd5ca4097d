"""`highlight-mcp fsck`: the invariants of the data directory."""

import argparse
import json
import sys

from ..runtime import backend_config, running_backend
from ..settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Print each invariant. Returns 1 when one is broken."""
    from ..backend.fsck import check_data_directory

    settings = Settings.load()
    findings = check_data_directory(backend_config(settings), running=running_backend(settings) is not None)
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
