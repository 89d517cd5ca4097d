"""The default command: the MCP server over stdio."""

import argparse
import logging

from ..runtime import open_client
from ..server.app import build_server
from ..server.stdio import run_stdio
from ..settings import Settings
from .options import server_options


def run(arguments: argparse.Namespace) -> int:
    """Serve until the host closes the pipe."""
    settings = Settings.load()
    logging.getLogger().setLevel(settings.log_level)
    run_stdio(build_server(lambda: open_client(settings), server_options(settings)))
    return 0
