"""Per cent by pictures, pace and time left of a render: they never fall, and are told only once they mean something."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from render_kit import SMALL, reel, shot, sources

from highlight_mcp.engine.render import progress as render_progress
from highlight_mcp.engine.render.job import render
from highlight_mcp.engine.render.progress import RenderProgress, time_left
from highlight_mcp.messages import Message, use_language
from highlight_mcp.presets import PRESETS, Preset
from media_factory import make_clip


class Watched:
    """A render of 30 pictures a second and a minute, on a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.told: list[tuple[str, int, str]] = []
        self.progress = RenderProgress(self._take, 1800, Fraction(30), False, clock=lambda: self.now_s)

    def _take(self, stage: str, done: int, total: int, text: Message) -> None:
        assert total == 100
        self.told.append((stage, done, str(text)))

    def encode(self, frames: range, a_second: float) -> None:
        for number in frames:
            self.now_s += 1 / a_second
            self.progress.encoded(number + 1)


def test_pace_and_time_left_are_those_of_the_work_and_not_told_at_first() -> None:
    watched = Watched()
    watched.encode(range(600), a_second=15)
    early = [text for _, done, text in watched.told if done < 2]
    assert early and not any("left" in text for text in early)
    *_, (stage, done, text) = watched.told
    # 1200 pictures and a check worth 90 of them at 15 a second.
    assert (stage, done) == ("encode", 31) and text == "Encoding 0:19 of 1:00, 0.5× real time, about 90 seconds left"
    watched.encode(range(600, 1200), a_second=60)
    assert watched.told[-1][2].endswith("1.6× real time, about 15 seconds left"), "older pictures count ever less"
    watched.encode(range(1200, 1800), a_second=60)
    watched.progress.checking()
    assert watched.told[-1][:2] == ("check", 95) and watched.told[-1][2] == "Checking the file, a few seconds left"
    assert [done for _, done, _ in watched.told] == sorted(done for _, done, _ in watched.told)


def test_what_an_earlier_attempt_has_made_counts_as_done_but_not_as_pace() -> None:
    watched = Watched()
    watched.progress.encoded(900, kept=True)
    watched.encode(range(900, 1200), a_second=30)
    assert watched.told[-1][1:] == (63, "Encoding 0:39 of 1:00, 1× real time, about 25 seconds left")


def test_what_turns_out_to_be_more_or_less_work_never_takes_per_cent_back() -> None:
    watched = Watched()
    watched.encode(range(1800), a_second=30)
    watched.progress.expect(2)
    watched.encode(range(1800), a_second=30)
    watched.progress.next_pass()
    watched.encode(range(900), a_second=30)
    assert "pass 2 of 2" in watched.told[-1][2]
    shown = [done for _, done, _ in watched.told]
    assert shown == sorted(shown) and shown[-1] == 98
    watched.progress.checking()
    assert watched.told[-1][1] == 99


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (3, "a few seconds left", "还需几秒"),
        (41, "about 45 seconds left", "大约还需 45 秒"),
        (100, "about 2 minutes left", "大约还需 2 分钟"),
        (7000, "about 1 h 57 min left", "大约还需 1 小时 57 分钟"),
    ],
)
def test_time_left_is_said_as_exactly_as_it_is_known(seconds: float, english: str, chinese: str) -> None:
    assert str(time_left(seconds)) == english
    with use_language("zh"):
        assert str(time_left(seconds)) == chinese


@pytest.mark.parametrize(
    ("preset", "passes"),
    [(replace(SMALL, most_bytes=40_000, kind="video"), 2), (replace(PRESETS["gif"], short_side=90), 3), (SMALL, 1)],
    ids=["bounded", "gif", "copied"],
)
def test_every_pass_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preset: Preset, passes: int) -> None:
    monkeypatch.setattr(render_progress, "_EVERY_S", 0)
    media = sources(a=make_clip(tmp_path / "a.mp4", seconds=3, size=(320, 180)))
    told: list[tuple[str, int, int]] = []
    render(
        reel(shot("a", 0, 2500, 200)),
        media,
        tmp_path / f"out.{preset.endings[0]}",
        preset,
        lambda stage, done, _total, text: told.append((stage, done, int(text.arguments.get("of", 1)))),
    )
    done = [each for _, each, _ in told]
    assert done == sorted(done)
    assert max(of for *_, of in told) == passes
    checked_from = next(each for stage, each, _ in told if stage == "check")
    assert checked_from >= (60 if passes == 1 else 90)
