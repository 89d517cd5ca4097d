"""The credit balance in words."""

import anyio

from ..client.backend import BackendClient
from ..client.results import Credits
from ..contract.codes import ContractError
from ..messages import say

ASK_S = 5.0


def balance_text(balance: Credits) -> str:
    """`60 of 100 credits are available, 40 are reserved.`"""
    if balance.unlimited:
        return say("server.credits_unlimited")
    reserved = say("server.credits_reserved", n=balance.frozen) if balance.frozen else ""
    until = say("server.credits_until", when=balance.expires_at) if balance.expires_at else ""
    return say("server.credits", n=balance.available, all=balance.total, reserved=reserved, until=until)


def low_text(balance: Credits) -> tuple[str, ...]:
    """The warning below ten credits, none above."""
    return (say("server.credits_few"),) if balance.low else ()


async def before_paid_work(client: BackendClient) -> tuple[str, ...]:
    """What is left before work that costs; nothing where work is free, or when the service does not say in time."""
    if client.kind == "embedded":
        return ()
    balance: Credits | None = None
    try:
        with anyio.move_on_after(ASK_S):
            balance = await client.credits()
    except ContractError:
        return ()
    if balance is None or balance.unlimited:
        return ()
    return (say("server.credits_before", balance=balance_text(balance)), *low_text(balance))
