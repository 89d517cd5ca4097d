"""`highlight-mcp timeline import`: a list of cuts of another editor becomes a session, which goes on from there."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..contract.addresses import shell_path
from ..messages import verbatim
from ..settings import Settings
from .shell import exit_with_error, stoppable

LONGEST_WAIT_S = 25


@stoppable
def run(arguments: argparse.Namespace) -> int:
    """Upload the list and its footage into a new session. Returns 1, with the reason, when nothing is taken over."""
    sources = [str(shell_path(each)) for each in (arguments.file, *arguments.footage)]
    settings = _reading(Settings.load(), sources)
    given: dict[str, Any] = {"sources": sources, "new_session": True}
    content = _call(settings, "upload", {**given, "wait_s": LONGEST_WAIT_S})
    while content.get("status") == "running":
        session = {"session_id": content["session_id"]}
        _call(settings, "get_state", {**session, "wait_s": LONGEST_WAIT_S})
        content = _call(settings, "upload", {"sources": sources, **session, "wait_s": LONGEST_WAIT_S})
    error = content.get("error")
    if error:
        return exit_with_error(verbatim(f"{error['message']} {error.get('next_step') or ''}".strip()))
    if arguments.json:
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    else:
        told = (*(content.get("warnings") or ()), content.get("message") or "", content["session_id"])
        sys.stdout.write("".join(f"{line}\n" for line in told if line))
    return 0


def _call(settings: Settings, tool: str, given: dict[str, Any]) -> dict[str, Any]:
    from .mcp_client import call_tool

    content: dict[str, Any] = call_tool(settings, tool, given)["structured_content"] or {}
    return content


def _reading(settings: Settings, sources: list[str]) -> Settings:
    """A person who names a file at the shell means it: its folder counts as a media root."""
    named = (Path(source).parent for source in sources)
    roots = tuple(dict.fromkeys((*settings.media_roots, *named)))
    return settings.model_copy(update={"media_roots": roots})
