"""Real backend processes for the tests."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from forked import Forked
from highlight_mcp.backend.config import BackendConfig, BackendLimits, Timing
from highlight_mcp.backend.process import serve

PATHS = ("home", "output_dir")


class BackendProcess(Forked):
    """A backend with the configuration in a JSON file."""

    def __init__(self, config: Path, output: Path) -> None:
        super().__init__(_serve, config, output)


def _serve(config: Path, output: Path) -> None:
    """Be a backend, until it ends."""
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(serve(config_of(json.loads(config.read_text()))))


def config_of(values: dict[str, Any]) -> BackendConfig:
    """The configuration from its JSON form."""
    plain: dict[str, Any] = {name: Path(value) if name in PATHS else value for name, value in values.items()}
    plain["media_roots"] = tuple(Path(root) for root in values["media_roots"])
    plain["child_command"] = tuple(values["child_command"])
    plain["fork_server"] = tuple(values.get("fork_server") or ()) or None
    plain["timing"] = Timing(**values.get("timing", {}))
    plain["limits"] = BackendLimits(**values.get("limits", {}))
    if die_at := plain.pop("die_at", None):
        plain["reached"] = lambda step: os._exit(137) if step == die_at else None  # as by kill -9
    return BackendConfig(**plain)
