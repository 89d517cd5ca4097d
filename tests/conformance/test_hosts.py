"""Whole MCP hosts, configured by our own `install`, connect to the server and use its tools without an account.

Their models are scripted ones on loopback; what those read after a call is what each host makes of our answers.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.commands.hosts.catalogue import TOOL_S

from .node import HOSTS, Peers, PeersAbsent, find_peers
from .scripted_model import FINAL, ScriptedModel, scripted_model
from .servers import STDIO

pytestmark = [
    pytest.mark.peers,
    pytest.mark.timeout(400),
    pytest.mark.skipif(os.name == "nt", reason="the programs are found as on a POSIX system"),
]
TOOLS = {"upload", "edit", "preview", "export", "get_state", "cancel", "credits"}
BINARIES = {
    "claude": "@anthropic-ai/claude-code-*/claude",
    "opencode": "opencode-*/bin/opencode",
    "copilot": "@github/copilot-*/copilot",
    "gemini": "@google/gemini-cli/bundle/gemini.js",
    "codex": "@openai/codex/bin/codex.js",
}
"""Where the packages have their programs; those of a system are in a package of its own."""
SAID_S = 150


@pytest.fixture(scope="module")
def hosts() -> Peers:
    """Node and the hosts; the test is skipped where they cannot be had."""
    try:
        return find_peers(HOSTS)
    except PeersAbsent as error:
        pytest.skip(str(error))


@pytest.fixture
def own(environment: Mapping[str, str], hosts: Peers, tmp_path: Path) -> dict[str, str]:
    """An environment whose settings of hosts are empty, with the hosts on its path.

    Codex hands none of our variables on, so that the settings of this place are in the file for them, too.
    """
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, pattern in BINARIES.items():
        found = sorted((hosts.folder / "node_modules").glob(pattern), key=lambda path: len(path.parts[-2]))
        if found:
            (programs / name).symlink_to(found[0])
            found[0].chmod(0o755)
    settings = tmp_path / ".config" / "highlight-mcp" / "config.toml"
    settings.parent.mkdir(parents=True)
    set_here = {name: environment[f"HIGHLIGHT_{name}"] for name in ("HOME", "OUTPUT_DIR", "MEDIA_ROOTS")}
    settings.write_text("".join(f"{name.lower()} = {json.dumps(value)}\n" for name, value in set_here.items()))
    foreign = ("XDG_", "CODEX_", "CLAUDE", "ANTHROPIC_", "GEMINI_", "GOOGLE_", "COPILOT_", "OPENCODE", "GITHUB_", "GH_")
    clean = {name: value for name, value in environment.items() if not name.startswith(foreign)}
    path = os.pathsep.join((str(programs), str(hosts.node.parent), clean.get("PATH", os.defpath)))
    return {**clean, "HOME": str(tmp_path), "PATH": path, "NO_COLOR": "1"}


def said(own: Mapping[str, str], *command: str, **more: str) -> str:
    """What a command says on its way to a good end."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SAID_S, cwd=own["HOME"], env={**own, **more},
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip(f"there is no {command[0]} for this system")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def install(own: Mapping[str, str], host: str, program: str) -> None:
    """By our own command, twice; the host must be there, or the test is skipped."""
    said(own, program, "--version")
    ours = (*STDIO, "install", host)
    assert "is in" in said(own, *ours)
    assert "nothing was changed" in said(own, *ours)
    assert "7 tools" in said(own, *STDIO, "doctor", host)


@contextmanager
def conversation(clip: Path) -> Iterator[ScriptedModel]:
    """A model that has a reel made of a clip, and looks at it."""
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("upload", {"sources": [str(clip)], "new_session": True}),
        ("edit", {"instruction": "the best moments, 3 seconds"}),
        ("preview", {}),
    )
    with scripted_model(*calls) as model:
        yield model


def was_held(model: ScriptedModel, said_last: str) -> None:
    """Every tool was offered, each answer was read by the model, the last word was heard."""
    ours = {name for name in model.offered if "highlight" in name}
    assert {tool for tool in TOOLS if any(name.endswith(tool) for name in ours)} == TOOLS
    uploaded, edited, seen = model.read
    assert "clip.mp4" in uploaded and "0:03 reel" in edited
    assert "Timeline (1 track)" in edited + seen
    assert FINAL in said_last


