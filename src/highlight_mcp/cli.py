"""The `highlight-mcp` command: reads the command line and hands over to one module of `commands/`.

Only what the chosen command needs is imported: the server answers `initialize` before anything heavy.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from . import __version__

PRESETS = ("1080p", "720p", "480p", "4k", "draft")
EXTRAS = ("speech", "tags", "vision")
HOSTS = ("claude-desktop", "claude-code", "cursor", "vscode")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    from .contract.addresses import UnknownHome
    from .settings import Settings, SettingsError

    arguments = parser().parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        Settings.load()  # a command that starts a server of its own would see a wrong one only in its end
        command = importlib.import_module(f".commands.{arguments.module}", __package__)
        return int(getattr(command, arguments.function)(arguments))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except (SettingsError, UnknownHome) as error:
        sys.stderr.write(f"highlight-mcp: {error}\n")
        return 2


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="highlight-mcp",
        description="Turn long footage into a short highlight reel. Without a command: the MCP server over stdio.",
    )
    top.add_argument("--version", action="version", version=f"highlight-mcp {__version__}")
    top.set_defaults(module="stdio", function="run")
    commands = top.add_subparsers(metavar="COMMAND", title="commands")
    _add_making(commands)
    _add_looking(commands)
    _add_serving(commands)
    _add_keeping(commands)
    return top


if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def _command(commands: "Commands", name: str, text: str, module: str = "") -> argparse.ArgumentParser:
    """A command is `run` of a module of its name, or the function of its name in `module`."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    made.set_defaults(module=module or name, function=name if module else "run")
    return made


def _add_making(commands: "Commands") -> None:
    demo = _command(commands, "demo", "make a reel from the sample that comes with the product", "reel")
    demo.add_argument("-o", "--output", metavar="OUT", help="where to put the reel (default: the output folder)")
    reel = _command(commands, "reel", "make a reel from your own footage")
    reel.add_argument("words", nargs="+", metavar="FILE… WHAT", help='footage, then "what you want"')
    reel.add_argument("-o", "--output", metavar="OUT", help="where to put the reel (default: the output folder)")
    reel.add_argument("--preset", choices=PRESETS, default="1080p", help="size of the reel (default: 1080p)")
    render = _command(commands, "render", "render a timeline from a JSON file", "engine")
    render.add_argument("timeline", metavar="TIMELINE.json", help="as printed by `plan --json`")
    render.add_argument("-o", "--output", metavar="OUT", required=True, help="the MP4 to write; never overwritten")
    render.add_argument("--preset", choices=PRESETS, default="1080p")
    render.add_argument("--json", action="store_true", help="print the facts and checks as JSON")


def _add_looking(commands: "Commands") -> None:
    analyse = _command(commands, "analyse", "find the moments of one file", "engine")
    analyse.add_argument("file", metavar="FILE")
    analyse.add_argument("--json", action="store_true")
    analyse.add_argument("--no-cache", action="store_true", help="look again, even at known footage")
    plan = _command(commands, "plan", "say what would be cut, without rendering", "engine")
    plan.add_argument("words", nargs="+", metavar="FILE… WHAT", help='footage, then "what you want"')
    plan.add_argument("--json", action="store_true")
    words = _command(commands, "words", "show how instructions are understood")
    words.add_argument("file", metavar="FILE.jsonl", help="lines with id, context and text")
    call = _command(commands, "call", "call one MCP tool through the real server and print its result as JSON")
    call.add_argument("tool", metavar="TOOL")
    call.add_argument("arguments", nargs="*", metavar="key=value", help="values are read as JSON where they can be")


def _add_serving(commands: "Commands") -> None:
    http = _command(commands, "http", "serve MCP over Streamable HTTP")
    http.add_argument("--host", default="127.0.0.1")
    http.add_argument("--port", type=int, default=8765)
    http.add_argument("--token", help="one bearer token for everybody; `user add` gives each person their own")
    http.add_argument("--token-file", metavar="FILE", help="holds that token, unseen by other accounts")
    http.add_argument("--public-url", metavar="URL", help="the address under which others reach this server")
    http.add_argument("--allow-host", metavar="NAME", action="append", help="a further name in the Host header")
    http.add_argument("--allow-origin", metavar="URL", action="append", help="a web page that may call")
    _add_user(commands)
    _command(commands, "backend", "run the local backend in the foreground", "data_directory")


def _add_user(commands: "Commands") -> None:
    user = _command(commands, "user", "the people who may use the HTTP server")
    actions = user.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add somebody and print their token, once")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--media-root", metavar="DIR", action="append", help="a folder that they may read footage from")
    add.add_argument("--nemo-token-file", metavar="FILE", help="holds the token of their own NemoVideo account")
    add.add_argument(
        "--inbox-gb", type=int, metavar="N", help="how much they may have handed over at a time, in GiB (default: 100)"
    )
    add.add_argument("--keep-data", action="store_true", help="hand them the work of somebody removed before")
    actions.add_parser("list", help="name everybody")
    remove = actions.add_parser("remove", help="remove somebody; their token is worthless at once")
    remove.add_argument("name", metavar="NAME")


def _add_keeping(commands: "Commands") -> None:
    doctor = _command(commands, "doctor", "check this machine and say what to do")
    doctor.add_argument("--json", action="store_true")
    install = _command(commands, "install", "add the server to an MCP host")
    install.add_argument("host", choices=HOSTS)
    install.add_argument("--print", action="store_true", dest="print_only", help="show the entry, write nothing")
    clean = _command(
        commands, "clean", "remove caches, old partial files and finished jobs' leftovers", "data_directory"
    )
    clean.add_argument("--all", action="store_true", help="also sessions and their versions; finished reels stay")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    fsck = _command(commands, "fsck", "check the data directory: jobs, ledger, versions, files", "data_directory")
    fsck.add_argument("--json", action="store_true")
    extras = _command(commands, "extras", "list what can be added (speech, sounds, pictures), or fetch its model")
    extras.add_argument("--json", action="store_true")
    extras.set_defaults(action="list")
    actions = extras.add_subparsers(dest="action", metavar="ACTION")
    fetch = actions.add_parser("fetch", help="fetch a model, after its size and licence were shown")
    fetch.add_argument("name", choices=EXTRAS)
    fetch.add_argument("--yes", action="store_true", help="do not ask")
