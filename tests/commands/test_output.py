"""Where a reel is put: an honest name, never over another file, never with the part of another run."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from forked import Command
from media_factory import make_clip
from waiting import eventually


def shell(home: Path, *words: str) -> Command:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    own = {"HOME": str(home), "USERPROFILE": str(home), "HIGHLIGHT_HOME": str(home / "data")}
    return Command(words, {**kept, **own}, folder=home)


def done(process: Command) -> tuple[int | None, str, str]:
    out, errors = process.communicate(timeout=180)
    return process.returncode, out, errors


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A timeline of one second, as `plan --json` prints it."""
    clip = make_clip(tmp_path / "a.mp4", seconds=2)
    file = tmp_path / "plan.json"
    status, out, errors = done(shell(tmp_path, "plan", str(clip), "keep 0:00 to 0:01", "--json"))
    assert status == 0, errors
    assert json.loads(out)["timeline"]
    file.write_text(out)
    return file


@pytest.mark.parametrize(
    "words",
    [
        ("reel", "a.mp4", "the best moments", "-o", "x.flv"),
        ("reel", "a.mp4", "-o", "x.flv", "the best moments"),
        ("demo", "-o", "cut.psd"),
        ("render", "plan.json", "-o", "x.webm"),
        ("reel", "a.mp4", "the best moments", "-o", "x.mov"),
    ],
)
def test_the_name_of_another_format_is_refused_before_any_work(tmp_path: Path, words: tuple[str, ...]) -> None:
    status, out, errors = done(shell(tmp_path, *words))
    assert status == 1
    assert out == ""
    assert next(word for word in words if word.startswith(("x.", "cut."))) in errors
    assert ".mp4" in errors
    assert list(tmp_path.iterdir()) == [], "nothing was started and nothing was made"


def test_a_run_that_fails_leaves_the_part_of_another_run_alone(tmp_path: Path) -> None:
    other = tmp_path / ".mine.mp4.part"
    other.write_bytes(b"being written by another run")
    (tmp_path / "bad.json").write_text("not JSON")
    status, _, errors = done(shell(tmp_path, "render", "bad.json", "-o", "mine.mp4"))
    assert status == 1
    assert errors.startswith("highlight-mcp: ")
    assert other.read_bytes() == b"being written by another run"


@pytest.mark.skipif(sys.platform == "win32", reason="holds a process by a signal of POSIX")
def test_two_renders_to_one_name_at_once_make_two_reels(tmp_path: Path, planned: Path) -> None:
    words = ("render", str(planned), "-o", "mine.mp4", "--preset", "draft")
    first = shell(tmp_path, *words)
    eventually("the first renders", lambda: list(tmp_path.glob(".mine*.part")), 120)
    first.send_signal(signal.SIGSTOP)  # it has found the name free, and takes it only when the other has, too
    second = shell(tmp_path, *words)
    eventually(
        "the second renders", lambda: len(list(tmp_path.glob(".mine*.part"))) == 2 or second.poll() is not None, 120
    )
    first.send_signal(signal.SIGCONT)
    ended = [done(first), done(second)]
    assert [status for status, _, _ in ended] == [0, 0], ended
    made = {Path(out.splitlines()[-1]) for _, out, _ in ended}
    assert {path.name for path in made} == {"mine.mp4", "mine (2).mp4"}
    assert all(path.stat().st_size > 1000 for path in made)
    assert not list(tmp_path.glob(".mine*"))
