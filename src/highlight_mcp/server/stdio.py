"""Serving one host over stdin and stdout."""

from mcp.server import MCPServer

from .state import ServerState


def run_stdio(server: MCPServer[ServerState]) -> None:
    """Serve until the host closes the pipe; work under way goes on in the backend."""
    server.run("stdio")
