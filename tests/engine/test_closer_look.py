"""What was found is listened to once more: only a crowd that is heard is called one, and each window is heard once."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from highlight_mcp.engine.extras.catalogue import Extra
from highlight_mcp.engine.extras.sound_names import CROWD, KINDS, STEADY, SoundNames
from highlight_mcp.engine.extras.sound_table import SoundTable
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import RecordingSignals, choose, rank
from highlight_mcp.engine.moments.moment import Candidate
from highlight_mcp.engine.moments.ranking import moments_of
from highlight_mcp.engine.moments.senses import closer_looks
from highlight_mcp.engine.signals.analysis import Analysis, analyse
from highlight_mcp.messages import Message, has
from highlight_mcp.timeline.operations import Highlights
from media_factory import SAMPLE_RATE, make_clip

LABELS = ("Applause", "Cheering", "Gunshot, gunfire", "Rain", "Engine", "Laughter", "Whistle", "Music", "Silence")
Likely = NDArray[np.float32]


class Table:
    """Ten minutes in which the same is heard everywhere."""

    labels = LABELS
    window_ms = step_ms = 1_000
    count = 600

    def __init__(self, **heard: float) -> None:
        row = [heard.get(label.split(",")[0].replace("Gunshot", "Gun"), 0.0) for label in LABELS]
        self.rows = np.tile(np.array(row, np.float32), (self.count, 1))

    def all(self) -> Likely:
        return self.rows

    def within(self, spans_ms: Sequence[tuple[int, int]]) -> list[Likely]:
        return [self.rows[start // 1000 : max(start // 1000 + 1, end // 1000)] for start, end in spans_ms]


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A minute of quiet with one burst of noise, which the signals alone take for a crowd."""
    rng = np.random.default_rng(3)
    sound = rng.normal(0, 0.002, 60 * SAMPLE_RATE).astype(np.float32)
    sound[30 * SAMPLE_RATE : 36 * SAMPLE_RATE] = rng.normal(0, 0.2, 6 * SAMPLE_RATE) * np.repeat(
        rng.uniform(0.5, 1.0, 60), SAMPLE_RATE // 10
    )
    clip = make_clip(tmp_path_factory.mktemp("loud") / "a.mp4", seconds=60, fps=5, gop=5, samples=sound)
    return analyse(clip, probe(clip), cache=None, progress=no_progress)


def named(loud: Analysis, criterion: Any = "auto", **heard: float) -> list[Candidate]:
    return SoundNames(Table(**heard), loud.duration_ms).judged(moments_of(loud), criterion)  # type: ignore[arg-type]


def test_the_signals_alone_take_loud_noise_for_a_crowd(loud: Analysis) -> None:
    (one,) = moments_of(loud)
    assert one.confidence == "high" and "crowd" in str(one.why)


def test_a_crowd_that_is_heard_keeps_its_confidence_and_gets_its_name(loud: Analysis) -> None:
    (one,) = named(loud, Cheering=0.3, Applause=0.2)
    assert one.confidence == "high" and "crowd" in str(one.why)
    assert str(one.why).endswith("sounds like cheering, applause") and one.signals["sound"] == "cheering, applause"


def test_gunfire_is_never_called_a_crowd_but_stays_a_moment(loud: Analysis) -> None:
    (before,) = moments_of(loud)
    (one,) = named(loud, Gun=0.6)
    assert str(one.why).startswith("sounds like gunfire: +") and "crowd" not in str(one.why)
    assert (one.confidence, one.score, one.signals["kind"]) == ("medium", before.score, "loud_sound")
    assert "crowd_db" not in one.signals and one.signals["louder_db"] == before.signals["crowd_db"]


def test_what_has_no_name_is_not_called_a_crowd_either(loud: Analysis) -> None:
    (one,) = named(loud, Engine=0.2)
    assert str(one.why).startswith("a sudden sound, not like a crowd") and one.confidence == "medium"


@pytest.mark.parametrize("steady", ["Rain", "Engine"])
def test_what_goes_on_by_itself_is_slight(loud: Analysis, steady: str) -> None:
    (before,) = moments_of(loud)
    (one,) = named(loud, **{steady: 0.8})
    assert one.confidence == "low" and one.score < before.score / 2


def test_cheers_are_only_those_that_are_heard(loud: Analysis) -> None:
    assert named(loud, "cheer", Gun=0.6) == []
    assert len(named(loud, "cheer", Cheering=0.3)) == 1


