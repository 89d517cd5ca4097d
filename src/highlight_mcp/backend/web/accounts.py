"""Tokens and credits (contract sections 2 and 6)."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from ...contract.auth import CLIENT_ID_HEADER
from ...contract.codes import ContractError, fault
from .answers import account_of, ok, services_of


async def anonymous_token(request: Request) -> Response:
    """Hand out a token; the local profile has none to give."""
    services = services_of(request)
    if not services.config.strict:
        raise ContractError(fault("not_supported", "backend.no_token_needed"))
    return ok(await asyncio.to_thread(services.accounts.anonymous, request.headers.get(CLIENT_ID_HEADER)))


async def claim_token(request: Request) -> Response:
    """There is no web workspace here."""
    raise ContractError(fault("not_supported", "backend.no_workspace"))


async def balance(request: Request) -> Response:
    """The credits of the caller."""
    return ok(await asyncio.to_thread(services_of(request).accounts.balance, account_of(request)))
