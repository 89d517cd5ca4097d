"""`highlight-mcp install` adds one entry and leaves the rest of a host's file alone."""

import json
from pathlib import Path

import pytest

from highlight_mcp.cli import HOSTS, main
from highlight_mcp.commands.install import target


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / ".config"))
    return tmp_path


@pytest.mark.parametrize("host", HOSTS)
def test_a_fresh_host_gets_an_entry_that_starts_the_server(host: str) -> None:
    assert main(["install", host]) == 0
    file, key = target(host)
    entry = json.loads(file.read_text())[key]["highlight"]
    assert Path(entry["command"]).is_absolute()
    assert entry["args"] in ([], ["-m", "highlight_mcp"])


@pytest.mark.parametrize("host", HOSTS)
def test_what_else_stands_in_the_file_is_kept_and_the_old_file_saved(host: str) -> None:
    file, key = target(host)
    file.parent.mkdir(parents=True, exist_ok=True)
    before = {"theme": "暗", key: {"other": {"command": "x"}}}
    file.write_text(json.dumps(before))
    assert main(["install", host]) == 0
    after = json.loads(file.read_text())
    assert after["theme"] == "暗"
    assert after[key]["other"] == {"command": "x"}
    assert json.loads(file.with_name(file.name + ".bak").read_text()) == before


def test_each_install_keeps_the_file_it_found_and_none_that_was_kept_before() -> None:
    file, _ = target("cursor")
    file.parent.mkdir(parents=True)
    file.write_text(original := '{"theme": "dark"}')
    assert main(["install", "cursor"]) == 0
    between = file.read_text()
    assert main(["install", "cursor"]) == main(["install", "cursor"]) == 0
    kept = [file.with_name(f"mcp.json.bak{ending}").read_text() for ending in ("", ".1", ".2")]
    assert kept == [original, between, between]


def test_a_file_that_is_not_json_is_left_untouched_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    file, _ = target("cursor")
    file.parent.mkdir(parents=True)
    file.write_text("{ // comments\n}")
    assert main(["install", "cursor"]) == 1
    assert file.read_text() == "{ // comments\n}"
    assert "left as it is" in capsys.readouterr().err


def test_print_shows_the_entry_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "vscode", "--print"]) == 0
    assert '"servers"' in capsys.readouterr().out
    assert not target("vscode")[0].exists()
