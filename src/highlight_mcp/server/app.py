"""The MCP server: everything put together, and its tools as a table."""

from mcp.server import CacheHint, MCPServer
from mcp.server.caching import CacheableMethod

from .. import __version__
from .early_answers import INSTRUCTIONS
from .options import ServerOptions
from .prompts import add_prompts
from .resources import add_resources
from .sdk_handlers import add_handlers
from .tasks import Tasks
from .tool import registered
from .tools import TOOLS
from .ui.app import drawn, timeline_app
from .workspace.connection import OpenClient
from .workspace.workspace import FindConfig, ServerState, WorkspaceConfig, lifespan_of

DAY_MS = 86_400_000
LISTS: tuple[CacheableMethod, ...] = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
"""The same for everybody, as long as the server runs."""


def build_server(open_client: OpenClient, options: ServerOptions | None = None) -> MCPServer[ServerState]:
    """A server for one person: whoever calls works in the same place."""
    place = WorkspaceConfig(open_client, options or ServerOptions())
    return build_shared_server(lambda _person: place)


def build_shared_server(places: FindConfig) -> MCPServer[ServerState]:
    """A server that speaks both protocol eras and serves every person in a place of their own.

    A place opens its backend at the first call that needs it.
    """
    server = MCPServer(
        "highlight-mcp",
        title="Highlight reels",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[drawn(registered(tool)) for tool in TOOLS],
        lifespan=lifespan_of(places),
        extensions=[Tasks(), timeline_app()],
        log_level="WARNING",
        cache_hints=dict.fromkeys(LISTS, CacheHint(ttl_ms=DAY_MS, scope="public")),
    )
    add_resources(server)
    add_prompts(server)
    add_handlers(server)
    return server


def tools_table() -> str:
    """One row per tool in the order of `tools/list`: name, arguments (the needed ones bold), description."""
    rows = []
    for tool in TOOLS:
        schema = tool.input_schema
        needed = set(schema.get("required", ()))
        names = (f"**{name}**" if name in needed else name for name in schema["properties"])
        rows.append(f"| `{tool.name}` | {', '.join(names)} | {tool.description} |")
    return "\n".join(["| tool | arguments | what it does |", "|---|---|---|", *rows])
