"""Words given to `edit` that ask for something else; read-only wishes are answered at once."""

from ..client.backend import BackendClient
from ..contract.routing import Route
from ..messages import say
from .balance import balance_text
from .shapes import ActionFacts


async def lead_elsewhere(aim: Route, client: BackendClient) -> tuple[str, ActionFacts]:
    """What to say, and the tool that does it. Raises ContractError."""
    if aim == "credits":
        return balance_text(await client.credits()), ActionFacts(tool="credits", text=say("server.action.credits"))
    tool = "get_state" if aim == "state" else aim
    return say(f"server.asked_for.{aim}"), ActionFacts(tool=tool, text=say(f"server.action.{aim}"))
