"""Everything that can be done on the page changes the real timeline."""

import re
from pathlib import Path

import pytest

from .bridge import Bridge
from .screen import WAIT_MS, Desk

pytestmark = [pytest.mark.peers, pytest.mark.timeout(300)]

A, B, C = (1000, 4000), (9000, 13000), (25000, 30000)


def test_a_clip_is_removed_and_undo_and_redo_bring_it_back_and_forth(
    workspace: Desk, bridge: Bridge, session: str
) -> None:
    screen = workspace.cut(session)
    screen.get('[data-key="clip-1"]').click()
    screen.button("Remove").click()
    screen.version(2)
    screen.shows(".clip", 2)
    assert bridge.clips(session) == [A, C]
    assert screen.calls("edit")[0]["base_version"] == 1
    screen.button("Undo").click()
    screen.version(3)
    assert bridge.clips(session) == [A, B, C]
    screen.button("Redo").click()
    screen.version(4)
    assert bridge.clips(session) == [A, C]
    told = screen.host("informed")
    assert len(told) == 3
    assert "version 4" in told[-1]["content"][0]["text"]


def test_clips_are_moved_by_buttons_and_by_dragging(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session)
    screen.button("Move later").click()
    screen.version(2)
    assert bridge.clips(session) == [B, A, C]
    assert "open" in screen.clips.nth(1).get_attribute("class"), "the moved clip stays chosen"
    screen.button("Move earlier").click()
    screen.version(3)
    assert bridge.clips(session) == [A, B, C]
    assert screen.button("Move earlier").get_attribute("aria-disabled") == "true"
    screen.drag(".block >> nth=0", by_x=520)
    screen.version(4)
    assert bridge.clips(session) == [B, C, A]


def test_both_edges_are_moved_by_buttons_and_by_dragging(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session)
    steps = {
        "Start earlier by 0.5 s": (500, 4000),
        "Start later by 0.5 s": (1000, 4000),
        "End later by 0.5 s": (1000, 4500),
        "End earlier by 0.5 s": (1000, 4000),
    }
    for version, (name, wanted) in enumerate(steps.items(), 2):
        screen.button(name).click()
        screen.version(version)
        assert bridge.clips(session)[0] == wanted, name
    screen.drag(".block.chosen .edge.tail", by_x=-60)
    screen.version(6)
    start, end = bridge.clips(session)[0]
    assert start == 1000
    assert 2500 < end < 3500


def test_a_found_moment_is_added_to_the_cut(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session)
    screen.button("Look for moments").click()
    below = screen.shows(".moments.below .moment")
    why = below.first.locator(".why").inner_text()
    name = below.first.locator("b").inner_text()
    assert "crowd" in why or "loud" in why
    below.first.locator("button").click()
    screen.version(2)
    screen.shows(".clip", 4)
    added = (set(bridge.clips(session)) - {A, B, C}).pop()
    minutes, seconds = re.match(r"(\d+):([\d.]+)", name).groups()  # type: ignore[union-attr]
    assert abs(added[0] - 1000 * (60 * int(minutes) + float(seconds))) < 1500
    screen.shows(".moment.kept")
    assert name not in " ".join(screen.get(".moments.below").all_inner_texts())


def test_words_change_the_cut_and_the_answer_is_told(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session)
    screen.get("#wish input").fill("remove the second clip")
    screen.get("#wish input").press("Enter")
    screen.version(2)
    assert bridge.clips(session) == [A, C]
    assert "clip" in screen.get(".notice").inner_text().lower()
    assert screen.get("#wish input").input_value() == ""


def test_a_clip_and_a_marked_range_are_played(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session)
    screen.get('[data-key="clip-1"]').click()
    screen.button("Play clip").click()
    video = screen.shows("video")
    screen.shows('.screen[data-state="playing"]')
    assert screen.reads("clip://") == [f"clip://{session}/3000-7000"]
    assert video.evaluate("(video) => [video.videoWidth, video.videoHeight]") == [426, 240]
    assert video.evaluate("(video) => video.duration") == pytest.approx(4.0, abs=0.1)
    video.evaluate("(video) => new Promise((done) => { video.ontimeupdate = () => video.currentTime > 0.5 && done() })")
    screen.button("Storyboard").click()
    screen.drag(".ruler", by_x=120, place=0.5)
    play = screen.app.get_by_role("button", name=re.compile(r"^Play 0:06"))
    play.wait_for()
    play.click()
    screen.shows('.screen[data-state="playing"]')
    from_ms, to_ms = map(int, screen.reads("clip://")[-1].rpartition("/")[2].split("-"))
    assert 5800 < from_ms < 6200
    assert 1500 < to_ms - from_ms < 3500


def test_an_export_ends_in_a_file(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session)
    screen.get("#ask select").select_option("480p")
    screen.button("Export").click()
    screen.shows(".made")
    path = Path(screen.get(".path").inner_text())
    assert path.stat().st_size > 10_000
    assert screen.calls("export")[0]["preset"] == "480p"
    assert "0:12" in screen.get(".made").inner_text()
    screen.button("Save").click()
    screen.page.wait_for_function("host.saved.length === 1", timeout=WAIT_MS)
    assert screen.host("saved")[0][0]["uri"] == path.as_uri()


def test_a_running_edit_is_followed_to_its_end_without_a_storm_of_questions(
    workspace: Desk, bridge: Bridge, match: Path
) -> None:
    added = bridge.call("upload", sources=[str(match)], new_session=True, wait_s=25)
    running = bridge.result(
        "edit", session_id=added["session_id"], instruction="the best moments, 10 seconds", wait_s=0
    )
    screen = workspace.open(running)
    screen.shows(".clip")
    screen.settled()
    assert len(screen.calls("get_state")) < 12
    assert bridge.clips(added["session_id"])
