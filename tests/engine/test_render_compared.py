"""The finished reel is compared with its footage: wrong pictures and sounds are told, right ones never."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from coded import FPS, coded, picture
from numpy.typing import NDArray
from render_kit import camera, reel, rendered, shot, sources

from highlight_mcp.engine.render.comparison import ComparisonResult, FinishedReel, compare_with_sources
from highlight_mcp.engine.render.plan import plan_render
from highlight_mcp.engine.render.text_overlay import draw_text
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.timeline.model import (
    Clip,
    Crop,
    Filter,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Transition,
    VideoTrack,
)

Footage = Callable[[str], Path]
NAMES = ("source pictures", "source sound")


def about(facts: dict[str, Any]) -> dict[str, bool]:
    return {check["name"]: check["ok"] for check in facts["checks"] if check["name"] in NAMES}


def judged(out: Path, claimed: Timeline, media: dict[str, RenderSource]) -> ComparisonResult:
    """The verdict on a reel that is said to be this timeline."""
    texts = [text for track in claimed.tracks if isinstance(track, TextTrack) for text in track.texts]
    letters = [draw_text(text, 320, 180) for text in texts]
    return compare_with_sources(FinishedReel(out, plan_render(claimed), media, letters, (320, 180), 1.0), spent_s=1e6)


def two(**how: Any) -> Timeline:
    clips = [shot("a", 0, 1600, how.pop("first_ms", 1000), **how), shot("a", 1600, 1600, 6000, **how)]
    return reel(*clips)


WRONG: dict[str, Timeline] = {
    "other times": reel(shot("a", 0, 1600, 4000), shot("a", 1600, 1600, 9000)),
    "three frames late": reel(shot("a", 0, 1600, 1120), shot("a", 1600, 1600, 6120)),
    "frozen": two(freeze=True),
    "upside down": two(rotate=180),
    "mirrored": two(flip="horizontal"),
    "twice as fast": reel(shot("a", 0, 1600, 1000, 2), shot("a", 1600, 1600, 6000, 2)),
    "black": reel(Clip(id="b", start_ms=0, duration_ms=3200)),
}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RenderSource]:
    return sources(a=coded(tmp_path_factory.mktemp("footage") / "a.mp4", tones=True))


@pytest.mark.parametrize("name", WRONG)
def test_a_reel_that_shows_something_else_is_told(tmp_path: Path, media: dict[str, RenderSource], name: str) -> None:
    rendered(WRONG[name], media, tmp_path / "out.mp4")
    verdict = judged(tmp_path / "out.mp4", two(), media)
    assert len(verdict.wrong_pictures) == verdict.seen >= 2
    assert [check.ok for check in verdict.checks() if check.name == "source pictures"] == [False]
    assert "Look at the reel" in str(verdict.warnings()[0]) and "a.mp4 at 0:01" in str(verdict.warnings()[0])


def test_a_reel_whose_every_fourth_picture_is_that_before_is_told(
    tmp_path: Path, media: dict[str, RenderSource]
) -> None:
    out = tmp_path / "out.mp4"
    rendered(two(), media, out)
    assert judged(out, two(), media).wrong_pictures == []
    with av.open(str(out)) as container:
        frames = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]
    doubled = [frames[number - 1 if number % 4 == 1 else number] for number in range(len(frames))]
    verdict = judged(written(tmp_path / "doubled.mp4", doubled), two(), media)
    assert len(verdict.wrong_pictures) == verdict.seen >= 2


def test_a_reel_with_the_sound_of_another_time_is_told(tmp_path: Path, media: dict[str, RenderSource]) -> None:
    rendered(two(first_ms=2500), media, tmp_path / "out.mp4")
    verdict = judged(tmp_path / "out.mp4", two(), media)
    assert verdict.heard == 2 and len(verdict.wrong_sounds) == 1
    assert "the sound at 0:00" in str(verdict.wrong_sounds[0])


def test_a_silent_reel_of_footage_with_sound_is_told(tmp_path: Path, media: dict[str, RenderSource]) -> None:
    rendered(two(volume=0.0), media, tmp_path / "out.mp4")
    verdict = judged(tmp_path / "out.mp4", two(), media)
    assert len(verdict.wrong_sounds) == verdict.heard == 2


def written(path: Path, frames: list[NDArray[np.uint8]]) -> Path:
    """An MP4 of these pictures, with silence."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=FPS)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = "yuv420p"
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    return path


