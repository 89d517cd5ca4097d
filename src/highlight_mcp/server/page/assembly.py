"""Puts the page of the timeline together: one HTML document with its styles and scripts inside.

The parts are the small files beside this one. The scripts are ES modules in the order of `SCRIPTS`: each may
import from those before it. In the document they share one scope, so their imports and exports go.
"""

import re
from functools import cache
from importlib.resources import files

SCRIPTS = (
    "words.js",
    "time.js",
    "element.js",
    "cursor.js",
    "bridge.js",
    "host.js",
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
def page() -> str:
    """The whole document. It needs nothing from outside."""
    script = "".join(_plain(_part(name)) for name in SCRIPTS)
    return _part("page.html").replace("/*styles*/", _part("page.css")).replace("/*script*/", script)


def _plain(module: str) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", module))


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
