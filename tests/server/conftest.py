"""A real backend process, shared by the tests of a run, and hosts that speak to servers in both eras."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcp import Client
from mcp.types import CallToolResult, TextContent

from highlight_mcp.backend_locator import open_client, stop_backend
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.settings import Settings
from media_factory import make_clip, make_sound

Mode = Literal["auto", "legacy"]
SOUND: set[str] = set()
"""The schemas that were found to be schemas."""


def check_once(schema: Any, check: Any = Draft202012Validator.check_schema) -> None:
    """Check a schema that has not been checked: each client does so for each tool, which takes longer than a call."""
    written = json.dumps(schema, sort_keys=True)
    if written not in SOUND:
        check(schema)
        SOUND.add(written)


Draft202012Validator.check_schema = check_once


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Mode:
    """The protocol era a client speaks: modern (2026-07-28) or legacy."""
    mode: Mode = request.param
    return mode


@pytest.fixture(params=["auto", pytest.param("legacy", marks=pytest.mark.slow)])
def either(request: pytest.FixtureRequest) -> Mode:
    """Like `era`; the second one only among the slow tests."""
    mode: Mode = request.param
    return mode


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is the only media root."""
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="session")
def settings(room: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a data directory of its own; its backend is stopped at the end."""
    home = tmp_path_factory.mktemp("home")
    made = Settings.load(
        {"home": home / "data", "output_dir": home / "reels", "media_roots": str(room), "idle_exit_s": 300},
        environ={},
    )
    yield made
    stop_backend(made)


@pytest.fixture(scope="session")
def match(room: Path) -> Path:
    """Forty seconds with five shots and two loud passages."""
    loud = [(12, 15), (30, 33)]
    return make_clip(
        room / "match.mp4", seconds=40, size=(320, 180), cuts=(8, 16, 24, 32), sound="noise", loud=loud
    )  # fmt: skip


@pytest.fixture(scope="session")
def song(room: Path) -> Path:
    """A sound file."""
    return make_sound(room / "song.mp3", seconds=5)


class Host:
    """A client whose every result is checked against the schema that the server has published."""

    def __init__(self, client: Client, schemas: dict[str, Any]) -> None:
        self.client = client
        self._schemas = schemas
        self.reports: list[tuple[float, float | None, str | None]] = []

    async def raw(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool; the reports of progress are in `reports`."""
        self.reports = []
        result = await self.client.call_tool(tool, arguments, progress_callback=cast(Any, self._heard))
        Draft202012Validator(self._schemas[tool]).validate(result.structured_content)
        values = [value for value, _, _ in self.reports]
        assert values == sorted(set(values)), "progress must be strictly increasing"
        assert text_of(result), "text must stand alone"
        return result

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Structured content of a call that succeeds."""
        result = await self.raw(tool, **arguments)
        assert not result.is_error, text_of(result)
        return dict(result.structured_content or {})

    async def error(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The `error` branch of a call that fails."""
        result = await self.raw(tool, **arguments)
        assert result.is_error, text_of(result)
        found: dict[str, Any] = (result.structured_content or {})["error"]
        assert found["message"] in text_of(result)
        return found

    async def finished(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call `edit` or `export` and follow `next_step` until the work is over."""
        result = await self.call(tool, **arguments)
        for _ in range(15):
            if result["status"] not in ("running", "pending", "processing"):
                return result
            if tool == "export":
                result = await self.call("export", render_id=result["render_id"])
            else:
                state = await self.call("get_state", session_id=result["session_id"], wait_s=20)
                result = {**result, **state["turn"], "timeline": state["timeline"]}
        raise AssertionError(f"{tool} did not come to an end: {result}")

    async def _heard(self, value: float, total: float | None, message: str | None) -> None:
        self.reports.append((value, total, message))


def text_of(result: CallToolResult) -> str:
    """All text of a result."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


class Bench:
    """Opens hosts on servers that share one backend."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @asynccontextmanager
    async def host(self, mode: Mode = "auto", options: ServerOptions | None = None, **more: Any) -> AsyncIterator[Host]:
        """A new server in memory and a client of it."""
        chosen = options or ServerOptions(media_roots=self.settings.media_roots)
        server = build_server(lambda: open_client(self.settings), chosen)
        async with Client(server, mode=mode, **more) as client:
            listed = await client.list_tools()
            yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})


@pytest.fixture
def bench(settings: Settings) -> Bench:
    """Servers of the shared backend."""
    return Bench(settings)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """What a server over stdio needs to use the shared backend."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HIGHLIGHT_", "NEMO_"))},
        "HIGHLIGHT_HOME": str(settings.home),
        "HIGHLIGHT_OUTPUT_DIR": str(settings.output_dir),
        "HIGHLIGHT_MEDIA_ROOTS": os.pathsep.join(str(root) for root in settings.media_roots),
        "HIGHLIGHT_IDLE_EXIT_S": "300",
    }
