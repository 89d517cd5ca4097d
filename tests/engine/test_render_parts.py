"""A reel in parts: a file for each clip, as it is in the reel, with a picture and a list."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from render_kit import pictures, reel, shot, sound, sources

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.render.job import run
from highlight_mcp.messages import in_words, verbatim
from highlight_mcp.timeline.model import AudioTrack, Text, TextTrack, Timeline, Transition
from media_factory import make_clip, make_sound


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("parts")
    video = make_clip(folder / "a.mp4", seconds=8, size=(320, 180))
    return {"a": video, "m": make_sound(folder / "m.wav", seconds=8)}


def cut() -> Timeline:
    clips = (
        shot("a", 0, 1200, 200, label="match 0:00", why=verbatim("crowd +14 dB")),
        shot("a", 1200, 800, 3000, label="../../x", transition=Transition(kind="crossfade", duration_ms=400)),
        shot("a", 2000, 1000, 6000),
    )
    words = Text(id="t", text="Goal", start_ms=1300, duration_ms=600)
    music = AudioTrack(id="m", clips=(shot("m", 0, 3000),))
    return reel(*clips, tracks=(TextTrack(id="w", texts=(words,)), music), width=1920, height=1080)


def export(footage: dict[str, Path], out: Path, preset: str, **more: Any) -> dict[str, Any]:
    media = sources(**footage).values()
    known = [{"path": str(each.path), "info": each.info.model_dump(mode="json")} for each in media]
    spec = {"timeline": cut().model_dump(mode="json"), "media": known, "output": str(out), "preset": preset}
    facts: dict[str, Any] = in_words(run({**spec, **more}, no_progress))
    assert all(check["ok"] for check in facts["checks"])
    return facts


def test_each_clip_is_a_file_with_a_picture_and_a_list_says_what_they_are(
    footage: dict[str, Path], tmp_path: Path
) -> None:
    facts = export(footage, tmp_path / "out", "source", split=True)
    stems = ["01 match 0.00", "02 x", "03 seg_a_2000"]
    names = sorted([*(f"{stem}.mp4" for stem in stems), *(f"{stem}.jpg" for stem in stems), "highlights.json"])
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == names == sorted(facts["files"])
    assert facts["size_bytes"] == sum(file.stat().st_size for file in (tmp_path / "out").iterdir())
    assert facts["duration_ms"] == 3000
    listed = json.loads((tmp_path / "out" / "highlights.json").read_text(encoding="utf-8"))["parts"]
    assert [(part["start_ms"], part["end_ms"]) for part in listed] == [(0, 1200), (1200, 2000), (2000, 3000)]
    assert [part["source_start_ms"] for part in listed] == [200, 3000, 6000]
    assert listed[0] | {"title": "match 0:00", "reason": "crowd +14 dB", "source": "a.mp4"} == listed[0]
    assert [part["file"] for part in listed] == [f"{stem}.mp4" for stem in stems]
    with Image.open(tmp_path / "out" / listed[0]["thumbnail"]) as image:
        assert image.size == (320, 180)


@pytest.mark.slow
def test_a_part_is_what_the_reel_shows_and_sounds_like_there(footage: dict[str, Path], tmp_path: Path) -> None:
    facts = export(footage, tmp_path / "out", "480p", split=True)
    assert {check["name"]: check["detail"] for check in facts["checks"]}["source pictures"] == "3 of 3"
    whole = tmp_path / "whole.mp4"
    export(footage, whole, "480p")
    reel_pictures, reel_sound = pictures(whole).astype(int), sound(whole)
    first = 0
    for name in sorted(file for file in facts["files"] if file.endswith(".mp4")):
        part, heard = pictures(tmp_path / "out" / name).astype(int), sound(tmp_path / "out" / name)
        assert np.abs(part - reel_pictures[first : first + len(part)]).mean() < 4
        at, inner = first * 1920, slice(4800, len(part) * 1920 - 4800)
        assert np.abs(heard[:, inner] - reel_sound[:, at:][:, inner]).mean() < 0.02
        first += len(part)
    assert first == len(reel_pictures)


def test_parts_may_be_sound_alone(footage: dict[str, Path], tmp_path: Path) -> None:
    facts = export(footage, tmp_path / "out", "audio", split=True, ending="mp3")
    assert [Path(name).suffix for name in facts["files"]] == [".mp3", ".mp3", ".mp3", ".json"]
    with av.open(str(tmp_path / "out" / facts["files"][0])) as container:
        assert container.duration is not None
        assert abs(container.duration / 1e6 - 1.2) < 0.06
