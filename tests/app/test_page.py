"""How the page introduces itself, looks, speaks, and what it does not let happen."""

from pathlib import Path
from typing import Any

import pytest

from client.conftest import cloud, config
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.server.options import ServerOptions

from .bridge import Bridge
from .conftest import HOSTILE
from .screen import WAIT_MS, Desk

__all__ = ["cloud", "config"]
pytestmark = [pytest.mark.peers, pytest.mark.timeout(300)]
DARK, LIGHT = "rgb(22, 24, 29)", "rgb(255, 255, 255)"


def ground(screen: Any) -> str:
    color: str = screen.get("html").evaluate("(root) => getComputedStyle(root).backgroundColor")
    return color


def test_it_introduces_itself_and_shows_the_cut(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session)
    first, second = screen.host("log")[:2]
    assert (first["method"], first["params"]["protocolVersion"]) == ("ui/initialize", "2026-01-26")
    assert first["params"]["appInfo"]["name"] == "highlight-timeline"
    assert second["method"] == "ui/notifications/initialized"
    assert screen.clips.count() == 3
    assert screen.times() == ["0:00–0:03", "0:03–0:07", "0:07–0:12"]
    assert "Timeline (1 track): 1. Video:" in screen.get(".summary").inner_text()
    picture = screen.shows(".picture img")
    assert picture.evaluate("(image) => image.naturalWidth") > 600
    widths = [block.bounding_box()["width"] for block in screen.get(".block").all()]
    assert widths[2] / widths[0] == pytest.approx(5 / 3, rel=0.05)
    assert screen.host("sizes")[-1]["height"] > 500
    assert screen.page.evaluate("document.querySelector('iframe').offsetHeight") == screen.host("sizes")[-1]["height"]


def test_it_shows_the_picture_that_a_preview_brought(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.open(bridge.result("preview", session_id=session))
    screen.shows(".picture img")
    screen.settled()
    assert screen.calls("preview") == []


def test_it_answers_the_host_and_ends_when_it_is_told(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session)
    assert screen.page.evaluate("host.request('ping')") == {}
    assert screen.page.evaluate("host.request('ui/resource-teardown')") == {}
    assert screen.page.evaluate("host.request('no/such')")["error"]["code"] == -32601


@pytest.mark.parametrize(("theme", "color"), [("light", LIGHT), ("dark", DARK)])
def test_it_takes_the_theme_of_the_host_over_that_of_the_system(
    workspace: Desk, session: str, theme: str, color: str
) -> None:
    screen = workspace.cut(session, theme=theme, scheme="dark" if theme == "light" else "light")
    assert ground(screen) == color


def test_without_a_theme_it_looks_like_the_system_and_a_change_is_followed(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session, scheme="dark")
    assert ground(screen) == DARK
    screen.page.evaluate("host.notify('ui/notifications/host-context-changed', {theme: 'light'})")
    screen.get(":root[data-theme=light]").wait_for()
    assert ground(screen) == LIGHT


def test_colours_of_the_host_are_worn(workspace: Desk, session: str) -> None:
    styles = {"variables": {"--color-background-primary": "rgb(1, 2, 3)", "--evil": "red"}}
    screen = workspace.cut(session, theme="dark", styles=styles)
    assert ground(screen) == "rgb(1, 2, 3)"
    assert screen.get("html").evaluate("(root) => root.style.getPropertyValue('--evil')") == ""


def test_it_speaks_chinese_where_the_host_does_and_changes_with_it(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session, locale="zh-CN")
    assert screen.get("html").get_attribute("lang") == "zh-CN"
    for name in ("导出", "撤销", "播放片段", "删除", "开头提前 0.5 秒"):
        assert screen.button(name).count() == 1, name
    screen.page.evaluate("host.notify('ui/notifications/host-context-changed', {locale: 'en-GB'})")
    screen.button("Export").wait_for()
    assert screen.get("html").get_attribute("lang") == "en"
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in screen.get("main").inner_text())


