"""Ctrl-C and SIGTERM at the shell: what was started ends, one line says so, nothing is left behind."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from waiting import eventually

SAMPLE = Path(__file__).parents[2] / "src" / "highlight_mcp" / "sample" / "match.mp4"
WISH = "pull the best moments and compile them into a 20-second highlight reel"
FORK_SERVER = "highlight_mcp.engine.fork_server"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


class Shell:
    """Commands of one person with a home of their own; each runs in a process group like one at a terminal."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "data"
        self.reels = home / "reels"
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str) -> "subprocess.Popen[str]":
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        own = {"HOME": str(self.home), "HIGHLIGHT_HOME": str(self.data), "HIGHLIGHT_OUTPUT_DIR": str(self.reels)}
        process = subprocess.Popen(
            [sys.executable, "-m", "highlight_mcp", *words],
            env={**kept, **own, "HIGHLIGHT_IDLE_EXIT_S": "30"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def press(self, process: "subprocess.Popen[str]", number: int) -> None:
        """As a terminal does it: the whole group in front gets the signal."""
        os.killpg(process.pid, number)

    def backend(self) -> psutil.Process:
        return psutil.Process(json.loads((self.data / "backend.json").read_text())["pid"])

    def engines(self) -> list[psutil.Process]:
        """Engines at work in the backend."""
        return [each for each in self.backend().children(recursive=True) if is_engine(each)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if not (self.data / "backend.db").exists():
            return []
        with closing(sqlite3.connect(self.data / "backend.db", timeout=30)) as connection:
            try:
                return connection.execute(query).fetchall()
            except sqlite3.OperationalError:
                return []

    def files(self) -> list[str]:
        """Everything in the output folder and in the working folders of renders."""
        folders = (self.reels, self.data / "renders", self.data / "tmp")
        return [str(file) for folder in folders for file in folder.rglob("*") if file.is_file()]

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        if (self.data / "backend.json").exists():
            backend = self.backend()
            backend.send_signal(signal.SIGCONT)
            backend.terminate()
            psutil.wait_procs([backend], timeout=10)


def is_engine(process: psutil.Process) -> bool:
    """An engine at work: the fork server itself is none, what it has forked is one."""
    try:
        command = process.cmdline()
        forked = FORK_SERVER in command and FORK_SERVER in (process.parent() or process).cmdline()
        return process.status() != psutil.STATUS_ZOMBIE and ("highlight_mcp.engine" in command or forked)
    except psutil.Error:
        return False


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    made.close()


def told(process: "subprocess.Popen[str]", status: int) -> str:
    """The one line on stderr of a command that was stopped."""
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert len(errors.splitlines()) == 1, errors
    line = errors.strip()
    assert line.startswith("highlight-mcp: Stopped"), errors
    return line


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("command", ["plan", "analyse"])
def test_plan_and_analyse_end_with_their_engine(shell: Shell, command: str, number: int, status: int) -> None:
    process = shell.start(command, str(SAMPLE), *([WISH] if command == "plan" else []))
    me = psutil.Process(process.pid)
    (engine, *_) = eventually("the engine runs", lambda: [each for each in me.children() if is_engine(each)])
    shell.press(process, number)
    assert "Nothing was made" in told(process, status)
    psutil.wait_procs([engine], timeout=10)
    assert not engine.is_running()


@pytest.mark.slow
@pytest.mark.parametrize(("command", "number", "status"), [("reel", signal.SIGINT, 130), ("demo", signal.SIGTERM, 143)])
def test_an_export_under_way_is_cancelled(shell: Shell, command: str, number: int, status: int) -> None:
    words = [command, str(SAMPLE), WISH, "--preset", "1080p"] if command == "reel" else [command]
    process = shell.start(*words, "-o", str(shell.home / "mine.mp4"))
    eventually("the reel is being written", lambda: shell.rows("select 1 from renders") and shell.files())
    shell.press(process, number)
    assert "export is cancelled" in told(process, status)
    assert shell.rows("select status from renders") == [("cancelled",)]
    assert shell.engines() == []
    assert shell.files() == []
    assert not (shell.home / "mine.mp4").exists()


@pytest.mark.slow
def test_a_call_of_a_tool_takes_back_what_it_has_started_and_nothing_else(shell: Shell) -> None:
    footage = shutil.copy(SAMPLE, shell.home / "match.mp4")
    for words in (["upload", f'sources=["{footage}"]'], ["edit", f"instruction={WISH}"], ["export", "wait_s=0"]):
        done = shell.start("call", *words)
        answer, errors = done.communicate(timeout=90)
        assert done.returncode == 0, answer + errors
    process = shell.start("call", "export", "preset=720p", "wait_s=25")
    eventually("both are accepted", lambda: len(shell.rows("select 1 from renders")) == 2)
    shell.press(process, signal.SIGINT)
    assert "What the call had started is cancelled" in told(process, 130)
    (other,), (ours,) = shell.rows("select status from renders order by number")
    assert ours == "cancelled" and other != "cancelled"


@pytest.mark.slow
def test_an_edit_under_way_is_cancelled(shell: Shell) -> None:
    process = shell.start("reel", str(SAMPLE), WISH)
    eventually("the edit runs", lambda: shell.rows("select 1 from turns"))
    shell.press(process, signal.SIGINT)
    assert "edit is cancelled" in told(process, 130)
    assert shell.rows("select status from turns") == [("cancelled",)]
    assert shell.engines() == []


@pytest.mark.slow
def test_a_second_time_leaves_at_once_even_when_the_backend_does_not_answer(shell: Shell) -> None:
    process = shell.start("reel", str(SAMPLE), WISH, "--preset", "1080p")
    eventually("the reel is being written", lambda: shell.rows("select 1 from renders") and shell.files())
    shell.backend().suspend()
    shell.press(process, signal.SIGINT)
    waiting = psutil.Process(process.pid)
    assert eventually("the first one is taken up", lambda: waiting.is_running())

    def pressed_again() -> bool:
        shell.press(process, signal.SIGINT)
        return process.poll() is not None

    eventually("it leaves", pressed_again)
    assert process.returncode == 130
    shell.backend().resume()


@pytest.mark.slow
def test_a_render_of_a_file_leaves_no_part_behind(shell: Shell) -> None:
    planned = shell.start("plan", str(SAMPLE), WISH, "--json")
    timeline, errors = planned.communicate(timeout=90)
    assert planned.returncode == 0, errors
    (shell.home / "plan.json").write_text(timeline)
    folder = shell.home / "out"
    process = shell.start("render", "plan.json", "-o", str(folder / "mine.mp4"), "--preset", "1080p")
    eventually("the reel is being written", lambda: folder.is_dir() and list(folder.iterdir()))
    shell.press(process, signal.SIGINT)
    assert "Nothing was made" in told(process, 130)
    assert list(folder.iterdir()) == []
