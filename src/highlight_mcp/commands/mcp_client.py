"""An MCP host of our own: starts the real server over stdio and drives its tools with progress bars."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import anyio
from mcp import Client, MCPError, StdioServerParameters
from mcp.types import CallToolResult, ResourceLink, TextContent
from tqdm import tqdm

from ..messages import Message, in_sentences, message, say
from ..server.outputs import word_of
from ..settings import Settings
from .shell import NOTHING_MADE, SIGNALS, Stopped, leave, say_stopped

PASSED_ON = ("HIGHLIGHT_", "NEMO_", "XDG_", "SKILL_SOURCE", "PYTHON", "VIRTUAL_ENV", "TMPDIR", "LANG", "LC_")


class ToolFailed(Exception):
    """A tool answered with an error; the text is meant for the person at the shell."""


class McpClient:
    """One connection to the server; every call shows its progress on stderr."""

    def __init__(self, client: Client, quiet: bool = False) -> None:
        self._client = client
        self._quiet = quiet
        self._work: tuple[str, str] | None = None
        self._shown: tuple[float, str] | None = None

    async def raw(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Call a tool and return whatever it answers. Of work that goes on over several calls the bar goes on, too."""
        percent, words = self._shown or (0.0, word_of("server.doing", tool))
        with tqdm(
            total=100, initial=percent, desc=words, unit="%", leave=False, file=sys.stderr,
            disable=self._quiet or None, bar_format="{desc:<64.74} {bar} {n:3.0f} %",
        ) as bar:  # fmt: skip
            return await self._client.call_tool(tool, dict(arguments), progress_callback=self._moving(bar, words))

    def _moving(self, bar: Any, words: str) -> Any:
        async def moved(done: float, total: float | None, message: str | None) -> None:
            bar.n = max(bar.n, min(100.0, 100 * done / total if total else done))
            if message:
                bar.set_description_str(message, refresh=False)
            if self._work is not None:
                self._shown = bar.n, message or words
            bar.refresh()

        return moved

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool and return its structured content. Raises ToolFailed."""
        result = await self.raw(tool, {name: value for name, value in arguments.items() if value is not None})
        content = dict(result.structured_content or {})
        if result.is_error:
            raise ToolFailed(_reason(content, result))
        return content

    async def upload(self, **arguments: Any) -> dict[str, Any]:
        """Upload, and stay until every file had its turn."""
        result = await self._start("upload", "upload", "job_id", arguments)
        while result.get("status") == "running":
            state = await self.call("get_state", session_id=result["session_id"], wait_s=20)
            upload = state.get("upload") or {}
            if upload.get("error"):
                raise ToolFailed(_text_of(upload["error"]))
            result = {**result, "media": state.get("media"), **upload}
        self._over()
        if result.get("status") not in (None, "done"):
            raise ToolFailed(say("shell.upload_ended", status=word_of("server.status", result["status"])))
        if not result.get("media"):
            failed = result.get("failed") or []
            raise ToolFailed(in_sentences(*(f"{each['source']}: {_text_of(each['error'])}" for each in failed)))
        return result

    async def edit(self, **arguments: Any) -> dict[str, Any]:
        """Edit, and stay until the turn is over."""
        result = await self._start("edit", "edit", "turn_id", arguments)
        while result.get("status") == "running":
            state = await self.call("get_state", session_id=result["session_id"], wait_s=20)
            result = {**result, **(state.get("turn") or {}), "timeline": state.get("timeline")}
        self._over()
        return result

    async def export(self, **arguments: Any) -> dict[str, Any]:
        """Export, and stay until the file is there."""
        result = await self._start("export", "export", "render_id", arguments)
        while result.get("status") in ("pending", "processing", "running"):
            result = await self.call("export", session_id=result["session_id"], render_id=result["render_id"])
        self._over()
        return result

    async def stop(self) -> Message:
        """Cancel the work that runs; what became of it."""
        if self._work is None:
            return NOTHING_MADE
        kind, job_id = self._work
        name = message(f"shell.work.{kind}")
        try:
            status = (await self.call("cancel", job_id=job_id)).get("status")
        except ToolFailed as failure:
            return message("shell.stopped.goes_on", name=name, why=str(failure))
        if status == "cancelled":
            return message("shell.stopped.cancelled", name=name)
        if status in ("running", "pending", "processing"):
            return message("shell.stopped.cancelling", name=name)
        if kind == "export":
            return message("shell.stopped.over", status=word_of("server.status", str(status)))
        return message("shell.stopped.no_reel")

    def _over(self) -> None:
        """Nothing is under way."""
        self._work = self._shown = None

    async def _start(self, tool: str, name: str, handle: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Start work without waiting for it, so that there is always a handle by which it can be stopped."""
        self._over()
        with anyio.CancelScope(shield=True):
            result = await self.call(tool, **arguments, wait_s=0)
            if result.get(handle):
                self._work = (name, str(result[handle]))
        return result


