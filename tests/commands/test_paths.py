"""Paths that begin with `~` mean a home at the shell; one that is not there is told with its value."""

from pathlib import Path

import pytest

from highlight_mcp.cli import main
from highlight_mcp.commands.shell import split_words

NOBODY = "~nosuchuser-here"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HIGHLIGHT_OUTPUT_DIR", str(tmp_path / "out"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


@pytest.mark.parametrize(
    "words",
    [
        ["reel", f"{NOBODY}/a.mp4", "a reel"],
        ["plan", f"{NOBODY}/a.mp4", "a reel"],
        ["analyse", f"{NOBODY}/a.mp4"],
        ["reel", "a.mp4", "a reel", "-o", f"{NOBODY}/a.mp4"],
        ["render", f"{NOBODY}/a.mp4", "-o", "x.mp4"],
        ["words", f"{NOBODY}/a.mp4"],
        ["user", "add", "eve", "--media-root", f"{NOBODY}/a.mp4"],
        ["user", "add", "eve", "--nemo-token-file", f"{NOBODY}/a.mp4"],
        ["http", "--token-file", f"{NOBODY}/a.mp4"],
    ],
)
def test_a_home_that_is_not_there_is_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert f"'{NOBODY}/a.mp4' begins with a home folder that cannot be found" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("name", ["HIGHLIGHT_HOME", "HIGHLIGHT_MEDIA_ROOTS", "HIGHLIGHT_FONT", "HIGHLIGHT_CONFIG"])
def test_a_setting_with_a_home_that_is_not_there_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, f"{NOBODY}/x")
    assert main(["doctor"]) == 2
    error = capsys.readouterr().err
    assert name in error and f"'{NOBODY}/x' begins with a home folder" in error


def test_the_settings_file_may_lie_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.toml").write_text("cache_mb = 3\n")
    monkeypatch.setenv("HIGHLIGHT_CONFIG", "~/mine.toml")
    assert main(["fsck"]) == 2
    assert "HIGHLIGHT_CACHE_MB = 3" in capsys.readouterr().err


@pytest.mark.parametrize("wish", ["~20 seconds of goals", "the best moments " * 40])
def test_a_wish_is_a_wish_whatever_it_begins_with_and_however_long_it_is(wish: str) -> None:
    assert split_words(["a.mp4", wish]) == (["a.mp4"], wish)
