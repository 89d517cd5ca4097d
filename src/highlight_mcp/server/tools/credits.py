"""`credits`: what is left for paid work."""

from ..arguments import Arguments, SessionId
from ..balance import balance_text, low_text
from ..context import ToolContext
from ..outputs import ToolOutput
from ..tool import Reply, Tool


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
        CreditsOutput(
            session_id=call.session_id,
            available=balance.available,
            frozen=balance.frozen,
            total=balance.total,
            unlimited=balance.unlimited,
            plan=balance.plan or None,
            expires_at=balance.expires_at,
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
