"""A tool as we declare it, and how the SDK serves it.

What a caller sent becomes typed arguments (`server/arguments.py`); their schemas are compact.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool as SdkTool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.types import CallToolResult, ContentBlock, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import BaseModel

from ..client.verbalizer import language_of_words
from ..contract.errors import ApiError, ErrorInfo
from ..messages import Language, has, language_of, message, say, use_language
from ..timeline.operations import OPERATIONS, InvalidOperation, arguments_of, parse_operations
from ..timeline.schemas import Schema, compact, described
from .arguments import Arguments, read_arguments
from .context import ElicitationRequired, ToolContext, UrlElicitation
from .options import ServerOptions
from .outputs import ToolOutput, as_result, internal, problem_of, refused
from .progress import ProgressReporter
from .workspace.tasks import CURRENT_TASK
from .workspace.workspace import ServerState

HELP_URI = "help://operations"


def signatures() -> str:
    """`trim(target, head_ms, tail_ms); split(…)`: each operation with its arguments."""
    return "; ".join(f"{op}({', '.join(arguments_of(kind))})" for op, kind in OPERATIONS.items())


def help_text() -> str:
    """Everything about every operation, as JSON."""
    table = {op: {**described(model), "example": model.example} for op, model in OPERATIONS.items()}
    about = {
        "times": "integer milliseconds",
        "clips": "numbered from 1, as in the timeline before the request",
        "order": "operations of one call are applied in their order",
    }
    return json.dumps({**about, "operations": table}, ensure_ascii=False, indent=1)


def read_operations(given: list[Any]) -> list[dict[str, Any]]:
    """Checked operations as JSON. Raises ApiError that quotes the schema of the wrong one."""
    try:
        return [operation.to_json() for operation in parse_operations(given)]
    except InvalidOperation as error:
        raise refused(error.what, next_step=message("server.see_operations", step=error.step, uri=HELP_URI)) from None


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """What a tool hands back: facts, and blocks that are no text."""

    answer: ToolOutput
    blocks: Sequence[ContentBlock] = field(default_factory=tuple)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Tool(Generic[A]):
    """One tool: its face, the types of its arguments and its result, and its work."""

    name: str
    title: str
    description: str
    arguments: type[A]
    result: type[ToolOutput]
    run: Callable[[ToolContext, A], Awaitable[Reply]]
    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False
    advised: Callable[[ErrorInfo, ServerOptions], ErrorInfo] = lambda problem, _options: problem
    """What to say about arguments that cannot be used."""

    @property
    def doing(self) -> str:
        """What its progress is called: words of the catalogue, for a tool that has none there its title."""
        return say(f"server.doing.{self.name}") if has(f"server.doing.{self.name}") else self.title

    @property
    def input_schema(self) -> Schema:
        """The schema of the arguments; nothing else is taken."""
        return {**compact(self.arguments), "additionalProperties": False}

    @property
    def annotations(self) -> ToolAnnotations:
        """All four hints, so that none is left to the pessimistic defaults."""
        return ToolAnnotations(
            title=self.title,
            read_only_hint=self.read_only,
            destructive_hint=self.destructive,
            idempotent_hint=self.idempotent,
            open_world_hint=self.open_world,
        )


class RegisteredTool(SdkTool):
    """The SDK's view of a tool: our schemas, our validation, our results."""

    tool: Any

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """Serve one call; every failure becomes an error result, a question to the user one of its own."""
        return await serve(self.tool, arguments, context)


def registered(tool: Tool[Any]) -> RegisteredTool:
    """Make a tool known to the SDK."""
    return RegisteredTool(
        fn=tool.run,
        name=tool.name,
        title=tool.title,
        description=tool.description,
        parameters=tool.input_schema,
        fn_metadata=FuncMetadata(arg_model=ArgModelBase, output_schema=output(tool.result)),
        is_async=True,
        annotations=tool.annotations,
        tool=tool,
    )


def result_of(answer: ToolOutput, blocks: Sequence[ContentBlock] = ()) -> CallToolResult:
    """The result of a call; an answer with a problem is an error result that fits the same schema."""
    text, content = as_result(answer)
    return CallToolResult(
        content=[TextContent(text=text), *blocks], structured_content=content, is_error=answer.error is not None
    )


