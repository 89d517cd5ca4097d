"""Sound tracks of games: silence, then outbursts of noise. They are found, and never taken for a crowd."""

from dataclasses import replace

import numpy as np

from highlight_mcp.engine.moments import RecordingSignals, choose, rank
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.engine.signals.series import SERIES_HZ
from highlight_mcp.engine.signals.sound import BAND_EDGES_HZ, FLOOR_DB, SoundSeries
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import Highlights

FIGHTS = ((40, 3.0), (90, 6.0), (150, 2.5), (200, 4.0))
SINGLE_SHOTS = (20, 70, 120, 180, 230)
SECONDS = 260


def game(*, background_db: float = FLOOR_DB, pitch: float = 0.25) -> Analysis:
    """Fights of several seconds and single shots of 0.6 s at -11 dB, over a background of noise."""
    rng = np.random.default_rng(4)
    count = SECONDS * SERIES_HZ
    level = np.full(count, background_db) + rng.normal(0, 0.3, count)
    voicing = np.full(count, 0.2)
    for start, seconds in (*FIGHTS, *((at, 0.6) for at in SINGLE_SHOTS)):
        first, last = start * SERIES_HZ, start * SERIES_HZ + round(seconds * SERIES_HZ)
        level[first:last] = -11.0 + rng.normal(0, 1.0, last - first)
        voicing[first:last] = pitch
    sound = replace(
        SoundSeries.silent(count),
        level=level.astype(np.float32),
        loudness=level.astype(np.float32),
        bands=(level[:, None] + rng.normal(0, 0.3, (count, len(BAND_EDGES_HZ) - 1))).astype(np.float32),
        noise=np.full(count, 0.55, np.float32),
        voicing=voicing.astype(np.float32),
        ripple=np.full(count, 1.0, np.float32),
    )
    return Analysis("hl1:game", SECONDS * 1000, sound, SampleFrames.none())


def test_fights_of_a_game_come_first_and_the_longest_is_best() -> None:
    moments = rank(game())
    fights = [one for one in moments if one.confidence == "high"]
    assert sorted(round(one.start_ms / 1000) for one in fights) == [start for start, _ in FIGHTS]
    assert abs(moments[0].start_ms / 1000 - 90) <= 1
    assert all(one.confidence == "low" for one in moments[len(FIGHTS) :])


def test_noise_out_of_complete_silence_is_never_called_a_crowd() -> None:
    moments = rank(game())
    assert {one.signals["kind"] for one in moments} == {"loud_sound"}
    assert not any("crowd" in str(one.why) for one in moments)
    assert "loud for 6.0 s" in str(moments[0].why)
    assert rank(game(), "cheer") == [] == rank(game(), "applause")


def test_the_same_sounds_over_the_noise_of_a_room_may_be_a_crowd() -> None:
    moments = rank(game(background_db=-55.0))
    assert {one.signals["kind"] for one in moments} == {"crowd"}


def test_speech_out_of_complete_silence_is_no_outburst() -> None:
    assert all(one.signals["kind"] == "filler" for one in rank(game(pitch=0.8)))


def test_a_reel_of_a_game_shows_its_fights() -> None:
    analysis = game()
    info = MediaInfo(media_id="g", name="g.mp4", kind="video", duration_ms=analysis.duration_ms)
    picks = choose([RecordingSignals("g", "g.mp4", info, analysis)], Highlights(total_ms=40_000)).picks
    shown = [start for start, seconds in FIGHTS for one in picks
             if one.start_ms <= start * 1000 and one.end_ms >= (start + seconds) * 1000]  # fmt: skip
    assert shown == [start for start, _ in FIGHTS]
