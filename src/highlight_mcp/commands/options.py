"""What the settings mean for the MCP server, over any transport."""

from ..server.options import ServerOptions
from ..settings import Settings


def server_options(settings: Settings) -> ServerOptions:
    """Hints and completion name only files inside the media roots, messages keep the language that was set."""
    return ServerOptions(language=settings.language, media_roots=settings.media_roots)
