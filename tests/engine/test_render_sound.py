"""The sound of a reel: cut to the sample, without clicks, at the right level and pitch."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from render_kit import RATE, pitch_hz, reel, rms_db, shot, sources, tone, wav
from render_kit import sound as heard

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.render.job import render
from highlight_mcp.engine.render.levelling import USUAL_LUFS
from highlight_mcp.engine.render.mixing import SoundTrack
from highlight_mcp.engine.render.plan import plan_render
from highlight_mcp.engine.render.sound_graph import audio_frame, pulled_frames, sound_graph
from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.presets import PRESETS
from highlight_mcp.timeline.model import AudioTrack, Clip, Timeline, Track, Transition
from highlight_mcp.timeline.time import TimeRange
from media_factory import make_clip, make_sound

Samples = NDArray[np.float32]
CARD = Clip(id="card", start_ms=0, duration_ms=4000)


def mixed(timeline: Timeline, gain: float = 1.0, **paths: Path) -> Samples:
    """The mix of a timeline, shape (2, samples)."""
    track = SoundTrack(plan_render(timeline), sources(**paths))
    return np.concatenate(list(track.blocks(gain)), axis=1)


def music(clip: Clip, **more: object) -> Track:
    return AudioTrack.model_validate({"id": "bgm", "clips": (clip,), **more})


def test_sound_is_cut_to_the_sample(tmp_path: Path) -> None:
    ramp = np.linspace(0, 0.5, 3 * RATE)[None]
    path = wav(tmp_path / "ramp.wav", ramp)
    clip = shot("a", 0, 500, 1234)
    out = mixed(reel(CARD, tracks=(music(clip),)), a=path)
    middle = slice(RATE // 10, 4 * RATE // 10)
    expected = ramp[0, 1234 * 48 :][middle]
    assert np.abs(out[0, middle] - expected).max() < 1e-4
    assert np.all(out[:, 500 * 48 + 1 : 3 * RATE] == 0)


def test_other_sample_rates_stay_in_place(tmp_path: Path) -> None:
    pulse = np.zeros((2, 44_100 * 2))
    pulse[:, 44_100 : 44_100 + 441] = 0.5
    path = wav(tmp_path / "pulse.wav", pulse, 44_100)
    out = mixed(reel(CARD, tracks=(music(shot("a", 1000, 1500, 500)),)), a=path)
    start = int(np.argmax(np.abs(out[0]) > 0.25))
    assert abs(start - 1500 * 48) <= 8


def test_mono_is_heard_on_both_sides_at_full_level(tmp_path: Path) -> None:
    path = wav(tmp_path / "mono.wav", tone(2))
    out = mixed(reel(CARD, tracks=(music(shot("a", 0, 2000)),)), a=path)
    part = out[:, RATE // 2 : RATE]
    assert np.allclose(part[0], part[1])
    assert np.abs(part).max() == pytest.approx(0.1, rel=0.02)


def test_a_cut_where_the_recording_goes_on_cannot_be_heard(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=3, size=(64, 48))
    whole = mixed(reel(shot("a", 0, 2000)), a=path)
    cut = mixed(reel(shot("a", 0, 700), shot("a", 700, 633, 700), shot("a", 1333, 667, 1333)), a=path)
    assert np.abs(whole - cut).max() < 2e-4


def test_cuts_between_different_places_do_not_click(tmp_path: Path) -> None:
    path = wav(tmp_path / "low.wav", tone(10, hz=55, level=0.5))
    clips = [shot("a", 400 * n, 400, 37 + 613 * n) for n in range(8)]
    out = mixed(reel(CARD, tracks=tuple(music(clip) for clip in clips)), a=path)
    assert np.abs(np.diff(out[0, : 3200 * 48])).max() < 0.02


@pytest.mark.parametrize("speed", ["1/4", "1/2", "3/4", "3/2", "2", "5"])
def test_speed_changes_the_length_but_not_the_pitch(tmp_path: Path, speed: str) -> None:
    path = wav(tmp_path / "a.wav", np.concatenate([tone(2, 440), tone(14, 880)], axis=1))
    duration = round(4000 / Fraction(speed))
    clip = shot("a", 0, duration, 0, speed)
    length = max(duration, 500)
    out = mixed(reel(CARD.model_copy(update={"duration_ms": length}), tracks=(music(clip),)), a=path)
    change = round(2 / Fraction(speed) * RATE)
    window = min(change // 2, RATE // 3)
    assert pitch_hz(out[:, change - window - 960 : change - 960]) == pytest.approx(440, rel=0.02)
    assert pitch_hz(out[:, change + 960 : change + 960 + window]) == pytest.approx(880, rel=0.02)


def test_a_silent_recording_and_a_card_give_silence_of_full_length(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "mute.mp4", seconds=1, size=(64, 48), sound=None)
    card = Clip(id="c", start_ms=1000, duration_ms=600)
    out = mixed(reel(shot("a", 0, 1000), card), a=path)
    assert out.shape == (2, 76_800)
    assert not out.any()


def test_past_the_end_of_the_recording_there_is_silence(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "short.wav", seconds=1)
    out = mixed(reel(CARD, tracks=(music(shot("a", 0, 3000)),)), a=path)
    assert rms_db(out[:, : RATE // 2]) > -30
    assert not out[:, RATE + 100 :].any()


def test_volume_and_fades_shape_the_sound(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(4))
    clip = shot("a", 0, 4000, volume=0.5, fade_in_ms=1000, fade_out_ms=2000)
    out = mixed(reel(CARD, tracks=(music(clip),)), a=path)
    peaks = [np.abs(out[0, at * 48 : (at + 20) * 48]).max() for at in (0, 490, 1500, 2990, 3980)]
    assert peaks == pytest.approx([0.0005, 0.025, 0.05, 0.025, 0.0005], abs=0.002)


def test_the_track_level_is_the_stand_in_of_a_clip_without_one(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(2))
    levels = []
    for track, clip in ((0.35, 1.0), (1.0, 0.35), (0.35, 0.35)):
        out = mixed(reel(CARD, tracks=(music(shot("a", 0, 2000, volume=clip), volume=track),)), a=path)
        levels.append(float(np.abs(out[0, RATE // 2 : RATE]).max()))
    assert levels == pytest.approx([0.035, 0.035, 0.035], rel=0.03)


def test_music_goes_down_while_somebody_speaks_and_comes_back(tmp_path: Path) -> None:
    spoken = np.concatenate([tone(3, 300, 0.0005), tone(2, 300, 0.3), tone(4, 300, 0.0005)], axis=1)
    voice = AudioTrack(id="voice", role="voice", clips=(shot("v", 0, 8000),))
    song = music(shot("s", 0, 8000), duck_db=-12.0)
    timeline = reel(CARD.model_copy(update={"duration_ms": 8000}), tracks=(voice, song))
    out = mixed(timeline, v=wav(tmp_path / "v.wav", spoken), s=wav(tmp_path / "s.wav", tone(9, 1000, 0.1)))

    def song_db(start_s: float, stop_s: float) -> float:
        part = out[0, round(start_s * RATE) : round(stop_s * RATE)]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(part.size))) / (part.size / 4)
        return float(20 * np.log10(spectrum[round(1000 * part.size / RATE)] + 1e-9))

    assert song_db(1, 2) == pytest.approx(-20, abs=0.5)
    assert song_db(4, 4.9) == pytest.approx(-32, abs=1)
    assert song_db(7, 8) == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("target", [-14.0, -23.0])
def test_loudness_is_brought_to_what_was_asked(tmp_path: Path, target: float) -> None:
    path = wav(tmp_path / "a.wav", tone(6, 1000, 0.02))
    timeline = reel(CARD.model_copy(update={"duration_ms": 6000}), tracks=(music(shot("a", 0, 6000)),))
    track = SoundTrack(plan_render(timeline), sources(a=path))
    out = np.concatenate(list(track.blocks(track.level_for(target).gain)), axis=1)
    assert 20 * np.log10(np.abs(out[0, RATE : 5 * RATE]).max()) == pytest.approx(target, abs=0.5)


def meter(samples: Samples) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dB, as FFmpeg's meter (EBU R 128) tells them."""
    graph, facts = sound_graph("ebur128", "metadata=1:peak=true"), dict[str, str]()
    for start in range(0, samples.shape[1], 4800):
        graph.push(audio_frame(samples[:, start : start + 4800], start))
        for frame in pulled_frames(graph):
            facts = dict(frame.metadata) or facts
    return float(facts["lavfi.r128.I"]), 20 * float(np.log10(float(facts["lavfi.r128.true_peak"])))


