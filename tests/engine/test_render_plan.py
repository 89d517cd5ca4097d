"""The plan of a render: exact on the grids of frames and samples, whatever the cuts."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.render.plan import LONGEST_SIDE, RenderPlan, frame_size, output_rate, plan_render
from highlight_mcp.engine.render.sound_plan import SAMPLE_RATE
from highlight_mcp.presets import PRESETS
from highlight_mcp.timeline.model import AudioTrack, Clip, Timeline, Transition, VideoTrack
from highlight_mcp.timeline.time import TimeRange

RATES = st.sampled_from([Fraction(r) for r in ("24000/1001", 24, 25, "30000/1001", 30, 50, "60000/1001", 60)])
SPEEDS = st.sampled_from([Fraction(s) for s in ("1", "2", "1/2", "5/4", "1/10", "20", "3/7")])


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Reels of abutting clips with speeds, transitions, freezes and cards."""
    clips: list[Clip] = []
    at = 0
    for number in range(draw(st.integers(1, 12))):
        duration, speed = draw(st.integers(1, 9000) | st.integers(1, 50)), draw(SPEEDS)
        start = draw(st.integers(0, 7_200_000))
        transition = draw(
            st.none() | st.builds(Transition, kind=st.just("crossfade"), duration_ms=st.integers(40, 5000))
        )
        source = TimeRange(start_ms=start, end_ms=start + max(1, round(duration * speed)))
        clips.append(
            Clip(
                id=f"seg_{number}", start_ms=at, duration_ms=duration, media_id=draw(st.sampled_from(["a", "b", None])),
                source=source, speed=speed, transition=transition, freeze=draw(st.integers(0, 9)) == 0,
            )
        )  # fmt: skip
        at += duration
    return Timeline(frame_rate=draw(RATES), tracks=(VideoTrack(id="v", clips=tuple(clips)),))


@given(timelines())
def test_any_plan_lies_on_the_grids_of_frames_and_samples(timeline: Timeline) -> None:
    """One draw for all that holds of a plan: to make a timeline takes longer than to plan it."""
    made = plan_render(timeline)
    lasts_as_long_as_its_timeline(made, timeline)
    ends_with_its_sound(made)
    shows_one_shot_in_every_frame(made)
    keeps_its_boundaries(made)
    follows_the_timeline_to_the_middle_of_each_shot(made)
    joins_within_two_clips(made)


def lasts_as_long_as_its_timeline(made: RenderPlan, timeline: Timeline) -> None:
    assert abs(made.frames - timeline.duration_ms * timeline.frame_rate / 1000) <= Fraction(1, 2)


def ends_with_its_sound(made: RenderPlan) -> None:
    assert abs(Fraction(made.samples, SAMPLE_RATE) - made.frames / made.rate) <= Fraction(1, 2 * SAMPLE_RATE)


