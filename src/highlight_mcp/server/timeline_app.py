"""The MCP App: a page that hosts with the extension `io.modelcontextprotocol/ui` draw beside a result.

The binding is the same for everybody, because a host without the extension ignores it: `tools/list`
may be cached and shared. What the page shows and does goes through the same tools and resources.
"""

from mcp.server.apps import APP_MIME_TYPE, Apps, ResourceCsp
from mcp.server.mcpserver.resources import FunctionResource

from .page.assembly import page
from .tool import ServedTool

TIMELINE_URI = "ui://highlight/timeline.html"
DRAWN = ("edit", "preview")
"""The tools whose results a host draws. `get_state` is not among them: a model that waits for a long edit
calls it again and again, and each call would be one more page in the conversation."""


def timeline_app() -> Apps:
    """The extension with its page. The page is put together when it is first read."""
    apps = Apps()
    csp = ResourceCsp(connect_domains=[], resource_domains=[], frame_domains=[], base_uri_domains=[])
    meta = {"ui": {"csp": csp.model_dump(by_alias=True, exclude_none=True), "prefersBorder": True}}
    apps.add_resource(
        FunctionResource(
            uri=TIMELINE_URI,
            name="timeline-app",
            title="Timeline",
            description="The cut as a page: look, play, change, export.",
            mime_type=APP_MIME_TYPE,
            meta=meta,
            fn=page,
        )
    )
    return apps


def drawn(tool: ServedTool) -> ServedTool:
    """The tool, bound to the page if a host should draw its results."""
    return tool.model_copy(update={"meta": binding(tool.name)})


def binding(tool: str) -> dict[str, dict[str, str]] | None:
    """`_meta` of a tool: where its page is."""
    return {"ui": {"resourceUri": TIMELINE_URI}} if tool in DRAWN else None
