"""Work that ends when the caller who asked for it has left."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from ...contract.codes import ContractError, fault

T = TypeVar("T")


async def while_heard(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of some work; it is cancelled when the connection of a request whose body was read breaks."""
    working, listening = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, listening), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ContractError(fault("cancelled", "backend.caller_left"))
        return working.result()
    finally:
        for task in (working, listening):
            task.cancel()
        await asyncio.gather(working, listening, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
