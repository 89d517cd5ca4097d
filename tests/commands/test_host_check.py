"""`highlight-mcp doctor HOST` starts the server as the entry of a host does, and says what the host will see."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.cli import main
from highlight_mcp.commands.host_check import BARE_PATH, EntryStart, environment_for
from highlight_mcp.commands.hosts.catalogue import hosts
from highlight_mcp.server.tools import TOOLS

Checks = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / ".config"))
    monkeypatch.delenv("CODEX_HOME", raising=False)
    return tmp_path


def checked(host: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Checks]:
    """The exit status, and what was found by its name."""
    capsys.readouterr()
    status = main(["doctor", host, "--json"])
    return status, {each["name"]: each for each in json.loads(capsys.readouterr().out)}


def configure(host: str, entry: dict[str, Any] | None, text: str = "") -> Path:
    """The file of a host with this entry, or this text."""
    file = hosts()[host].config().file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text or json.dumps({hosts()[host].at[-1]: {"highlight": entry}}))
    return file


@pytest.mark.parametrize(
    ("host", "protocol"), [("claude-code", "2026-07-28"), pytest.param("codex", "2025-11-25", marks=pytest.mark.slow)]
)
def test_after_an_install_the_host_sees_every_tool_by_the_protocol_it_speaks(
    host: str, protocol: str, capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(home))
    assert main(["install", host]) == 0
    status, found = checked(host, capsys)
    assert status == 0 and protocol in found["start"]["detail"]
    seen = found["tools"]["detail"]
    assert seen.startswith(f"{len(TOOLS)} tools (") and all(tool.name in seen for tool in TOOLS)


def test_without_an_entry_the_way_to_one_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = checked("goose", capsys)
    assert status == 1 and found.keys() == {"entry"}
    assert "highlight-mcp install goose" in found["entry"]["next_step"]


def test_a_file_that_the_host_cannot_read_either_is_said_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    configure("cursor", None, '{\n "a": }')
    status, found = checked("cursor", capsys)
    assert status == 1 and "line 2, column 7 is not JSON" in found["entry"]["detail"]


@pytest.mark.parametrize("switch", [{"enabled": False}, {"disabled": True}])
def test_an_entry_that_is_turned_off_is_said(switch: dict[str, bool], capsys: pytest.CaptureFixture[str]) -> None:
    configure("cline", {"command": "x", **switch})
    status, found = checked("cline", capsys)
    assert status == 1 and "turned off" in found["entry"]["detail"]


def test_a_command_that_only_a_shell_would_find_is_said_to_be_missing(capsys: pytest.CaptureFixture[str]) -> None:
    configure("claude-desktop", {"command": "no-such-uv", "args": ["run"]})
    status, found = checked("claude-desktop", capsys)
    assert status == 1 and "no-such-uv" in found["start"]["detail"]
    assert "install claude-desktop" in found["start"]["next_step"]


def test_a_server_that_ends_at_once_is_told_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    ends = "import sys; sys.exit('no module named highlights')"
    configure("opencode", {"type": "local", "command": [sys.executable, "-c", ends]})
    status, found = checked("opencode", capsys)
    assert status == 1 and "no module named highlights" in found["start"]["detail"]


def test_a_server_that_never_answers_is_told_with_what_it_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("highlight_mcp.commands.host_check.START_S", 1)
    reads = "import sys; print('waiting for a licence', file=sys.stderr, flush=True); sys.stdin.read()"
    configure(
        "codex", None, f"[mcp_servers.highlight]\ncommand = {json.dumps(sys.executable)}\nargs = ['-c', \"{reads}\"]"
    )
    status, found = checked("codex", capsys)
    assert status == 1 and "no answer within 1 s; it only said: waiting for a licence" in found["start"]["detail"]


@pytest.mark.skipif(sys.platform == "win32", reason="programs of a desktop have the PATH of the user there")
def test_it_is_started_with_what_the_host_hands_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HIGHLIGHT_LANGUAGE", "zh")
    monkeypatch.setenv("SSL_CERT_FILE", "/certificates")
    start = EntryStart("x", (), {"OWN": "1"})
    names = ("claude-desktop", "codex", "gemini")
    desktop, codex, gemini = (environment_for(hosts()[name], start) for name in names)
    assert (desktop["PATH"], desktop["OWN"]) == (BARE_PATH, "1")
    assert codex["PATH"] == gemini["PATH"] != BARE_PATH and codex["SSL_CERT_FILE"] == "/certificates"
    assert [each.get("HIGHLIGHT_LANGUAGE") for each in (desktop, codex, gemini)] == [None, None, "zh"]