def shows_one_shot_in_every_frame(made: RenderPlan) -> None:
    layer = made.layers[0]
    step = max(1, made.frames // 97)
    for number in {*range(0, made.frames, step), made.frames - 1} - {-1}:
        place = layer.shot_at(number)
        assert place is not None
        source = layer.shots[place].clip.source
        assert source is not None
        time_s = layer.shots[place].source_s(number, made.rate)
        latest = max(Fraction(source.end_ms), source.start_ms + 1000 / made.rate)
        assert source.start_ms <= time_s * 1000 <= latest


@given(timelines())
def test_a_clip_in_which_no_frame_begins_is_not_met(timeline: Timeline) -> None:
    (layer,) = plan_render(timeline).layers
    assert all(shot.first < shot.last for shot in layer.shots)


def keeps_its_boundaries(made: RenderPlan) -> None:
    for shot in made.layers[0].shots:
        assert abs(shot.first / made.rate - Fraction(shot.clip.start_ms, 1000)) <= 1 / (2 * made.rate)
        assert abs(shot.last / made.rate - Fraction(shot.clip.end_ms, 1000)) <= 1 / (2 * made.rate)


def follows_the_timeline_to_the_middle_of_each_shot(made: RenderPlan) -> None:
    for shot in made.layers[0].shots:
        if shot.last - shot.first < 4 or shot.clip.freeze or shot.clip.source is None:
            continue
        number = (shot.first + shot.last) // 2
        into_s = Fraction(2 * number + 1, 2) / made.rate - Fraction(shot.clip.start_ms, 1000)
        expected = Fraction(shot.clip.source.start_ms, 1000) + into_s * shot.clip.speed
        assert abs(shot.source_s(number, made.rate) - expected) <= Fraction(1, 1000) * max(Fraction(1), shot.clip.speed)


def joins_within_two_clips(made: RenderPlan) -> None:
    layer = made.layers[0]
    for join in layer.joins:
        assert layer.shots[join.before].first <= join.first < join.last <= layer.shots[join.after].last
        assert 0 < join.share(join.first) <= join.share(join.last - 1) < 1


@given(st.integers(50, 9000), st.integers(50, 9000), st.integers(0, 100_000))
def test_sound_that_simply_goes_on_is_left_unchanged_at_a_cut(first_ms: int, second_ms: int, source_ms: int) -> None:
    cut = source_ms + first_ms
    clips = (
        Clip(id="a", start_ms=0, duration_ms=first_ms, media_id="m", source=TimeRange(start_ms=source_ms, end_ms=cut)),
        Clip(
            id="b", start_ms=first_ms, duration_ms=second_ms, media_id="m",
            source=TimeRange(start_ms=cut, end_ms=cut + second_ms),
        ),
    )  # fmt: skip
    left, right = plan_render(Timeline(tracks=(VideoTrack(id="v", clips=clips),))).sounds
    at = first_ms * 48
    reach = min(500, 24 * min(first_ms, second_ms))
    total = np.zeros(2 * reach, np.float32)
    for part in (left, right):
        low, high = max(part.first, at - reach), min(part.last, at + reach)
        total[low - at + reach : high - at + reach] += part.envelope(low, high)
        offset = Fraction(part.first - at, SAMPLE_RATE)
        assert part.source_s - offset == Fraction(cut, 1000)
    inner = total[240 : 2 * reach - 240] if reach > 480 else total[reach - 20 : reach + 20]
    assert np.allclose(inner, 1.0, atol=1e-5)


def test_gaps_between_clips_show_nothing() -> None:
    clips = (Clip(id="a", start_ms=1000, duration_ms=1000), Clip(id="b", start_ms=3000, duration_ms=1000))
    layer = plan_render(Timeline(frame_rate=Fraction(25), tracks=(VideoTrack(id="v", clips=clips),))).layers[0]
    assert [layer.shot_at(number) for number in (0, 24, 25, 49, 50, 74, 75, 99)] == [None, None, 0, 0, None, None, 1, 1]


def test_the_reel_lasts_as_long_as_its_longest_track() -> None:
    video = VideoTrack(id="v", clips=(Clip(id="a", start_ms=0, duration_ms=1000),))
    source = TimeRange(start_ms=0, end_ms=2500)
    music = AudioTrack(id="m", clips=(Clip(id="b", start_ms=0, duration_ms=2500, media_id="x", source=source),))
    assert plan_render(Timeline(frame_rate=Fraction(30), tracks=(video, music))).frames == 75


def test_a_timeline_without_pictures_has_no_frames() -> None:
    assert plan_render(Timeline()).frames == 0


@pytest.mark.parametrize(
    ("rate", "expected"), [("30", "30"), ("60", "60"), ("120", "60"), ("100", "50"), ("240", "60")]
)
def test_very_fast_rates_are_divided_down_to_sixty_or_less(rate: str, expected: str) -> None:
    assert output_rate(Fraction(rate)) == Fraction(expected)


@given(st.integers(16, 7680), st.integers(16, 7680), st.sampled_from(sorted(PRESETS)))
def test_sizes_are_even_keep_the_shape_and_fit_a_decoder(width: int, height: int, name: str) -> None:
    out = frame_size(Timeline(width=width, height=height), PRESETS[name].short_side or 1080)
    assert all(side % 2 == 0 and 2 <= side <= LONGEST_SIDE for side in out)
    longest = max(out)
    assert abs(out[0] * height - out[1] * width) <= 2 * longest * max(width, height) / min(out) + 2 * max(width, height)


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1920, 1080), (1920, 1080)),
        ((1080, 1920), (1080, 1920)),
        ((640, 640), (1080, 1080)),
        ((640, 360), (1920, 1080)),
    ],
)
def test_the_default_preset_is_full_hd_in_every_shape(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert frame_size(Timeline(width=shape[0], height=shape[1]), 1080) == size
