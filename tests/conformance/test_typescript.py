"""Clients made with the TypeScript SDK, 1.x (legacy) and 2.x (modern), over stdio and Streamable HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

from .node import Peers
from .servers import STDIO

pytestmark = [pytest.mark.peers, pytest.mark.timeout(180)]
SCRIPT = Path(__file__).with_name("client.mjs")
VERSIONS = {1: "2025-11-25", 2: "2026-07-28"}
TOOLS = ["upload", "edit", "get_state", "credits", "export", "preview", "cancel"]
NOBODY = "ses_nobody"
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("upload", {"sources": 5}),
    ("upload", {"sources": ["/nowhere/at/all.mp4"]}),
    ("upload", {"nonsense": True}),
    ("edit", {"instruction": "shorter", "session_id": NOBODY}),
    ("edit", {"operations": [{"op": "fly"}]}),
    ("edit", {"instruction": 7}),
    ("get_state", {"session_id": NOBODY}),
    ("get_state", {"wait_s": "long"}),
    ("credits", {"nonsense": 1}),
    ("export", {"render_id": "rnd_nobody"}),
    ("export", {"session_id": NOBODY, "preset": "9k"}),
    ("preview", {"session_id": NOBODY}),
    ("preview", {"what": "nothing"}),
    ("cancel", {"job_id": "job_nobody"}),
    ("cancel", {}),
    ("nonsense", {}),
]


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("sdk", VERSIONS)
def test_a_typescript_client_gets_through_everything(
    sdk: int, transport: str, peers: Peers, product: str, environment: dict[str, str], clip: Path
) -> None:
    server = {"url": product} if transport == "http" else {"command": STDIO[0], "args": STDIO[1:]}
    plan = {"packages": str(peers.folder / "node_modules"), "sdk": sdk, "server": server, "clip": str(clip)}
    done = peers.run([str(peers.node), str(SCRIPT), json.dumps({**plan, "wrong": WRONG})], environment)
    assert done.returncode == 0, done.stderr
    visit = json.loads(done.stdout)
    assert visit["version"] in (VERSIONS[sdk], None)
    it_finds_everything(visit)
    its_schema_check_accepts_every_error(visit)
    it_cuts_footage_and_hears_of_the_change(visit)
    it_reads_what_there_is_and_is_told_what_there_is_not(visit)


def it_finds_everything(visit: dict[str, Any]) -> None:
    assert visit["tools"] == TOOLS
    assert "help://operations" in visit["resources"]
    assert {"timeline://{session_id}", "render://{session_id}/{render_id}"} <= set(visit["templates"])
    assert visit["prompts"] == ["quick_edit", "batch", "iterate"]


def its_schema_check_accepts_every_error(visit: dict[str, Any]) -> None:
    assert len(visit["wrong"]) == len(WRONG)
    for met in visit["wrong"]:
        assert "threw" not in met or met["tool"] == "nonsense", met
        assert met.get("isError") or met["tool"] == "nonsense", met
        assert met.get("text") or met.get("threw"), met


def it_cuts_footage_and_hears_of_the_change(visit: dict[str, Any]) -> None:
    for tool in ("upload", "edit", "get_state", "preview", "credits"):
        assert not visit[tool]["isError"], visit[tool]["text"]
    assert visit["edit"]["structured"]["timeline"]["duration_ms"] == 2000
    assert visit["updated"] is True


def it_reads_what_there_is_and_is_told_what_there_is_not(visit: dict[str, Any]) -> None:
    assert len(visit["read"]) == len(visit["resources"]) + 2
    assert all(visit["read"].values())
    assert visit["got"] == {"quick_edit": 1, "batch": 1, "iterate": 1}
    assert visit["completed"] == [True, True]
    for wrong, word in (("nowhere", "no longer exists"), ("noPrompt", "nonsense"), ("noArgument", "sources")):
        assert visit[wrong]["code"] == -32602, visit[wrong]
        assert word in visit[wrong]["threw"]