EDITS: dict[str, dict[str, Any]] = {
    "cropped": {"crop": Crop(x=0.2, y=0.1, width=0.5, height=0.6)},
    "cropped and turned": {"crop": Crop(x=0.1, y=0.3, width=0.5, height=0.3), "rotate": 270, "fit": "pad"},
    "turned": {"rotate": 180, "flip": "horizontal"},
    "blurred borders": {"fit": "blur", "rotate": 90},
    "fast": {"speed": 2},
    "slow": {"speed": "1/2"},
    "frozen": {"freeze": True},
    "vintage": {"filters": (Filter(name="vintage"), Filter(name="contrast"))},
    "black and white": {"filters": (Filter(name="bw"), Filter(name="brightness", amount=-0.5))},
    "faded": {"picture_fade_in_ms": 500, "picture_fade_out_ms": 500},
    "left": {"focus": 0.1},
    "gone along with": {"camera": camera((0, 0.2), (4000, 0.4), (8000, 0.8))},
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_are_no_reason_for_alarm(tmp_path: Path, media: dict[str, RenderSource], edit: str) -> None:
    width, height = (180, 320) if list(EDITS).index(edit) % 2 else (320, 180)
    clips = (shot("a", 0, 1500, 1000, **EDITS[edit]), shot("a", 1500, 1500, 5000, **EDITS[edit]))
    timeline = reel(*clips, rate=30, width=width, height=height)
    facts = rendered(timeline, media, tmp_path / "out.mp4")
    assert about(facts)["source pictures"]
    assert all(about(facts).values()) and facts["warnings"] == []


def test_transitions_texts_and_stickers_are_no_reason_for_alarm(tmp_path: Path, media: dict[str, RenderSource]) -> None:
    words = Text(id="t", text="Goal", start_ms=0, duration_ms=2800, style=TextStyle(position="bottom"))
    over = VideoTrack(id="o", clips=(Clip(id="c", start_ms=400, duration_ms=400, color="#ffffff"),))
    clips = (
        shot("a", 0, 1400, 1000),
        shot("a", 1400, 1400, 5000, transition=Transition(kind="crossfade", duration_ms=400)),
    )
    timeline = reel(*clips, tracks=(over, TextTrack(id="w", texts=(words,))))
    facts = rendered(timeline.model_copy(update={"loudness_lufs": -20.0}), media, tmp_path / "out.mp4")
    assert about(facts)["source pictures"]


def test_what_shows_nothing_of_its_own_is_no_reason_for_alarm(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    kinds: dict[str, Callable[[int], NDArray[np.uint8]]] = {
        "black": lambda number: np.zeros((90, 160, 3), np.uint8),
        "noise": lambda number: rng.integers(0, 256, (90, 160, 3), dtype=np.uint8),
        "dim": lambda number: rng.integers(0, 12, (90, 160, 3), dtype=np.uint8),
        "still": lambda number: picture(7),
        "flashes": lambda number: np.full((90, 160, 3), 255 * (number % 5 == 0), np.uint8),
    }
    for name, draw in kinds.items():
        media = sources(a=written(tmp_path / f"{name}.mp4", [draw(number) for number in range(75)]))
        facts = rendered(reel(shot("a", 0, 1000, 440), shot("a", 1000, 1000, 1720)), media, tmp_path / "out.mp4")
        assert all(about(facts).values()), name
        assert {warning["key"] for warning in facts["warnings"]} <= {"engine.reel.enlarged"}, name


def test_a_reel_of_cards_claims_no_comparison(tmp_path: Path) -> None:
    facts = rendered(reel(Clip(id="a", start_ms=0, duration_ms=400)), {}, tmp_path / "out.mp4")
    assert about(facts) == {}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_footage_as_it_is_gives_no_alarm(tmp_path: Path, footage: Footage) -> None:
    room = footage("video").parent
    for path in sorted([*(room / "video").iterdir(), *(room / "odd").iterdir()]):
        if path.suffix == ".srt" or "invalid" in path.name:
            continue
        media = sources(a=path)
        length = min(3000, media["a"].info.duration_ms)
        late = max(0, media["a"].info.duration_ms - length // 2 - 100)
        clips = (shot("a", 0, length // 2), shot("a", length // 2, length // 2, late))
        facts = rendered(reel(*clips, rate=30), media, tmp_path / "out.mp4")
        assert all(about(facts).values()), (path.name, facts["checks"])
