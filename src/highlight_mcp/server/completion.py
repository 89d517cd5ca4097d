"""Completing what a user types into prompts and resource addresses."""

import os
from pathlib import Path

import anyio
from mcp.types import Completion, CompletionArgument, CompletionContext

from ..contract.errors import ApiError
from ..contract.formats import format_of
from ..contract.paths import typed_path
from .options import ServerOptions
from .prompts import CHANGES, WISHES
from .sources import within
from .workspace.workspace import ServerState

MAX_VALUES = 100
PATIENCE_S = 5.0


async def complete(state: ServerState, argument: CompletionArgument, context: CompletionContext | None) -> Completion:
    """Values that begin with what was typed; none when the backend cannot be asked."""
    typed = argument.value
    if argument.name == "sources":
        head, comma, last = typed.rpartition(",")
        lead = last[: len(last) - len(last.lstrip())]
        found = await anyio.to_thread.run_sync(_paths, last.lstrip(), state.options)
        return _completion([f"{head}{comma}{lead}{path}" for path in found])
    if argument.name == "session_id":
        return _completion(_beginning(await _asked(state, None), typed))
    if argument.name == "render_id":
        session_id = (context.arguments or {}).get("session_id") if context is not None else None
        return _completion(_beginning(await _asked(state, session_id or ""), typed))
    fixed = {"wish": WISHES, "change": CHANGES}.get(argument.name, ())
    return _completion([value for value in fixed if typed.casefold() in value.casefold()])


async def _asked(state: ServerState, renders_of: str | None) -> list[str]:
    """Ids of the sessions, or of the exports of one, newest first."""
    found: list[str] = []
    try:
        with anyio.move_on_after(PATIENCE_S):
            client = await state.connection.client()
            if renders_of is None:
                found = [each.session_id for each in await client.sessions()]
            elif renders_of:
                found = [each.render_id for each in await client.renders(renders_of)]
    except ApiError:
        return []
    return found


def _paths(typed: str, options: ServerOptions) -> list[str]:
    """Folders and media files that begin with what was typed, of those that the caller may name."""
    confines = options.confines
    folder, _, start = typed.rpartition("/")
    base = typed_path(folder or "/") if confines is None else Path(folder or "/")
    if not typed.startswith(("/", "~")) or not within(base, options.media_roots):
        return []
    try:
        with os.scandir(base) as entries:
            names = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in entries
                if entry.name.startswith(start)
                and not entry.name.startswith(".")
                and (confines is None or confines.allows(Path(entry.path)))
            )
    except OSError:
        return []
    return [f"{folder}/{name}" for name in names if name.endswith("/") or format_of(name)]


def _beginning(values: list[str], typed: str) -> list[str]:
    return [value for value in values if value.startswith(typed)]


def _completion(values: list[str]) -> Completion:
    return Completion(values=values[:MAX_VALUES], total=len(values), has_more=len(values) > MAX_VALUES)
