"""The credit balance in words."""

import anyio

from ..client.backend import BackendClient
from ..client.results import Credits
from ..contract.errors import ApiError

ASK_S = 5.0
LOW_CREDITS = "Few credits are left; an edit may need about 50."


def balance_text(balance: Credits) -> str:
    """`60 of 100 credits are available, 40 are reserved.`"""
    if balance.unlimited:
        return "Unlimited: work on this machine needs no credits."
    reserved = f", {balance.frozen} are reserved by running work" if balance.frozen else ""
    until = f" They are valid until {balance.expires_at}." if balance.expires_at else ""
    return f"{balance.available} of {balance.total} credits are available{reserved}.{until}"


def low_text(balance: Credits) -> tuple[str, ...]:
    """The warning below ten credits, none above."""
    return (LOW_CREDITS,) if balance.low else ()


async def before_paid_work(client: BackendClient) -> tuple[str, ...]:
    """What is left before work that costs; nothing where work is free, or when the service does not say in time."""
    if client.kind == "embedded":
        return ()
    balance: Credits | None = None
    try:
        with anyio.move_on_after(ASK_S):
            balance = await client.credits()
    except ApiError:
        return ()
    if balance is None or balance.unlimited:
        return ()
    return (f"Before this edit: {balance_text(balance)}", *low_text(balance))
