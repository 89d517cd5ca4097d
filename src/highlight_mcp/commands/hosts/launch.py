"""How a host starts this server: by a full path, since some start with a bare PATH."""

import base64
import json
import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

COMMAND = "highlight-mcp"
NAME = "highlight"
_UV_CACHE = "archive-v0"
"""Folder of uv's cache that holds the environments of `uvx`; they go when the cache is pruned."""


@dataclass(frozen=True)
class Launch:
    """A program and its arguments."""

    command: str
    arguments: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As most hosts write it."""
        return {"command": self.command, "args": list(self.arguments)}


def find_launch() -> Launch:
    """What starts the very installation that runs now, or another one made from the same place."""
    if _UV_CACHE in Path(sys.prefix).parts and (uvx := shutil.which("uvx")):
        return Launch(uvx, ("--from", requirement(), COMMAND))
    beside = Path(sys.executable).with_name(f"{COMMAND}.exe" if os.name == "nt" else COMMAND)
    return Launch(str(beside)) if beside.exists() else Launch(sys.executable, ("-m", "highlight_mcp"))


def requirement() -> str:
    """Where this installation came from, as a requirement (PEP 508); the record of that is PEP 610's."""
    try:
        record = distribution(COMMAND).read_text("direct_url.json")
    except PackageNotFoundError:
        record = None
    if record is None:
        return COMMAND
    origin = json.loads(record)
    vcs = origin.get("vcs_info")
    if vcs is None:
        return f"{COMMAND} @ {origin['url']}"
    revision = f"@{vcs['requested_revision']}" if vcs.get("requested_revision") else ""
    return f"{COMMAND} @ {vcs['vcs']}+{origin['url']}{revision}"


def cursor_link(launch: Launch) -> str:
    """A link that offers the server to Cursor."""
    return f"cursor://anysphere.cursor-deeplink/mcp/install?{_by_base64(launch)}"


def lmstudio_link(launch: Launch) -> str:
    """A link that offers the server to LM Studio."""
    return f"lmstudio://add_mcp?{_by_base64(launch)}"


def vscode_link(launch: Launch) -> str:
    """A link that offers the server to VS Code."""
    return f"vscode:mcp/install?{quote(json.dumps({'name': NAME, **launch.plain()}))}"


def web_links(launch: Launch) -> dict[str, str]:
    """The same by the vendors' own pages, for places that show no links but those of the web: host to link."""
    config = urlencode({"name": NAME, "config": json.dumps(launch.plain())}, quote_via=quote)
    return {
        "cursor": f"https://cursor.com/install-mcp?{_by_base64(launch)}",
        "vscode": f"https://insiders.vscode.dev/redirect/mcp/install?{config}",
        "lmstudio": f"https://lmstudio.ai/install-mcp?{_by_base64(launch)}",
    }


def _by_base64(launch: Launch) -> str:
    config = base64.b64encode(json.dumps(launch.plain()).encode()).decode()
    return urlencode({"name": NAME, "config": config})
