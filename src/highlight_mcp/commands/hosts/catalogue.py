"""The hosts that are known: what each calls itself, where its servers stand, and how long it waits.

Sources are the hosts' own documentation and, for Claude Code 2.1, Codex 0.171, Gemini CLI 0.61, opencode 1.18 and
Copilot CLI 1.0, the programs themselves, which the tests marked `peers` run.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from .config_file import ConfigFile, Notation
from .launch import NAME, Launch, cursor_link, lmstudio_link, vscode_link

TOOL_S = 120
"""How long a host should wait for one call, in seconds: ours answer within 25, those of a cloud take longer."""
START_S = 60
"""How long it should wait for the start, in seconds: the first one after an installation compiles all that it loads."""
MCP_SERVERS = ("mcpServers",)

OwnCommand = Callable[[Launch], tuple[str, ...]]


@dataclass(frozen=True)
class Host:
    """`files` are the places its file may have, the first is made where there is none; `folder` is one that the host
    makes before any of theirs.

    `needed` is added to the entry whatever stands there, `limits` only where nothing does. `add` and `remove` are the
    arguments of `program` that do it; hosts without them are edited. `desktop`: started without the PATH of a shell;
    `inherits`: hands all of its environment on (Codex keeps all but a few variables back).
    """

    name: str
    title: str
    files: tuple[Path, ...]
    at: tuple[str, ...] = MCP_SERVERS
    notation: Notation = "json"
    entry: Callable[[Launch], dict[str, Any]] = Launch.plain
    limits: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    program: str = ""
    add: OwnCommand | None = None
    remove: tuple[str, ...] = ()
    desktop: bool = False
    inherits: bool = False
    modern: bool = False
    link: Callable[[Launch], str] | None = None

    def config(self) -> ConfigFile:
        """Its file, and where the entry stands."""
        file = next((each for each in self.files if each.exists()), self.files[0])
        return ConfigFile(file, self.notation, (*self.at, NAME))


def hosts() -> dict[str, Host]:
    """All of them by name, with the places of this machine and this user."""
    home, config, dotted = Path.home(), Path(platformdirs.user_config_dir(roaming=True)), _dot_config()
    windows = sys.platform == "win32"
    cline = config / "Code" / "User" / "globalStorage" / "saoudrizwan.claude-dev" / "settings"
    opencode = dotted / "opencode"
    known = (
        Host("claude-desktop", "Claude Desktop", (config / "Claude" / "claude_desktop_config.json",), desktop=True),
        Host(
            "claude-code", "Claude Code", (_folder("CLAUDE_CONFIG_DIR", home) / ".claude.json",),
            entry=_stdio, limits={"timeout": 1000 * TOOL_S}, program="claude", modern=True, inherits=True,
            add=lambda launch: (
                "mcp", "add-json", "-s", "user", NAME, json.dumps({**_stdio(launch), "timeout": 1000 * TOOL_S})
            ),
            remove=("mcp", "remove", "-s", "user", NAME),
        ),
        Host("cursor", "Cursor", (home / ".cursor" / "mcp.json",), desktop=True, link=cursor_link),
        Host(
            "vscode", "VS Code", (config / "Code" / "User" / "mcp.json",), ("servers",),
            entry=_stdio, program="code", desktop=True, link=vscode_link,
        ),
        # `codex mcp add` drops the comments behind the values of other servers, so that its file is edited.
        Host(
            "codex", "Codex", (_folder("CODEX_HOME", home / ".codex") / "config.toml",), ("mcp_servers",), "toml",
            limits={"startup_timeout_sec": START_S, "tool_timeout_sec": TOOL_S}, program="codex",
        ),
        Host(
            "gemini", "Gemini CLI", (home / ".gemini" / "settings.json",),
            limits={"timeout": 1000 * TOOL_S}, program="gemini", inherits=True,
            add=lambda launch: (
                "mcp", "add", "-s", "user", "--timeout", str(1000 * TOOL_S), NAME, launch.command,
                *(("--", *launch.arguments) if launch.arguments else ()),
            ),
            remove=("mcp", "remove", "-s", "user", NAME),
        ),
        Host(
            "copilot", "Copilot CLI", (_folder("COPILOT_HOME", home / ".copilot") / "mcp-config.json",),
            entry=lambda launch: {"type": "local", **launch.plain(), "tools": ["*"]},
            limits={"timeout": 1000 * TOOL_S}, program="copilot", modern=True, inherits=True,
            add=lambda launch: (
                "mcp", "add", "--timeout", str(1000 * TOOL_S), NAME, "--", launch.command, *launch.arguments
            ),
            remove=("mcp", "remove", NAME),
        ),
        Host(
            "opencode", "opencode", (opencode / "opencode.json", opencode / "opencode.jsonc"), ("mcp",),
            entry=lambda launch: {"type": "local", "command": [launch.command, *launch.arguments], "enabled": True},
            limits={"timeout": 1000 * TOOL_S}, program="opencode", inherits=True,
            add=lambda launch: ("mcp", "add", NAME, "--", launch.command, *launch.arguments),
        ),
        Host("windsurf", "Windsurf", (home / ".codeium" / "windsurf" / "mcp_config.json",), desktop=True),
        Host(
            "goose", "goose",
            ((config / "Block" / "goose" / "config" if windows else dotted / "goose") / "config.yaml",),
            ("extensions",), "yaml", entry=_goose, limits={"timeout": 300}, program="goose", inherits=True,
        ),
        Host(
            "lmstudio", "LM Studio", (home / ".lmstudio" / "mcp.json", home / ".cache" / "lm-studio" / "mcp.json"),
            program="lms", desktop=True, link=lmstudio_link,
        ),
        Host(
            "zed", "Zed", ((config / "Zed" if windows else dotted / "zed") / "settings.json",), ("context_servers",),
            program="zed", desktop=True,
        ),
        Host(
            "cline", "Cline",
            (cline / "cline_mcp_settings.json", home / ".cline" / "data" / "settings" / "cline_mcp_settings.json"),
            limits={"timeout": TOOL_S}, program="cline", desktop=True,
        ),
        Host(
            "kiro", "Kiro", (home / ".kiro" / "settings" / "mcp.json",),
            folder=home / ".kiro", program="kiro", desktop=True,
        ),
        Host(
            "jetbrains", "JetBrains Junie", (home / ".junie" / "mcp" / "mcp.json",),
            folder=home / ".junie", desktop=True,
        ),
    )  # fmt: skip
    return {host.name: host for host in known}


def _folder(variable: str, usual: Path) -> Path:
    """The folder that the host is told by a variable of its own."""
    return Path(os.environ[variable]) if os.environ.get(variable) else usual


def _dot_config() -> Path:
    """Where programs keep their settings that do not follow the system's habit on macOS and Windows."""
    return _folder("XDG_CONFIG_HOME", Path.home() / ".config")


def _stdio(launch: Launch) -> dict[str, Any]:
    return {"type": "stdio", **launch.plain()}


def _goose(launch: Launch) -> dict[str, Any]:
    return {
        "name": NAME, "type": "stdio", "cmd": launch.command, "args": list(launch.arguments), "enabled": True,
    }  # fmt: skip
