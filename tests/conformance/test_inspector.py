"""The command line of the official inspector, over stdio and HTTP, in both eras."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from .node import Peers
from .servers import STDIO

pytestmark = [pytest.mark.peers, pytest.mark.timeout(180)]
SCRIPT = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
IS_ERROR = 5


class Inspector:
    """Asks one question at a time, each in a connection of its own."""

    def __init__(self, peers: Peers, target: list[str], era: str, environment: dict[str, str], home: Path) -> None:
        self._peers = peers
        self._target = target
        self._era = era
        self._environment = {**environment, "HOME": str(home), "MCP_CATALOG_PATH": str(home / "catalog.json")}

    @property
    def keeps_running(self) -> bool:
        """True when the server is not started anew for every question."""
        return "--server-url" in self._target

    def ask(self, method: str, *options: str) -> CompletedProcess[str]:
        """A question and its answer."""
        first = ["--cli", "--protocol-era", self._era, "--format", "json", "--method", method]
        return self._peers.run(self._peers.script(SCRIPT, *first, *options, *self._target), self._environment)

    def answer(self, method: str, *options: str) -> Any:
        """The result of a question that is answered well."""
        done = self.ask(method, *options)
        assert done.returncode == 0, f"{method} {options}: {done.returncode} {done.stderr[-2000:]}"
        return json.loads(done.stdout)["result"]

    def call(self, tool: str, **arguments: Any) -> CompletedProcess[str]:
        """A call of a tool."""
        return self.ask("tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))


@pytest.fixture(params=["legacy", "modern"])
def era(request: pytest.FixtureRequest) -> str:
    """The era that the inspector negotiates."""
    return str(request.param)


@pytest.fixture(params=["stdio", "http"])
def inspector(
    request: pytest.FixtureRequest,
    era: str,
    peers: Peers,
    product: str,
    environment: dict[str, str],
    tmp_path: Path,
) -> Inspector:
    """An inspector of the product."""
    own = [f"{name}={value}" for name, value in environment.items() if name.startswith("HIGHLIGHT_")]
    targets = {
        "stdio": [*(word for each in own for word in ("-e", each)), *STDIO],
        "http": ["--server-url", product, "--transport", "http"],
    }
    return Inspector(peers, targets[request.param], era, environment, tmp_path)


def test_the_lists_are_read_and_no_schema_is_wanting(inspector: Inspector) -> None:
    listed = inspector.ask("tools/list", "--strict")
    assert listed.returncode == 0, listed.stderr[-3000:]
    assert "Warning:" not in listed.stderr, listed.stderr[-3000:]
    assert len(json.loads(listed.stdout)["result"]["tools"]) == 7
    assert inspector.answer("resources/list")["resources"]
    assert inspector.answer("resources/templates/list")["resourceTemplates"]
    assert len(inspector.answer("prompts/list")["prompts"]) == 3


def test_tools_are_called(inspector: Inspector, clip: Path) -> None:
    uploaded = inspector.call("upload", sources=[str(clip)], new_session=True)
    assert uploaded.returncode == 0, uploaded.stderr[-2000:] + uploaded.stdout[-2000:]
    session = json.loads(uploaded.stdout)["result"]["structuredContent"]["session_id"]
    operations = [{"op": "keep", "ranges_ms": [[0, 2000]]}]
    calls: list[tuple[str, dict[str, Any]]] = [("get_state", {}), ("credits", {})]
    if inspector.keeps_running:
        calls += [("edit", {"operations": operations}), ("preview", {})]
    for tool, arguments in calls:
        called = inspector.call(tool, session_id=session, **arguments)
        assert called.returncode == 0, f"{tool}: {called.stderr[-2000:]}{called.stdout[-2000:]}"
    refused = inspector.call("cancel", job_id="job_nobody")
    assert refused.returncode == IS_ERROR, refused.stderr
