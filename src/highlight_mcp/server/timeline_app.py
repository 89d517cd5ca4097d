"""The MCP App: the timeline page that hosts with the extension `io.modelcontextprotocol/ui` draw beside a result.

The binding is the same for everybody, because a host without the extension ignores it. The page is one HTML document,
put together from the small files in `ui/`. The scripts are ES modules in the order of `SCRIPTS`: each may import
from those before it. In the document they share one scope, so their imports and exports go.
"""

import json
import re
from functools import cache
from importlib.resources import files

from mcp.server.apps import APP_MIME_TYPE, Apps, ResourceCsp
from mcp.server.mcpserver.resources import FunctionResource

from ..messages import LANGUAGES, load
from ..presets import grouped
from .tool import RegisteredTool

SCRIPTS = (
    "words.js",
    "time.js",
    "element.js",
    "cursor.js",
    "bridge.js",
    "host.js",
    "segment.js",
    "session.js",
    "notice.js",
    "commands.js",
    "clip.js",
    "strip.js",
    "stage.js",
    "clips.js",
    "moments.js",
    "export.js",
    "head.js",
    "keys.js",
    "wish.js",
    "app.js",
)
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )", re.MULTILINE)


@cache
def timeline_page() -> str:
    """The whole document. It needs nothing from outside."""
    script = "".join(_plain(_part(name)) for name in SCRIPTS).replace("/*words*/ {}", _words())
    script = script.replace("/*presets*/ {}", json.dumps(grouped()))
    return _part("page.html").replace("/*styles*/", _part("page.css")).replace("/*script*/", script)


def _words() -> str:
    """The sentences of the page in all languages, since the host says only later which one is wanted."""
    words = {language: load(language, "page") for language in LANGUAGES}
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def _plain(module: str) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", module))


def _part(name: str) -> str:
    return (files(__package__) / "ui" / name).read_text(encoding="utf-8")


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
            fn=timeline_page,
        )
    )
    return apps


def drawn(tool: RegisteredTool) -> RegisteredTool:
    """The tool, bound to the page if a host should draw its results."""
    return tool.model_copy(update={"meta": binding(tool.name)})


def binding(tool: str) -> dict[str, dict[str, str]] | None:
    """`_meta` of a tool: where its page is."""
    return {"ui": {"resourceUri": TIMELINE_URI}} if tool in DRAWN else None
