"""The real process over stdio: light, clean on stdout, and no tyrant over its work."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import INVALID_REQUEST, PARSE_ERROR

from forked import Command
from waiting import until

from .conftest import Bench, Host, Mode

COMMAND = [sys.executable, "-m", "highlight_mcp"]
HEAVY = ("av", "numpy", "sqlalchemy", "dbos", "PIL")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


class Pipe:
    """Speaks JSON-RPC with a server process, line by line; every line it writes must be JSON-RPC."""

    def __init__(self, process: Command) -> None:
        self.process = process

    def send(self, *messages: Mapping[str, Any]) -> None:
        for message in messages:
            self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def send_line(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self, number: int | str) -> dict[str, Any]:
        while True:
            message = self.next_answer()
            if message["id"] == number:
                return message

    def next_answer(self) -> dict[str, Any]:
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if "id" in message:
                return message
        raise AssertionError("the server closed its output")

    def close(self) -> tuple[str, str]:
        """End the input as a host does that goes away; what was still written."""
        rest, errors = self.process.communicate(timeout=20)
        return rest, errors


@contextmanager
def begun(environment: Mapping[str, str]) -> Iterator[Pipe]:
    """A process that has answered `initialize`; it is gone at the end."""
    pipe = Pipe(Command([], environment))
    try:
        pipe.send(INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert pipe.answer(1)["result"]["serverInfo"]["name"] == "highlight-mcp"
        yield pipe
    finally:
        if pipe.process.poll() is None:
            pipe.close()


def call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments, "_meta": {"progressToken": number}}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def test_answering_initialize_and_listing_tools_loads_nothing_heavy() -> None:
    code = f"""
import anyio, sys
import highlight_mcp.server
from highlight_mcp.commands import stdio
from highlight_mcp.backend_locator import open_client
from highlight_mcp.server.app import build_server
from highlight_mcp.settings import Settings
from mcp import Client
async def main():
    async with Client(build_server(lambda: open_client(Settings.load())), mode="legacy") as client:
        await client.list_tools()
anyio.run(main)
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_started_before_a_tool_needs_it(environment: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    with begun({**environment, "HIGHLIGHT_HOME": str(home)}) as pipe:
        pipe.send({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
        assert len(pipe.answer(2)["result"]["tools"]) == 7
    assert pipe.process.returncode == 0
    assert not home.exists()


def test_stdout_is_pure_json_rpc_while_footage_is_cut(environment: dict[str, str], match: Path) -> None:
    with begun(environment) as pipe:
        pipe.send(call(2, "upload", sources=[str(match)], new_session=True))
        assert not pipe.answer(2)["result"].get("isError")
        pipe.send(call(3, "edit", operations=[{"op": "keep", "ranges_ms": [[0, 1000]]}]))
        assert pipe.answer(3)["result"]["structuredContent"]["status"] == "done"
        pipe.send(call(4, "export", preset="draft", wait_s=25))
        assert pipe.answer(4)["result"]["structuredContent"]["status"] == "completed"
        pipe.send({"jsonrpc": "2.0", "id": 5, "method": "nonsense"})
        assert pipe.answer(5)["error"]["code"] == -32601
        rest, errors = pipe.close()
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert "Traceback" not in errors


UNREADABLE = [
    (json.dumps(call(7, "edit", instruction="the title \ud83d")), 7, PARSE_ERROR),
    (json.dumps(call(7, "edit", instruction="x") | {"id": "\ud83d"}), None, PARSE_ERROR),
    ("garbage", None, PARSE_ERROR),
    ("[" * 5_000, None, PARSE_ERROR),
    ("[]", None, INVALID_REQUEST),
    ("{}", None, INVALID_REQUEST),
    ('{"jsonrpc": "2.0", "id": 7}', 7, INVALID_REQUEST),
    ('{"jsonrpc": "2.0", "id": "seven", "method": "tools/call", "params": []}', "seven", INVALID_REQUEST),
    ('{"jsonrpc": "2.0", "id": 7, "result": "\\ud83d"}', None, PARSE_ERROR),
]
"""Lines, the id under which each is answered, and the code. The id of an answer is none of the host's."""


def test_lines_that_cannot_be_read_are_answered_and_the_next_ones_are_served(environment: dict[str, str]) -> None:
    with begun(environment) as pipe:
        for line, number, code in UNREADABLE:
            pipe.send_line(line)
            refused = pipe.next_answer()
            assert (refused["id"], refused["error"]["code"]) == (number, code)
        pipe.send_line("")
        pipe.send({"jsonrpc": "2.0", "id": 8, "method": "ping"})
        assert pipe.next_answer() == {"jsonrpc": "2.0", "id": 8, "result": {}}


async def renders_of(host: Host, session_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await host.call("get_state", session_id=session_id))["renders"]
    return found


@pytest.mark.slow
@pytest.mark.anyio
async def test_an_export_goes_on_when_the_host_goes_away(
    bench: Bench, environment: dict[str, str], match: Path
) -> None:  # fmt: skip
    with begun(environment) as pipe:
        pipe.send(call(2, "upload", sources=[str(match)], new_session=True))
        session = pipe.answer(2)["result"]["structuredContent"]["session_id"]
        pipe.send(call(3, "edit", operations=[{"op": "keep", "ranges_ms": [[0, 30_000]]}]))
        pipe.answer(3)
        pipe.send(call(4, "export", preset="480p", wait_s=25))
        async with bench.host() as host:
            renders = await until(lambda: renders_of(host, session))
            render_id = renders[0]["render_id"]
            await anyio.to_thread.run_sync(pipe.close)
            made = await host.finished("export", render_id=render_id)
    assert made["status"] == "completed"


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_client_of_either_era_reaches_the_server_over_stdio(
    environment: dict[str, str], either: Mode, match: Path
) -> None:
    server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=environment)
    async with Client(server, mode=either) as client:
        assert client.protocol_version == {"auto": "2026-07-28", "legacy": "2025-11-25"}[either]
        listed = await client.list_tools()
        host = Host(client, {tool.name: tool.output_schema for tool in listed.tools})
        await host.call("upload", sources=[str(match)], new_session=True)
        edited = await host.finished("edit", instruction="the best moments, 5 seconds")
        assert edited["timeline"]["version"] == 1


@pytest.mark.slow
@pytest.mark.anyio
async def test_other_calls_are_answered_while_one_waits(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        session = (await host.call("upload", sources=[str(match)], new_session=True))["session_id"]
        await host.call(
            "edit", operations=[{"op": "keep", "ranges_ms": [[0, 40_000]]}, {"op": "aspect", "ratio": "9:16"}]
        )
        ended = anyio.Event()

        async def export() -> None:
            await host.client.call_tool("export", {"wait_s": 25})
            ended.set()

        async with anyio.create_task_group() as calls:
            calls.start_soon(export)
            await until(lambda: renders_of(host, session))
            for _ in range(5):
                await host.client.list_tools()
            assert not ended.is_set()
            calls.cancel_scope.cancel()
        renders = await until(lambda: renders_of(host, session))
        await host.call("cancel", job_id=renders[0]["render_id"])
