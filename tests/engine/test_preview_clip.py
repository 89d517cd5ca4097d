"""Small clips of a part of the reel: the same pictures and sound as in the export, small, bounded."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from render_kit import RATE, pictures, pitch_hz, reel, rendered, rms_db, shot, sound, sources

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.preview.job import run
from highlight_mcp.engine.preview.picture import LONGEST_MS, MAX_BYTES
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.timeline.model import AudioTrack, Timeline, Transition
from media_factory import make_clip, make_sound

BLUE, RED, GREEN = (40, 90, 160), (170, 60, 40), (50, 150, 60)


def played(timeline: Timeline, media: dict[str, RenderSource], out: Path, from_ms: int, to_ms: int) -> dict[str, Any]:
    """The result of the preview job for a range."""
    entries = [{"info": source.info.model_dump(mode="json"), "path": str(source.path)} for source in media.values()]
    spec = {"what": "clip", "timeline": timeline.model_dump(mode="json"), "media": entries, "output": str(out)}
    return run({**spec, "from_ms": from_ms, "to_ms": to_ms}, no_progress)


@pytest.fixture
def media(tmp_path: Path) -> dict[str, RenderSource]:
    """Three seconds in three colours, and two seconds of a song."""
    return sources(
        a=make_clip(tmp_path / "a.mp4", seconds=3, size=(320, 180), cuts=[1.0, 2.0], sound="noise", loud=[(1, 2)]),
        song=make_sound(tmp_path / "song.wav", seconds=3),
    )


def test_a_range_shows_the_pictures_and_the_sound_of_its_place(tmp_path: Path, media: dict[str, RenderSource]) -> None:
    timeline = reel(shot("a", 0, 1000, 2000), shot("a", 1000, 2000, 0))
    told = played(timeline, media, tmp_path / "clip.mp4", 1960, 3000)
    frames = pictures(tmp_path / "clip.mp4")
    assert (told["mime"], told["width"], told["height"]) == ("video/mp4", frames.shape[2], frames.shape[1]) == (
        "video/mp4", 426, 240,
    )  # fmt: skip
    assert len(frames) == 26
    corner = [tuple(int(value) for value in frame[-20, 200]) for frame in (frames[0], frames[3], frames[-1])]
    assert [
        all(abs(a - b) < 30 for a, b in zip(found, wanted, strict=True))
        for found, wanted in zip(corner, (BLUE, RED, RED), strict=True)
    ] == [True, True, True]
    heard = sound(tmp_path / "clip.mp4")
    assert rms_db(heard[:, RATE // 5 : RATE]) > -20 > rms_db(heard[:, : RATE // 50]) + 5


def test_it_is_heard_and_seen_as_in_the_export(tmp_path: Path, media: dict[str, RenderSource]) -> None:
    fade = Transition(kind="crossfade", duration_ms=400)
    music = AudioTrack(id="m", clips=(shot("song", 0, 2600, 0, fade_out_ms=2000),))
    timeline = reel(
        shot("a", 0, 1200, 0), shot("a", 1200, 1400, 1500, transition=fade), tracks=(music,), loudness_lufs=-18.0
    )
    rendered(timeline, media, tmp_path / "whole.mp4")
    played(timeline, media, tmp_path / "clip.mp4", 1000, 2200)
    whole, part = pictures(tmp_path / "whole.mp4")[25:55], pictures(tmp_path / "clip.mp4")
    small, large = part[:, ::24, ::24].astype(int), whole[:, ::18, ::18].astype(int)
    shape = tuple(min(a, b) for a, b in zip(small.shape, large.shape, strict=True))
    difference = np.abs(small[: shape[0], : shape[1], : shape[2]] - large[: shape[0], : shape[1], : shape[2]])
    assert np.median(difference) < 12
    whole_sound, part_sound = sound(tmp_path / "whole.mp4")[:, RATE : RATE * 2], sound(tmp_path / "clip.mp4")[:, :RATE]
    assert abs(rms_db(whole_sound) - rms_db(part_sound)) < 1.0
    assert abs(pitch_hz(whole_sound) - pitch_hz(part_sound)) < 3000


def test_fifteen_seconds_of_noise_stay_small(tmp_path: Path) -> None:
    noise = make_clip(tmp_path / "n.mp4", seconds=15, size=(320, 180), cuts=[n / 5 for n in range(1, 75)])
    media = sources(n=noise)
    played(reel(shot("n", 0, LONGEST_MS)), media, tmp_path / "clip.mp4", 0, LONGEST_MS)
    assert (tmp_path / "clip.mp4").stat().st_size < MAX_BYTES
    assert len(pictures(tmp_path / "clip.mp4")) == 375


def test_a_range_past_the_end_ends_with_the_reel(tmp_path: Path, media: dict[str, RenderSource]) -> None:
    played(reel(shot("a", 0, 1000)), media, tmp_path / "clip.mp4", 600, 9000)
    assert len(pictures(tmp_path / "clip.mp4")) == 10


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "words"),
    [(500, 500, "no part"), (900, 100, "no part"), (5000, 6000, "no part"), (0, LONGEST_MS + 1, "At most 15 s")],
)
def test_ranges_that_cannot_be_played_are_refused(
    tmp_path: Path, media: dict[str, RenderSource], from_ms: int, to_ms: int, words: str
) -> None:
    with pytest.raises(EngineError, match=words) as caught:
        played(reel(shot("a", 0, 1000)), media, tmp_path / "clip.mp4", from_ms, to_ms)
    assert caught.value.kind == "bad_request"
    assert not (tmp_path / "clip.mp4").exists()
