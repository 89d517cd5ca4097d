"""The stream of news (an extension): sessions that changed, renders that ended."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ...contract.local_api import CHANGE, NOW, READY
from ...contract.wire import dumps
from ..ledger import Account
from ..services import Services
from .responses import account_of, services_of

SILENCE_S = 15.0


async def follow(request: Request) -> Response:
    """News of the caller's sessions, for as long as the caller listens."""
    frames = _frames(services_of(request), account_of(request))
    return StreamingResponse(frames, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _frames(services: Services, account: Account) -> AsyncIterator[bytes]:
    name = NOW
    async with aclosing(services.events.follow(account, SILENCE_S)) as news:
        async for changes in news:
            for change in changes:
                yield f"event: {name}\ndata: {dumps(change.body())}\n\n".encode()
            if name == NOW:
                yield f"event: {READY}\ndata: {{}}\n\n".encode()
            elif not changes:
                yield b": still here\n\n"
            name = CHANGE
