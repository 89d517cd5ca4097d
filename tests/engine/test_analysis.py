"""Analysing real recordings: what comes out, how often files are read, and that it is always the same."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.opening import fingerprint
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.signals import scan
from highlight_mcp.engine.signals.analysis import Analysis, analyse, examine
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.engine.signals.sound import SoundSeries

Footage = Callable[[str], Path]


def _same(first: Analysis, second: Analysis) -> bool:
    assert first.sound is not None
    assert second.sound is not None
    sounds = all(
        np.array_equal(getattr(first.sound, f.name), getattr(second.sound, f.name)) for f in fields(SoundSeries)
    )
    pictures = all(
        np.array_equal(
            getattr(first.pictures, f.name), getattr(second.pictures, f.name), equal_nan=f.name in ("motion", "flow")
        )
        for f in fields(SampleFrames)
    )
    return sounds and pictures


def test_two_analyses_of_one_file_are_equal_to_the_last_bit(footage: Footage) -> None:
    path = footage("video/highway_drive.mp4")
    info = probe(path)
    assert _same(
        analyse(path, info, cache=None, progress=no_progress),
        analyse(path, info, cache=None, progress=no_progress),
    )


def test_a_second_analysis_comes_from_the_cache_without_the_file(footage: Footage, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(footage("video/highway_drive.mp4").read_bytes())
    info = probe(copy).model_copy(update={"fingerprint": fingerprint(copy)})
    first = analyse(copy, info, cache=tmp_path / "cache", progress=no_progress)
    copy.unlink()
    assert _same(first, analyse(copy, info, cache=tmp_path / "cache", progress=no_progress))


def test_a_damaged_cache_file_is_made_again(footage: Footage, tmp_path: Path) -> None:
    path = footage("video/stream_of_water.mp4")
    info = probe(path)
    first = analyse(path, info, cache=tmp_path, progress=no_progress)
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:100])
    assert _same(first, analyse(path, info, cache=tmp_path, progress=no_progress))


def test_progress_never_goes_back_and_ends_complete(footage: Footage) -> None:
    path = footage("video/loud_quiet_timecode.mp4")
    told: list[tuple[int, int]] = []
    analyse(path, probe(path), cache=None, progress=lambda stage, done, total, message: told.append((done, total)))
    done = [one for one, _ in told]
    assert done == sorted(done)
    assert told[-1][0] == told[-1][1]


@pytest.mark.slow
def test_stretches_read_apart_give_the_series_of_one_pass(footage: Footage, monkeypatch: pytest.MonkeyPatch) -> None:
    path = footage("video/loud_quiet_timecode.mp4")
    info = probe(path)
    whole = analyse(path, info, cache=None, progress=no_progress)
    monkeypatch.setattr(scan, "STRETCH_MS", 10_000)
    monkeypatch.setattr(scan, "SPLIT_FROM_MS", 1)
    parts = analyse(path, info, cache=None, progress=no_progress)
    assert whole.sound is not None
    assert parts.sound is not None
    heard = whole.sound.level > -60
    assert float(np.abs(whole.sound.level - parts.sound.level)[heard].max()) < 1.5
    assert abs(len(whole.pictures) - len(parts.pictures)) <= 5


@pytest.mark.slow
def test_all_hard_cuts_of_a_recording_are_found_within_two_frames(footage: Footage) -> None:
    path = footage("composed/dev_talk.mp4")
    analysis = analyse(path, probe(path), cache=None, progress=no_progress)
    wanted = [10_880, 12_880, 14_880, 16_880, 19_840]
    assert all(min(abs(shot - cut) for shot in analysis.shots_ms) <= 80 for cut in wanted)


@pytest.mark.slow
def test_silences_of_a_recording_with_pauses_leave_its_loud_part(footage: Footage) -> None:
    path = footage("video/loud_quiet_timecode.mp4")
    analysis = analyse(path, probe(path), cache=None, progress=no_progress)
    found = analysis.silences(min_ms=500, margin_ms=100)
    assert found
    assert all(end > start for start, end in found)
    quiet_cells = np.concatenate([analysis.level_db[a // 100 + 1 : b // 100] for a, b in found])
    assert float(np.median(quiet_cells)) < float(np.percentile(analysis.level_db, 75)) - 10


def test_a_recording_without_sound_has_looks_and_no_level(footage: Footage) -> None:
    path = footage("video/bottles_belt_noaudio.mp4")
    analysis = analyse(path, probe(path), cache=None, progress=no_progress)
    assert analysis.sound is None
    assert len(analysis.level_db) == 0
    assert analysis.silences() == []
    assert len(analysis.pictures) > 100
    assert all(0 <= x <= 1 for _, x in analysis.focus())


@pytest.mark.parametrize("name", ["mkv_ac3_srt.mkv", "h263_vfr.3gp", "vp9_10bit_noaudio.webm", "truncated_highway.mp4"])
def test_odd_recordings_are_looked_at(footage: Footage, name: str) -> None:
    path = footage(f"odd/{name}")
    assert len(analyse(path, probe(path), cache=None, progress=no_progress).pictures) > 0


@pytest.mark.slow
def test_a_tight_budget_looks_less_and_still_closely_where_something_happens(
    footage: Footage,
) -> None:
    path = footage("composed/dev_talk.mp4")
    _, pictures, dense = examine(path, replace(scan.scan_plan_of(probe(path)), least_s=2.5), no_progress)
    assert not dense
    seen = pictures.seen_ms
    assert 0 < int((seen[:, 1] - seen[:, 0]).sum()) < 90_000
    assert any(start <= cheer < end for start, end in seen for cheer in (31_000, 48_000, 85_000))
