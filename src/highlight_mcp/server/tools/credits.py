"""`credits`: what is left for paid work, and the balance in words for other tools."""

from ...contract.session import Balance
from ...messages import say
from ..arguments import Arguments, SessionId
from ..context import ToolContext
from ..outputs import ToolOutput
from ..tool import Reply, Tool


def balance_text(balance: Balance) -> str:
    """`60 of 100 credits are available, 40 are reserved.`"""
    if balance.unlimited:
        return say("server.credits_unlimited")
    reserved = say("server.credits_reserved", n=balance.frozen) if balance.frozen else ""
    until = say("server.credits_until", when=balance.expires_at) if balance.expires_at else ""
    return say("server.credits", n=balance.available, all=balance.total, reserved=reserved, until=until)


def low_text(balance: Balance) -> tuple[str, ...]:
    """The warning below ten credits, none above."""
    return (say("server.credits_few"),) if balance.low else ()


class CreditsArguments(Arguments):
    """Nothing is needed."""

    session_id: SessionId = None


class CreditsOutput(ToolOutput):
    """The balance; `frozen` is reserved by running work."""

    available: int | None = None
    frozen: int | None = None
    total: int | None = None
    unlimited: bool | None = None
    plan: str | None = None
    expires_at: str | None = None
    message: str | None = None

    def lines(self) -> list[str]:
        """One sentence."""
        return [self.message] if self.message else []


async def show_credits(call: ToolContext, asked: CreditsArguments) -> Reply:
    """Ask for the balance."""
    client = await call.client()
    call.session_id = await call.state.sessions.find(call.caller, asked.session_id, client)
    if asked.session_id is not None:
        await client.state(asked.session_id)  # a session that does not exist must not become the caller's latest
    balance = await client.credits()
    return Reply(
        CreditsOutput.copied_from(
            balance,
            session_id=call.session_id,
            plan=balance.plan or None,
            message=balance_text(balance),
            warnings=(*low_text(balance), *call.notices(client)) or None,
        )
    )


CREDITS = Tool(
    name="credits",
    title="Show credits",
    description="The credit balance of the backend; unlimited on this machine.",
    arguments=CreditsArguments,
    result=CreditsOutput,
    run=show_credits,
    read_only=True,
    idempotent=True,
)
