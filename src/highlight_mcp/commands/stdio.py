"""The default command: the MCP server over stdio."""

import argparse
import logging
from importlib import import_module
from threading import Thread

from ..server.early_answers import read_opening
from ..settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Serve until the host closes the pipe. The server is loaded while the host says its first line."""
    settings = Settings.load()
    logging.getLogger().setLevel(settings.log_level)
    loading = Thread(target=import_module, args=(".serving", __package__), daemon=True)
    loading.start()
    opening = read_opening(loading.is_alive)
    if opening.lines:
        loading.join()
        from .serving import serve

        serve(settings, opening)
    return 0
