"""Words given to `edit` that ask for something else; read-only wishes are answered at once."""

from ..client.backend import BackendClient
from ..contract.routing import Route
from .balance import balance_text
from .shapes import ActionFacts

_ACTIONS = {
    "export": ("Nothing was changed: this asks for the finished file.", "Render the timeline to a file."),
    "upload": ("Nothing was changed: this asks for an upload.", "Add footage by its absolute path."),
    "state": ("Nothing was changed. This is the timeline:", "Show everything about the session."),
}


async def lead_elsewhere(aim: Route, client: BackendClient) -> tuple[str, ActionFacts]:
    """What to say, and the tool that does it. Raises ContractError."""
    if aim == "credits":
        return balance_text(await client.credits()), ActionFacts(tool="credits", text="Show the balance.")
    message, text = _ACTIONS[aim]
    return message, ActionFacts(tool="get_state" if aim == "state" else aim, text=text)
