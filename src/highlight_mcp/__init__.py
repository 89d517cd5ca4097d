"""Turn long raw footage into a short, honest highlight reel: an MCP server and its engine."""

__version__ = "0.1.0"
