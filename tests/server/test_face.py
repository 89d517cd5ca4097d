"""What a host sees before anything is called: names, schemas, hints, sizes; and calls that cannot be right."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcp import Client

from highlight_mcp.backend_locator import open_client
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.contract.errors import ApiError, error_info
from highlight_mcp.server.app import build_server
from highlight_mcp.timeline.operations import OPERATIONS

from .conftest import Bench, Host, Mode, text_of
from .snapshot import FILE, face

pytestmark = pytest.mark.anyio

ARGUMENTS = {
    "upload": {"sources", "session_id", "new_session", "wait_s"},
    "edit": {"instruction", "operations", "session_id", "base_version", "wait_s"},
    "get_state": {"session_id", "detail", "wait_s"},
    "credits": {"session_id"},
    "export": {
        "session_id",
        "version",
        "preset",
        "filename",
        "max_size_mb",
        "split",
        "hardware",
        "chapters",
        "render_id",
        "local",
        "wait_s",
    },
    "preview": {"session_id", "what", "at_ms", "media_id"},
    "cancel": {"job_id"},
}


@asynccontextmanager
async def failing(error: Exception) -> AsyncIterator[BackendClient]:
    if error:
        raise error
    yield BackendClient(cast(Any, None))


def out_of_reach() -> Any:
    return failing(ApiError(error_info("unreachable")))


def broken() -> Any:
    return failing(RuntimeError("/home/ann/.secret"))


@asynccontextmanager
async def host(mode: Mode, open_client: Any = out_of_reach) -> AsyncIterator[Host]:
    async with Client(build_server(open_client), mode=mode) as client:
        listed = await client.list_tools()
        yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})


async def test_the_seven_tools_take_the_documented_arguments_and_no_others(era: Mode) -> None:
    async with host(era) as it:
        tools = (await it.client.list_tools()).tools
    assert {tool.name: set(tool.input_schema["properties"]) for tool in tools} == ARGUMENTS
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools)


async def test_every_tool_has_a_title_two_sentences_and_all_four_hints(era: Mode) -> None:
    async with host(era) as it:
        tools = (await it.client.list_tools()).tools
    for tool in tools:
        assert tool.title
        assert tool.description
        assert tool.description.count(". ") <= 1
        assert tool.annotations is not None
        hints = tool.annotations.model_dump(include={"read_only_hint", "destructive_hint", "idempotent_hint"})
        assert None not in hints.values()
        assert tool.annotations.open_world_hint is not None
    read_only = {tool.name for tool in tools if tool.annotations and tool.annotations.read_only_hint}
    assert read_only == {"get_state", "credits", "preview"}


async def test_every_schema_is_valid_json_schema_without_references(era: Mode) -> None:
    async with host(era) as it:
        tools = (await it.client.list_tools()).tools
    for tool in tools:
        for schema in (tool.input_schema, tool.output_schema):
            assert schema is not None
            assert schema["type"] == "object"
            Draft202012Validator.check_schema(schema)
            assert "$ref" not in json.dumps(schema)
        assert tool.output_schema is not None
        assert "error" in tool.output_schema["properties"]
        assert "required" not in tool.output_schema


async def test_the_whole_list_of_tools_is_at_most_twenty_kilobytes(era: Mode) -> None:
    async with host(era) as it:
        listed = await it.client.list_tools()
    assert len(listed.model_dump_json(by_alias=True, exclude_none=True).encode()) <= 20_000


async def test_the_face_is_the_one_that_was_reviewed() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(face())), face.__doc__


async def test_the_operations_of_edit_are_one_object_that_names_every_operation(era: Mode) -> None:
    async with host(era) as it:
        tools = {tool.name: tool for tool in (await it.client.list_tools()).tools}
    operations = tools["edit"].input_schema["properties"]["operations"]
    shared = operations["items"]["properties"]
    assert shared["op"]["enum"] == list(OPERATIONS)
    assert set(shared) == {name for model in OPERATIONS.values() for name in model.model_fields}
    assert "trim(target, head_ms, tail_ms)" in operations["description"]


async def test_the_instructions_teach_the_flow(era: Mode) -> None:
    async with host(era) as it:
        text = it.client.instructions or ""
    assert all(word in text for word in ("upload", "edit", "export", "session_id", "next_step"))


async def test_an_unknown_argument_is_refused_by_name_with_the_valid_ones(era: Mode) -> None:
    async with host(era) as it:
        error = await it.error("upload", source=["/a.mp4"])
    assert "“source”" in error["message"]
    assert "Did you mean “sources”?" in error["message"]
    assert "new_session" in error["message"]
    assert (error["kind"], error["code"], error["retryable"]) == ("bad_request", 0, False)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("upload", {}, "`sources` is missing"),
        ("upload", {"sources": ["/a.mp4"], "wait_s": 99}, "`wait_s` must be a number from 0 to 25; got 99"),
        ("upload", {"sources": []}, "at least 1 entry"),
        ("upload", {"sources": ["/a.mp4"], "new_session": True, "session_id": "s"}, "exclude each other"),
        ("upload", {"sources": [3]}, "`sources[0]` must be a text; got 3"),
        ("export", {"preset": "8k"}, "There is no preset “8k”"),
        ("export", {"filename": "goals/"}, "must end with the name of a file"),
        ("export", {"render_id": "a b"}, "`render_id`"),
        ("edit", {}, "give `instruction`"),
        ("edit", {"instruction": "   "}, "give `instruction`"),
        ("edit", {"instruction": "shorter", "base_version": -1}, "`base_version` must be a whole number, at least 0"),
        ("preview", {"what": "frame"}, "needs `at_ms`"),
        ("preview", {"what": "video"}, '"storyboard", "moments", "frame"'),
        ("cancel", {}, "`job_id` is missing"),
        ("get_state", {"detail": "all"}, '"summary", "full"'),
    ],
)
async def test_a_wrong_argument_is_named_with_what_is_valid(
    tool: str, arguments: dict[str, Any], words: str
) -> None:  # fmt: skip
    async with host("auto") as it:
        error = await it.error(tool, **arguments)
    assert words in error["message"]
    assert "pydantic" not in error["message"]


@pytest.mark.parametrize(
    ("operation", "words", "quoted"),
    [
        ({"op": "trimm"}, "Did you mean “trim”?", "help://operations"),
        ({"head_ms": 3}, "`op` is missing", "help://operations"),
        ("undo please", "must be an object with `op`", "help://operations"),
        ({"op": "trim", "head": 3}, "Did you mean “head_ms”?", '"tail_ms"'),
        ({"op": "speed", "factor": 50}, "at most 20; got 50", "Schema of speed"),
        ({"op": "remove", "target": 5}, "`target` must be", '"clips"'),
        ({"op": "highlights", "total_ms": -1}, "`total_ms`", "Schema of highlights"),
        ({"op": "highlights", "criterion": "explosions"}, '"cheer"', "Example: {"),
    ],
)
async def test_a_wrong_operation_is_told_with_the_schema_of_that_operation(
    operation: Any, words: str, quoted: str
) -> None:
    async with host("auto") as it:
        error = await it.error("edit", operations=[{"op": "undo"}, operation])
    assert "operations[1]" in error["message"]
    assert words in error["message"]
    assert quoted in error["next_step"]


async def test_a_backend_out_of_reach_is_an_error_result_that_says_what_to_do(era: Mode) -> None:
    async with host(era) as it:
        for tool in ("credits", "get_state", "export", "preview"):
            error = await it.error(tool)
            assert error["kind"] == "unreachable"
            assert error["retryable"]
            assert error["next_step"]


async def test_a_crash_of_ours_tells_the_caller_nothing_internal(
    era: Mode, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    async with host(era, broken) as it:
        result = await it.raw("credits")
    assert result.is_error
    assert (result.structured_content or {})["error"]["kind"] == "internal"
    assert "secret" not in text_of(result) + json.dumps(result.structured_content)
    assert "secret" in caplog.text


async def test_a_backend_that_was_out_of_reach_is_tried_again_by_the_next_call(bench: Bench) -> None:
    tried: list[int] = []

    def at_second(settings: Any = bench.settings) -> Any:
        tried.append(1)
        return out_of_reach() if len(tried) == 1 else open_client(settings)

    async with host("auto", at_second) as it:
        assert (await it.error("credits"))["kind"] == "unreachable"
        assert (await it.call("credits"))["unlimited"]
        assert (await it.call("credits"))["unlimited"]
    assert len(tried) == 2
