"""Puts the page of the timeline together: one HTML document with its styles and scripts inside.

The parts are the small files beside this one. The scripts are ES modules in the order of `SCRIPTS`: each may
import from those before it. In the document they share one scope, so their imports and exports go.
"""

import json
import re
from functools import cache
from importlib.resources import files

from ...messages import LANGUAGES, load

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
    script = "".join(_plain(_part(name)) for name in SCRIPTS).replace("/*words*/ {}", _words())
    return _part("page.html").replace("/*styles*/", _part("page.css")).replace("/*script*/", script)


def _words() -> str:
    """The sentences of the page in all languages, since the host says only later which one is wanted."""
    words = {language: load(language, "page") for language in LANGUAGES}
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def _plain(module: str) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", module))


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