def crowd(level: float, seconds: int = 8) -> NDArray[np.float64]:
    """Dense noise that swells, with knocks as loud as there can be."""
    rng = np.random.default_rng(3)
    times = np.arange(seconds * RATE) / RATE
    dull = np.convolve(rng.normal(size=times.size), np.ones(12) / 3.5, "same")  # AAC leaves out what is above
    noise = level * dull * (1 + np.sin(2 * np.pi * times / 4))
    return np.asarray(noise + 0.3 * (times % 2 < 0.001))[None]


@pytest.mark.parametrize("level", [0.02, 0.3])
def test_a_reel_comes_to_fourteen_lufs_and_no_peak_to_full_scale(tmp_path: Path, level: float) -> None:
    media = sources(a=wav(tmp_path / "a.wav", crowd(level)))
    timeline = reel(CARD, tracks=(music(shot("a", 0, 8000)),))
    facts = render(timeline, media, tmp_path / "reel.m4a", PRESETS["audio"], no_progress, usual_lufs=USUAL_LUFS)
    lufs, peak_db = meter(heard(tmp_path / "reel.m4a"))
    assert lufs == pytest.approx(-14, abs=0.7)
    assert peak_db <= -1.0
    (told,) = [check["detail"] for check in facts["checks"] if check["name"] == "loudness"]
    assert told["key"] == "engine.check.levelled"


