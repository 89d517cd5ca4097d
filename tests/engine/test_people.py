"""People by their faces: the model's file opened for any size, faces counted once, as evidence and as a search."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from highlight_mcp.engine.extras import face_looks
from highlight_mcp.engine.extras.faces import Face
from highlight_mcp.engine.extras.onnx_shapes import with_open_shapes
from highlight_mcp.engine.extras.people import PeopleSeen, people_meant
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments.moment import Candidate
from highlight_mcp.engine.signals.analysis import analyse
from highlight_mcp.messages import verbatim
from highlight_mcp.messages.reasons import WrongValue
from media_factory import make_clip


def field(number: int, content: bytes | int) -> bytes:
    """A field of a protocol buffer, for contents below 16 384 bytes."""
    if isinstance(content, int):
        return bytes([number << 3, content])
    length = len(content)
    size = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
    return bytes([number << 3 | 2]) + size + content


def shaped(name: str, sizes: Sequence[int]) -> bytes:
    dims = b"".join(field(1, field(1, size)) for size in sizes)
    return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, dims)))


def test_sizes_of_inputs_and_outputs_are_left_open_and_weights_keep_theirs() -> None:
    weight = field(8, b"w") + field(9, bytes(200))
    graph = field(5, weight) + field(11, shaped("picture", (10, 3, 32, 32))) + field(11, shaped("w", (5, 5)))
    graph += field(12, shaped("answer", (10, 1))) + field(13, shaped("between", (7,)))
    model = field(1, 4) + field(7, graph) + field(8, b"opset")
    empty = b"".join(field(1, b"") for _ in range(4))
    opened = field(5, weight)
    opened += field(11, field(1, b"picture") + field(2, field(1, field(1, 1) + field(2, empty))))
    opened += field(11, shaped("w", (5, 5)))
    opened += field(12, field(1, b"answer") + field(2, field(1, field(1, 1) + field(2, field(1, b"") * 2))))
    assert with_open_shapes(model) == field(1, 4) + field(7, opened) + field(8, b"opset")


@pytest.mark.parametrize("content", [b"\x3a\xff", b"\x0f", b"nonsense"])
def test_what_is_no_model_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(WrongValue):
        with_open_shapes(content)


class Finder:
    """Sees two faces in blue pictures, none in others, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, picture: Image.Image) -> list[Face]:
        self.asked += 1
        red, _, blue = picture.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        return [Face(0.1, 0.1, 0.2, 0.2, 0.9), Face(0.6, 0.1, 0.7, 0.2, 0.8)] if blue > red else []


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Finder:
    made = Finder()
    monkeypatch.setattr(face_looks, "load", lambda folder: made)
    return made


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blue for twenty seconds, red for twenty."""
    return make_clip(tmp_path_factory.mktemp("people") / "a.mp4", seconds=40, cuts=(20,), fps=5, gop=5)


@pytest.fixture
def clip(tmp_path: Path, recording: Path) -> Path:
    return Path(shutil.copy(recording, tmp_path))


def seen_in(clip: Path) -> PeopleSeen:
    (clip.parent / "centerface.onnx").write_bytes(b"weights")
    return PeopleSeen(clip, probe(clip), clip.parent, cache_dir=clip.parent, progress=no_progress)


def candidate(start_ms: int, end_ms: int, score: float) -> Candidate:
    return Candidate(
        start_ms, end_ms, (start_ms + end_ms) // 2, score, "medium", verbatim("it moves"), {"kind": "burst"}
    )


def test_a_moment_is_told_with_how_many_people_it_shows(clip: Path, finder: Finder) -> None:
    found = [candidate(4_000, 8_000, 9.0), candidate(30_000, 34_000, 5.0)]
    first, second = seen_in(clip).judged(found, "auto")
    assert str(first.why) == "it moves, shows 2 people (faces counted)" and first.signals["people"] == 2
    assert second == found[1]
    assert finder.asked == 4
    seen_in(clip).judged(found, "auto")
    assert finder.asked == 4


def test_shots_with_people_are_found_in_the_whole_recording(clip: Path, finder: Finder) -> None:
    analysis = analyse(clip, probe(clip), cache=None, progress=no_progress)
    (one,) = seen_in(clip).stretches(analysis, 2, (0, analysis.duration_ms))
    assert one.start_ms <= 2_000 and 17_000 <= one.end_ms <= 21_000
    assert seen_in(clip).stretches(analysis, 3, (0, analysis.duration_ms)) == []


@pytest.mark.parametrize(
    ("query", "least"),
    [("people", 1), ("a person", 1), ("two people", 2), ("people in it", 1), ("3 faces", 3), ("a dog", None),
     ("people dancing", None), ("two", None), ("", None)],
)  # fmt: skip
def test_words_that_ask_for_people_alone_are_told_from_others(query: str, least: int | None) -> None:
    assert people_meant(query) == least