@asynccontextmanager
async def open_client(environment: Mapping[str, str] | None = None, quiet: bool = False) -> AsyncIterator[McpClient]:
    """Start `highlight-mcp` as a child over stdio, with our own settings passed on."""
    passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "highlight_mcp"], env={**passed, **(environment or {})}
    )
    async with Client(server) as client:
        yield McpClient(client, quiet)


def _reason(content: dict[str, Any], result: CallToolResult) -> str:
    error = content.get("error") or {}
    if error.get("message"):
        return _text_of(error)
    return " ".join(block.text for block in result.content if isinstance(block, TextContent))


def _text_of(error: Mapping[str, Any]) -> str:
    return in_sentences(error["message"], error.get("next_step") or "")


STOP_S = 20.0
"""For cancelling what was started: a backend at work answers within two."""
_CALL_STOP_S = 5.0


@dataclass
class Stopping:
    """`work` is what a signal ends; `number` is that signal, None where none came."""

    work: anyio.CancelScope
    number: int | None = None


@asynccontextmanager
async def stopping() -> AsyncIterator[Stopping]:
    """Within it the first Ctrl-C or SIGTERM ends the work, and another one leaves at once.

    Windows has no such signals: there Ctrl-C ends the process, and what it has started goes on until `cancel`.
    """
    stop = Stopping(anyio.CancelScope())

    async def listen(signals: AsyncIterator[signal.Signals]) -> None:
        async for number in signals:
            if stop.number is not None:
                leave(number)
            stop.number = number
            stop.work.cancel()

    async with anyio.create_task_group() as tasks:
        with nullcontext() if sys.platform == "win32" else anyio.open_signal_receiver(*SIGNALS) as signals:
            if signals is not None:
                tasks.start_soon(listen, signals)
            yield stop
            tasks.cancel_scope.cancel()


def call_tool(settings: Settings, tool: str, given: dict[str, Any]) -> dict[str, Any]:
    """One call of a server in this process: what it answers, as JSON.

    Raises Stopped after a signal, when what the call had started is cancelled and that was said.
    """
    answer = anyio.run(_call_tool, settings, tool, given)
    if isinstance(answer, int):
        raise Stopped(answer)
    return answer


async def _call_tool(settings: Settings, tool: str, given: dict[str, Any]) -> dict[str, Any] | int:
    """What the tool answers, or the signal that ended the call."""
    from ..backend_locator import open_client as open_backend
    from ..server.app import build_server
    from .workspaces import server_options

    taken_back: list[bool] = []
    over = anyio.Event()

    def told(started: bool) -> None:
        taken_back.append(started)
        over.set()

    server = build_server(lambda: open_backend(settings), replace(server_options(settings), taken_back=told))
    result: CallToolResult | None = None
    async with stopping() as stop, Client(server) as client:
        with stop.work:
            try:
                result = await McpClient(client).raw(tool, given)
            except MCPError as error:
                return {"is_error": True, "structured_content": None, "text": error.error.message, "links": []}
        if result is None:
            with anyio.move_on_after(_CALL_STOP_S):
                await over.wait()
    if result is None:
        ends = {(): "shell.stopped.call_goes_on", (True,): "shell.stopped.call_cancelled"}
        say_stopped(message(ends.get(tuple(taken_back), NOTHING_MADE.key)))
        return stop.number or signal.SIGINT
    return {
        "is_error": bool(result.is_error),
        "structured_content": result.structured_content,
        "text": "\n".join(block.text for block in result.content if isinstance(block, TextContent)),
        "links": [str(block.uri) for block in result.content if isinstance(block, ResourceLink)],
    }
