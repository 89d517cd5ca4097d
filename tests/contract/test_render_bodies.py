"""Answers of the render calls, in every published shape."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from highlight_mcp.contract.errors import error_info
from highlight_mcp.contract.render import QualityCheck, RenderInfo, read_render
from highlight_mcp.messages import verbatim

DONE = RenderInfo(
    id="render_1_a",
    session_id="s1",
    status="completed",
    progress=100,
    url="http://127.0.0.1:1/renders/a.mp4",
    path="/home/me/Videos/a.mp4",
    duration_ms=180_040,
    size_bytes=67_108_864,
    width=1920,
    height=1080,
    method="hybrid",
    checks=(QualityCheck(name="duration", ok=True, detail="3:00"),),
    warnings=("asked 180 s",),
    created_at=1,
    completed_at=2,
)


def test_our_answer_reads_back_as_what_it_says() -> None:
    assert read_render(DONE.answer(), "x") == DONE
    failed = RenderInfo(id="r", session_id="s", status="failed", fault=error_info("no_space"), error="disk full")
    usual = error_info("no_space")
    words = usual.with_words(verbatim(usual.message), verbatim(usual.next_step))
    told = words.model_copy(update={"foreign": True})
    assert read_render(failed.answer(), "x") == failed.model_copy(update={"fault": told})


def test_our_answer_serves_readers_of_every_published_shape() -> None:
    answer = DONE.answer()
    assert answer["code"] == 0
    assert answer["success"] is True
    assert answer["output"]["url"] == answer["data"]["outputUrl"] == answer["data"]["output"]["url"] == DONE.url
    assert answer["output"]["duration"] == 180.04
    assert (answer["output"]["size"], answer["data"]["createdAt"]) == (67_108_864, 1)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "a", "status": "pending"}, ("a", "pending", None)),
        ({"data": {"taskId": "b", "status": "completed", "outputUrl": "u"}}, ("b", "completed", "u")),
        ({"render_id": "c", "status": "COMPLETED", "output": {"url": "u"}, "data": {}}, ("c", "completed", "u")),
        ({"status": "rendering_somehow"}, ("mine", "processing", None)),
        (None, ("mine", "processing", None)),
    ],
)
def test_foreign_answers_are_read(body: Any, found: tuple[str, str, str | None]) -> None:
    info = read_render(body, "mine")
    assert (info.id, info.status, info.url) == found


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.none(), max_size=1)
keys = st.sampled_from(
    ["id", "status", "progress", "output", "error", "url", "size", "duration", "checks", "fault", "data"]
)


@example({"progress": float("inf")})
@example({"progress": float("nan")})
@given(st.dictionaries(keys, values | st.dictionaries(keys, values, max_size=4), max_size=8))
def test_any_answer_can_be_read(body: dict[str, Any]) -> None:
    assert read_render(body, "mine").status in ("pending", "processing", "completed", "failed", "cancelled")
