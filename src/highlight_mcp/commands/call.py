"""`highlight-mcp call`: one MCP tool call through the real server, printed as JSON.

Server and client share this process: loading the SDK twice would cost more than most calls. An upload of which nothing
can be used is refused before the SDK is loaded, which is most of what such a call costs, and before a backend starts.
"""

import argparse
import json
import sys
from typing import Any

from ..contract.errors import ApiError
from ..server.arguments import read_arguments
from ..server.outputs import as_result, problem_of
from ..server.sources import UploadArguments, UploadOutput, nothing_added, read_sources
from ..settings import Settings
from .shell import ShellError, Stopped, readable


def run(arguments: argparse.Namespace) -> int:
    """Print {"is_error", "structured_content", "text", "links"}; exit status 1 for an error result."""
    try:
        given = dict(_argument(text) for text in arguments.arguments)
    except ShellError as error:
        sys.stderr.write(f"highlight-mcp: {error}\n")
        return 2
    settings = Settings.load()
    try:
        answer = _refusal(settings, arguments.tool, given) or _call(settings, arguments.tool, given)
    except Stopped as stop:
        return stop.status
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    return 1 if answer["is_error"] else 0


def _argument(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ShellError("shell.no_argument", text=text)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _refusal(settings: Settings, tool: str, given: dict[str, Any]) -> dict[str, Any] | None:
    """The answer to an upload of which nothing can be used; None for any other call."""
    if tool != "upload":
        return None
    try:
        asked = read_arguments(tool, UploadArguments, given)
    except ApiError as error:
        return _refused(UploadOutput(error=problem_of(error.fault)))
    footage = read_sources(asked.sources, settings.media_roots, readable=readable(settings))
    return None if footage.sources else _refused(nothing_added(footage.failed))


def _refused(answer: UploadOutput) -> dict[str, Any]:
    text, content = as_result(answer)
    return {"is_error": True, "structured_content": content, "text": text, "links": []}


def _call(settings: Settings, tool: str, given: dict[str, Any]) -> dict[str, Any]:
    from .mcp_client import call_tool

    return call_tool(settings, tool, given)