DONE: list[dict[str, Any]] = [
    {"op": "speed", "target": {"clips": [1]}, "factor": 1.5},
    {"op": "volume", "target": {"clips": [2]}, "level": 0},
    {"op": "transition", "type": "crossfade", "duration_ms": 600, "where": [1]},
    {"op": "filter", "target": {"clips": [3]}, "name": "warm", "amount": 0.5},
    {"op": "fade", "target": "video", "out_ms": 1000},
    {"op": "aspect", "ratio": "9:16", "mode": "blur"},
    {"op": "loudness", "lufs": -14},
]


@pytest.mark.parametrize(
    ("locale", "told", "joined"),
    [
        (
            "en",
            (
                ("1.5× speed", "blurred borders"),
                ("muted", "crossfade 0.6 s from the clip before"),
                ("warm +0.5", "picture fades out 1 s"),
            ),
            "crossfade 0.6 s from the clip before",
        ),
        (
            "zh-CN",
            (("速度 1.5×", "模糊边"), ("静音", "与前一段叠化 0.6 秒"), ("暖色 +0.5", "画面淡出 1 秒")),
            "与前一段叠化 0.6 秒",
        ),
    ],
)
def test_it_shows_what_was_done_to_each_clip_and_to_the_whole(
    workspace: Desk, bridge: Bridge, session: str, locale: str, told: tuple[tuple[str, ...], ...], joined: str
) -> None:
    bridge.call("edit", session_id=session, operations=DONE)
    screen = workspace.cut(session, locale=locale)
    shown = [row.inner_text() for row in screen.shows(".traits").all()]
    assert [[each for each in wanted if each not in row] for row, wanted in zip(shown, told, strict=True)] == [[]] * 3
    count = screen.get(".count").inner_text()
    assert "1080×1920 (9:16)" in count and "-14 LUFS" in count
    assert screen.get(".join").get_attribute("aria-label") == joined
    assert screen.get(".block .mark-muted").count() == 1
    assert screen.get(".block").nth(0).get_by_text("1.5×").count() == 1


def test_everything_can_be_done_with_the_keyboard_alone(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session)
    screen.get("h1").click()
    press = screen.page.keyboard.press
    for _ in range(30):
        press("Tab")
        if screen.get(".clip-head:focus").count():
            break
    assert screen.get(".clip-head:focus").evaluate("(it) => getComputedStyle(it).outlineStyle") == "solid"
    press("ArrowDown")
    screen.get('[data-key="clip-1"]:focus').wait_for()
    press("Alt+ArrowDown")
    screen.version(2)
    assert [start for start, _ in bridge.clips(session)] == [1000, 25000, 9000]
    screen.get('[data-key="clip-2"]').focus()
    press("}")
    screen.version(3)
    assert bridge.clips(session)[2] == (9000, 12500)
    screen.get('[data-key="clip-2"]:focus').wait_for()
    press("Delete")
    screen.version(4)
    assert len(bridge.clips(session)) == 2
    press("Control+z")
    screen.version(5)
    press("Control+Shift+z")
    screen.version(6)
    assert len(bridge.clips(session)) == 2
    screen.get(".ruler").focus()
    press("ArrowRight")
    press("i")
    press("PageUp")
    press("o")
    screen.shows(".transport", text="Play 0:01–0:06")
    press("?")
    screen.get("dialog[open]").wait_for()
    press("Escape")
    screen.get("dialog[open]").wait_for(state="detached")


def test_every_control_has_a_name(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session)
    nameless = screen.get("button, input, select, [role=slider], video").evaluate_all(
        "(all) => all.filter((it) => !(it.ariaLabel || it.textContent.trim())).map((it) => it.outerHTML)"
    )
    assert nameless == []


