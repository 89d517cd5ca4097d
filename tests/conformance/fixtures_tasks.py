"""Tools that run as tasks for clients that declare the tasks extension, as the conformance suite asks for them."""

from typing import Any

import anyio
from mcp import MCPError
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import INTERNAL_ERROR

from highlight_mcp.server import app

LONG = frozenset({"slow_compute", "failing_job", "protocol_error_job"})


def add_tasks(server: MCPServer[Any]) -> None:
    """Register them, and make the extension of the product serve them."""
    app.LONG_TOOLS |= LONG
    for tool in (greet, slow_compute, failing_job, protocol_error_job):
        server.add_tool(tool, structured_output=False)


async def greet(name: str) -> str:
    """Greets, at once."""
    return f"Hello, {name}!"


async def slow_compute(seconds: float, label: str = "") -> str:
    """Takes so many seconds."""
    await anyio.sleep(seconds)
    return f"Computed {label} in {seconds} s."


async def failing_job() -> str:
    """Fails as a tool does."""
    await anyio.lowlevel.checkpoint()
    raise ToolError("This job always fails.")


async def protocol_error_job() -> str:
    """Fails as the protocol does."""
    raise MCPError(code=INTERNAL_ERROR, message="This job cannot be served.")
