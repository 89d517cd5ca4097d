"""Routing of free text: the plain calls, and the look-alikes that are edits."""

import pytest

from highlight_mcp.language.intent import classify_intent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Export", "export"),
        ("please export the video now", "export"),
        ("导出视频", "export"),
        ("Download", "export"),
        ("can you send me the video", "export"),
        ("export 1080p mp4", "export"),
        ("请帮我导出一下", "export"),
        ("ＥＸＰＯＲＴ", "export"),
        ("check my balance", "credits"),
        ("我还有多少积分", "credits"),
        ("how many credits do I have left?", "credits"),
        ("查看余额", "credits"),
        ("what is the status", "state"),
        ("show tracks", "state"),
        ("现在状态", "state"),
        ("upload this file", "upload"),
        ("上传视频", "upload"),
        ("I want to upload a clip", "upload"),
    ],
)
def test_a_bare_request_goes_to_its_call(text: str, expected: str) -> None:
    assert classify_intent(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "balance the audio levels",
        "add a status bar overlay",
        "cut the part where I download the file",
        "add an 'export quality' title",
        "add an “export” title",
        "roll the credits at the end",
        "trim first 5 seconds and export",
        "make it vertical",
        "剪掉前5秒再导出",
        "加上“积分”两个字",
        "平衡音量",
        "片尾加上积分榜",
        "exported look",
        "uploading speed x2",
        "make a highlight reel",
        "",
        "   ",
        "把状态最好的片段留下",
        "downloads folder clip first",
    ],
)
def test_a_look_alike_is_an_edit(text: str) -> None:
    assert classify_intent(text) == "edit"
