"""The MCP server: everything put together."""

from mcp.server import CacheHint, MCPServer
from mcp.server.caching import CacheableMethod

from .. import __version__
from .desk.connection import OpenClient
from .desk.desk import Place, Places
from .instructions import INSTRUCTIONS
from .options import ServerOptions
from .prompts import add_prompts
from .resources import add_resources
from .seam import add_handlers
from .state import ServerState, lifespan_of
from .tasks import Tasks
from .timeline_app import drawn, timeline_app
from .tool import served
from .tools import TOOLS

DAY_MS = 86_400_000
LISTS: tuple[CacheableMethod, ...] = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
"""The same for everybody, as long as the server runs."""


def build_server(open_client: OpenClient, options: ServerOptions | None = None) -> MCPServer[ServerState]:
    """A server for one person: whoever calls works in the same place."""
    place = Place(open_client, options or ServerOptions())
    return build_shared_server(lambda _person: place)


def build_shared_server(places: Places) -> MCPServer[ServerState]:
    """A server that speaks both protocol eras and serves every person in a place of their own.

    A place opens its backend at the first call that needs it.
    """
    server = MCPServer(
        "highlight-mcp",
        title="Highlight reels",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[drawn(served(tool)) for tool in TOOLS],
        lifespan=lifespan_of(places),
        extensions=[Tasks(), timeline_app()],
        log_level="WARNING",
        cache_hints=dict.fromkeys(LISTS, CacheHint(ttl_ms=DAY_MS, scope="public")),
    )
    add_resources(server)
    add_prompts(server)
    add_handlers(server)
    return server
