"""`highlight-mcp install` adds one entry to the file of a host, or takes it out, and leaves all else as it is."""

import json
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.cli import HOSTS, main
from highlight_mcp.commands.host_check import start_of
from highlight_mcp.commands.hosts import json_text
from highlight_mcp.commands.hosts.catalogue import hosts
from highlight_mcp.commands.hosts.launch import find_launch
from highlight_mcp.messages.reasons import WrongValue

SETTINGS = """// Zed settings
{
    "theme": "暗", /* mine */
    // "old": true,
    "KEY": {
        // the tracker
        "other": { "command": "x", "args": ["-y", "a//b"] }, // https://example.invalid
    },
    "buffer_font_size": 15.0
}
"""
SETTINGS_AFTER = """// Zed settings
{
    "theme": "暗", /* mine */
    // "old": true,
    "KEY": {
        // the tracker
        "other": { "command": "x", "args": ["-y", "a//b"] }, // https://example.invalid
        "highlight": ENTRY,
    },
    "buffer_font_size": 15.0
}
"""
CODEX = '''# mine
model = "gpt"   # the good one
notify = ["a",
  "b"]

[mcp_servers.other]   # tracker
command = "x"  # here
args = ["-y", "b"]

[mcp_servers.other.env]
"A B" = """
[mcp_servers.highlight]
"""

[projects."/home/me"]
trust_level = "trusted"
'''
GOOSE = """# goose
GOOSE_MODEL: gpt  # the good one

extensions:
  developer:
    bundled: true
    enabled: true
    description: |
      Shell and
        files

    timeout: 300   # s
    type: builtin
  # the tracker
  other: {cmd: x, args: [-y, b], type: stdio, enabled: false}

# at the end
GOOSE_MODE: smart_approve
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own; no program of a host is on the path."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / ".config"))
    for name in ("CODEX_HOME", "CLAUDE_CONFIG_DIR", "COPILOT_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def file_of(host: str, text: str | bytes | None = None) -> Path:
    """The file of a host, with this content."""
    file = hosts()[host].config().file
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def entry_of(host: str) -> dict[str, Any]:
    entry = hosts()[host].config().entry()
    assert entry is not None
    return entry


def sample_of(host: str) -> str:
    """A file with comments and another server."""
    known = hosts()[host]
    texts = {"toml": CODEX, "yaml": GOOSE, "json": SETTINGS.replace("KEY", known.at[-1])}
    return texts[known.notation]


def test_the_names_at_the_shell_are_those_that_are_known() -> None:
    assert tuple(hosts()) == HOSTS


@pytest.mark.parametrize("host", HOSTS)
def test_a_fresh_host_gets_an_entry_that_starts_the_server(host: str) -> None:
    assert main(["install", host]) == 0
    start = start_of(entry_of(host))
    assert Path(start.command).is_absolute() and (Path(start.command).name, start.arguments) in (
        (Path(find_launch().command).name, ()),
        (Path(sys.executable).name, ("-m", "highlight_mcp")),
    )


@pytest.mark.parametrize("host", HOSTS)
def test_what_else_stands_in_the_file_is_kept_to_the_byte_and_removing_restores_it(host: str) -> None:
    before = sample_of(host)
    file = file_of(host, before)
    assert main(["install", host]) == 0
    after = file.read_text("utf-8")
    lines = iter(after.splitlines())
    assert [line for line in before.splitlines() if line not in lines] == [], "every line, in its order"
    assert file.with_name(file.name + ".bak").read_text("utf-8") == before
    assert main(["install", host]) == 0
    assert file.read_text("utf-8") == after
    assert not file.with_name(file.name + ".bak.1").exists(), "nothing was written the second time"
    assert main(["install", host, "--remove"]) == 0
    assert file.read_text("utf-8") == before
    assert main(["install", host, "--remove"]) == 0


def test_an_entry_stands_among_the_others_in_the_way_of_the_file() -> None:
    zed, codex, goose = file_of("zed", sample_of("zed")), file_of("codex", CODEX), file_of("goose", GOOSE)
    for host in ("zed", "codex", "goose"):
        assert main(["install", host]) == 0
    text = json.dumps(entry_of("zed"), indent=4).replace("\n", "\n        ")
    assert zed.read_text("utf-8") == SETTINGS_AFTER.replace("KEY", "context_servers").replace("ENTRY", text)
    assert tomllib.loads(codex.read_text())["mcp_servers"].keys() == {"other", "highlight"}
    said = goose.read_text()
    assert said.index("  other:") < said.index("  highlight:\n    name: highlight\n") < said.index("# at the end")
    assert yaml.safe_load(said)["extensions"]["highlight"]["timeout"] == 300


def test_hosts_that_give_up_early_are_told_to_wait() -> None:
    for host in HOSTS:
        assert main(["install", host]) == 0
    limits = {host: {name: entry_of(host)[name] for name in hosts()[host].limits} for host in HOSTS}
    assert {host: found for host, found in limits.items() if found} == {
        "claude-code": {"timeout": 120_000},
        "codex": {"startup_timeout_sec": 60, "tool_timeout_sec": 120},
        "gemini": {"timeout": 120_000},
        "copilot": {"timeout": 120_000},
        "opencode": {"timeout": 120_000},
        "goose": {"timeout": 300},
        "cline": {"timeout": 120},
    }


def test_what_somebody_wrote_into_the_entry_stays_and_what_is_turned_off_is_turned_on() -> None:
    own = {"env": {"HIGHLIGHT_MEDIA_ROOTS": "/srv"}, "timeout": 7, "command": "gone", "disabled": True}
    file = file_of("cline", json.dumps({"mcpServers": {"highlight": own}}))
    assert main(["install", "cline"]) == 0
    launch = find_launch().plain()
    assert json.loads(file.read_text()) == {"mcpServers": {"highlight": {**own, **launch, "disabled": False}}}
    file_of("codex", '[mcp_servers.highlight]\ncommand = "gone" # mine\nargs = [\n  "x",\n]\nenabled = false\n')
    file_of("goose", 'extensions:\n  highlight:\n    cmd: "gone" # mine\n    args:\n    - x\n    enabled: false\n')
    for host in ("codex", "goose"):
        assert main(["install", host]) == 0
        assert entry_of(host)["enabled"] is True
        assert "# mine" in file_of(host).read_text()
        assert start_of(entry_of(host)).line() == start_of(launch).line()


BROKEN = {
    "cursor": ("{", "{'a': 1}", "[1]", '{"mcpServers": 3}', '{"mcpServers": {"a": }}', b"\xff", '{"a": 1} x', "{1: 2}"),
    "codex": ("[mcp_servers", "mcp_servers = 3", "a = \n", b"\xff"),
    "goose": ("extensions: [1]", "a: b: c", "- 1\n- 2\n", "a: 1\n---\nb: 2\n", "just words", b"\xff"),
}


@pytest.mark.parametrize(("host", "content"), [(host, text) for host, texts in BROKEN.items() for text in texts])
def test_a_file_that_is_broken_is_left_untouched_and_said(
    host: str, content: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = file_of(host, content)
    before = file.read_bytes()
    for more in ([], ["--remove"]):
        assert main(["install", host, *more]) == 1
        assert "left as it is" in capsys.readouterr().err
    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]


def test_forms_in_which_nothing_else_could_be_kept_are_refused_and_said() -> None:
    file = file_of("goose", before := "extensions: &all\n  a: {cmd: x}\ncopy: *all\n")
    assert main(["install", "goose"]) == 1
    assert file.read_text() == before and list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("host", "content"),
    [
        ("cursor", ""),
        ("cursor", "{}"),
        ("cursor", "{ // nothing yet\n}"),
        ("cursor", '{"mcpServers":{}}'),
        ("cursor", '{"mcpServers":{"a":{"command":"x"}},"b":[1,{"c":2}]}'),
        ("cursor", '{\r\n\t"b": 1\r\n}\r\n'),
        ("cursor", '\ufeff{\n "b": 1,\n}'),
        ("cursor", '{"mcpServers": {"a": 1}, "mcpServers": {"b": 2}}'),
        ("codex", ""),
        ("codex", 'mcp_servers.other.command = "x"\n'),
        ("codex", 'mcp_servers = { other = { command = "x" } }\n'),
        ("codex", 'a = 1\r\n[mcp_servers.b]\r\ncommand = "x"\r\n'),
        ("codex", '[mcp_servers]\n[mcp_servers.b]\ncommand = "x"\n[c]\n[mcp_servers.d]\ncommand = "y"\n'),
        ("goose", ""),
        ("goose", "# only words\n"),
        ("goose", "extensions:\nGOOSE_MODE: auto\n"),
        ("goose", "extensions: {} # none\nGOOSE_MODE: auto"),
        ("goose", "extensions: {a: {cmd: x}}\n"),
        ("goose", "a: 1\nextensions:\n    b:\n        args:\n        - x\n        - y"),
    ],
)
def test_every_form_of_a_file_is_taken(host: str, content: str) -> None:
    file = file_of(host, content)
    assert main(["install", host]) == 0
    assert start_of(entry_of(host)).line() == start_of(find_launch().plain()).line()
    text = file.read_bytes().decode()
    assert text.startswith("\ufeff") == content.startswith("\ufeff")
    assert text.count("\r\n") == (text.count("\n") if "\r\n" in content else 0)
    assert main(["install", host, "--remove"]) == (1 if "{a: {cmd: x}}" in content else 0)


def test_a_link_stays_a_link_and_the_mode_of_a_file_stays(home: Path) -> None:
    real = home / "dotfiles" / "mcp.json"
    real.parent.mkdir()
    real.write_text("{}")
    real.chmod(0o600)
    file_of("cursor").symlink_to(real)
    assert main(["install", "cursor"]) == 0
    assert file_of("cursor").is_symlink() and "highlight" in real.read_text()
    kept = real.with_name("mcp.json.bak")
    assert {stat.S_IMODE(each.stat().st_mode) for each in (real, kept)} == {0o600}


def test_a_file_that_may_only_be_read_is_left_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    file = file_of("cursor", "{}")
    file.chmod(0o444)
    assert main(["install", "cursor"]) == 1
    assert file.read_text() == "{}" and "read-only" in capsys.readouterr().err


def test_each_change_keeps_the_file_it_found_and_none_that_was_kept_before() -> None:
    file = file_of("cursor", original := '{"theme": "dark"}')
    assert main(["install", "cursor"]) == 0
    between = file.read_text()
    assert main(["install", "cursor", "--remove"]) == main(["install", "cursor"]) == 0
    kept = [file.with_name(f"mcp.json.bak{ending}").read_text() for ending in ("", ".1")]
    assert kept == [original, between]


@pytest.mark.parametrize("host", HOSTS)
def test_print_shows_the_entry_and_writes_nothing(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", host, "--print"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{hosts()[host].config().file}\n") and hosts()[host].at[-1] in said
    assert ("://" in said or "vscode:" in said) == (host in ("cursor", "vscode", "lmstudio"))
    assert not hosts()[host].config().file.exists()


def test_all_hosts_that_are_there_are_found_and_no_other_gets_a_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--all"]) == 1
    assert "None of the hosts" in capsys.readouterr().err
    file_of("cursor"), file_of("zed", "{ broken"), program(home, "codex", "")
    (home / ".kiro").mkdir()
    assert main(["install", "--all"]) == 1
    said = capsys.readouterr()
    assert [host for host in HOSTS if hosts()[host].config().file.exists()] == ["cursor", "codex", "zed", "kiro"]
    assert said.out.count("highlight") >= 2 and "zed" in said.err
    assert main(["install", "--all", "--remove"]) == 1
    assert json.loads(file_of("cursor").read_text()) == {"mcpServers": {}}
    assert main(["install"]) == main(["install", "cursor", "--all"]) == 2


@pytest.mark.slow
def test_what_the_server_loads_is_compiled_before_a_host_starts_it(home: Path) -> None:
    bytecode = home / "bytecode"
    own = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-m", "highlight_mcp", "install", "cursor"], env=own, check=True)
    compiled = {file.name.partition(".")[0] for file in bytecode.rglob("*/highlight_mcp/server/*.pyc")}
    assert {"app", "stdio", "tool"} <= compiled


def program(home: Path, name: str, body: str) -> Path:
    """A program of a host that notes its arguments, then does what `body` says."""
    file = home / "bin" / name
    noted = home / f"{name}.said"
    text = f"import json, pathlib, sys\npathlib.Path({str(noted)!r}).open('a').write(json.dumps(sys.argv[1:]) + '\\n')"
    file.write_text(f"#!{sys.executable}\n{text}\n{body}\n")
    file.chmod(0o755)
    return noted


ADDS = """
file = pathlib.Path.home() / ".claude.json"
found = json.loads(file.read_text())
if sys.argv[2] == "remove":
    found["mcpServers"].pop(sys.argv[-1])
