"""`highlight-mcp user` and what `highlight-mcp http` says when it cannot serve."""

import socket
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from highlight_mcp.cli import main
from highlight_mcp.server.http.users import hash_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a data directory of its own; gives exit status, stdout and stderr."""
    given = {"HOME": tmp_path / "data", "OUTPUT_DIR": tmp_path / "reels", "CONFIG": tmp_path / "config.toml"}
    for name, value in given.items():
        monkeypatch.setenv(f"HIGHLIGHT_{name}", str(value))
    for name in ("NEMO_TOKEN", "HIGHLIGHT_BACKEND", "HIGHLIGHT_HTTP_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def test_a_token_is_shown_once_and_only_its_hash_is_kept(run: Run, tmp_path: Path) -> None:
    status, token, _ = run("user", "add", "ann", "--media-root", str(tmp_path))
    assert status == 0
    file = tmp_path / "data" / "people.toml"
    kept = tomllib.loads(file.read_text())["people"]["ann"]
    assert kept == {"token_hash": hash_of(token.strip()), "media_roots": [str(tmp_path)]}
    assert file.stat().st_mode & 0o077 == 0
    assert run("user", "list")[1] == f"ann: {tmp_path}\n"


def test_people_are_removed_and_the_work_they_left_is_not_handed_to_a_namesake(run: Run, tmp_path: Path) -> None:
    run("user", "add", "ann")
    (tmp_path / "data" / "users" / "ann").mkdir(parents=True)
    status, _, said = run("user", "remove", "ann")
    assert status == 0
    assert "still in" in said
    assert run("user", "list")[1] == ""
    status, token, said = run("user", "add", "ann")
    assert (status, token) == (1, "")
    assert "--keep-data" in said
    assert run("user", "add", "ann", "--keep-data")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "../ann"], "cannot be a name"),
        (["add", "ANN"], "somebody named ann already"),
        (["add", "bob", "--media-root", "/no/such/folder"], "There is no folder /no/such/folder"),
        (["add", "bob", "--nemo-token-file", "/no/such/file"], "is empty or cannot be read"),
        (["remove", "bob"], "nobody named 'bob'. Known: ann."),
    ],
)
def test_mistakes_are_named_and_change_nothing(run: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    run("user", "add", "ann")
    before = (tmp_path / "data" / "people.toml").read_bytes()
    status, out, err = run("user", *arguments)
    assert (status, out) == (1, "")
    assert said in err
    assert (tmp_path / "data" / "people.toml").read_bytes() == before


def test_a_port_that_cannot_be_is_refused_in_words(run: Run) -> None:
    status, _, said = run("http", "--port", "999999")
    assert status == 1
    assert "--port must be from 0 to 65535, not 999999" in said


def test_a_port_in_use_is_refused_in_words(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, _, said = run("http", "--port", str(port))
    assert status == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use." in said
    assert "MCP at" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0", "--port", "0"], "a token is needed"),
        (["--public-url", "https://reels.example.com", "--port", "0"], "a token is needed"),
        (["--allow-host", "reels.example.com", "--port", "0"], "a token is needed"),
        (["--host", "no.such.host.invalid"], "Cannot listen on no.such.host.invalid:8765"),
        (["--public-url", "reels.example.com"], "--public-url must be an address"),
        (["--public-url", r"https://reels.example.com\@localhost"], "--public-url must be an address"),
        (["--public-url", "https://reels.example.com@localhost"], "--public-url must be an address"),
        (["--public-url", "https://local host"], "--public-url must be an address"),
    ],
)
def test_an_address_that_cannot_be_served_is_refused(run: Run, arguments: list[str], said: str) -> None:
    status, _, err = run("http", *arguments)
    assert status == 1
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("where", [[], ["--public-url", "https://reels.example.com"]])
def test_a_server_that_had_people_stays_closed_when_the_last_one_has_gone(run: Run, where: list[str]) -> None:
    run("user", "add", "zoe")
    assert run("user", "remove", "zoe")[0] == 0
    status, _, said = run("http", "--port", "0", *where)
    assert status == 1
    assert "Nobody may use this server any more" in said
    assert "highlight-mcp user add NAME" in said
    assert "MCP at" not in said


def test_a_server_whose_file_of_people_is_lost_stays_closed_and_names_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "users" / "zoe").mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as other:
        status, _, said = run("http", "--port", str(other.getsockname()[1]))
    assert status == 1
    assert f"{tmp_path / 'data' / 'people.toml'}, which says who may call, is missing" in said
    assert "highlight-mcp user add NAME" in said


def test_a_token_is_read_from_a_file_and_one_on_the_command_line_is_warned_of(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        _, _, said = run("http", "--port", port, "--token", "the-secret")
        assert "--token-file" in said
        assert "the-secret" not in said
        (tmp_path / "token").write_text("the-secret\n")
        _, _, said = run("http", "--port", port, "--token-file", str(tmp_path / "token"))
        assert "--token can be read" not in said
    status, _, said = run("http", "--port", "0", "--token-file", str(tmp_path / "none"))
    assert status == 1
    assert "is empty or cannot be read" in said


def test_one_cloud_account_for_several_people_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("user", "add", "ann")
    monkeypatch.setenv("HIGHLIGHT_BACKEND", "nemo")
    monkeypatch.setenv("NEMO_TOKEN", "the-one-account")
    for arguments in (["http", "--port", "0"], ["user", "add", "bob"]):
        status, _, said = run(*arguments)
        assert status == 1
        assert "NEMO_TOKEN is the account of one" in said
        assert "the-one-account" not in said


def test_a_broken_file_of_people_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.toml").write_text("[people.ann]\n")
    status, _, said = run("http", "--port", "0")
    assert status == 1
    assert "entry 'ann' that cannot be used" in said
