"""What is said at chosen moments is recognised there alone, where somebody speaks, and only what is clear is told."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.extras import words
from highlight_mcp.engine.extras.catalogue import Extra
from highlight_mcp.engine.extras.words import SpeechSegment
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.transcripts import sources
from highlight_mcp.engine.transcripts.overheard import MOST, overheard
from highlight_mcp.engine.transcripts.sources import Transcripts
from highlight_mcp.messages import Message, verbatim
from highlight_mcp.timeline.media import Pick
from media_factory import make_clip


class Recogniser:
    """Hears the same sentence, as sure as it is told to be, and how long what it heard was."""

    def __init__(self) -> None:
        self.heard_s: list[int] = []
        self.sure = 0.9

    def transcribe(self, heard: NDArray[np.float32], language: str | None = None) -> list[SpeechSegment]:
        self.heard_s.append(round(len(heard) / 16_000))
        return [SpeechSegment(500, 2_000, "What a goal.", self.sure)]


@pytest.fixture
def recogniser(monkeypatch: pytest.MonkeyPatch) -> Recogniser:
    made = Recogniser()
    monkeypatch.setattr(Extra, "installed", lambda extra: True)
    monkeypatch.setattr(words, "load", lambda folder: made)
    sources._recogniser.cache_clear()
    return made


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("minute") / "a.mp4", seconds=60, fps=5, gop=5)


@pytest.fixture
def clip(tmp_path: Path, minute: Path) -> Path:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"x")
    return Path(shutil.copy(minute, tmp_path))


def transcripts_of(clip: Path) -> Transcripts:
    return Transcripts({"m": probe(clip)}, {"m": clip}, models={"words": clip.parent}, cache_dir=clip.parent)


def told(clip: Path, picks: list[Pick], spoken: tuple[int, int] = (0, 60)) -> tuple[list[Pick], list[Message]]:
    """The picks as they are told, in a recording in which somebody speaks within these seconds."""
    speech = np.zeros(600, np.float32)
    speech[spoken[0] * 10 : spoken[1] * 10] = 0.9
    troubles: list[Message] = []
    analyses = {"m": SimpleNamespace(speech=speech)}
    return overheard(picks, analyses, transcripts_of(clip), troubles), troubles  # type: ignore[arg-type]


def pick(start_s: int, end_s: int, score: float = 5.0) -> Pick:
    return Pick(
        media_id="m", source="a.mp4", start_ms=start_s * 1000, end_ms=end_s * 1000, peak_ms=(start_s + end_s) * 500,
        score=score, confidence="medium", why=verbatim("it moves"), signals={},
    )  # fmt: skip


def test_a_moment_is_told_with_the_words_that_are_clearly_heard_at_it(clip: Path, recogniser: Recogniser) -> None:
    ((one,), troubles) = told(clip, [pick(10, 20)])
    assert str(one.why) == "it moves; speech recognition: “What a goal.”" and not troubles
    assert recogniser.heard_s == [10]
    told(clip, [pick(10, 20)])
    assert recogniser.heard_s == [10]


def test_what_is_not_clear_is_not_told(clip: Path, recogniser: Recogniser) -> None:
    recogniser.sure = 0.3
    ((one,), _) = told(clip, [pick(10, 20)])
    assert str(one.why) == "it moves"


def test_only_moments_in_which_somebody_speaks_are_listened_to_and_only_the_best(
    clip: Path, recogniser: Recogniser
) -> None:
    picks = [pick(4 * place, 4 * place + 3, score=place) for place in range(8)]
    out, _ = told(clip, picks, spoken=(0, 24))
    assert ["said" in one.signals for one in out] == [False, False, True, True, True, True, False, False]
    assert len(recogniser.heard_s) == MOST


def test_no_more_is_heard_than_the_model_hears_at_once(clip: Path, recogniser: Recogniser) -> None:
    told(clip, [pick(0, 50)])
    assert recogniser.heard_s == [28]


def test_a_broken_model_keeps_nobody_from_highlights(
    clip: Path, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> None:
        raise EngineError("needs_extra", "engine.model_broken", name="words", path="p", fetch="f", reason="r")

    monkeypatch.setattr(words, "load", broken)
    out, troubles = told(clip, [pick(10, 20), pick(30, 40)])
    assert [str(one.why) for one in out] == ["it moves", "it moves"]
    assert len(troubles) == 1 and "Done without it" in str(troubles[0])


def test_subtitles_are_believed_before_ears(clip: Path, recogniser: Recogniser) -> None:
    clip.with_suffix(".srt").write_text("1\n00:00:12,000 --> 00:00:14,000\nWritten.\n", encoding="utf-8")
    ((one,), _) = told(clip, [pick(10, 20)])
    assert str(one.why) == "it moves" and recogniser.heard_s == []
