"""Files that are written whole or not at all, and never over another, by two runs at once and without hard links."""

import errno
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.files import move_to_free_name, move_to_new, replace_held, replacing, take_name

EACH = 50


def test_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    with replacing(file, durable=True) as stream:
        stream.write(b"first")
    with pytest.raises(RuntimeError), replacing(file) as stream:
        stream.write(b"half of the sec")
        raise RuntimeError
    assert file.read_bytes() == b"first" and list(tmp_path.iterdir()) == [file]


def test_a_full_disk_leaves_no_partial_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"), replacing(tmp_path / "record.json", durable=True) as stream:
        stream.write(b"record")
    assert not list(tmp_path.iterdir())


def test_a_durable_file_and_its_folder_are_brought_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def noted(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    with replacing(tmp_path / "record.json", durable=True) as stream:
        stream.write(b"record")
    assert synced == [(tmp_path / "record.json").stat().st_ino, tmp_path.stat().st_ino]


def refused(*_given: Any, **_named: Any) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def _publish(folder: Path, name: str, links: bool) -> None:
    if not links:
        os.link = refused
    for step in range(EACH):
        part = folder.with_name(f"{name}-{step}.part")
        part.write_text(f"{name}-{step}")
        move_to_free_name(part, folder, "reel", ".mp4")


@pytest.mark.parametrize("links", [True, False])
def test_two_processes_that_publish_under_one_name_at_once_lose_nothing(tmp_path: Path, links: bool) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    start = multiprocessing.get_context("spawn").Process
    runs = [start(target=_publish, args=(folder, name, links)) for name in "ab"]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert sorted(file.read_text() for file in folder.iterdir()) == sorted(
        f"{n}-{s}" for n in "ab" for s in range(EACH)
    )


def test_a_file_put_in_the_place_of_a_held_name_is_not_replaced(tmp_path: Path) -> None:
    part, target = tmp_path / "part", tmp_path / "reel.mp4"
    part.write_text("ours")
    for theirs in (lambda: target.write_text("theirs"), lambda: (tmp_path / "new").replace(target)):
        held = take_name(target)
        (tmp_path / "new").write_text("theirs")
        theirs()
        with pytest.raises(FileExistsError):
            replace_held(part, target, held)
        assert target.read_text() == "theirs" and part.read_text() == "ours"
        target.unlink()


def test_a_name_that_is_taken_stays_with_who_has_it_without_hard_links_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, target = tmp_path / "part", tmp_path / "reel.mp4"
    part.write_text("ours")
    target.write_text("theirs")
    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(FileExistsError):
        move_to_new(part, target)
    assert target.read_text() == "theirs" and part.read_text() == "ours"
