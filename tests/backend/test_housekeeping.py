"""What is removed to save space, and what is not."""

import os
import time
from pathlib import Path

from highlight_mcp.backend.cleanup import remove_unused_blobs, trim_cache


def file(folder: Path, name: str, size: int, age_s: float = 0) -> Path:
    made = folder / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(b"x" * size)
    os.utime(made, (time.time() - age_s, time.time() - age_s))
    return made


def test_the_cache_loses_what_was_used_least_recently_until_it_fits(tmp_path: Path) -> None:
    old, middle, new = (file(tmp_path, f"{age}/a.npz", 400, age) for age in (300, 200, 100))
    assert trim_cache(tmp_path, 1000) == (1, 400)
    assert (old.exists(), middle.exists(), new.exists()) == (False, True, True)
    assert trim_cache(tmp_path, 1000) == (0, 0)
    assert trim_cache(tmp_path / "none", 0) == (0, 0)


def test_stored_files_go_when_nobody_uses_them_for_a_day(tmp_path: Path) -> None:
    used = file(tmp_path, "aa/used.mp4", 10, 200_000)
    unused = file(tmp_path, "bb/unused.mp4", 10, 200_000)
    fresh = file(tmp_path, "cc/fresh.mp4", 10)
    assert remove_unused_blobs(tmp_path, frozenset({str(used)})) == (1, 10)
    assert (used.exists(), unused.exists(), fresh.exists()) == (True, False, True)
