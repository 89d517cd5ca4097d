"""`highlight-mcp call`: one MCP tool call through the real server, printed as JSON.

Server and client share this process: loading the SDK twice would cost more than most calls.
"""

import argparse
import json
import sys
from typing import Any

import anyio
from mcp import Client, MCPError
from mcp.types import ResourceLink, TextContent

from ..backend_locator import open_client
from ..server.app import build_server
from ..settings import Settings
from .mcp_client import McpClient
from .workspaces import server_options


def run(arguments: argparse.Namespace) -> int:
    """Print {"is_error", "structured_content", "text", "links"}; exit status 1 for an error result."""
    try:
        given = dict(_argument(text) for text in arguments.arguments)
    except ValueError as error:
        sys.stderr.write(f"highlight-mcp: {error}\n")
        return 2
    answer = anyio.run(_call, arguments.tool, given)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    return 1 if answer["is_error"] else 0


def _argument(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ValueError(f"{text!r} is not of the form key=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


async def _call(tool: str, given: dict[str, Any]) -> dict[str, Any]:
    settings = Settings.load()
    server = build_server(lambda: open_client(settings), server_options(settings))
    async with Client(server) as client:
        try:
            result = await McpClient(client).raw(tool, given)
        except MCPError as error:
            return {"is_error": True, "structured_content": None, "text": error.error.message, "links": []}
    return {
        "is_error": bool(result.is_error),
        "structured_content": result.structured_content,
        "text": "\n".join(block.text for block in result.content if isinstance(block, TextContent)),
        "links": [str(block.uri) for block in result.content if isinstance(block, ResourceLink)],
    }
