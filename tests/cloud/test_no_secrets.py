"""The real server process over a cloud with every kind of fault: no secret in results, logs or files."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.rig import Rig
from highlight_mcp.testing import ScriptedCloud, faults, streams
from media_factory import make_clip

from .test_through_tools import leaking

LIMIT_S = 60
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


class Process:
    """A server over stdio that logs everything it can; its stderr goes to a file."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.errors = folder / "stderr.txt"
        self.said: list[str] = []
        with self.errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "highlight_mcp"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
            )
        self._number = 0

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One request and its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._number += 1
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            self.said.append(line)
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == self._number:
                return answer
        raise AssertionError(f"the server ended: {self.errors.read_text()[-2000:]}")

    def use(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of a tool call."""
        found: dict[str, Any] = self.ask("tools/call", name=tool, arguments=arguments)["result"]["structuredContent"]
        return found

    def finish(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Like `use`, and waits for the end of the work however busy the machine is."""
        found = self.use(tool, **arguments)
        for _ in range(4):
            if found["status"] not in ("running", "pending", "processing"):
                break
            if tool == "export":
                found = self.use("export", render_id=found["render_id"], wait_s=25)
            else:
                found = self.use("get_state", wait_s=25)["turn"]
        return found

    def end(self) -> None:
        rest, _ = self._process.communicate(timeout=LIMIT_S)
        self.said.append(rest)


@contextmanager
def begun(folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    process = Process(folder, environment)
    try:
        process.ask("initialize", **HELLO)
        yield process
    finally:
        process.end()


def environment_of(cloud: ScriptedCloud, folder: Path) -> dict[str, str]:
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("HIGHLIGHT_", "NEMO_", "XDG_"))}
    return {
        **usual,
        "HOME": str(folder / "home"),
        "USERPROFILE": str(folder / "home"),
        "HIGHLIGHT_HOME": str(folder / "home" / "data"),
        "HIGHLIGHT_OUTPUT_DIR": str(folder / "home" / "reels"),
        "HIGHLIGHT_MEDIA_ROOTS": str(folder),
        "HIGHLIGHT_BACKEND": cloud.url,
        "HIGHLIGHT_LOG_LEVEL": "DEBUG",
        "PYTHONWARNINGS": "default",
    }


@pytest.mark.slow
@pytest.mark.parametrize("own_token", [False, True], ids=["anonymous", "token of the user"])
def test_no_secret_is_in_results_logs_or_files_after_a_run_with_faults(
    scripted: ScriptedCloud, strict_rig: Rig, film: str, tmp_path: Path, own_token: bool
) -> None:
    environment = environment_of(scripted, tmp_path)
    secret = (strict_rig.state() or {})["secret"]
    strict_rig.plan(reel=str(make_clip(strict_rig.media / "reel.mp4", seconds=1.0)))
    if own_token:
        environment["NEMO_TOKEN"] = secret
    with begun(tmp_path, environment) as process:
        process.use("upload", sources=[film])
        for endpoint in ("credits", "state"):
            scripted.script(endpoint, leaking(scripted))
        assert "7777" in process.use("credits")["error"]["message"]
        process.use("get_state")
        scripted.script("credits", faults.status(500))
        process.use("credits")
        scripted.script("edit", leaking(scripted), calls=1)
        scripted.script("edit", streams.rewritten(streams.thinking(), streams.chattering()), calls=2)
        process.use("edit", instruction="best bits")
        assert process.finish("edit", instruction="best bits", wait_s=25)["status"] == "done"
        if not own_token:
            scripted.expire_tokens()
        scripted.script("submit", leaking(scripted), calls=1)
        scripted.script("submit", faults.hang_up(passed_on=True), calls=2)
        process.use("export")
        made = process.finish("export", wait_s=25)
        assert made["status"] == "completed", made
        assert Path(made["path"]).parent == tmp_path / "home" / "reels"
        process.use("cancel", job_id=made["render_id"])
    identity = tmp_path / "home" / ".config" / "nemovideo" / "client_id"
    secrets = [*scripted.tokens, secret, "nmv_usr_", "clm_", "Bearer "]
    secrets += [] if own_token else [identity.read_text()]
    assert scripted.tokens or own_token
    texts = {"what it said": "".join(process.said)}
    private = [] if own_token else [identity]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.parent.name == "tokens":
            private.append(path)
        elif path.is_file() and path != identity:
            texts[str(path)] = path.read_bytes().decode("utf-8", "replace")
    assert {place for place, text in texts.items() for each in secrets if each in text} == set()
    assert len(private) == (0 if own_token else 2)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in private)
    assert len(process.errors.read_text()) > 1000, "the log must say something"
    assert "Traceback" not in process.errors.read_text()
