"""The extras with the models that people get: what they hear and read in recordings that anybody knows."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import real_models
from PIL import Image

from highlight_mcp.cli import main
from highlight_mcp.engine.edit.footage_analyzer import MediaAnalyzer
from highlight_mcp.engine.extras import faces, sounds, words
from highlight_mcp.engine.extras.catalogue import EXTRAS, session
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.audio_samples import RATE, read_samples
from highlight_mcp.engine.media.frames import frame_readers_of
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import Moment, rank
from highlight_mcp.engine.moments.senses import closer_looks
from highlight_mcp.engine.signals.analysis import analyse
from highlight_mcp.engine.transcripts.sources import Transcripts
from highlight_mcp.timeline.camera import CameraPath
from highlight_mcp.timeline.media import CameraWish
from highlight_mcp.timeline.operations import Criterion
from highlight_mcp.timeline.time import TimeRange
from media_factory import SAMPLE_RATE, make_clip

pytestmark = [pytest.mark.peers, pytest.mark.timeout(700)]
Footage = Callable[[str], Path]


@pytest.mark.parametrize("name", [name for name, extra in EXTRAS.items() if extra.wheels is not None])
def test_the_fetched_model_is_ready_with_its_licence_or_the_record_that_there_is_none(name: str) -> None:
    folder, extra = real_models.model(name), EXTRAS[name]
    assert extra.state({name: folder}) == "ready"
    assert extra.wheels is not None
    assert {file.name for file in folder.iterdir()} == {file.name for file in extra.wheels.files}
    assert (folder / ("LICENSE" if extra.stated else "METADATA")).is_file()


def test_known_words_are_recognised(footage: Footage) -> None:
    model = words.load(real_models.model("words"))
    heard = " ".join(one.text for one in model.transcribe(read_samples(footage("audio/speech_jfk.flac"), 0, 11_000)))
    spoken = "".join(sign for sign in heard.casefold() if sign.isalpha() or sign == " ")
    assert "ask not what your country can do for you ask what you can do for your country" in spoken


@pytest.mark.parametrize(
    ("file", "span", "label"),
    [
        ("audio/typing.wav", (0, 4_000), "Typing"),
        ("audio/church_bells.flac", (0, 10_000), "Bell"),
        ("audio/speech_jfk.flac", (0, 5_000), "Speech"),
        ("audio/bgm_outfoxing.mp3", (0, 5_000), "Music"),
        ("audio/bicycle_horn.flac", (0, 3_000), "Vehicle horn, car horn, honking"),
        ("audio/rain_light.flac", (0, 5_000), "Water"),
        ("audio/car_motor.flac", (0, 5_000), "Vehicle"),
        ("audio/ding.wav", (0, 2_000), "Ding"),
    ],
)
def test_known_sounds_are_named(footage: Footage, file: str, span: tuple[int, int], label: str) -> None:
    tagger = sounds.load(real_models.model("sounds"))
    likely = tagger.tags(read_samples(footage(file), *span))
    best = [tagger.labels[place] for place in np.argsort(-likely) if tagger.labels[place] != "Silence"]
    assert label in best[:2], best[:5]


def test_a_sound_is_found_by_its_name_where_it_is_in_a_long_recording(
    footage: Footage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bell = np.repeat(read_samples(footage("audio/church_bells.flac"), 0, 4_000), SAMPLE_RATE // RATE)
    quiet = np.zeros(20 * SAMPLE_RATE, np.float32)
    clip = make_clip(tmp_path / "a.mp4", seconds=44, samples=np.concatenate([quiet, bell, quiet]))
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HIGHLIGHT_SOUNDS_MODEL", str(real_models.model("sounds")))
    assert main(["plan", str(clip), "every time you hear a bell", "--json"]) == 0
    (pick,) = json.loads(capsys.readouterr().out)["picks"]
    assert pick["start_ms"] < 20_500 < 23_000 < pick["end_ms"]


def test_the_recogniser_of_text_takes_pictures_of_one_height_and_knows_its_characters() -> None:
    folder = real_models.model("score")
    reader = session(EXTRAS["score"], folder / "PP-OCRv6_rec_small.onnx")
    characters = reader.get_modelmeta().custom_metadata_map["character"].splitlines()
    (rows,) = reader.run(None, {"x": np.zeros((1, 3, 48, 160), np.float32)})
    assert rows.shape[0] == 1 and rows.shape[2] == len(characters) + 2
    assert {"0", "9", ":", "-"} <= set(characters)


def found(file: Path, tmp_path: Path, criterion: Criterion = "auto") -> list[Moment]:
    """Moments of a recording with the real model for sounds."""
    info = probe(file)
    analysis = analyse(file, info, cache=tmp_path, progress=no_progress)
    models = {"sounds": real_models.model("sounds")}
    looks = closer_looks(file, info, analysis, models, cache=tmp_path, progress=no_progress)
    return rank(analysis, criterion, closer=looks)


@pytest.mark.parametrize("name", ["dev_stream_11", "dev_stream_12"])
def test_the_guns_of_a_game_are_never_called_a_crowd_and_only_fights_are_sure(
    footage: Footage, tmp_path: Path, name: str
) -> None:
    moments = found(footage(f"games/{name}.mp4"), tmp_path)
    assert any(one.signals["kind"] == "loud_sound" for one in moments)
    assert not any(one.signals["kind"] == "crowd" for one in moments)
    fights = json.loads(footage(f"games/{name}.truth.json").read_text("utf-8"))["events"]
    sure = [one for one in moments if one.confidence == "high"]
    assert sure
    assert [one for one in sure if not any(_shows(one, each["start"], each["end"]) for each in fights)] == []


def _shows(one: Moment, start_s: float, end_s: float) -> bool:
    return one.start_ms < end_s * 1000 and start_s * 1000 < one.end_ms


@pytest.mark.parametrize("name", ["dev_match_411", "dev_talk_411"])
def test_real_crowds_stay_what_they_are_and_get_their_names(footage: Footage, tmp_path: Path, name: str) -> None:
    crowds = [one for one in found(footage(f"composed/{name}.mp4"), tmp_path) if one.confidence == "high"]
    assert len(crowds) >= 5
    assert all(one.signals["kind"] == "crowd" for one in crowds)
    assert all("cheering" in str(one.signals["sound"]) or "applause" in str(one.signals["sound"]) for one in crowds)


def test_applause_is_found_by_its_name(footage: Footage, tmp_path: Path) -> None:
    moments = found(footage("composed/dev_talk_411.mp4"), tmp_path, "applause")
    assert len(moments) >= 6
    assert all("applause" in str(one.why).casefold() for one in moments)


@pytest.mark.parametrize(("file", "count"), [("astronaut.jpg", 1), ("coffee.png", 0), ("chelsea.png", 0)])
def test_faces_of_people_are_found_and_no_others(footage: Footage, file: str, count: int) -> None:
    with Image.open(footage(f"images/{file}")) as picture:
        found = faces.load(real_models.model("faces")).find(picture)
    assert len(found) == count
    if found:
        assert found[0].sure > 0.8 and 0.3 < found[0].left < found[0].right < 0.55 and found[0].bottom < 0.4


def test_both_people_of_an_old_film_are_counted(
    footage: Footage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HIGHLIGHT_FACES_MODEL", str(real_models.model("faces")))
    clip = shutil.copy(footage("video/friday_1940_speech.mp4"), tmp_path / "friday.mp4")
    assert main(["plan", str(clip), "find all shots with two people", "--json"]) == 0
    (pick,) = json.loads(capsys.readouterr().out)["picks"]
    assert pick["signals"] == {"kind": "people", "people": 2} and pick["why"] == "shows 2 people (faces counted)"
    assert main(["plan", str(clip), "find all shots with a dog", "--json"]) == 0
    assert "highlight-mcp extras fetch vision" in capsys.readouterr().out


def test_the_crop_follows_the_faces_of_a_talk_and_says_so(
    footage: Footage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    film = footage("video/friday_1940_speech.mp4")
    info = probe(film).model_copy(update={"media_id": "a"})
    share, spoken = round(9 / 16 / (4 / 3), 6), TimeRange(start_ms=0, end_ms=6_000)

    def camera(models: dict[str, Path]) -> CameraPath:
        words = Transcripts({"a": info}, {"a": film}, cache_dir=tmp_path, models=models)
        senses = MediaAnalyzer({"a": info}, {"a": film}, tmp_path, no_progress, lambda: words)
        return senses.cameras((CameraWish(media_id="a", source=spoken, share=share),))[0]

    def inside(way: CameraPath) -> list[bool]:
        """Whether the whole face of the one who talks, at the right, is in the crop at each look."""
        talker = [max(each.find(picture), key=lambda face: face.right) for picture in pictures]
        crops = [(way.at(at) - share / 2, way.at(at) + share / 2) for at in times]
        return [low <= face.left and face.right <= high for face, (low, high) in zip(talker, crops, strict=True)]

    times, each = list(range(250, 6_000, 500)), faces.load(real_models.model("faces"))
    with frame_readers_of(film) as source:
        pictures = list(source.in_order(times, (640, 640)))
    followed = camera({"faces": real_models.model("faces")})
    assert followed.by == "faces" and all(inside(followed))
    assert not all(inside(camera({})))  # the listeners move more

    monkeypatch.setenv("HIGHLIGHT_FACES_MODEL", str(real_models.model("faces")))
    clip = shutil.copy(film, tmp_path / "friday.mp4")
    assert main(["reel", str(clip), "all of it, vertical", "-o", str(tmp_path / "reel.mp4")]) == 0
    assert "the faces" in capfd.readouterr().out


def test_the_words_at_a_moment_are_told_beside_what_was_measured(
    footage: Footage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HIGHLIGHT_WORDS_MODEL", str(real_models.model("words")))
    clip = shutil.copy(footage("composed/dev_talk_411.mp4"), tmp_path / "talk.mp4")
    assert main(["plan", str(clip), "60 second highlights", "--json"]) == 0
    said = [pick["signals"].get("said", "") for pick in json.loads(capsys.readouterr().out)["picks"]]
    assert any("your country" in text for text in said)
