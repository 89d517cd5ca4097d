"""A finished file takes a name that nothing has, whatever the file system can do and whoever else wants it."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.client.download import publish

RUNS, EACH = 4, 40


@pytest.fixture(params=["hard links", "no hard links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_given: Any, **_named: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if request.param == "no hard links":
        monkeypatch.setattr(os, "link", refused)


def test_several_that_publish_at_once_lose_nothing(links: None, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    begin = threading.Barrier(RUNS)

    def run(number: int) -> None:
        begin.wait()
        for step in range(EACH):
            part = tmp_path / f"{number}-{step}.part"
            part.write_text(f"{number}-{step}")
            publish(part, folder, "reel")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    expected = {f"{number}-{step}" for number in range(RUNS) for step in range(EACH)}
    assert {file.read_text() for file in folder.iterdir()} == expected
    assert not list(tmp_path.glob("*.part"))


def test_what_appears_at_the_last_moment_is_not_replaced(
    links: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program makes the file between every look at the name and its use."""
    real = Path.exists

    def late(self: Path, **named: Any) -> bool:
        found = real(self, **named)
        if self.name == "reel.mp4" and not found:
            self.write_text("of somebody else")
        return found

    monkeypatch.setattr(Path, "exists", late)
    part = tmp_path / "mine.part"
    part.write_text("mine")
    place = publish(part, tmp_path, "reel")
    assert place.read_text() == "mine"
    assert place.name == "reel.mp4" or (tmp_path / "reel.mp4").read_text() == "of somebody else"
