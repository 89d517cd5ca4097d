"""The `highlight-mcp` command: reads the command line and hands over to one module of `commands/`.

Only what the chosen command needs is imported: the server answers `initialize` before anything heavy.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from . import __version__
from .messages import LANGUAGES, say
from .presets import PRESETS

EXTRAS = ("score", "sounds", "words", "faces", "vision")
HOSTS = (
    "claude-desktop", "claude-code", "cursor", "vscode", "codex", "gemini", "copilot", "opencode", "windsurf", "goose",
    "lmstudio", "zed", "cline", "kiro", "jetbrains",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    from .commands.language import given_language, speaking
    from .contract.addresses import UnknownHome
    from .settings import Settings, SettingsError

    words = sys.argv[1:] if argv is None else list(argv)
    with speaking(given_language(words)):
        arguments = parser().parse_args(words)
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


class _Command(argparse.ArgumentParser):
    """A command whose options may stand between its words: `reel FILE -o OUT WHAT`."""

    _mixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As `parse_known_intermixed_args`, which calls this one for its two passes."""
        if self._mixing or not any(action.nargs in ("+", "*") for action in self._actions):
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False


def parser() -> argparse.ArgumentParser:
    """The whole command line, in the active language."""
    top = argparse.ArgumentParser(prog="highlight-mcp", description=say("shell.about"), allow_abbrev=False)
    version = f"highlight-mcp {__version__}"
    top.add_argument("--version", action="version", version=version, help=say("shell.option.version"))
    _add_language(top)
    top.set_defaults(module="stdio", function="run")
    commands = top.add_subparsers(parser_class=_Command, metavar="COMMAND", title=say("shell.commands"))
    _add_making(commands)
    _add_looking(commands)
    _add_serving(commands)
    _add_keeping(commands)
    return top


if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[Any]


def _add_language(parser_: argparse.ArgumentParser) -> None:
    """The language is read before the rest is (`commands/language.py`): the help is in it, too."""
    parser_.add_argument("--language", choices=LANGUAGES, help=say("shell.option.language"), default=argparse.SUPPRESS)


def _command(commands: "Commands", name: str, module: str = "") -> argparse.ArgumentParser:
    """A command is `run` of a module of its name, or the function of its name in `module`."""
    text = say(f"shell.command.{name}")
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    made.set_defaults(module=module or name, function=name if module else "run")
    _add_language(made)
    return made


def _add_making(commands: "Commands") -> None:
    demo = _command(commands, "demo", "reel")
    reel = _command(commands, "reel")
    reel.add_argument("words", nargs="+", metavar="FILE… WHAT", help=say("shell.option.words"))
    for made in (demo, reel):
        made.add_argument("-o", "--output", metavar="OUT", help=say("shell.option.output"))
        made.add_argument("--preset", type=_presets, metavar="PRESET[,…]", help=say("shell.option.presets"))
    render = _command(commands, "render", "engine")
    render.add_argument("timeline", metavar="TIMELINE.json", help=say("shell.option.timeline"))
    render.add_argument("-o", "--output", metavar="OUT", required=True, help=say("shell.option.target"))
    render.add_argument("--preset", choices=tuple(PRESETS), help=say("shell.option.preset"))
    _add_json(render)


def _presets(text: str) -> str:
    """Names of presets with commas between, each of them known."""
    if unknown := [each for each in text.split(",") if each.strip() not in PRESETS]:
        known = say("contract.no_preset.next", presets=", ".join(PRESETS))
        raise argparse.ArgumentTypeError(f"{say('contract.no_preset', asked=unknown[0][:60])} {known}")
    return text


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help=say("shell.option.json"))


def _add_looking(commands: "Commands") -> None:
    analyse = _command(commands, "analyse", "engine")
    analyse.add_argument("file", metavar="FILE")
    _add_json(analyse)
    analyse.add_argument("--no-cache", action="store_true", help=say("shell.option.no_cache"))
    plan = _command(commands, "plan", "engine")
    plan.add_argument("words", nargs="+", metavar="FILE… WHAT", help=say("shell.option.words"))
    _add_json(plan)
    words = _command(commands, "words")
    words.add_argument("file", metavar="FILE.jsonl", help=say("shell.option.sentences"))
    timeline = _command(commands, "timeline")
    taking = timeline.add_subparsers(dest="action", metavar="ACTION", required=True, title=say("shell.actions"))
    imported = _action(taking, "timeline", "import")
    imported.add_argument("file", metavar="FILE", help=say("shell.option.list"))
    imported.add_argument("footage", nargs="*", metavar="FOOTAGE", help=say("shell.option.footage"))
    _add_json(imported)
    call = _command(commands, "call")
    call.add_argument("tool", metavar="TOOL")
    call.add_argument("arguments", nargs="*", metavar="key=value", help=say("shell.option.arguments"))


