"""The MCP server: everything put together."""

from mcp.server import CacheHint, MCPServer
from mcp.server.subscriptions import InMemorySubscriptionBus

from .. import __version__
from .connection import OpenClient
from .instructions import INSTRUCTIONS
from .notifications import Notifier
from .options import ServerOptions
from .prompts import add_prompts
from .resources import add_resources
from .seam import add_handlers
from .state import ServerState, lifespan_of
from .tasks import Tasks
from .tool import served
from .tools import TOOLS

DAY_MS = 86_400_000


def build_server(open_client: OpenClient, options: ServerOptions | None = None) -> MCPServer[ServerState]:
    """A server that speaks both protocol eras and opens its backend at the first call that needs it."""
    bus = InMemorySubscriptionBus()
    server = MCPServer(
        "highlight-mcp",
        title="Highlight reels",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[served(tool) for tool in TOOLS],
        lifespan=lifespan_of(open_client, options or ServerOptions(), Notifier(bus)),
        subscriptions=bus,
        extensions=[Tasks()],
        log_level="WARNING",
        cache_hints={"tools/list": CacheHint(ttl_ms=DAY_MS, scope="public")},
    )
    add_resources(server)
    add_prompts(server)
    add_handlers(server)
    return server
