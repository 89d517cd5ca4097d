"""The first request of a host over stdio, answered before the server is loaded.

Hosts start a process and give it little time: some take a server for dead after half a second, which is less than
loading the SDK takes. What opens a connection depends on nothing but the request, so it is answered here from the
standard library alone; the server hears the request, too, and its own answer to it is not sent. A test holds the
two answers equal. Anything but a plain opening waits for the server.
"""

import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from .. import __version__
from .instructions import INSTRUCTIONS

CHUNK = 65_536
MODERN = "2026-07-28"
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
META = "io.modelcontextprotocol/"
_SERVER = {"name": "highlight-mcp", "title": "Highlight reels", "version": __version__}


@dataclass(frozen=True)
class Opening:
    """What a host has said before the server could listen: whole lines, and whether the first has its answer."""

    lines: tuple[bytes, ...] = ()
    answered: bool = False


NOTHING = Opening()


def read_opening() -> Opening:
    """Wait for the first line on stdin and answer it if it is a plain opening."""
    lines = _first_lines()
    request = _parsed(lines[0]) if lines else {}
    result = early_result(request)
    if result is None:
        return Opening(lines)
    answer = {"jsonrpc": "2.0", "id": request["id"], "result": result}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()
    return Opening(lines, answered=True)


def early_result(request: dict[str, Any]) -> dict[str, Any] | None:
    """The result of `server/discover` or `initialize`; None for everything else, and where it is not plain."""
    number, params = request.get("id"), request.get("params")
    if request.get("jsonrpc") != "2.0" or type(number) not in (int, str) or not isinstance(params, dict):
        return None
    meta = params.get("_meta")
    if request.get("method") == "server/discover" and set(params) == {"_meta"} and isinstance(meta, dict):
        modern = meta.get(f"{META}protocolVersion") == MODERN
        return _discovered() if modern and _is_client(meta, f"{META}clientInfo", f"{META}clientCapabilities") else None
    if request.get("method") == "initialize" and not meta and _is_client(params, "clientInfo", "capabilities"):
        version = params.get("protocolVersion")
        return _initialized(version) if version in HANDSHAKE else None
    return None


def _is_client(of: dict[str, Any], info: str, capabilities: str) -> bool:
    who, can = of.get(info), of.get(capabilities)
    named = isinstance(who, dict) and all(isinstance(who.get(name), str) for name in ("name", "version"))
    return named and isinstance(can, dict) and all(isinstance(value, dict) for value in can.values())


def _discovered() -> dict[str, Any]:
    return {
        "cacheScope": "private",
        "capabilities": {**_capabilities(changes=True), "extensions": {f"{META}tasks": {}, f"{META}ui": {}}},
        "instructions": INSTRUCTIONS,
        "resultType": "complete",
        "supportedVersions": [MODERN],
        "ttlMs": 0,
        "_meta": {f"{META}serverInfo": _SERVER},
    }


def _initialized(version: str) -> dict[str, Any]:
    return {
        "capabilities": _capabilities(changes=False),
        "instructions": INSTRUCTIONS,
        "protocolVersion": version,
        "serverInfo": _SERVER,
    }


def _capabilities(*, changes: bool) -> dict[str, Any]:
    return {
        "completions": {},
        "prompts": {"listChanged": changes},
        "resources": {"listChanged": changes, "subscribe": True},
        "tools": {"listChanged": changes},
    }


def _first_lines() -> tuple[bytes, ...]:
    """Everything up to the end of a line. Read past the buffers of Python: what follows is for the transport."""
    read = b""
    while not read.endswith(b"\n"):
        try:
            chunk = os.read(0, CHUNK)
        except OSError:
            break
        if not chunk:
            break
        read += chunk
    return tuple(line for line in read.split(b"\n") if line.strip())


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
