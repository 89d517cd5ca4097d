"""Renders that were killed go on from finished segments, and the reel is that of a render that was not."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from render_kit import SMALL, pictures, reel, shot, sources

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.render import segments
from highlight_mcp.engine.render.job import render, render_split
from highlight_mcp.engine.render.plan import plan_render
from highlight_mcp.engine.render.segments import segments_of
from highlight_mcp.engine.render.video_reader import Sources
from highlight_mcp.engine.render.video_renderer import VideoRenderer
from highlight_mcp.messages import Message
from highlight_mcp.presets import Preset
from highlight_mcp.timeline.model import Timeline, Transition
from media_factory import make_clip


class Killed(BaseException):
    """The process is gone."""


def test_borders_lie_at_cuts_and_in_long_clips_at_keyframes() -> None:
    crossfade = Transition(kind="crossfade", duration_ms=1000)
    clips = [
        shot("a", 0, 19_000),
        shot("a", 19_000, 3000, transition=crossfade),
        shot("a", 22_000, 60_000),
        shot("a", 82_000, 8000),
    ]
    plan = plan_render(reel(*clips, rate=30), Fraction(30))
    made = segments_of(plan, (1920, 1080), 0, plan.frames, Fraction(2))
    assert [each.start for each in made] == [0, 660, 1260, 1860], "not at 570, in the middle of a crossfade"
    assert made[-1].stop == plan.frames == 2700
    assert segments_of(plan, (1920, 1080), 0, 900, Fraction(2)) == [range(900)], "up to 30 s nothing is parted"
    assert len(segments_of(plan, (3840, 2160), 0, 900, Fraction(2))) == 7


@pytest.fixture
def footage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """Footage for reels whose segments have some 50 pictures; none of it can be copied."""
    monkeypatch.setattr(segments, "WORK", 50 * 320 * 180)
    return sources(a=make_clip(tmp_path / "a.mp4", seconds=6, size=(640, 360), gop=50))


PLAIN = replace(SMALL, keyframes_s=Fraction(1))


def five_seconds() -> Timeline:
    return reel(shot("a", 0, 1000, 3000), shot("a", 1000, 4000, 500))


def drawn_by(
    monkeypatch: pytest.MonkeyPatch, timeline: Timeline, footage: Sources, out: Path, work: Path | None,
    *, killed_at: int | None = None, preset: Preset = PLAIN,
) -> int:  # fmt: skip
    """Render; how many pictures were drawn. With `killed_at` the process ends when that one is asked for."""
    drawn = []
    frame = VideoRenderer.frame

    def counted(renderer: VideoRenderer, number: int) -> object:
        if number == killed_at:
            raise Killed
        drawn.append(number)
        return frame(renderer, number)

    with monkeypatch.context() as patched:
        patched.setattr(VideoRenderer, "frame", counted)
        with suppress(Killed):
            render(timeline, footage, out, preset, no_progress, work=work)
    return len(drawn)


def test_a_killed_render_goes_on_and_makes_the_same_file(
    tmp_path: Path, footage: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out, work = tmp_path / "whole.mp4", tmp_path / "out.mp4", tmp_path / "work"
    assert drawn_by(monkeypatch, five_seconds(), footage, whole, None) == 125
    assert drawn_by(monkeypatch, five_seconds(), footage, out, work, killed_at=90) == 90
    assert len(list(work.glob("*.segment"))) == 2
    assert drawn_by(monkeypatch, five_seconds(), footage, out, work) == 50
    assert out.read_bytes() == whole.read_bytes()
    assert len(pictures(out)) == 125
    with av.open(str(out)) as made:
        times = [packet.dts for packet in made.demux(video=0) if packet.size and packet.dts is not None]
    assert times == sorted(set(times))


def test_a_segment_that_is_damaged_or_of_another_plan_is_made_anew(
    tmp_path: Path, footage: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, work = tmp_path / "out.mp4", tmp_path / "work"
    drawn_by(monkeypatch, five_seconds(), footage, out, work, killed_at=80)
    first, second = sorted(work.glob("*.segment"))
    first.write_bytes(first.read_bytes()[:-40])
    second.write_bytes(second.read_bytes().replace(b"\0", b"\1", 1))
    assert drawn_by(monkeypatch, five_seconds(), footage, out, work) == 125
    louder = reel(shot("a", 0, 1000, 3000), shot("a", 1000, 4000, 520))
    assert drawn_by(monkeypatch, louder, footage, out, work) == 125, "the second clip begins elsewhere"


def test_what_was_wrong_with_footage_is_told_by_the_attempt_that_goes_on(
    tmp_path: Path, footage: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(footage["a"].path.read_bytes())
    for place in range(len(data) // 10, len(data) * 9 // 10, len(data) // 24):
        data[place] ^= 0x55
    footage["a"].path.write_bytes(data)
    timeline = reel(shot("a", 0, 1000, 0), shot("a", 1000, 2000, 3000))

    def told(work: Path | None) -> list[str]:
        facts = render(timeline, footage, tmp_path / "out.mp4", PLAIN, no_progress, work=work)
        return [str(Message.read(each)) for each in facts["warnings"]]

    usual = told(None)
    drawn_by(monkeypatch, timeline, footage, tmp_path / "out.mp4", tmp_path / "work", killed_at=70)
    assert told(tmp_path / "work") == usual != []


def test_parts_that_are_finished_are_not_drawn_again(
    tmp_path: Path, footage: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = reel(shot("a", 0, 600, 3000), shot("a", 600, 600, 500), shot("a", 1200, 600, 1500))

    def split(out: Path, work: Path | None) -> bytes:
        render_split(timeline, footage, out, PLAIN, no_progress, "mp4", work=work)
        return b"".join(each.read_bytes() for each in sorted(out.glob("*.mp4")))

    whole = split(tmp_path / "whole", tmp_path / "work")
    assert len(list((tmp_path / "work").glob("*.segment"))) == 3
    with monkeypatch.context() as patched:
        patched.setattr(VideoRenderer, "frames", None)
        assert split(tmp_path / "again", tmp_path / "work") == whole