else:
    found["mcpServers"][sys.argv[-2]] = json.loads(sys.argv[-1])
file.write_text(json.dumps({**found, "starts": 2}))
"""


@pytest.mark.skipif(os.name == "nt", reason="programs of the test are scripts of a POSIX system")
@pytest.mark.parametrize("body", [ADDS, "sys.exit(1)", "raise SystemError"])
def test_a_host_adds_and_removes_by_its_own_command_and_its_file_is_edited_where_that_fails(
    home: Path, body: str
) -> None:
    noted = program(home, "claude", body)
    file = file_of("claude-code", '{"mcpServers": {"other": {}}, "starts": 1}')
    assert main(["install", "claude-code"]) == 0
    assert entry_of("claude-code") == {"type": "stdio", **find_launch().plain(), "timeout": 120_000}
    assert main(["install", "claude-code"]) == main(["install", "claude-code", "--remove"]) == 0
    assert json.loads(file.read_text()) == {"mcpServers": {"other": {}}, "starts": 2 if body == ADDS else 1}
    assert [json.loads(line)[1] for line in noted.read_text().splitlines()] == ["add-json", "remove"]
    assert '"starts": 1' in file.with_name(".claude.json.bak").read_text()


@pytest.mark.skipif(os.name == "nt", reason="programs of the test are scripts of a POSIX system")
def test_a_host_is_not_asked_about_a_broken_file_or_one_behind_a_link(home: Path) -> None:
    noted = program(home, "claude", ADDS)
    file_of("claude-code", "{")
    assert main(["install", "claude-code"]) == 1
    file_of("claude-code").rename(home / "real.json")
    (home / "real.json").write_text("{}")
    file_of("claude-code").symlink_to(home / "real.json")
    assert main(["install", "claude-code"]) == 0
    assert not noted.exists() and file_of("claude-code").is_symlink()


def test_a_tool_that_runs_from_a_cache_is_started_from_where_it_came(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(home / "uv" / "archive-v0" / "x"))
    (home / "bin" / "uvx").write_text("")
    (home / "bin" / "uvx").chmod(0o755)
    launch = find_launch()
    assert launch.command == str(home / "bin" / "uvx")
    assert launch.arguments[0] == "--from" and launch.arguments[2] == "highlight-mcp"
    assert launch.arguments[1].startswith("highlight-mcp @ file://"), "this checkout, which is where it came from"


names = st.sampled_from(["a", "b", "mcpServers", "highlight", 'q"\\', "é"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    data=st.dictionaries(names, trees, max_size=4),
    indent=st.sampled_from([None, 1, 4, "\t"]),
    path=st.lists(names, min_size=1, max_size=3),
    value=trees,
)
def test_any_json_is_changed_at_one_place_alone(
    data: dict[str, Any], indent: int | str | None, path: list[str], value: Any
) -> None:
    text = json.dumps(data, indent=indent)
    expected, at = json.loads(text), path
    inner = expected
    for name in at[:-1]:
        inner = inner.setdefault(name, {}) if isinstance(inner, dict) else None
    if not isinstance(inner, dict):
        with pytest.raises(WrongValue):
            json_text.put(text, path, value)
        return
    inner[at[-1]] = value
    changed = json_text.put(text, path, value)
    assert json.loads(changed) == expected
    inner.pop(at[-1])
    assert json.loads(json_text.drop(changed, path)) == expected
