"""Words: what a graphical service says, and what typed operations sound like."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from highlight_mcp.client.config import platform
from highlight_mcp.client.download import publish, safe_name
from highlight_mcp.client.verbalizer import rewrite, verbalize
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.timeline.operations import OPERATIONS


@pytest.mark.parametrize(
    ("said", "kept", "tools"),
    [
        ("I added the title, click Export to download.", "I added the title.", ["export"]),
        ('Done! Click the "Export" button to save your video.', "Done!", ["export"]),
        ("已完成剪辑，点击导出按钮下载视频。", "已完成剪辑。", ["export"]),
        ("Cut 14 moments. You can preview it in the timeline.", "Cut 14 moments.", ["get_state"]),
        ("Open the Media panel to see your files.", "", ["get_state"]),
        ("打开媒体面板查看。已添加字幕。", "已添加字幕。", ["get_state"]),
        ("Drag the clip to the front. Then press [Export].", "", ["edit", "export"]),
        ("拖拽片段到开头。", "", ["edit"]),
        ("Please check your account for billing details.", "", ["credits"]),
        ("Click Upload and add a song.", "", ["upload"]),
        ("Click Generate to proceed.", "", []),
    ],
)
def test_instructions_for_buttons_become_actions(said: str, kept: str, tools: list[str]) -> None:
    shown = rewrite(said)
    assert (shown.text, [action.tool for action in shown.actions]) == (kept, tools)


@pytest.mark.parametrize(
    "content",
    [
        "I added a click sound and an open door shot.",
        'Added the text "Click here to export" at 0:03.',
        "The video opens with a drop from the sky.",
        "The singer drops the microphone at 1:02.5, and the crowd presses forward.",
        "添加了开场镜头。",
        "",
    ],
)
def test_descriptions_of_content_stay_as_they_are(content: str) -> None:
    assert rewrite(content) == (content, ())


@example("\x000\x00 click Export")
@given(st.text(max_size=120))
def test_any_text_can_be_translated(text: str) -> None:
    shown = rewrite(text)
    assert shown.actions or len(shown.text) <= len(text)


EXAMPLES: list[dict[str, Any]] = [
    {"op": "highlights", "count": 5, "criterion": "cheer", "order": "rank"},
    {"op": "remove", "target": {"clips": [2, 3]}},
    {"op": "remove", "target": {"range_ms": [0, 5000]}},
    {"op": "volume", "target": "bgm", "level": 0.35},
    {"op": "volume", "db": -6},
    {"op": "text_add", "text": "Goal!", "role": "title", "start_ms": 0, "end_ms": 3000, "position": "top"},
    {"op": "speed", "factor": 2},
    {"op": "aspect", "ratio": "9:16"},
    {"op": "silence_remove", "min_ms": 900},
]


def test_operations_are_spoken_in_order() -> None:
    assert verbalize(EXAMPLES) == (
        "Make a highlight reel of the 5 best moments with cheering, best first. Remove clips 2 and 3. "
        "Remove 0:00 to 0:05 of the timeline. Set the volume of the music to 35%. Turn everything down by 6 dB. "
        'Add the title "Goal!", from 0:00 to 0:03, at the top. Play everything at 2x speed. '
        "Change the aspect ratio to 9:16, cropped to fill it. "
        "Cut out pauses longer than 0.9 seconds, leaving 0.15 seconds on both sides."
    )


def test_every_operation_without_required_arguments_can_be_spoken() -> None:
    for name, kind in OPERATIONS.items():
        if not any(field.is_required() for field in kind.model_fields.values()):
            assert verbalize([{"op": name}]).endswith(".")


def test_an_unknown_operation_is_refused_by_name() -> None:
    with pytest.raises(ApiError) as raised:
        verbalize([{"op": "explode"}])
    assert "explode" in raised.value.fault.message


@pytest.mark.parametrize(
    ("named", "path", "found"),
    [
        ("cursor", "/x/.clawhub/y", "cursor"),
        (None, "/home/me/.clawhub/skills/x.py", "clawhub"),
        (None, "C:\\Users\\me\\.cursor\\skills\\x.py", "cursor"),
        ("evil\r\nX: y", "/usr/lib/x.py", "unknown"),
    ],
)
def test_the_platform_is_named_or_found_by_the_place_of_installation(named: str | None, path: str, found: str) -> None:
    assert platform(named, path) == found


@pytest.mark.parametrize(
    ("wanted", "stem"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("reel.mp4", "reel"),
        ("", "highlights"),
        ("a:b?", "a b"),
        ("...", "highlights"),
    ],
)
def test_file_names_are_made_safe(wanted: str, stem: str) -> None:
    assert safe_name(wanted) == stem


@given(st.text())
def test_any_name_becomes_one_file_name(name: str) -> None:
    stem = safe_name(name)
    assert stem
    assert len(stem.encode()) <= 120
    assert not set(stem) & set('/\\\0:*?"<>|')


def test_a_published_file_takes_the_next_free_name(tmp_path: Path) -> None:
    for number in range(3):
        part = tmp_path / f"{number}.part"
        part.write_text(str(number))
        publish(part, tmp_path, "reel")
    names = ["reel.mp4", "reel (2).mp4", "reel (3).mp4"]
    assert [(tmp_path / name).read_text() for name in names] == ["0", "1", "2"]
