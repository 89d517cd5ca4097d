"""`highlight-mcp demo`: a reel from the sample that comes with the product."""

import argparse
from importlib.resources import as_file, files

from . import reel

SAMPLE_REQUEST = "pull the best moments and compile them into a 20-second highlight reel in HD"


def run(arguments: argparse.Namespace) -> int:
    """Run upload, edit and export on the sample through the MCP server over stdio."""
    with as_file(files("highlight_mcp") / "sample" / "match.mp4") as sample:
        return reel.make([str(sample)], SAMPLE_REQUEST, output=arguments.output)
