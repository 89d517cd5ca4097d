"""The credit balance in words."""

from ..client.results import Credits


def balance_text(balance: Credits) -> str:
    """`60 of 100 credits are available, 40 are reserved.`"""
    if balance.unlimited:
        return "Unlimited: work on this machine needs no credits."
    reserved = f", {balance.frozen} are reserved by running work" if balance.frozen else ""
    until = f" They are valid until {balance.expires_at}." if balance.expires_at else ""
    return f"{balance.available} of {balance.total} credits are available{reserved}.{until}"