def _add_serving(commands: "Commands") -> None:
    http = _command(commands, "http")
    http.add_argument("--host", default="127.0.0.1", help=say("shell.option.host"))
    http.add_argument("--port", type=int, default=8765, help=say("shell.option.port"))
    http.add_argument("--token", help=say("shell.option.token"))
    http.add_argument("--token-file", metavar="FILE", help=say("shell.option.token_file"))
    http.add_argument("--public-url", metavar="URL", help=say("shell.option.public_url"))
    http.add_argument("--allow-host", metavar="NAME", action="append", help=say("shell.option.allow_host"))
    http.add_argument("--allow-origin", metavar="URL", action="append", help=say("shell.option.allow_origin"))
    _add_team(http)
    _add_user(commands)
    _command(commands, "backend", "data_directory")
    _add_team(_command(commands, "worker", "team"))
    _add_team(_command(commands, "migrate", "team"), blobs=False)


def _add_team(command: argparse.ArgumentParser, *, blobs: bool = True) -> None:
    """Where the database and the files of a team are."""
    command.add_argument("--db", metavar="URL", help=say("shell.option.db"))
    if blobs:
        command.add_argument("--blobs", metavar="URL", help=say("shell.option.blobs"))


def _action(actions: "Commands", command: str, name: str) -> argparse.ArgumentParser:
    text = say(f"shell.{command}.{name}")
    made: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    _add_language(made)
    return made


def _add_user(commands: "Commands") -> None:
    user = _command(commands, "user")
    actions = user.add_subparsers(dest="action", metavar="ACTION", required=True, title=say("shell.actions"))
    add = _action(actions, "user", "add")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--media-root", metavar="DIR", action="append", help=say("shell.option.media_root"))
    add.add_argument("--nemo-token-file", metavar="FILE", help=say("shell.option.nemo_token_file"))
    add.add_argument("--inbox-gb", type=int, metavar="N", help=say("shell.option.inbox_gb"))
    add.add_argument("--keep-data", action="store_true", help=say("shell.option.keep_data"))
    add.add_argument("--credits", type=int, metavar="N", help=say("shell.option.credits"))
    remove = _action(actions, "user", "remove")
    remove.add_argument("name", metavar="NAME")
    for each in (add, _action(actions, "user", "list"), remove):
        _add_team(each)


def _add_keeping(commands: "Commands") -> None:
    doctor = _command(commands, "doctor")
    doctor.add_argument("host", nargs="?", choices=HOSTS, metavar="HOST", help=say("shell.option.as_host"))
    doctor.add_argument("--team", action="store_true", help=say("shell.option.team"))
    _add_team(doctor)
    _add_json(doctor)
    install = _command(commands, "install")
    install.add_argument(
        "host", nargs="?", choices=HOSTS, metavar="HOST", help=say("shell.option.to_host", hosts=", ".join(HOSTS))
    )
    install.add_argument("--all", action="store_true", help=say("shell.option.all_hosts"))
    either = install.add_mutually_exclusive_group()
    either.add_argument("--print", action="store_true", dest="print_only", help=say("shell.option.print"))
    either.add_argument("--remove", action="store_true", help=say("shell.option.remove"))
    clean = _command(commands, "clean", "data_directory")
    clean.add_argument("--all", action="store_true", help=say("shell.option.all"))
    clean.add_argument("--yes", action="store_true", help=say("shell.option.yes"))
    fsck = _command(commands, "fsck", "data_directory")
    _add_json(fsck)
    fsck.add_argument("--team", action="store_true", help=say("shell.option.team"))
    _add_team(fsck)
    extras = _command(commands, "extras")
    _add_json(extras)
    extras.set_defaults(action="list")
    actions = extras.add_subparsers(dest="action", metavar="ACTION", title=say("shell.actions"))
    fetch = _action(actions, "extras", "fetch")
    fetch.add_argument("name", choices=(*EXTRAS, "all"))
    fetch.add_argument("--yes", action="store_true", help=say("shell.option.yes"))
    fetch.add_argument("--accept-licence", action="store_true", help=say("shell.option.accept_licence"))
    source = fetch.add_mutually_exclusive_group()
    source.add_argument("--from", dest="files", metavar="FILE", action="append", help=say("shell.option.from"))
    source.add_argument("--hub", action="store_true", help=say("shell.option.hub"))
    fetch.add_argument("--again", action="store_true", help=say("shell.option.again"))
    fetch.add_argument("--no-packages", action="store_true", help=say("shell.option.no_packages"))
