"""The frames of an edit stream and what they mean."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.contract.turn import (  # fmt: skip
    Event,
    Heartbeat,
    IgnoredEvent,
    StreamError,
    TextPart,
    ToolCall,
    ToolResult,
    TurnComplete,
    classify,
)


def of(value: Any, event: str = "message") -> tuple[Event, ...]:
    return classify(event, json.dumps(value))


@pytest.mark.parametrize(
    ("event", "data"), [("message", ""), ("message", "  "), ("heartbeat", "x"), ("message", "heartbeat")]
)
def test_bare_heartbeats(event: str, data: str) -> None:
    assert classify(event, data) == (Heartbeat(),)


def test_a_heartbeat_carries_progress_and_the_turn_id() -> None:
    beat = {"type": "heartbeat", "stage": "detect", "progress": 37, "total": 100, "message": "m", "turn_id": "turn_1"}
    assert of(beat) == (Heartbeat("detect", 37, 100, "m", "turn_1"),)


def test_a_frame_that_is_not_json_keeps_only_talk_of_errors() -> None:
    assert classify("message", "<html>") == (IgnoredEvent("not_json"),)
    assert classify("message", '{"error": "a "b""}') == (IgnoredEvent("not_json", '{"error": "a "b""}'),)


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ({"errorCode": "2001", "errorMessage": "none left"}, 2001, "none left"),
        ({"error_code": "MALFORMED", "error_message": "x"}, None, "x"),
        ({"errorMessage": "y"}, None, "y"),
        ({"error": "boom"}, None, "boom"),
        ({"error": {"code": 1001, "message": "old"}}, 1001, "old"),
        ({"type": "error", "content": "z"}, None, "z"),
        ({"errorCode": "STOPPED"}, None, "STOPPED"),
    ],
)
def test_errors_in_every_spelling(value: Any, code: int | None, message: str) -> None:
    assert of(value) == (StreamError(code, message),)


def test_a_null_error_is_no_error() -> None:
    assert of({"errorCode": None, "error": None, "text": "hi"}) == (TextPart("hi"),)


def test_the_plain_dialect() -> None:
    assert of({"type": "text", "content": "a"}) == (TextPart("a"),)
    assert of({"text": "a"}) == (TextPart("a"),)
    assert of({"type": "tool_call", "name": "n", "args": {"x": 1}}) == (ToolCall("n", {"x": 1}),)
    assert of({"type": "tool_result", "name": "n", "result": [1]}) == (ToolResult("n", [1]),)


def test_the_adk_dialect_joins_words_and_keeps_tools_and_hides_thoughts() -> None:
    parts = [
        {"text": "One "},
        {"text": "secret", "thought": True},
        {"text": "two."},
        {"functionCall": {"name": "cut", "args": {}}},
        {"function_response": {"name": "cut", "response": {"ok": True}}},
    ]
    value = {"content": {"parts": parts}, "partial": True, "turnComplete": True}
    expected = (TextPart("One two.", True), ToolCall("cut"), ToolResult("cut", {"ok": True}), TurnComplete())
    assert of(value) == expected


def test_thoughts_alone_echoes_and_unknown_frames_are_ignored() -> None:
    assert of({"content": {"parts": [{"text": "x", "thought": True}]}}) == (IgnoredEvent("thought"),)
    assert of({"content": {"parts": [{"text": "x"}]}, "author": "user"}) == (IgnoredEvent("echo"),)
    assert of({"a": 1}) == of([1]) == of(5) == of(None) == (IgnoredEvent("unknown"),)


@given(st.text(max_size=10), st.text(max_size=80))
def test_any_frame_has_a_meaning(event: str, data: str) -> None:
    assert classify(event, data)


@given(
    st.dictionaries(
        st.sampled_from(
            ["type", "text", "content", "error", "errorCode", "author", "partial", "progress", "name", "args"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["parts", "text", "code"]), inner)
            ),
            max_leaves=8,
        ),
    )
)
def test_any_object_has_a_meaning_and_its_words_can_be_written(value: dict[str, Any]) -> None:
    for event in of(value):
        if isinstance(event, TextPart):
            event.text.encode()
