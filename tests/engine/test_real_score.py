"""Goals read off real and drawn boards with the model that people get."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import real_models
from PIL import Image, ImageDraw, ImageFont

from highlight_mcp.cli import main
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.scoreboard.changes import ScoreBoard, score_board

pytestmark = [pytest.mark.peers, pytest.mark.timeout(700)]
Footage = Callable[[str], Path]
FPS = 5


def board_of(file: Path, cache: Path | None = None) -> ScoreBoard:
    return score_board(file, probe(file), real_models.model("score"), cache=cache, progress=no_progress)


def test_every_goal_of_a_game_is_shown_with_the_board_as_evidence(
    footage: Footage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    game = footage("games/dev_football_1.mp4")
    truth = json.loads(footage("games/dev_football_1.truth.json").read_text())["score_changes"]
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HIGHLIGHT_SCORE_MODEL", str(real_models.model("score")))
    assert main(["plan", str(game), "show every goal", "--json"]) == 0
    picks = json.loads(capsys.readouterr().out)["picks"]
    assert [pick["signals"]["score"] for pick in picks] == ["{}–{}".format(*row["score"]) for row in truth]
    for pick, row in zip(picks, truth, strict=True):
        assert pick["start_ms"] <= 1000 * (row["t"] - 6.0) and 1000 * row["t"] <= pick["end_ms"]
        assert "board read" in str(pick["why"])


@pytest.mark.parametrize("name", ["games/dev_stream_11.mp4", "composed/dev_match_411.mp4", "composed/dev_talk_411.mp4"])
def test_recordings_without_a_score_have_no_goals(footage: Footage, name: str) -> None:
    assert board_of(footage(name)).changes == ()


def drawn(file: Path, seconds: int, text: Callable[[float], str]) -> Path:
    """A recording in which squares wander about under a board at the top right."""
    font = ImageFont.load_default(26)
    lot = np.random.default_rng(5)
    places = lot.uniform(0, 1, (40, 4))
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"g": "10", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for number in range(seconds * FPS):
            image = Image.new("RGB", (960, 540), (60, 110, 60))
            pen = ImageDraw.Draw(image)
            for x, y, speed, grey in places:
                left, top = (x + number * speed * 0.01) % 1.0 * 960, (y + number * (1 - speed) * 0.01) % 1.0 * 540
                pen.rectangle((left, top, left + 40, top + 40), fill=(int(90 + 120 * grey),) * 3)
            shown = text(number / FPS)
            if shown:
                pen.rectangle((650, 20, 920, 62), fill=(15, 15, 40))
                pen.text((785, 41), shown, (255, 255, 255), font, "mm")
            frame: av.VideoFrame = av.VideoFrame.from_ndarray(np.asarray(image), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file


def test_a_change_is_known_to_within_a_second_and_read_once_for_its_content(tmp_path: Path) -> None:
    file = drawn(tmp_path / "a.mp4", 100, lambda at: f"REDS {int(at >= 61.4)} - 2 BLUE")
    board = board_of(file, tmp_path / "cache")
    [change] = board.changes
    assert (change.side, change.before, change.after) == ("home", (0, 2), (1, 2))
    assert abs(change.at_ms - 61_400) <= 1000 and change.sure > 0.8
    left, top, right, bottom = change.box
    assert left < 0.72 and right > 0.9 and top < 0.07 and bottom > 0.09
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b'"BLUE"', b""))
    assert board_of(file, tmp_path / "cache") == board


def test_a_goal_taken_back_does_not_count_and_one_behind_a_replay_does(tmp_path: Path) -> None:
    def text(at: float) -> str:
        if 70 <= at < 82:
            return ""
        return f"REDS {int(20 <= at < 45)} - {int(at >= 68)} BLUE"

    board = board_of(drawn(tmp_path / "a.mp4", 120, text))
    assert [change.after for change in board.changes] == [(0, 1)]
