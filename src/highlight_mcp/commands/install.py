"""`highlight-mcp install`: adds the server to an MCP host without touching anything else in its file."""

import argparse
import json
import shutil
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import platformdirs

from ..files import replacing, take_name
from ..messages import say
from ..messages.reasons import WrongValue, reason_of
from .shell import ShellError, exit_with_error

NAME = "highlight"
MCP_SERVERS, SERVERS = "mcpServers", "servers"


def run(arguments: argparse.Namespace) -> int:
    """Write the entry, or show it. The former file is kept beside the new one as `.bak`, `.bak.1`, …"""
    file, key = target(arguments.host)
    merged = {key: {NAME: entry(arguments.host)}}
    if arguments.print_only:
        sys.stdout.write(f"{file}\n{json.dumps(merged, indent=2)}\n")
        return 0
    try:
        existing = _read(file)
        existing.setdefault(key, {})[NAME] = entry(arguments.host)
        _write(file, existing)
    except (OSError, ValueError) as error:
        return exit_with_error(ShellError("shell.install.left", file=str(file), reason=reason_of(error)))
    sys.stdout.write(f"{say('shell.install.added', name=NAME, file=str(file))}\n")
    return 0


def entry(host: str) -> dict[str, Any]:
    """The server entry: the installed command by its full path, since hosts start with a bare PATH."""
    command = shutil.which("highlight-mcp")
    plain: dict[str, Any] = (
        {"command": command, "args": []} if command else {"command": sys.executable, "args": ["-m", "highlight_mcp"]}
    )
    return {"type": "stdio", **plain} if host in ("vscode", "claude-code") else plain


def target(host: str) -> tuple[Path, str]:
    """The file of a host and the key its servers stand under."""
    home = Path.home()
    config = Path(platformdirs.user_config_dir(roaming=True))
    return {
        "claude-desktop": (config / "Claude" / "claude_desktop_config.json", MCP_SERVERS),
        "claude-code": (home / ".claude.json", MCP_SERVERS),
        "cursor": (home / ".cursor" / "mcp.json", MCP_SERVERS),
        "vscode": (config / "Code" / "User" / "mcp.json", SERVERS),
    }[host]


def _read(file: Path) -> dict[str, Any]:
    if not file.exists() or not file.read_text(encoding="utf-8").strip():
        return {}
    content = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise WrongValue("shell.install.no_object")
    for key in (MCP_SERVERS, SERVERS):
        if not isinstance(content.get(key, {}), dict):
            raise WrongValue("shell.install.no_object_at", key=key)
    return content


def _write(file: Path, content: dict[str, Any]) -> None:
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists():
        _keep(file)
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    with replacing(file, mode) as stream:
        stream.write((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def _keep(file: Path) -> None:
    """Copy a file beside itself under the first name that is free; what was kept before stays."""
    for number in count():
        name = file.with_name(f"{file.name}.bak.{number}" if number else f"{file.name}.bak")
        with suppress(FileExistsError):
            take_name(name)
            shutil.copy2(file, name)
            return
