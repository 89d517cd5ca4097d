"""The three workflows a user can start from a menu, and completing what is typed into them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import anyio
from mcp import MCPError
from mcp.server.mcpserver import MCPServer
from mcp.types import INVALID_PARAMS, Completion, CompletionArgument, CompletionContext, GetPromptRequestParams, Prompt
from pydantic import Field

from ..contract.addresses import typed_path
from ..contract.errors import ApiError
from ..contract.formats import format_here
from ..messages import Argument, message, say
from ..timeline.schemas import listed_names, nearest, quoted
from .options import ServerOptions
from .sources import within
from .workspace.workspace import ServerState

EXAMPLES = {"wish": 4, "change": 5}
"""How many examples the catalogue has of each; the first wish is the usual one."""

Sources = Annotated[str, Field(description="Absolute paths, folders or URLs, separated by commas")]
Wish = Annotated[str, Field(description="What the reel should show")]
SessionId = Annotated[str, Field(description="The session to work on")]


def add_prompts(server: MCPServer[ServerState]) -> None:
    """Register the prompts."""
    server.prompt(name="quick_edit", title="One reel from my footage")(quick_edit)
    server.prompt(name="batch", title="One reel for each file")(batch)
    server.prompt(name="iterate", title="Change the reel step by step")(iterate)


def check_prompt(prompts: Sequence[Prompt], asked: GetPromptRequestParams) -> None:
    """Raises MCPError (invalid parameters) for an unknown prompt or argument, or one that is missing."""
    known = {prompt.name: prompt for prompt in prompts}
    if asked.name not in known:
        near = nearest(asked.name, known)
        raise _invalid("server.prompt.unknown", name=quoted(asked.name), near=near, names=", ".join(known))
    takes = {each.name: each for each in known[asked.name].arguments or ()}
    given = asked.arguments or {}
    if unknown := [name for name in given if name not in takes]:
        hint = {"near": nearest(unknown[0], takes), "names": listed_names(takes)}
        raise _invalid("server.prompt.no_argument", prompt=asked.name, name=quoted(unknown[0]), **hint)
    for name, argument in takes.items():
        if argument.required and name not in given:
            raise _invalid(
                "server.prompt.needs", prompt=asked.name, name=name, what=message(f"server.prompt.of.{name}")
            )


def _invalid(key: str, **arguments: Argument) -> MCPError:
    return MCPError(code=INVALID_PARAMS, message=say(key, **arguments))


def examples(kind: str) -> list[str]:
    """What somebody may write as a `wish` or a `change`, in the active language; nothing for other arguments."""
    return [say(f"server.prompt.{kind}_{number}") for number in range(1, EXAMPLES.get(kind, 0) + 1)]


def quick_edit(sources: Sources, wish: Wish = "") -> str:
    """From footage to a finished file in one go."""
    return say("server.prompt.quick_edit", sources=sources, wish=wish or examples("wish")[0])


def batch(sources: Sources, wish: Wish = "") -> str:
    """The same wish for several files, one reel each."""
    return say("server.prompt.batch", sources=sources, wish=wish or examples("wish")[0])


def iterate(session_id: SessionId, change: Annotated[str, Field(description="What to change")] = "") -> str:
    """Look at the cut, change it, look again, until it is right."""
    first = say("server.prompt.first_change", change=change) if change else ""
    return say("server.prompt.iterate", session_id=session_id, first=first)


MAX_VALUES = 100
PATIENCE_S = 5.0


async def complete(state: ServerState, argument: CompletionArgument, context: CompletionContext | None) -> Completion:
    """Values that begin with what was typed; none when the backend cannot be asked."""
    typed = argument.value
    if argument.name == "sources":
        head, comma, last = typed.rpartition(",")
        lead = last[: len(last) - len(last.lstrip())]
        paths = await anyio.to_thread.run_sync(_paths, last.lstrip(), state.options)
        return _completion([f"{head}{comma}{lead}{path}" for path in paths])
    if argument.name == "session_id":
        return _completion(_beginning(await _asked(state, None), typed))
    if argument.name == "render_id":
        session_id = (context.arguments or {}).get("session_id") if context is not None else None
        return _completion(_beginning(await _asked(state, session_id or ""), typed))
    return _completion([value for value in examples(argument.name) if typed.casefold() in value.casefold()])


async def _asked(state: ServerState, renders_of: str | None) -> list[str]:
    """Ids of the sessions, or of the exports of one, newest first."""
    ids: list[str] = []
    try:
        with anyio.move_on_after(PATIENCE_S):
            client = await state.connection.client()
            if renders_of is None:
                ids = [each.session_id for each in await client.sessions()]
            elif renders_of:
                ids = [each.render_id for each in await client.renders(renders_of)]
    except ApiError:
        return []
    return ids


def _paths(typed: str, options: ServerOptions) -> list[str]:
    """Folders and media files that begin with what was typed, of those that the caller may name."""
    path_policy = options.path_policy
    folder, _, start = typed.rpartition("/")
    base = typed_path(folder or "/") if path_policy is None else Path(folder or "/")
    if not typed.startswith(("/", "~")) or not within(base, options.media_roots):
        return []
    try:
        with os.scandir(base) as entries:
            names = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in entries
                if entry.name.startswith(start)
                and not entry.name.startswith(".")
                and (path_policy is None or path_policy.allows(Path(entry.path)))
            )
    except OSError:
        return []
    return [f"{folder}/{name}" for name in names if name.endswith("/") or format_here(name)]


def _beginning(values: list[str], typed: str) -> list[str]:
    return [value for value in values if value.startswith(typed)]


def _completion(values: list[str]) -> Completion:
    return Completion(values=values[:MAX_VALUES], total=len(values), has_more=len(values) > MAX_VALUES)
