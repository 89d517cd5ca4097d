"""What a service says of buttons, and what a user asks for in the same breath: suggested, never done unasked."""

import pytest

from client.cloud import Cloud
from client.conftest import cloud, config
from client.service import events, frame
from highlight_mcp.client.verbalizer import rewrite
from highlight_mcp.language.intent import classify_intent, follow_up_intent

from .test_manners import Config, film, hosted

__all__ = ["cloud", "config", "film"]
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "text",
    [
        "trim first 5 seconds and export",
        "cut the boring parts, then export it",
        "Make it vertical. Export the video please!",
        "剪掉前5秒再导出",
        "剪掉前5秒，然后导出视频",
        "加上片头后导出",
    ],
)
def test_an_export_in_the_same_breath_is_heard(text: str) -> None:
    assert classify_intent(text) == "edit"
    assert follow_up_intent(text) == "export"


@pytest.mark.parametrize(
    "text",
    [
        "export",
        "导出视频",
        "cut the part where I download the file",
        "add an 'export quality' title",
        "show the goal and then the export port of the harbour",
        "mute the music, add a title and stop",
        "roll the credits and fade out",
        "make a reel",
        "把导出港口的镜头留下",
        "",
    ],
)
def test_nothing_else_is_taken_for_one(text: str) -> None:
    assert follow_up_intent(text) is None


@pytest.mark.parametrize(
    ("said", "kept", "tools"),
    [
        ("已加上标题，可以在时间线中预览。", "已加上标题。", ["get_state"]),
        ("Preview in timeline to check it.", "", ["get_state"]),
        ("剪好了。查看您的账户。", "剪好了。", ["credits"]),
        ("Go to your account to upgrade.", "", ["credits"]),
        ("Then drop the file onto the canvas.", "", ["edit"]),
        ("拖动片段到结尾。", "", ["edit"]),
        ("点击“导出”按钮。", "", ["export"]),
        ("Tap the Export button, then open the Settings panel.", "", ["export", "get_state"]),
        ("打开设置面板。", "", ["get_state"]),
        ("点击上传。", "", ["upload"]),
    ],
)
def test_buttons_become_actions_in_both_languages(said: str, kept: str, tools: list[str]) -> None:
    shown = rewrite(said)
    assert (shown.text, [action.tool for action in shown.actions]) == (kept, tools)


async def test_nothing_that_a_service_suggests_is_done_unasked(cloud: Cloud, config: Config, film: str) -> None:
    words = "Done. Click Export to download, then check your account, and drag the clip to the end."

    def turn(request: object) -> object:
        cloud.edit(cloud.seen[-1])
        return events(frame({"content": {"parts": [{"text": words}]}, "turnComplete": True}))

    cloud.routes["POST /run_sse"] = turn  # type: ignore[assignment]
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        edited = await host.finished("edit", instruction="cut one moment and export")
    assert edited["message"].startswith("The backend says: «Done.")
    assert [action["tool"] for action in edited["suggested_actions"]].count("export") == 1
    assert not cloud.requests("POST", "/api/render/proxy/lambda")
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_an_export_asked_in_the_same_breath_is_suggested(cloud: Cloud, config: Config, film: str) -> None:
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        edited = await host.finished("edit", instruction="cut one moment and export")
        plain = await host.finished("edit", instruction="cut one moment")
    assert [action["tool"] for action in edited["suggested_actions"]] == ["export"]
    assert not plain["suggested_actions"]
