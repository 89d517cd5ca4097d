"""Tools that talk to the client while they run: progress, log messages, sampling, questions, lists that change."""

import warnings
from typing import Annotated, Any

import anyio
from mcp import MCPDeprecationWarning, MCPError
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.subscriptions import PromptsListChanged, ServerEvent, ToolsListChanged
from mcp.types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    EmptyResult,
    SamplingMessage,
    SetLevelRequestParams,
    TextContent,
)
from pydantic import Field

USER = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    },
    "required": ["username", "email"],
}
DEFAULTS = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
}
TITLED = [{"const": f"value{n}", "title": f"{word} Option"} for n, word in ((1, "First"), (2, "Second"), (3, "Third"))]
OPTIONS = ["option1", "option2", "option3"]
ENUMS = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": OPTIONS},
        "titledSingle": {"type": "string", "oneOf": TITLED},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": OPTIONS}},
        "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
    },
}
AnyContext = Context[Any, Any]


def add_dialogue(server: MCPServer[Any]) -> None:
    """Register them."""
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    server._lowlevel_server.add_request_handler("logging/setLevel", SetLevelRequestParams, _set_level)
    for tool in (
        test_tool_with_progress,
        test_tool_with_logging,
        test_logging_tool,
        test_sampling,
        test_elicitation,
        test_elicitation_sep1034_defaults,
        test_elicitation_sep1330_enums,
        test_missing_capability,
        test_streaming_elicitation,
        test_reconnection,
        test_custom_header,
        test_trigger_tool_change,
        test_trigger_prompt_change,
    ):
        server.add_tool(tool, structured_output=False)


async def _set_level(_ctx: Any, _params: SetLevelRequestParams) -> EmptyResult:
    return EmptyResult()


async def test_tool_with_progress(ctx: AnyContext) -> str:
    """Reports progress three times."""
    for share in (0, 50, 100):
        await ctx.report_progress(share, 100)
        await anyio.lowlevel.checkpoint()
    return "Done."


async def test_tool_with_logging(ctx: AnyContext) -> str:
    """Logs three messages."""
    for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(message)
        await anyio.lowlevel.checkpoint()
    return "Done."


async def test_logging_tool(ctx: AnyContext) -> str:
    """Logs one message."""
    await ctx.info("A message.")
    return "Done."


async def test_sampling(prompt: str, ctx: AnyContext) -> str:
    """Asks the model of the client."""
    _need(ctx, "sampling")
    question = SamplingMessage(role="user", content=TextContent(text=prompt))
    answer = await ctx.session.create_message([question], max_tokens=100, related_request_id=ctx.request_id)
    return f"LLM response: {answer.content}"


async def test_elicitation(message: str, ctx: AnyContext) -> str:
    """Asks the user for a name and an address."""
    return await _asked(ctx, message, USER)


async def test_elicitation_sep1034_defaults(ctx: AnyContext) -> str:
    """Asks with a default for each primitive type."""
    return await _asked(ctx, "Please check.", DEFAULTS)


async def test_elicitation_sep1330_enums(ctx: AnyContext) -> str:
    """Asks with each form of a choice."""
    return await _asked(ctx, "Please choose.", ENUMS)


async def test_missing_capability(ctx: AnyContext) -> str:
    """Works only for clients that offer sampling."""
    _need(ctx, "sampling")
    return "Done."


async def test_streaming_elicitation(ctx: AnyContext) -> str:
    """Streams signs of life and asks nothing while it does."""
    await ctx.report_progress(1, 1)
    return "Done."


async def test_reconnection(ctx: AnyContext) -> str:
    """Closes its stream while it works; the client fetches the result when it comes back."""
    await ctx.close_sse_stream()
    await anyio.lowlevel.checkpoint()
    return "Done after a reconnection."


async def test_custom_header(
    region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"}, description="Repeated in a header")],
) -> str:
    """Takes an argument that a header repeats."""
    return f"Region {region}."


async def test_trigger_tool_change(ctx: AnyContext) -> str:
    """Says that the list of tools has changed."""
    return await _announced(ctx, ToolsListChanged())


async def test_trigger_prompt_change(ctx: AnyContext) -> str:
    """Says that the list of prompts has changed."""
    return await _announced(ctx, PromptsListChanged())


async def _announced(ctx: AnyContext, event: ServerEvent) -> str:
    await ctx.request_context.lifespan_context.notifier._bus.publish(event)
    return "Told."


async def _asked(ctx: AnyContext, message: str, schema: dict[str, Any]) -> str:
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        raise ToolError("The client cannot ask its user.")
    answer = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
    return f"User response: action={answer.action}, content={answer.content}"


def _need(ctx: AnyContext, capability: str) -> None:
    if getattr(ctx.client_capabilities, capability, None) is None:
        raise MCPError(
            code=MISSING_REQUIRED_CLIENT_CAPABILITY,
            message=f"This needs the capability {capability!r} of the client.",
            data={"requiredCapabilities": {capability: {}}},
        )
