"""Tools and a prompt that return their questions and are called again with the answers (SEP-2322)."""

from collections.abc import Callable, Mapping
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
)

AnyContext = Context[Any, Any]
Requests = Mapping[str, Any]
PREFIX = "test_input_required_result"


def question(message: str, **properties: str) -> ElicitRequest:
    """A form with these properties and their types, all needed."""
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sampling(text: str) -> CreateMessageRequest:
    """A prompt for the model of the client."""
    message = SamplingMessage(role="user", content=TextContent(text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


NAME = question("What is your name?", name="string")
STEPS = (("step1", NAME), ("step2", question("What is your favorite color?", color="string")))


def add_rounds(server: MCPServer[Any]) -> None:
    """Register them."""
    asked: dict[str, Requests] = {
        "elicitation": {"user_name": NAME},
        "sampling": {"capital_question": sampling("What is the capital of France?")},
        "list_roots": {"client_roots": ListRootsRequest()},
    }
    stated: dict[str, Requests] = {
        "request_state": {"confirm": question("Please confirm", ok="boolean")},
        "tampered_state": {"confirm": question("Please confirm", ok="boolean")},
        "multiple_inputs": {
            "user_name": NAME,
            "greeting": sampling("Generate a greeting"),
            "client_roots": ListRootsRequest(),
        },
    }
    for name, requests in asked.items():
        _add(server, name, _asks(requests, None))
    for name, requests in stated.items():
        _add(server, name, _asks(requests, f"{PREFIX}_{name}"))
    _add(server, "multi_round", _two_rounds)
    _add(server, "capabilities", _only_what_the_client_can)
    server.prompt(name=f"{PREFIX}_prompt", description="A prompt that asks.")(_prompt)


def _add(server: MCPServer[Any], name: str, fn: Callable[..., Any]) -> None:
    server.add_tool(fn, name=f"{PREFIX}_{name}", description=f"Asks: {name}.", structured_output=False)


def _asks(requests: Requests, state: str | None) -> Callable[..., Any]:
    async def ask(ctx: AnyContext) -> str | InputRequiredResult:
        answers = ctx.input_responses or {}
        if not set(requests) <= set(answers) or ctx.request_state != state:
            return InputRequiredResult(input_requests=dict(requests), request_state=state)
        return f"state-ok: {_words(answers)}"

    return ask


async def _two_rounds(ctx: AnyContext) -> str | InputRequiredResult:
    answers = ctx.input_responses or {}
    done = int(ctx.request_state or 0)
    if done and STEPS[done - 1][0] not in answers:
        done -= 1
    elif done == len(STEPS):
        return "Both answered."
    name, asked = STEPS[done]
    return InputRequiredResult(input_requests={name: asked}, request_state=str(done + 1))


async def _only_what_the_client_can(ctx: AnyContext) -> str | InputRequiredResult:
    offered = ctx.client_capabilities
    able: dict[str, Any] = {}
    if offered is not None and offered.elicitation is not None:
        able["user_name"] = NAME
    if offered is not None and offered.sampling is not None:
        able["greeting"] = sampling("Generate a greeting")
    return InputRequiredResult(input_requests=able) if able and not ctx.input_responses else "Done."


async def _prompt(ctx: AnyContext) -> str | InputRequiredResult:
    answers = ctx.input_responses or {}
    if "user_context" not in answers:
        asked = question("What context should the prompt use?", context="string")
        return InputRequiredResult(input_requests={"user_context": asked})
    return f"Use this context: {_words(answers)}"


def _words(answers: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name}={answer.content if isinstance(answer, ElicitResult) else type(answer).__name__}"
        for name, answer in answers.items()
    )
