"""Real backend processes for the tests, forked by one that has loaded what a backend needs: that saves 2 CPU s each."""

import json
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from highlight_mcp.backend.config import BackendConfig, BackendLimits, Faults, Timing
from highlight_mcp.backend.process import serve

PATHS = ("home", "output_dir")
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["highlight_mcp.backend.process"])


class BackendProcess:
    """A backend with the configuration in a JSON file, used like a `subprocess.Popen`."""

    def __init__(self, config: Path, output: Path) -> None:
        self._process = PROCESSES.Process(target=_serve, args=(config, output))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, limit_s: float) -> int:
        """The exit code, that of a signal negative. AssertionError when it goes on after `limit_s`."""
        self._process.join(limit_s)
        assert self._process.exitcode is not None, f"the backend goes on after {limit_s} s"
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


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
    plain["faults"] = Faults(**values.get("faults", {}))
    return BackendConfig(**plain)
