"""The parts of the extras that need no packages: features of sound, names of sounds, stretches, places to look at."""

from types import SimpleNamespace

import numpy as np
import pytest

from highlight_mcp.engine.extras import yamnet
from highlight_mcp.engine.extras.ced import features
from highlight_mcp.engine.extras.sound_search import labels_of, likely_stretches, nearest_labels
from highlight_mcp.engine.extras.vision import _stretches
from highlight_mcp.engine.media.audio_samples import RATE

LABELS = (
    "Speech",
    "Dog",
    "Bark",
    "Baby cry, infant cry",
    "Siren",
    "Police car (siren)",
    "Fire engine, fire truck (siren)",
)


def test_a_tone_lies_in_the_mel_band_of_its_frequency() -> None:
    at = np.arange(2 * RATE) / RATE
    for hertz in (250, 1000, 4000):
        found = features(np.sin(2 * np.pi * hertz * at).astype(np.float32))
        assert found.shape == (64, 200)
        mel = 1127 * np.log1p(hertz / 700) / (1127 * np.log1p(8000 / 700))
        assert abs(int(found.mean(axis=1).argmax()) - (65 * mel - 1)) <= 1


@pytest.mark.parametrize("length", [0, 1, 200, 5000])
def test_any_length_of_sound_has_features_of_finite_size(length: int) -> None:
    found = features(np.zeros(length, np.float32))
    assert found.shape[0] == 64 and np.isfinite(found).all()
    other = yamnet.features(np.zeros(length, np.float32))
    assert other.shape == (yamnet.PATCH, 64) and np.isfinite(other).all()


@pytest.mark.parametrize(
    ("query", "names"),
    [("a dog", ["Dog"]), ("dogs barking", ["Dog", "Bark"]), ("siren", list(LABELS[4:])), ("狗叫声", ["Dog"]),
     ("police siren", ["Police car (siren)"]), ("trombone", []), ("", [])],
)  # fmt: skip
def test_a_query_names_the_labels_with_all_of_its_words(query: str, names: list[str]) -> None:
    assert [LABELS[place] for place in labels_of(query, LABELS)] == names


def test_an_unknown_sound_is_answered_with_the_nearest_labels() -> None:
    assert nearest_labels("barking", LABELS)[0] == "Bark"


def test_a_likely_sound_is_one_stretch_with_its_label_and_likelihood() -> None:
    table = np.zeros((10, len(LABELS)), np.float32)
    table[3:6, 1] = (0.2, 0.8, 0.4)
    table[8, 1] = 0.2
    form = SimpleNamespace(labels=LABELS, window_ms=4_000, step_ms=2_000)
    (found,) = likely_stretches(table, form, [1, 2], 22_000)
    assert (found.start_ms, found.end_ms, found.peak_ms) == (7000, 13_000, 10_000)
    assert found.confidence == "high" and "“Dog” (80%" in str(found.why)


def test_neighbouring_frames_that_fit_are_one_stretch_and_never_sure() -> None:
    found = _stretches([0, 4000, 8000, 40_000], [0.9, 0.6, 0.1, 0.7], "a dog", (0, 60_000))
    assert [(one.start_ms, one.end_ms, one.confidence) for one in found] == [
        (0, 6500, "medium"), (37_500, 42_500, "low"),
    ]  # fmt: skip