def test_silence_between_does_not_count_against_a_crowd(loud: Analysis) -> None:
    table = Table(Cheering=0.0)
    table.rows[:, LABELS.index("Silence")] = 1.0
    table.rows[32, LABELS.index("Silence")], table.rows[32, LABELS.index("Cheering")] = 0.0, 0.3
    (one,) = SoundNames(table, loud.duration_ms).judged(moments_of(loud), "auto")  # type: ignore[arg-type]
    assert "sounds like cheering" in str(one.why)


def test_laughter_is_found_where_the_model_hears_it(loud: Analysis) -> None:
    table = Table()
    table.rows[45:48, LABELS.index("Laughter")] = 0.7
    (one,) = SoundNames(table, loud.duration_ms).judged([], "laughter")  # type: ignore[arg-type]
    assert (one.start_ms, one.end_ms) == (45_000, 48_000)


def test_a_choice_and_a_ranking_ask_the_closer_look(loud: Analysis, tmp_path: Path) -> None:
    looks = (SoundNames(Table(Gun=0.6), loud.duration_ms),)  # type: ignore[arg-type]
    (moment,) = rank(loud, closer=looks)
    assert "gunfire" in str(moment.why)
    info = probe(make_clip(tmp_path / "b.mp4", seconds=1)).model_copy(update={"duration_ms": loud.duration_ms})
    chosen = choose([RecordingSignals("m", "a.mp4", info, loud, looks)], Highlights(total_ms=20_000))
    assert "gunfire" in str(chosen.picks[0].why)


def test_a_broken_model_does_not_keep_anybody_from_highlights_and_is_told(
    loud: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("model.onnx", "yamnet_class_map.csv"):
        (tmp_path / name).write_bytes(b"nonsense")
    monkeypatch.setattr(Extra, "installed", lambda extra: True)
    clip = make_clip(tmp_path / "b.mp4", seconds=1)
    troubles: list[Message] = []
    models = {"sounds": tmp_path}
    looks = closer_looks(clip, probe(clip), loud, models, cache=None, progress=no_progress, troubles=troubles)
    assert [str(one.why) for one in rank(loud, closer=(*looks, *looks))] == [str(one.why) for one in moments_of(loud)]
    (told,) = troubles
    assert "Done without it" in str(told) and "highlight-mcp extras fetch sounds --again" in str(told)


def test_every_kind_has_a_name_in_the_catalogue_and_labels_of_its_own() -> None:
    assert all(has(f"engine.sound.{kind}") for kind in KINDS)
    every = [label for labels in KINDS.values() for label in labels]
    assert len(every) == len(set(every))
    assert {*CROWD, *STEADY} <= set(KINDS)


def test_each_window_is_heard_once_and_kept_for_the_content(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=20)
    (tmp_path / "model.onnx").write_bytes(b"weights")
    asked: list[int] = []

    def windows(heard: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        asked.append(count)
        return np.tile(np.array([0.5, 0.25], np.float32), (count, 1))

    def table(load: Callable[[], Any]) -> SoundTable:
        model = SimpleNamespace(
            labels=("Speech", "Dog"), window_ms=1000, step_ms=960, file=tmp_path / "model.onnx", tagger=load
        )
        return SoundTable(clip, probe(clip), model, cache=tmp_path, progress=no_progress)  # type: ignore[arg-type]

    first = table(lambda: SimpleNamespace(windows=windows))
    (part,) = first.within([(5_000, 8_000)])
    assert part.shape == (3, 2) and np.allclose(part, (0.5, 0.25), atol=0.003) and sum(asked) == 3
    assert len(first.within([(5_000, 9_000)])[0]) == 4 and sum(asked) == 4
    again = table(lambda: SimpleNamespace(windows=windows))
    assert again.all().shape == (again.count, 2) and sum(asked) == again.count

    def never() -> Any:
        raise AssertionError("the model was loaded")

    assert len(table(never).all()) == again.count


def test_a_kept_table_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=3)
    (tmp_path / "model.onnx").write_bytes(b"weights")
    model = SimpleNamespace(
        labels=("Dog",), window_ms=1000, step_ms=1000, file=tmp_path / "model.onnx",
        tagger=lambda: SimpleNamespace(windows=lambda heard, count: np.ones((count, 1), np.float32)),
    )  # fmt: skip
    for _ in range(2):
        made = SoundTable(clip, probe(clip), model, cache=tmp_path, progress=no_progress)  # type: ignore[arg-type]
        assert made.all().tolist() == [[1.0]] * made.count
        (kept,) = tmp_path.glob("*.sounds*.npz")
        kept.write_bytes(b"PK\x03\x04nonsense")
