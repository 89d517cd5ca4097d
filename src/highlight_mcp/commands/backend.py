"""`highlight-mcp backend`: the local backend in the foreground."""

import argparse

from ..backend_locator import backend_config
from ..settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Serve the wire contract on loopback until idle or told to stop."""
    from ..backend.process import serve

    return serve(backend_config(Settings.load()))
