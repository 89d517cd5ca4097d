"""The first command of a newcomer: a reel from the sample, through the real server, backend and engine."""

import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SAMPLE = Path(__file__).parents[2] / "src" / "highlight_mcp" / "sample" / "match.mp4"


def shell(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    own = {"HOME": str(home), "USERPROFILE": str(home), "HIGHLIGHT_IDLE_EXIT_S": "5"}
    command = [sys.executable, "-m", "highlight_mcp", *words]
    return subprocess.run(command, env={**kept, **own}, capture_output=True, text=True, timeout=300, cwd=home)


def test_the_demo_makes_a_reel_that_decodes_and_says_why_each_moment_was_picked(tmp_path: Path) -> None:
    done = shell(tmp_path, "demo", "-o", str(tmp_path / "reel.mp4"))
    assert done.returncode == 0, done.stderr
    assert "Timeline (1 track): 1. Video:" in done.stdout
    assert "crowd" in done.stdout
    assert done.stdout.strip().endswith(str(tmp_path / "reel.mp4"))
    with av.open(str(tmp_path / "reel.mp4")) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == (1920, 1080)
        assert len(container.streams.audio) == 1
        frames = sum(1 for _ in container.decode(video))
        assert frames == video.frames
    with av.open(str(tmp_path / "reel.mp4")) as container:
        assert container.duration is not None
        assert abs(container.duration / 1_000_000 - 20) <= 0.6


def test_a_wish_that_cannot_be_done_makes_no_file_and_says_so(tmp_path: Path) -> None:
    done = shell(tmp_path, "reel", str(SAMPLE), "remove the station logo", "-o", str(tmp_path / "reel.mp4"))
    assert done.returncode == 1
    assert done.stderr.startswith("highlight-mcp: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reel.mp4").exists()


def test_each_of_several_reels_is_delivered(tmp_path: Path) -> None:
    wish, target = "two versions: 3 and 5 seconds", str(tmp_path / "cut.mp4")
    done = shell(tmp_path, "reel", str(SAMPLE), wish, "-o", target, "--preset", "draft")
    assert done.returncode == 0, done.stderr
    made = [tmp_path / "cut v1.mp4", tmp_path / "cut v2.mp4"]
    lengths = []
    for path in made:
        assert str(path) in done.stdout
        with av.open(str(path)) as container:
            lengths.append((container.duration or 0) / 1_000_000)
    assert [round(length) for length in lengths] == [3, 5]
