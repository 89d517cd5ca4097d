"""How hosts open a connection over stdio: quickly, twice, in either era, and with one hand on the door."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_MODERN_VERSION

from forked import Command
from highlight_mcp.backend_locator import open_client
from highlight_mcp.server.app import build_server
from highlight_mcp.server.early_answers import HANDSHAKE, MODERN, Opening, early_result
from highlight_mcp.server.stdio import run_stdio
from highlight_mcp.settings import Settings

from .test_http import serving
from .test_stdio import COMMAND, Pipe

META = "io.modelcontextprotocol/"
ENVELOPE = {
    f"{META}protocolVersion": "2026-07-28",
    f"{META}clientInfo": {"name": "test", "version": "1"},
    f"{META}clientCapabilities": {},
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
LIST, LISTEN = "tools/list", "subscriptions/listen"
RECORDED: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("openings.json").read_text("utf-8"))
"""What hosts wrote to a server before they had it do anything, by a tee between the two; 2.1.197 by a description."""
REFUSED = -32022


def modern(number: int | str, method: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": ENVELOPE}}


def discover(number: int | str) -> dict[str, Any]:
    return modern(number, "server/discover")


def initialize(number: int | str, version: str = "2025-11-25") -> dict[str, Any]:
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    return {"jsonrpc": "2.0", "id": number, "method": "initialize", "params": params}


def plain(number: int | str, method: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method}


@pytest.fixture
def pipe(environment: dict[str, str]) -> Iterator[Pipe]:
    """A server that has heard nothing yet; it is gone at the end."""
    made = Pipe(Command([], environment))
    yield made
    if made.process.poll() is None:
        made.close()


def tools(answer: dict[str, Any]) -> int:
    return len(answer["result"]["tools"])


def test_a_host_that_gives_up_on_discover_and_says_initialize_is_served(pipe: Pipe) -> None:
    pipe.send(discover(0), initialize(1))
    assert pipe.answer(0)["result"]["supportedVersions"] == ["2026-07-28"]
    assert pipe.answer(1)["result"]["protocolVersion"] == "2025-11-25"
    pipe.send(INITIALIZED, plain(2, LIST))
    assert tools(pipe.answer(2)) == 7


def test_a_host_that_asks_three_times_takes_back_the_first_and_then_says_initialize_is_served(pipe: Pipe) -> None:
    taken_back = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "b"}}
    pipe.send(discover("a"), discover("b"), taken_back, discover("c"), plain("p", "ping"), initialize("d"))
    assert pipe.answer("d")["result"]["protocolVersion"] == "2025-11-25"
    pipe.send(INITIALIZED, plain("e", LIST))
    assert tools(pipe.answer("e")) == 7


def test_a_host_that_hears_the_answer_to_discover_after_all_may_stay_with_it(pipe: Pipe) -> None:
    pipe.send(discover(0), initialize(1))
    pipe.answer(0)
    pipe.answer(1)
    pipe.send(modern(2, LIST))
    assert tools(pipe.answer(2)) == 7
    pipe.send(initialize(3))
    assert pipe.answer(3)["error"]["code"] == REFUSED


def test_a_host_that_tries_the_older_way_first_may_still_ask_what_is_spoken(pipe: Pipe) -> None:
    pipe.send(initialize(0), discover(1), modern(2, LIST))
    assert tools(pipe.answer(2)) == 7


def test_an_era_in_use_refuses_the_other_one(pipe: Pipe) -> None:
    pipe.send(initialize(0), INITIALIZED, discover(1), plain(2, LIST))
    found = [pipe.next_answer() for _ in range(3)]
    assert {each["id"]: "error" in each for each in found} == {0: False, 1: True, 2: False}


def test_an_answer_that_comes_late_does_not_pass_for_that_to_a_request_of_the_same_number(pipe: Pipe) -> None:
    pipe.send(modern(7, "server/discover") | {"params": {"_meta": ENVELOPE, "more": 1}}, initialize(7), plain(8, LIST))
    found = [pipe.next_answer() for _ in range(2)]
    assert [each["id"] for each in found] == [7, 8]
    assert found[0]["result"]["protocolVersion"] == "2025-11-25"


def test_what_comes_before_any_opening_is_answered_as_ever(pipe: Pipe) -> None:
    pipe.send(INITIALIZED, plain(0, "ping"), plain(1, LIST))
    assert pipe.answer(0)["result"] == {}
    assert tools(pipe.answer(1)) == 7
    pipe.send(discover(2))
    assert "error" in pipe.answer(2)


def test_one_opening_is_answered_once(pipe: Pipe) -> None:
    pipe.send(discover(0), modern(1, LIST))
    assert [pipe.next_answer()["id"] for _ in range(2)] == [0, 1]
    rest, errors = pipe.close()
    assert (rest, errors) == ("", "")


def test_a_host_that_says_nothing_or_nonsense_is_no_trouble(pipe: Pipe, environment: dict[str, str]) -> None:
    assert pipe.close() == ("", "")
    assert pipe.process.returncode == 0
    done = subprocess.run(
        COMMAND, input=b"\xff{]\n" + json.dumps(initialize(3)).encode() + b"\n", capture_output=True,
        env=environment, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1])["result"]["serverInfo"]["name"] == "highlight-mcp"
    assert done.stderr == b""


@pytest.mark.parametrize("host", RECORDED)
def test_what_a_host_was_recorded_to_open_with_is_answered_over_stdio(host: str, pipe: Pipe) -> None:
    """Each request after the answer to the one before, as it was recorded; a subscription is never answered."""
    listed = []
    for said in RECORDED[host]:
        pipe.send(said)
        if "id" in said and said["method"] != LISTEN:
            answer = pipe.answer(said["id"])
            assert "error" not in answer, said["method"]
            listed += answer["result"].get("tools", ())
    assert len(listed) == 7
    assert pipe.close()[1] == ""


def test_what_hosts_were_recorded_to_open_with_is_answered_over_http(settings: Settings) -> None:
    with serving(settings, None) as url, httpx.Client(trust_env=False, timeout=60) as client:
        found = {host: sum(tools_over_http(client, url, said)) for host, said in RECORDED.items()}
    assert found == dict.fromkeys(RECORDED, 7)


def tools_over_http(client: httpx.Client, url: str, messages: list[dict[str, Any]]) -> Iterator[int]:
    """Say what a host says, with the headers that go with it; how many tools each answer lists."""
    held: dict[str, str] = {}
    for said in messages:
        headers = {"Accept": "application/json, text/event-stream", **held}
        if "_meta" in said.get("params", {}) and f"{META}protocolVersion" in said["params"]["_meta"]:
            headers |= {"MCP-Protocol-Version": LATEST_MODERN_VERSION, "Mcp-Method": said["method"]}
        with client.stream("POST", url, json=said, headers=headers) as answer:
            assert answer.status_code in (200, 202), (said, answer.read())
            if said["method"] == "initialize":
                held = {
                    "Mcp-Session-Id": answer.headers["mcp-session-id"],
                    "MCP-Protocol-Version": said["params"]["protocolVersion"],
                }
            if "id" not in said:
                continue
            lines = (line.removeprefix("data:").strip() for line in answer.iter_lines())
            told = next(each for each in (json.loads(line) for line in lines if line.startswith("{")) if each)
            assert "error" not in told, said["method"]
            yield len(told.get("result", {}).get("tools", ()))


def test_the_early_answers_are_those_that_the_server_gives(environment: dict[str, str]) -> None:
    asked = [discover(0), *(initialize(number, said) for number, said in enumerate(HANDSHAKE_PROTOCOL_VERSIONS, 1))]
    with contextlib.closing(Pipe(Command([], environment, run=serve_without_early_answer))) as pipe:
        pipe.send(*asked)
        given = {each["id"]: each["result"] for each in (pipe.next_answer() for _ in asked)}
    assert given == {each["id"]: early_result(each) for each in asked}


def serve_without_early_answer(_: list[str]) -> None:
    """Runs in a process of its own: the server alone."""
    run_stdio(build_server(lambda: open_client(Settings.load())), Opening())


def test_the_versions_answered_early_are_those_of_the_server() -> None:
    assert (HANDSHAKE, MODERN) == (HANDSHAKE_PROTOCOL_VERSIONS, LATEST_MODERN_VERSION)


@pytest.mark.parametrize(
    "request_",
    [
        initialize(1, "1999-01-01"),
        initialize(1) | {"id": None},
        initialize(1) | {"id": True},
        initialize(1) | {"params": [1]},
        {**initialize(1), "params": {"protocolVersion": "2025-11-25", "capabilities": {}}},
        {**initialize(1), "params": {**initialize(1)["params"], "capabilities": []}},
        {**initialize(1), "params": {**initialize(1)["params"], "clientInfo": {"name": 3, "version": "1"}}},
        {**discover(1), "params": {"_meta": {**ENVELOPE, f"{META}protocolVersion": "2099-01-01"}}},
        {**discover(1), "params": {"_meta": {}}},
        plain(1, "ping"),
        {},
    ],
)
def test_anything_but_a_plain_opening_waits_for_the_server(request_: dict[str, Any]) -> None:
    assert early_result(request_) is None


def test_the_early_answer_needs_nothing_of_the_sdk() -> None:
    code = (
        "import sys, highlight_mcp.cli, highlight_mcp.settings, highlight_mcp.server.early_answers;"
        "print([name for name in ('mcp', 'mcp_types', 'anyio', 'starlette', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
