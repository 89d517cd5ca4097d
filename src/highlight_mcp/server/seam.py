"""The handlers that the SDK has no public door for: legacy subscriptions, and completion with the server's state."""

from typing import Any

from mcp.server import MCPServer
from mcp.server.context import ServerRequestContext
from mcp.types import (
    CompleteRequestParams,
    CompleteResult,
    EmptyResult,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)

from .completion import complete
from .state import ServerState

RequestContext = ServerRequestContext[ServerState, Any]


def add_handlers(server: MCPServer[ServerState]) -> None:
    """Register them; tests in both eras watch this use of a private attribute."""
    low = server._lowlevel_server
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, _subscribe)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, _unsubscribe)
    low.add_request_handler("completion/complete", CompleteRequestParams, _complete)


async def _subscribe(ctx: RequestContext, params: SubscribeRequestParams) -> EmptyResult:
    ctx.lifespan_context.notifier.subscribe(str(params.uri), _client_of(ctx), ctx.session)
    return EmptyResult()


async def _unsubscribe(ctx: RequestContext, params: UnsubscribeRequestParams) -> EmptyResult:
    ctx.lifespan_context.notifier.unsubscribe(str(params.uri), _client_of(ctx))
    return EmptyResult()


async def _complete(ctx: RequestContext, params: CompleteRequestParams) -> CompleteResult:
    return CompleteResult(completion=await complete(ctx.lifespan_context, params.argument, params.context))


def _client_of(ctx: RequestContext) -> object:
    """What stays the same for one client: a session object is made for each request, its connection is not."""
    return ctx.session._connection
