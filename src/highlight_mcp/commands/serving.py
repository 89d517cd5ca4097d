"""The server of `highlight-mcp` over stdio, with everything it needs."""

from ..runtime import open_client
from ..server.app import build_server
from ..server.opening import Opening
from ..server.stdio import run_stdio
from ..settings import Settings
from .options import server_options


def serve(settings: Settings, opening: Opening) -> None:
    """Serve until the host closes the pipe; `opening` is what it has said already."""
    run_stdio(build_server(lambda: open_client(settings), server_options(settings)), opening)
