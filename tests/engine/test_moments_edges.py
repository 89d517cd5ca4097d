"""Where clips begin and end: in pauses, not beside shot boundaries, within the room there is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.moments import RecordingSignals
from highlight_mcp.engine.moments.clip_edges import FLASH_MS, CandidateClip, snap_edges
from highlight_mcp.engine.moments.moment import Candidate
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.sample_frames import HEIGHT, WIDTH, SampleFrames
from highlight_mcp.engine.signals.sound import SoundSeries
from highlight_mcp.messages import message
from highlight_mcp.timeline.media import MediaInfo

PAUSES = ((3_000, 3_400), (9_000, 9_300), (14_200, 14_800))


def talk(pauses: tuple[tuple[int, int], ...] = PAUSES, pictures: SampleFrames | None = None) -> Analysis:
    """Twenty seconds of speech with pauses."""
    loudness = np.full(200, -20.0, np.float32)
    for start, end in pauses:
        loudness[start // 100 : end // 100] = -55.0
    sound = replace(SoundSeries.silent(200), loudness=loudness)
    return Analysis("hl1:talk", 20_000, sound, pictures or SampleFrames.none())


def cut_at(cut_ms: int) -> SampleFrames:
    """Looks five times a second at two places, with a cut between them."""
    rng = np.random.default_rng(2)
    places = rng.integers(0, 255, (2, HEIGHT * 3 // 2, WIDTH)).astype(np.uint8)
    at_ms = np.arange(0, 20_000, 200)
    return replace(
        SampleFrames.none(),
        at_ms=at_ms,
        images=places[(at_ms >= cut_ms).astype(int)],
        motion=np.zeros(len(at_ms), np.float32),
        focus=np.full(len(at_ms), 0.5, np.float32),
        cut_ms=np.array([cut_ms]),
        cut_after_ms=np.array([cut_ms - 40]),
        seen_ms=np.array([[0, 20_000]]),
    )


def test_a_clip_begins_in_the_pause_before_the_sentence_when_there_is_room() -> None:
    start, _ = snap_edges(talk(), 4_600, 12_000, (6_000, 11_000), room_ms=3_000)
    assert 3_000 < start < 3_400


def test_a_clip_stays_where_it_is_when_there_is_no_room_and_no_pause_near() -> None:
    start, _ = snap_edges(talk(), 4_600, 12_000, (4_700, 11_000), room_ms=0)
    assert abs(start - 4_600) <= 200


def test_a_clip_ends_in_the_next_pause() -> None:
    _, end = snap_edges(talk(), 4_600, 13_500, (6_000, 13_300), room_ms=4_000)
    assert 14_200 < end < 14_800


def test_a_clip_begins_on_a_cut_rather_than_just_before_it() -> None:
    start, _ = snap_edges(talk(pictures=cut_at(7_400)), 7_000, 15_000, (7_600, 14_500), room_ms=0)
    assert start == 7_400


def test_a_clip_ends_on_a_cut_rather_than_just_after_it() -> None:
    _, end = snap_edges(talk((), cut_at(12_040)), 5_000, 12_400, (5_500, 11_900), room_ms=0)
    assert end == 12_000


moments = st.tuples(st.integers(0, 12_000), st.integers(600, 7_000))


@settings(max_examples=80)
@given(moments, st.integers(500, 19_000), st.integers(0, 5_000))
def test_no_pause_is_chosen_that_flashes_another_shot(where: tuple[int, int], cut_ms: int, room_ms: int) -> None:
    start_ms, length = where
    end_ms = min(19_900, start_ms + length)
    core = (start_ms + 300, end_ms - 300)
    start, end = snap_edges(talk(pictures=cut_at(cut_ms)), start_ms, end_ms, core, room_ms)
    assert 0 <= start < end <= 20_000
    flashes = 0 < cut_ms - 40 - start < 500 and cut_ms < end
    assert not flashes or start == 0 or (start, end) == (start_ms, end_ms)
    assert start >= start_ms - max(room_ms, FLASH_MS) - 400


@pytest.mark.parametrize(("later", "edges"), [(True, (5_000, 8_960)), (False, (5_000, 7_000))])
def test_spare_seconds_are_never_taken_from_another_shot(later: bool, edges: tuple[int, int]) -> None:
    analysis = talk(pictures=cut_at(9_000) if later else cut_at(5_000))
    info = MediaInfo(media_id="m", name="m.mp4", kind="video", duration_ms=20_000)
    event = Candidate(5_500, 6_500, 6_000, 1.0, "high", message("engine.why.whole"))
    clip = CandidateClip(RecordingSignals("m", "m.mp4", info, analysis), event, 5_000, 7_000, 0, 20_000)
    longer = clip.grown(10_000, 10_000, later=later)
    assert (longer.start_ms, longer.end_ms) == edges
