"""The default command: the MCP server over stdio."""

import argparse
import logging
from importlib import import_module
from threading import Thread

from ..messages import use_language
from ..server.early_answers import Opening, read_opening
from ..settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Serve until the host closes the pipe. The server is loaded while the host says its first line."""
    settings = Settings.load()
    logging.getLogger().setLevel(settings.log_level)
    loading = Thread(target=import_module, args=(".workspaces", __package__), daemon=True)
    loading.start()
    opening = read_opening(loading.is_alive)
    if opening.lines:
        loading.join()
        _serve(settings, opening)
    return 0


def _serve(settings: Settings, opening: Opening) -> None:
    """Serve until the host closes the pipe; `opening` is what it has said already."""
    from ..backend_locator import open_client
    from ..server.app import build_server
    from ..server.stdio import run_stdio
    from .workspaces import server_options

    with use_language(None):  # each call is answered in a language of its own
        run_stdio(build_server(lambda: open_client(settings), server_options(settings)), opening)
