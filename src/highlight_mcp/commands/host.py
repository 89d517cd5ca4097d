"""An MCP host of our own: starts the real server over stdio and drives its tools with progress bars."""

import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent
from tqdm import tqdm

PASSED_ON = ("HIGHLIGHT_", "NEMO_", "XDG_", "SKILL_SOURCE", "PYTHON", "VIRTUAL_ENV", "TMPDIR", "LANG", "LC_")


class ToolFailed(Exception):
    """A tool answered with an error; the text is meant for the person at the shell."""


class Host:
    """One connection to the server; every call shows its progress on stderr."""

    def __init__(self, client: Client, quiet: bool = False) -> None:
        self._client = client
        self._quiet = quiet

    async def raw(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Call a tool and return whatever it answers."""
        with tqdm(
            total=100, desc=tool, unit="%", leave=False, disable=self._quiet or None, file=sys.stderr,
            bar_format="{desc:<42.42} {bar} {n:3.0f} %",
        ) as bar:  # fmt: skip
            return await self._client.call_tool(tool, dict(arguments), progress_callback=_moving(bar))

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool and return its structured content. Raises ToolFailed."""
        result = await self.raw(tool, {name: value for name, value in arguments.items() if value is not None})
        content = dict(result.structured_content or {})
        if result.is_error:
            raise ToolFailed(_reason(content, result))
        return content

    async def edit(self, **arguments: Any) -> dict[str, Any]:
        """Edit, and stay until the turn is over."""
        result = await self.call("edit", **arguments)
        while result.get("status") == "running":
            state = await self.call("get_state", session_id=result["session_id"], wait_s=20)
            result = {**result, **(state.get("turn") or {}), "timeline": state.get("timeline")}
        return result

    async def export(self, **arguments: Any) -> dict[str, Any]:
        """Export, and stay until the file is there."""
        result = await self.call("export", **arguments)
        while result.get("status") in ("pending", "processing", "running"):
            result = await self.call("export", session_id=result["session_id"], render_id=result["render_id"])
        return result


@asynccontextmanager
async def open_host(environment: Mapping[str, str] | None = None, quiet: bool = False) -> AsyncIterator[Host]:
    """Start `highlight-mcp` as a child over stdio, with our own settings passed on."""
    passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "highlight_mcp"], env={**passed, **(environment or {})}
    )
    async with Client(server) as client:
        yield Host(client, quiet)


def _moving(bar: Any) -> Any:
    async def moved(done: float, total: float | None, message: str | None) -> None:
        bar.n = min(100.0, 100 * done / total if total else done)
        if message:
            bar.set_description_str(message, refresh=False)
        bar.refresh()

    return moved


def _reason(content: dict[str, Any], result: CallToolResult) -> str:
    error = content.get("error") or {}
    if error.get("message"):
        return " ".join(part for part in (error["message"], error.get("next_step")) if part)
    return " ".join(block.text for block in result.content if isinstance(block, TextContent))
