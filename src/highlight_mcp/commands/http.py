"""`highlight-mcp http`: MCP over Streamable HTTP, on loopback unless a token is set."""

import argparse

from ..runtime import open_client
from ..server.app import build_server
from ..server.http import HttpOptions, run_http
from ..settings import Settings
from .options import server_options
from .reel import fail


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted. Refuses an address off this machine without a token."""
    settings = Settings.load({"http_token": arguments.token})
    options = HttpOptions(host=arguments.host, port=arguments.port, token=settings.http_token)
    try:
        run_http(build_server(lambda: open_client(settings), server_options(settings)), options)
    except ValueError as error:
        return fail(str(error))
    return 0
