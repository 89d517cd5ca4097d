"""Runs one real backend process for the tests: `python host.py CONFIG.json`."""

import json
import sys
from pathlib import Path
from typing import Any

from highlight_mcp.backend.config import BackendConfig, BackendLimits, Faults, Timing
from highlight_mcp.backend.process import serve

PATHS = ("home", "output_dir")


def config_of(values: dict[str, Any]) -> BackendConfig:
    """The configuration from its JSON form."""
    plain: dict[str, Any] = {name: Path(value) if name in PATHS else value for name, value in values.items()}
    plain["media_roots"] = tuple(Path(root) for root in values["media_roots"])
    plain["child_command"] = tuple(values["child_command"])
    plain["fork_server"] = tuple(values.get("fork_server") or ()) or None
    plain["timing"] = Timing(**values.get("timing", {}))
    plain["limits"] = BackendLimits(**values.get("limits", {}))
    plain["faults"] = Faults(**values.get("faults", {}))
    return BackendConfig(**plain)


if __name__ == "__main__":
    sys.exit(serve(config_of(json.loads(Path(sys.argv[1]).read_text()))))
