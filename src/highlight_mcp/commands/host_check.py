"""`highlight-mcp doctor HOST`: starts the server as that host's entry would, and says what the host will see."""

import json
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO, cast

import anyio
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import get_default_environment, stdio_client

from ..messages import Message, message, next_step_of
from ..messages.reasons import reason_of
from .doctor import DoctorCheck
from .hosts.catalogue import START_S, Host, hosts
from .hosts.launch import NAME

BARE_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
"""What launchd gives programs that are started from the Dock; on Linux desktops it is seldom more."""
KEPT = (
    "LANG", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)  # fmt: skip
"""What Codex 0.171 hands on beside the few that every host does, as its server found it."""
_SAID_BYTES = 600


@dataclass(frozen=True)
class EntryStart:
    """How an entry says the server is to be started."""

    command: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    def line(self) -> str:
        """As somebody would type it."""
        return shlex.join((self.command, *self.arguments))


def check_host(name: str) -> list[DoctorCheck]:
    """The entry of a host, the start by it, and what the host will see; ends at the first one that fails."""
    host = hosts()[name]
    config = host.config()
    try:
        entry = config.entry()
    except (OSError, ValueError) as error:
        unreadable = message("shell.doctor.host.unreadable", file=str(config.file), reason=reason_of(error))
        return [_failed("entry", unreadable)]
    facts = {"title": host.title, "name": NAME, "file": str(config.file), "host": name}
    if entry is None:
        return [_failed("entry", message("shell.doctor.host.no_entry", **facts))]
    if entry.get("enabled") is False or entry.get("disabled") is True:
        return [_failed("entry", message("shell.doctor.host.off", **facts))]
    start = start_of(entry)
    there = message("shell.doctor.host.at", title=host.title, file=str(config.file), command=start.line())
    return [DoctorCheck(name="entry", ok=True, detail=there), *_tried(host, start)]


def start_of(entry: Mapping[str, Any]) -> EntryStart:
    """The program of an entry, in whichever words the host has for it."""
    command = entry.get("command") or entry.get("cmd") or ""
    head, *rest = [str(part) for part in command] if isinstance(command, list) and command else [str(command)]
    given = entry.get("env") or entry.get("environment") or entry.get("envs") or {}
    environment = {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    return EntryStart(head, (*rest, *(str(each) for each in entry.get("args") or ())), environment)


def environment_for(host: Host, start: EntryStart) -> dict[str, str]:
    """What the host gives the server: its own environment or a few variables of it, and those of the entry."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    given = dict(os.environ) if host.inherits else {**get_default_environment(), **kept}
    if host.desktop and os.name == "posix":
        given["PATH"] = BARE_PATH
    return {**given, **start.environment}


def _failed(name: str, told: Message) -> DoctorCheck:
    return DoctorCheck(name=name, ok=False, detail=told, next_step=next_step_of(told))


def _tried(host: Host, start: EntryStart) -> list[DoctorCheck]:
    environment = environment_for(host, start)
    path = environment.get("PATH", "")
    if shutil.which(start.command, path=path) is None:
        absent = message("shell.doctor.host.no_command", command=start.command, path=path, host=host.name)
        return [_failed("start", absent)]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        said = cast(TextIO, file)
        try:
            return anyio.run(_looked_at, host, start, environment, said)
        except TimeoutError:
            told = _last_of(said) or "-"
            silent = message("shell.doctor.host.silent", seconds=START_S, said=told, command=start.line())
            return [_failed("start", silent)]
        except (OSError, MCPError, ValueError, ExceptionGroup) as error:
            told = _last_of(said) or f"{reason_of(_first(error))}"
    return [_failed("start", message("shell.doctor.host.ended", said=told, command=start.line()))]


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _last_of(said: TextIO) -> str:
    """The end of what the server wrote to stderr."""
    said.seek(0)
    return said.read()[-_SAID_BYTES:].strip()


async def _looked_at(host: Host, start: EntryStart, environment: dict[str, str], said: TextIO) -> list[DoctorCheck]:
    """Open as the host opens, and list what it lists."""
    server = StdioServerParameters(command=start.command, args=list(start.arguments), env=environment)
    began = time.monotonic()
    with anyio.fail_after(START_S):
        async with Client(stdio_client(server, errlog=said), mode="auto" if host.modern else "legacy") as client:
            seconds = time.monotonic() - began
            tools = (await client.list_tools()).tools
            prompts, resources = (await client.list_prompts()).prompts, (await client.list_resources()).resources
            templates = (await client.list_resource_templates()).resource_templates
            about = client.server_info
            protocol = client.protocol_version
    answered = message(
        "shell.doctor.host.answered",
        seconds=seconds,
        name=about.name if about else "?",
        version=about.version if about else "?",
        protocol=protocol,
    )
    wire = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    size = len(json.dumps(wire, ensure_ascii=False, separators=(",", ":")).encode())
    sees = message(
        "shell.doctor.host.sees",
        tools=len(tools),
        names=", ".join(tool.name for tool in tools),
        size=size / 1000,
        prompts=len(prompts),
        resources=len(resources),
        templates=len(templates),
    )
    return [
        DoctorCheck(name="start", ok=True, detail=answered),
        DoctorCheck(name="tools", ok=bool(tools), detail=sees),
    ]
