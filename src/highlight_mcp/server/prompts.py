"""The three workflows a user can start from a menu."""

from collections.abc import Sequence
from typing import Annotated

from mcp import MCPError
from mcp.server.mcpserver import MCPServer
from mcp.types import INVALID_PARAMS, GetPromptRequestParams, Prompt
from pydantic import Field

from ..timeline.schemas import nearest
from .state import ServerState

WISHES = (
    "pull the best moments and compile them into a 60-second highlight reel in HD",
    "the loudest cheers, 30 seconds, 9:16",
    "the five best moments as a countdown",
    "cut out the silence and keep the rest",
)
CHANGES = (
    "make it shorter: 30 seconds",
    "drop the second clip",
    "make it 9:16 for phones",
    'add the title "Highlights" for three seconds',
    "undo",
)

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
        raise _invalid(f"There is no prompt {asked.name!r}.{nearest(asked.name, known)} Prompts: {', '.join(known)}.")
    takes = {each.name: each for each in known[asked.name].arguments or ()}
    given = asked.arguments or {}
    if unknown := [name for name in given if name not in takes]:
        hint = f"{nearest(unknown[0], takes)} It takes: {', '.join(takes) or 'nothing'}."
        raise _invalid(f"The prompt {asked.name} has no argument {unknown[0]!r}.{hint}")
    for name, argument in takes.items():
        if argument.required and name not in given:
            raise _invalid(f"The prompt {asked.name} needs `{name}`: {argument.description or 'a text'}.")


def _invalid(message: str) -> MCPError:
    return MCPError(code=INVALID_PARAMS, message=message)


def quick_edit(sources: Sources, wish: Wish = WISHES[0]) -> str:
    """From footage to a finished file in one go."""
    return (
        f"Make a highlight reel.\n\nFootage: {sources}\nWish: {wish}\n\n"
        "Call upload with new_session=true, then edit with the wish in these words, then export. "
        "Follow next_step while work is running. Tell me why each moment was picked and where the file is."
    )


def batch(sources: Sources, wish: Wish = WISHES[0]) -> str:
    """The same wish for several files, one reel each."""
    return (
        f"Make one highlight reel for each of these files.\n\nFootage: {sources}\nWish for each: {wish}\n\n"
        "For one file after the other: upload it with new_session=true, edit with the wish, export; keep each "
        "session_id. If one fails, say why and go on with the next. End with a table: file, length, path."
    )


def iterate(session_id: SessionId, change: Annotated[str, Field(description="What to change")] = "") -> str:
    """Look at the cut, change it, look again, until it is right."""
    first = f"First change: {change}\n\n" if change else ""
    return (
        f"Let us improve the reel of session {session_id}.\n\n{first}"
        "Call get_state and preview (what=storyboard) and show me the cut. For each change I ask for, call edit "
        "with my words, tell me what changed and show the new summary line. Undo when I do not like it. "
        "Export only when I say so."
    )