def failure(kind: type[ToolOutput], fault: ErrorInfo, session_id: str | None = None) -> CallToolResult:
    """The error result of a call that came to nothing."""
    return result_of(kind(session_id=session_id, error=problem_of(fault)))


async def serve(
    tool: Tool[Any], given: dict[str, Any], context: Context[ServerState]
) -> CallToolResult | InputRequiredResult:  # fmt: skip
    """One call from its arguments to its result."""
    state = context.request_context.lifespan_context
    with use_language(_language(given, context)):
        return await _serve(tool, given, context, state)


def _language(given: dict[str, Any], context: Context[ServerState]) -> Language:
    """The language of a call: as it was set, else that of its words, else that which was last spoken by this caller.

    A session that has been spoken to before brings its own (`Call.speak_as`).
    """
    state = context.request_context.lifespan_context
    words = given.get("instruction")
    usual = spoken_language(context)
    if not isinstance(words, str) or not words:
        name = given.get("filename")
        chinese = isinstance(name, str) and not state.options.language and language_of_words(name, "") == "zh"
        return "zh" if chinese else language_of(usual)
    language = state.options.language or language_of_words(words, usual)
    state.sessions.speak(caller_of(context), language)
    return language_of(language)


def spoken_language(context: Context[ServerState], session: str | None = None) -> str:
    """As it was set, else the language of the session, else that in which this caller last wrote, else a guess."""
    state = context.request_context.lifespan_context
    known = state.options.language or session or state.sessions.spoken(caller_of(context))
    return known or _of_browser(context) or state.options.native


def _of_browser(context: Context[ServerState]) -> str | None:
    accepted = (context.headers.get("accept-language") or "") if context.headers is not None else ""
    return accepted if accepted[:1].isalpha() else None


async def _serve(
    tool: Tool[Any], given: dict[str, Any], context: Context[ServerState], state: ServerState
) -> CallToolResult | InputRequiredResult:  # fmt: skip
    task = CURRENT_TASK.get()
    async with ProgressReporter(task.report if task else context.report_progress, state.options, tool.doing) as meter:
        elicitation = UrlElicitation(context) if task is None else None
        call = ToolContext(state, caller_of(context), meter, unhurried=task is not None, elicitation=elicitation)
        call.has_words = bool(given.get("instruction"))
        reply = None
        try:
            asked = _read(tool, given, state.options)
            with anyio.move_on_after(None if task else state.options.longest_s):
                reply = await tool.run(call, asked)
        except anyio.get_cancelled_exc_class():
            await call.take_back()
            raise
        except ElicitationRequired as wanted:
            return wanted.result
        except ApiError as error:
            if error.fault.kind == "session_not_found":
                state.sessions.forget(call.caller, call.session_id)
            return failure(tool.result, error.fault, call.session_id)
        except Exception:
            log.exception("%s failed", tool.name)
            return failure(tool.result, internal(), call.session_id)
    if reply is None:
        return failure(tool.result, call.late(), call.session_id)
    if reply.answer.session_id is not None:
        state.sessions.remember(call.caller, reply.answer.session_id)
    return result_of(reply.answer, reply.blocks)


def _read(tool: Tool[A], given: dict[str, Any], options: ServerOptions) -> A:
    """The arguments of a call. Raises ApiError with the advice of the tool."""
    try:
        return read_arguments(tool.name, tool.arguments, given)
    except ApiError as error:
        raise ApiError(tool.advised(error.fault, options)) from None


def caller_of(context: Context[ServerState]) -> str:
    """Who is calling: a legacy HTTP session, else everybody on this server."""
    headers = context.headers
    return (headers.get("mcp-session-id") or "") if headers is not None else ""


@cache
def output(model: type[BaseModel]) -> Schema:
    """The schema of a result: only what a reader needs, since results are made by ourselves.

    What is required is left out too: one list per object would be a tenth of `tools/list`. So is the shape of a failure
    inside of lists and parts, which is that of the whole answer's own.
    """
    return _promised(compact(model))


def _promised(schema: Schema, *, inside: bool = False) -> Schema:
    kept = {key: value for key, value in schema.items() if key not in ("default", "additionalProperties", "required")}
    if "properties" in kept:
        kept["properties"] = {
            name: {"type": "object"} if inside and name == "error" else _promised(each, inside=True)
            for name, each in kept["properties"].items()
        }
    if "items" in kept:
        kept["items"] = _promised(kept["items"], inside=True)
    return kept
