"""The first requests of a host over stdio, answered before the server is loaded.

Hosts start a process and give it little time: some take a server for dead after half a second, which is less than
loading the SDK takes. What opens a connection depends on nothing but the request, so it is answered here from the
standard library alone; the server hears the request, too, and its own answer to it is not sent. A test holds the
two answers equal. Anything but a plain opening waits for the server.
"""

import json
import os
import select
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import __version__

INSTRUCTIONS = """\
Turns long footage into a short highlight reel. Flow: upload -> edit -> (preview) -> edit again -> export.
- upload takes absolute paths, folders or URLs; pass new_session=true for a new project.
- edit takes the user's wish in their own words, or exact `operations` (see help://operations). Undo: [{"op":"undo"}].
- Every result repeats session_id; pass it back when you work on more than one project.
- Calls return within wait_s. While the status is running, pending or processing, make the call in next_step.
- Show the user the message, the reasons of the picks, and the path of the finished file. Times are in milliseconds.
"""


CHUNK = 65_536
PAUSE_S = 0.05
TAKEN_BACK = "notifications/cancelled"
"""A host that gives up on one opening says so before the next; it needs no answer."""
MODERN = "2026-07-28"
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
META = "io.modelcontextprotocol/"
_SERVER = {"name": "highlight-mcp", "title": "Highlight reels", "version": __version__}


@dataclass(frozen=True)
class Opening:
    """What a host has said before the server could listen: whole lines, and which of them have their answer."""

    lines: tuple[bytes, ...] = ()
    answered: frozenset[int] = frozenset()


NOTHING = Opening()


def read_opening(loading: Callable[[], bool]) -> Opening:
    """Wait for the first line on stdin, and answer plain openings until something else comes or loading is over."""
    lines: list[bytes] = []
    answered: set[int] = set()
    while True:
        fresh = _read_lines()
        for line in fresh:
            if len(answered) == len(lines) and _answer(_parsed(line)):
                answered.add(len(lines))
            lines.append(line)
        if not fresh or len(answered) < len(lines) or not _more(loading):
            return Opening(tuple(lines), frozenset(answered))


def _answer(request: dict[str, Any]) -> bool:
    if request.get("method") == TAKEN_BACK:
        return True
    result = early_result(request)
    if result is None:
        return False
    answer = {"jsonrpc": "2.0", "id": request["id"], "result": result}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()
    return True


def _more(loading: Callable[[], bool]) -> bool:
    """Has the host said more while the server was loaded. Where a pipe cannot be watched, nobody asks."""
    while sys.platform != "win32" and loading():
        if select.select([0], [], [], PAUSE_S)[0]:
            return True
    return False


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


def _is_client(of: dict[str, Any], info_key: str, capabilities: str) -> bool:
    who, can = of.get(info_key), of.get(capabilities)
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


def _read_lines() -> tuple[bytes, ...]:
    """Everything up to the end of a line, () at the end of the input.

    Read past the buffers of Python: what follows is for the transport.
    """
    read = b""
    while not read.endswith(b"\n") or not read.strip():
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
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}
