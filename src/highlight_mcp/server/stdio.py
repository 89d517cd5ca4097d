"""Serving one host over stdin and stdout."""

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server

from .eras import serve_eras
from .opening import NOTHING, Opening
from .state import ServerState


def run_stdio(server: MCPServer[ServerState], opening: Opening = NOTHING) -> None:
    """Serve until the host closes the pipe; work under way goes on in the backend."""
    anyio.run(_serve, server, opening)


async def _serve(server: MCPServer[ServerState], opening: Opening) -> None:
    async with stdio_server() as (read, write):
        await serve_eras(server._lowlevel_server, read, write, opening)