def test_claude_code_makes_a_reel_and_sees_the_storyboard(own: dict[str, str], clip: Path) -> None:
    install(own, "claude-code", "claude")
    assert "Connected" in said(own, "claude", "mcp", "list")
    allowed = [f"mcp__highlight__{tool}" for tool in sorted(TOOLS)]
    settings = {"ENABLE_TOOL_SEARCH": "false", "MCP_CONNECTION_NONBLOCKING": "0", "ANTHROPIC_API_KEY": "none"}
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    with conversation(clip) as model:
        command = ("claude", "-p", "Make a reel.", "--allowedTools", *allowed)
        was_held(model, said(own, *command, ANTHROPIC_BASE_URL=model.url, **settings, **quiet))
    assert '"type": "image"' in model.read[-1]
    assert "no longer" in said(own, *STDIO, "install", "claude-code", "--remove")
    assert "highlight" not in said(own, "claude", "mcp", "list")


def test_gemini_cli_makes_a_reel(own: dict[str, str], clip: Path) -> None:
    install(own, "gemini", "gemini")
    settings = Path(own["HOME"]) / ".gemini" / "settings.json"
    configured = json.loads(settings.read_text())
    assert configured["mcpServers"]["highlight"]["timeout"] == 1000 * TOOL_S
    settings.write_text(json.dumps({**configured, "security": {"auth": {"selectedType": "gemini-api-key"}}}))
    with conversation(clip) as model:
        command = ("gemini", "--skip-trust", "--yolo", "-m", "gemini-2.5-flash", "-p", "Make a reel.")
        was_held(model, said(own, *command, GOOGLE_GEMINI_BASE_URL=model.url, GEMINI_API_KEY="none"))
    assert "no longer" in said(own, *STDIO, "install", "gemini", "--remove")


def test_opencode_makes_a_reel(own: dict[str, str], clip: Path) -> None:
    install(own, "opencode", "opencode")
    assert "connected" in said(own, "opencode", "mcp", "list")
    with conversation(clip) as model:
        options = {"baseURL": f"{model.url}/v1", "apiKey": "none"}
        provider = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": {"m": {"name": "m"}}}
        settings = {
            "OPENCODE_CONFIG_CONTENT": json.dumps({"provider": {"scripted": provider}}),
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
        }
        was_held(model, said(own, "opencode", "run", "-m", "scripted/m", "Make a reel.", **settings))


def test_copilot_cli_makes_a_reel(own: dict[str, str], clip: Path) -> None:
    install(own, "copilot", "copilot")
    with conversation(clip) as model:
        at_model = {"COPILOT_PROVIDER_BASE_URL": f"{model.url}/v1", "COPILOT_PROVIDER_API_KEY": "none"}
        settings = {"COPILOT_MODEL": "m", "COPILOT_OFFLINE": "true"}
        was_held(model, said(own, "copilot", "--allow-all-tools", "-p", "Make a reel.", **at_model, **settings))
    assert "no longer" in said(own, *STDIO, "install", "copilot", "--remove")
    assert "highlight" not in said(own, "copilot", "mcp", "list")


def test_codex_lists_and_calls(own: dict[str, str], clip: Path) -> None:
    install(own, "codex", "codex")
    with subprocess.Popen(["codex", "app-server"], stdin=-1, stdout=-1, env=own, cwd=own["HOME"]) as host:
        codex = AppServer(host)
        codex.ask("initialize", {"clientInfo": {"name": "test", "version": "1"}})
        codex.send({"method": "initialized"})
        (server,) = codex.ask("mcpServerStatus/list", {})["data"]
        assert (server["name"], set(server["tools"])) == ("highlight", TOOLS)
        assert server["resources"] and server["resourceTemplates"]
        thread = codex.ask("thread/start", {"cwd": own["HOME"], "ephemeral": True})["thread"]["id"]
        call = {"server": "highlight", "threadId": thread, "tool": "upload", "arguments": {"sources": [str(clip)]}}
        answer = codex.ask("mcpServer/tool/call", call)
        assert not answer.get("isError") and answer["structuredContent"]["media"][0]["name"] == clip.name
        host.terminate()


class AppServer:
    """The protocol by which editors drive Codex: JSON-RPC, a message on each line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._number = 0

    def send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result of a request; whatever else it says meanwhile is passed over."""
        self._number += 1
        self.send({"id": self._number, "method": method, "params": params})
        assert self._process.stdout is not None
        answers = (each for each in map(json.loads, self._process.stdout) if each.get("id") == self._number)
        answer: dict[str, Any] = next(each for each in answers if "method" not in each)
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        return result
