"""Texts that count, in the finished picture and in the preview: each second reads as it must, and no frame else."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.preview.picture import reel_picture
from highlight_mcp.timeline.model import Text, TextStyle, TextTrack, Timeline


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    Image.new("RGB", (320, 180), (96, 96, 96)).save(tmp_path / "grey.png")
    return tmp_path / "grey.png"


def shown(words: str, start_ms: int, duration_ms: int, **more: Any) -> Timeline:
    style = TextStyle(size=0.3, position="center")
    text = Text(id="t", start_ms=start_ms, duration_ms=duration_ms, text=words, style=style, **more)
    return reel(shot("grey", 0, 4000), tracks=(TextTrack(id="w", texts=(text,)),))


def frames(timeline: Timeline, grey: Path, out: Path) -> NDArray[np.uint8]:
    result = rendered(timeline, sources(grey=grey), out)
    assert all(check["ok"] for check in result["checks"])
    return pictures(out)


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def like(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return difference(one, other) < 0.6  # two digits at this size differ by one at least


@pytest.mark.parametrize(
    ("template", "words"),
    [("{left}", ["3", "2", "1"]), ("{elapsed_clock}", ["0:00", "0:01", "0:02"]), ("T-{left}", ["T-3", "T-2", "T-1"])],
)
def test_each_second_reads_as_it_must_to_the_frame(grey: Path, tmp_path: Path, template: str, words: list[str]) -> None:
    counted = frames(shown(template, 520, 3000, counts=True), grey, tmp_path / "counted.mp4")
    still = {word: frames(shown(word, 0, 400), grey, tmp_path / f"{word[-1]}.mp4")[4] for word in words}
    for number, word in enumerate(words):
        first = 13 + 25 * number
        for frame in (first, first + 12, first + 24):
            assert [other for other in words if like(counted[frame], still[other])] == [word], frame
    assert like(counted[12], counted[-1]) and not like(counted[12], counted[13])


def test_the_preview_shows_the_same_count_as_the_export(grey: Path, tmp_path: Path) -> None:
    timeline = shown("{left}", 0, 3000, counts=True)
    exported = frames(timeline, grey, tmp_path / "counted.mp4")
    for at_ms in (500, 1500, 2500):
        seen = np.asarray(reel_picture(timeline, at_ms, sources(grey=grey)))
        assert like(seen, exported[at_ms // 40])


def test_words_with_braces_that_do_not_count_are_shown_as_they_are(grey: Path, tmp_path: Path) -> None:
    still = frames(shown("{left}", 0, 3000), grey, tmp_path / "still.mp4")
    assert like(still[10], still[60])
