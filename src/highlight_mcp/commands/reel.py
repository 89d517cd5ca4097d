"""`highlight-mcp reel` and `demo`: footage and words in, a finished reel out, through the MCP server.

`demo` takes the sample that comes with the product.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import anyio

from ..contract.addresses import shell_path
from ..messages import Message, message, say, verbatim
from ..server.outputs import word_of
from ..settings import Settings, variable
from ..timeline.time import format_time
from .mcp_client import STOP_S, McpClient, ToolFailed, open_client, stopping
from .shell import (
    ShellError,
    exit_with_error,
    move_reel,
    say_stopped,
    split_words,
    status_of,
    target_of,
)

Wanted = tuple[str | None, Path | None]
"""The name of a preset, None for that of the file name, and where its reel goes, None for the output folder."""
SHOWN_PICKS = 12


def run(arguments: argparse.Namespace) -> int:
    """Make the reel. Returns 1, with the reason on stderr, when it could not be made."""
    named, wish = split_words(arguments.words)
    if not named:
        return exit_with_error(message("shell.name_footage", command="reel"))
    return make(named, wish, output=arguments.output, preset=arguments.preset)


def demo(arguments: argparse.Namespace) -> int:
    """Run upload, edit and export on the sample through the MCP server over stdio."""
    with as_file(files("highlight_mcp") / "sample" / "match.mp4") as sample:
        return make([str(sample)], say("shell.sample_wish"), output=arguments.output, preset=arguments.preset)


def make(named: Sequence[str], wish: str, output: str | None = None, preset: str | None = None) -> int:
    """Upload, edit and export through a server of our own; print what was made and why.

    `preset` may name several, with commas between: the reel is made in each, with its name in that of the file.
    """
    presets: list[str | None] = [each.strip() for each in preset.split(",")] if preset else [None]
    try:
        wanted = [(each, _target(output, each, several=len(presets) > 1)) for each in presets]
    except ShellError as error:
        return exit_with_error(error)
    sources = [file if "://" in file else str(shell_path(file)) for file in named]
    try:
        return anyio.run(_stoppable, sources, wish, wanted)
    except ToolFailed as failure:
        return exit_with_error(verbatim(str(failure)))
    except ExceptionGroup as group:
        first = _first(group)
        if not isinstance(first, ToolFailed):
            raise
        return exit_with_error(verbatim(str(first)))


def _target(output: str | None, preset: str | None, *, several: bool) -> Path | None:
    """Where the reel of a preset goes. Raises ShellError."""
    if output is None:
        return None
    named = Path(output)
    if several:
        named = named.with_stem(f"{named.stem} {(preset or '').replace(':', 'x')}")
    return target_of(str(named), preset)


async def _stoppable(sources: list[str], wish: str, wanted: Sequence[Wanted]) -> int:
    """Make the reel; a signal cancels what runs, another one leaves at once."""
    async with stopping() as stop, open_client(_roots_including(sources)) as host:
        with stop.work:
            status = await _make(host, sources, wish, wanted)
        if stop.number is not None:
            with anyio.move_on_after(STOP_S):
                say_stopped(await host.stop())
            status = status_of(stop.number)
    return status


async def _make(host: McpClient, sources: list[str], wish: str, wanted: Sequence[Wanted]) -> int:
    uploaded = await host.upload(sources=sources, new_session=True)
    session = uploaded["session_id"]
    for failed in uploaded.get("failed") or []:
        _tell(message("shell.reel.not_added", source=failed["source"], why=failed["error"]["message"]))
    for media in uploaded.get("media") or []:
        for warning in media.get("warnings", []):
            _tell(message("shell.reel.note_on", name=media["name"], note=warning))
    edited = await host.edit(session_id=session, instruction=wish)
    if edited.get("status") != "done" or not (edited.get("timeline") or {}).get("tracks"):
        said = edited.get("message")
        return exit_with_error(verbatim(said) if said else ShellError("shell.reel.nothing_cut"))
    _show_edit(edited)
    versions = [each["version"] for each in edited.get("versions") or []]
    if not versions:
        return max([await _deliver(host, session, target, preset) for preset, target in wanted])
    named = [
        (n, preset, target.with_stem(f"{target.stem} v{n}") if target else None)
        for n in versions
        for preset, target in wanted
    ]
    return max([await _deliver(host, session, own, preset, version=n) for n, preset, own in named])


async def _deliver(
    host: McpClient, session: str, target: Path | None, preset: str | None, *, version: int | None = None
) -> int:
    name = target.name if target else None
    made = await host.export(session_id=session, version=version, preset=preset, filename=name)
    if made.get("status") != "completed":
        status = word_of("server.status", str(made.get("status")))
        return exit_with_error(message("shell.reel.render_ended", status=status))
    path = Path(made["path"])
    if target is not None and path != target:
        path = move_reel(path, target)
        if path != target:
            _tell(message("shell.reel.exists_by_now", target=str(target)))
    for warning in made.get("warnings", []):
        _tell(message("shell.reel.note", note=warning))
    size = [f"{made['width']}x{made['height']}"] if made.get("width") and made.get("height") else []
    facts = [*size, format_time(made["duration_ms"]), f"{made.get('size_bytes', 0) / 1e6:.1f} MB"]
    _tell(verbatim(", ".join(facts)))
    sys.stdout.write(f"{path}\n")
    return 0


def _show_edit(edited: dict[str, Any]) -> None:
    _tell(verbatim(edited["message"]))
    _tell(verbatim(edited["timeline"]["summary"]))
    picks = edited.get("picks", [])
    for number, pick in enumerate(picks[:SHOWN_PICKS], 1):
        times = f"{format_time(pick['start_ms'])}-{format_time(pick['end_ms'])}"
        _tell(verbatim(f"  {number:2}. {times:<19} {pick['why']}"))
    if len(picks) > SHOWN_PICKS:
        _tell(message("shell.reel.more_picks", n=len(picks) - SHOWN_PICKS))


def _roots_including(sources: Sequence[str]) -> dict[str, str]:
    """A person who names a file at the shell means it: its folder counts as a media root."""
    roots = [str(root) for root in Settings.load().media_roots]
    named = [str(Path(source).parent) for source in sources if "://" not in source]
    return {variable("media_roots"): os.pathsep.join(dict.fromkeys([*roots, *named]))}


def _first(group: ExceptionGroup[Exception]) -> Exception:
    failure: Exception = group
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def _tell(told: Message) -> None:
    sys.stdout.write(f"{told}\n")
