"""`highlight-mcp install`: adds the server to MCP hosts, or takes it out, and touches nothing else of theirs."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ..messages import Message, message, say, sentences
from ..messages.reasons import reason_of
from .hosts.catalogue import Host, hosts
from .hosts.config_file import ConfigFile
from .hosts.launch import NAME, Launch, find_launch
from .shell import ShellError, exit_with_error

OWN_COMMAND_S = 60
"""How long a host's own command may take: those seen took 0.1 to 3 s."""


def run(arguments: argparse.Namespace) -> int:
    """Add the entry, show it, or take it out, at one host or at all that are found. Returns 1 when one was left."""
    known = hosts()
    if bool(arguments.host) == arguments.all:
        sys.stderr.write(f"highlight-mcp: {say('shell.install.which', names=', '.join(known))}\n")
        return 2
    chosen = [host for host in known.values() if is_here(host)] if arguments.all else [known[arguments.host]]
    if not chosen:
        return exit_with_error(ShellError("shell.install.none_here", names=", ".join(known)))
    if not (arguments.print_only or arguments.remove):
        compile_server()
    launch = find_launch()
    return max(_serve(host, launch, arguments) for host in chosen)


def compile_server() -> None:
    """Load what the server loads, so that its bytecode is kept before a host starts it: some give up after 5 s."""
    for name in ("commands.stdio", "commands.workspaces", "server.app", "server.stdio"):
        import_module(f"highlight_mcp.{name}")


def is_here(host: Host) -> bool:
    """Whether the host is on this machine: its command, its file, or the folder that the file would be in."""
    folders = {file.parent for file in host.files} - {Path.home()} | ({host.folder} if host.folder else set())
    return (
        bool(host.program and shutil.which(host.program))
        or any(file.exists() for file in host.files)
        or any(folder.is_dir() for folder in folders)
    )


def _serve(host: Host, launch: Launch, arguments: argparse.Namespace) -> int:
    config = host.config()
    try:
        if arguments.print_only:
            told = shown(host, launch)
        elif arguments.remove:
            told = f"{remove(host)}"
        else:
            told = f"{add(host, launch)}"
    except (OSError, ValueError) as error:
        return exit_with_error(ShellError("shell.install.left", file=str(config.file), reason=reason_of(error)))
    sys.stdout.write(f"{told}\n")
    return 0


def shown(host: Host, launch: Launch) -> str:
    """The file, what would be in it, and the link that does the same by a click where the host has one."""
    config = host.config()
    empty = ConfigFile(config.file.with_name(f"{config.file.name}.none"), config.notation, config.path)
    text = empty.with_entry({**host.entry(launch), **host.limits})
    link = f"\n{host.link(launch)}" if host.link else ""
    return f"{config.file}\n{text.strip()}{link}"


def add(host: Host, launch: Launch) -> Message:
    """Add the entry, or bring the one that is there up to date; what was done.

    What somebody else wrote into it (an environment, a longer time) stays. Raises OSError, and ValueError for a file
    that cannot be read or changed.
    """
    config = host.config()
    needed, present = host.entry(launch), config.entry()
    differing = _differing(host, present, needed)
    if not differing:
        return message("shell.install.same", title=host.title, name=NAME, file=str(config.file))
    config.check_writable()
    text, kept = config.with_entry(differing), config.keep()
    if present is None and host.add and _may_use_own(host, config):
        _by_own_command(host, host.add(launch))
        config = host.config()
        differing = _differing(host, config.entry(), needed)
        text = config.with_entry(differing)
    if differing:
        config.write(text)
    return _told("added", host, config, kept)


def remove(host: Host) -> Message:
    """Take the entry out; what was done. Raises as `add` does."""
    config = host.config()
    if config.entry() is None:
        return message("shell.install.absent", title=host.title, name=NAME, file=str(config.file))
    config.check_writable()
    text, kept = config.without_entry(), config.keep()
    if host.remove and _may_use_own(host, config):
        _by_own_command(host, host.remove)
        text = config.without_entry()
    if config.entry() is not None:
        config.write(text)
    return _told("removed", host, config, kept)


def _differing(host: Host, present: dict[str, Any] | None, needed: dict[str, Any]) -> dict[str, Any]:
    """What of the entry has to be written: all of it, or what differs; limits only where there are none."""
    if present is None:
        return {**needed, **host.limits}
    limits = {name: value for name, value in host.limits.items() if name not in present}
    switch = {"enabled": True, "disabled": False}
    turned_on = {name: on for name, on in switch.items() if present.get(name) is (not on)}
    return {name: value for name, value in {**needed, **limits, **turned_on}.items() if present.get(name) != value}


def _told(what: str, host: Host, config: ConfigFile, kept: Path | None) -> Message:
    told = message(f"shell.install.{what}", title=host.title, name=NAME, file=str(config.file))
    return sentences(told, message("shell.install.kept", kept=str(kept))) if kept else told


def _may_use_own(host: Host, config: ConfigFile) -> bool:
    """Its command knows best, unless the file is a link, which some replace by a file."""
    return shutil.which(host.program) is not None and not config.file.is_symlink()


def _by_own_command(host: Host, arguments: Sequence[str]) -> None:
    """Let the host do it. Whether it did is seen in its file; if not, that is edited."""
    program = shutil.which(host.program) or host.program
    try:
        subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=OWN_COMMAND_S,
            cwd=Path.home(),
            env={**os.environ, "NO_COLOR": "1"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return