@pytest.mark.parametrize(
    ("samples", "asked", "key", "most_db"),
    [
        (tone(4, 1000, 0.0005), False, "left_quiet", 0.0),
        (tone(4, 1000, 0.006), False, "levelled_for_noise", 15.0),
        (tone(4, 1000, 0.02), True, "levelled", 24.0),
        (tone(4, 1000, 0.2), False, None, 0.5),
    ],
)
def test_what_is_far_too_quiet_is_not_blown_up_unless_that_is_asked_for(
    tmp_path: Path, samples: NDArray[np.float64], asked: bool, key: str | None, most_db: float
) -> None:
    path = wav(tmp_path / "a.wav", samples)
    track = SoundTrack(plan_render(reel(CARD, tracks=(music(shot("a", 0, 4000)),))), sources(a=path))
    level = track.level_for(-14, asked=asked)
    assert (level.told and level.told.key) == (key and f"engine.check.{key}")
    assert 0 <= level.db <= most_db


def test_silence_is_not_amplified(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.wav", seconds=2, sound="silence")
    track = SoundTrack(plan_render(reel(CARD, tracks=(music(shot("a", 0, 2000)),))), sources(a=path))
    assert track.level_for(-14).gain == 1.0


def test_loud_sums_are_limited_and_keep_their_length(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(4, 440, 0.9))
    tracks = (music(shot("a", 0, 4000)), music(shot("a", 0, 4000)))
    out = mixed(reel(CARD, tracks=tracks), a=path)
    assert out.shape == (2, 4 * RATE)
    assert np.abs(out).max() < 0.9
    assert pitch_hz(out) == pytest.approx(440, abs=1)


def test_a_crossfade_blends_the_sound_of_both_sides(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", np.concatenate([tone(4, 400, 0.2), tone(4, 1600, 0.2)], axis=1))
    join = Transition(kind="crossfade", duration_ms=1000)
    clips = (shot("a", 0, 2000), shot("a", 2000, 2000, 5000, transition=join))
    info = probe(path).model_copy(update={"media_id": "a", "kind": "video"})
    out = np.concatenate(list(SoundTrack(plan_render(reel(*clips)), {"a": RenderSource(path, info)}).blocks()), axis=1)
    spectrum = np.abs(np.fft.rfft(out[0, round(1.95 * RATE) : round(2.05 * RATE)]))
    low, high = spectrum[40], spectrum[160]
    assert low / high == pytest.approx(1, abs=0.2)
    assert rms_db(out[:, round(1.9 * RATE) : round(2.1 * RATE)]) == pytest.approx(-17, abs=1)


def test_what_a_source_range_asks_beyond_the_end_is_silent(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(2))
    clip = Clip(id="x", start_ms=0, duration_ms=1000, media_id="a", source=TimeRange(start_ms=1500, end_ms=2500))
    out = mixed(reel(CARD, tracks=(music(clip),)), a=path)
    assert rms_db(out[:, : RATE // 4]) > -30
    assert not out[:, RATE * 6 // 10 :].any()


def test_sound_effects_are_heard_at_their_times_over_music_and_footage(tmp_path: Path) -> None:
    song = music(shot("s", 0, 4000))
    ding = AudioTrack(id="sfx", role="sfx", clips=(shot("d", 1000, 200), shot("d", 3000, 200)))
    low, high = wav(tmp_path / "s.wav", tone(5, 500, 0.05)), wav(tmp_path / "d.wav", tone(1, 2000, 0.3))
    out = mixed(reel(CARD, tracks=(song, ding)), s=low, d=high)
    spots = [out[:, round(at * RATE) : round((at + 0.15) * RATE)] for at in (0.5, 1.025, 2, 3.025, 3.5)]
    assert [round(pitch_hz(spot) / 100) for spot in spots] == [5, 20, 5, 20, 5]
