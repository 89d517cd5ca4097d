"""Whole MCP hosts connect to the server over stdio, as installed, without an account."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .node import HOSTS, Peers, PeersAbsent, find_peers

pytestmark = [pytest.mark.peers, pytest.mark.timeout(400)]
SERVER = (sys.executable, "-m", "highlight_mcp")
TOOLS = {"upload", "edit", "preview", "export", "get_state", "cancel", "credits"}


@pytest.fixture(scope="module")
def hosts() -> Peers:
    """Node and the hosts; the test is skipped where they cannot be had."""
    try:
        return find_peers(HOSTS)
    except PeersAbsent as error:
        pytest.skip(str(error))


@pytest.fixture
def own(environment: Mapping[str, str], hosts: Peers, tmp_path: Path) -> dict[str, str]:
    """An environment whose settings of hosts are empty; the folder of the packages is trusted."""
    trusted = tmp_path / ".gemini" / "trustedFolders.json"
    trusted.parent.mkdir()
    trusted.write_text(json.dumps({str(hosts.folder): "TRUST_FOLDER"}))
    return {**environment, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "CODEX_HOME": str(tmp_path)}


def said(hosts: Peers, own: dict[str, str], *command: str) -> str:
    done = hosts.run(command, own)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_claude_code_connects(hosts: Peers, own: dict[str, str]) -> None:
    found = sorted((hosts.folder / "node_modules" / "@anthropic-ai").glob("claude-code-*/claude*"))
    if not found:
        pytest.skip("there is no Claude Code for this system")
    said(hosts, own, str(found[0]), "mcp", "add", "-s", "user", "highlight", "--", *SERVER)
    assert "Connected" in said(hosts, own, str(found[0]), "mcp", "list")


def test_gemini_cli_connects(hosts: Peers, own: dict[str, str]) -> None:
    gemini = hosts.script("@google/gemini-cli/bundle/gemini.js", "mcp")
    name, *arguments = SERVER
    said(hosts, own, *gemini, "add", "-s", "user", "highlight", name, *arguments)
    listed = said(hosts, own, *gemini, "list")
    assert "Connected" in listed and "Disconnected" not in listed


def test_codex_lists_every_tool(hosts: Peers, own: dict[str, str]) -> None:
    codex = hosts.script("@openai/codex/bin/codex.js")
    said(hosts, own, *codex, "mcp", "add", "highlight", "--", *SERVER)
    about = {"clientInfo": {"name": "test", "version": "1"}}
    asked: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "initialized"},
        {"id": 2, "method": "mcpServerStatus/list", "params": {}},
    ]
    with subprocess.Popen([*codex, "app-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=own) as host:
        assert host.stdin is not None and host.stdout is not None
        for message in asked:
            host.stdin.write(json.dumps(message).encode() + b"\n")
        host.stdin.flush()
        answer = next(each for each in map(json.loads, host.stdout) if each.get("id") == 2)
        host.stdin.close()
        host.terminate()
    servers = {each["name"]: set(each["tools"]) for each in answer["result"]["data"]}
    assert servers["highlight"] == TOOLS