def test_hostile_names_and_titles_are_text_and_nothing_else(workspace: Desk, bridge: Bridge, session: str) -> None:
    words = "<script>parent.pwned=1</script><b onmouseover=parent.pwned=1>"
    bridge.call("edit", session_id=session, operations=[{"op": "text_add", "text": words, "end_ms": 9000}])
    screen = workspace.cut(session)
    screen.shows(".bar", text=words)
    assert HOSTILE in screen.get(".clips").inner_text()
    assert screen.get("main img:not(.picture img), main script").count() == 0
    assert screen.page.evaluate("window.pwned === undefined")


def test_a_view_that_is_out_of_date_is_refused_and_read_anew(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session)
    bridge.call("edit", session_id=session, operations=[{"op": "reorder", "move": 1, "to": 3}])
    screen.button("Remove").click()
    screen.shows(".notice", text="changed elsewhere")
    screen.version(2)
    assert [start for start, _ in bridge.clips(session)] == [9000, 25000, 1000]
    assert screen.times() == ["0:00–0:04", "0:04–0:09", "0:09–0:12"]
    screen.button("Remove").click()
    screen.version(3)
    assert [start for start, _ in bridge.clips(session)] == [25000, 1000]


def test_what_a_tool_refuses_is_told_in_words_and_can_be_handed_to_the_assistant(
    workspace: Desk, bridge: Bridge, session: str
) -> None:
    bridge.call("edit", session_id=session, operations=[{"op": "keep", "ranges_ms": [[1000, 1500]], "ref": "timeline"}])
    screen = workspace.cut(session)
    screen.button("End earlier by 0.5 s").click()
    problem = screen.shows(".notice.question", text="nothing would be left of it")
    screen.button("Ask the assistant").click()
    screen.page.wait_for_function("host.says.length === 1", timeout=WAIT_MS)
    said = screen.host("says")[0]
    assert said["role"] == "user"
    assert problem.locator("p").first.inner_text() in said["content"][0]["text"]


def test_a_failed_call_is_told_too(workspace: Desk, bridge: Bridge) -> None:
    screen = workspace.open(bridge.result("get_state", session_id="ses_of_nobody"))
    screen.shows(".notice.problem")


def test_a_session_without_a_cut_invites_one(workspace: Desk, bridge: Bridge, match: Path) -> None:
    added = bridge.result("upload", sources=[str(match)], new_session=True, wait_s=25)
    screen = workspace.open(added)
    screen.shows(".idle", text="There is no cut yet")
    screen.get("#wish input").fill("the best moments, 10 seconds")
    screen.get("#wish input").press("Enter")
    screen.shows(".clip")
    screen.settled()
    screen.shows(".why", text="crowd")


def test_it_works_with_a_host_that_hands_on_tools_only(workspace: Desk, bridge: Bridge, session: str) -> None:
    screen = workspace.cut(session, offers={"serverTools": {}})
    assert screen.times() == ["0:00–0:03", "0:03–0:07", "0:07–0:12"]
    assert screen.button("Ask about it").count() == 0
    screen.button("Remove").click()
    screen.version(2)
    assert len(bridge.clips(session)) == 2


def test_nothing_is_cut_off_on_a_narrow_screen(workspace: Desk, session: str) -> None:
    screen = workspace.cut(session, width=320)
    screen.shows(".picture img")
    assert screen.get("html").evaluate("(root) => root.scrollWidth <= root.clientWidth")


def test_a_backend_without_pictures_and_clips_says_so(browser: Any, cloud: Any, config: Any, tmp_path: Path) -> None:
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    with Bridge(lambda: BackendClient(config()), ServerOptions()) as bridge:
        workspace = Desk(browser, bridge)
        bridge.call("upload", sources=[str(clip)])
        screen = workspace.open(bridge.result("edit", instruction="the best goals, 60 seconds", wait_s=25))
        screen.shows(".clip")
        screen.shows(".picture", text="No picture of this cut can be had here")
        screen.button("Play clip").click()
        screen.shows(".screen-words", text="This backend cannot play the reel. Export the reel to watch it.")
        workspace.close()
