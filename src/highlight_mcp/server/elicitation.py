"""Showing the user a page through the host, where the host can (elicitation in URL mode), in both protocol eras."""

import secrets
from typing import Any, Literal

import anyio
from mcp.server.mcpserver import Context
from mcp.types import ElicitRequest, ElicitRequestURLParams, InputRequiredResult

from .workspace.workspace import ServerState

MODERN = "2026-07-28"
KEY = "page"
KEPT = 200
ElicitationAction = Literal["accept", "decline", "cancel"]


class ElicitationRequired(Exception):
    """The call can go on once the host has shown this page; it then calls again."""

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("a page is to be shown")
        self.result = result


class UrlElicitation:
    """Leads the user of one call to a page. Each page is shown once; afterwards words must do."""

    def __init__(self, context: Context[ServerState]) -> None:
        self._context = context

    async def show(self, url: str, message: str, wait_s: float) -> ElicitationAction | None:
        """Ask the host to open the page. What the user said; None when the host cannot, or nobody answered in time.

        Raises ElicitationRequired where the host is asked by a result.
        """
        if not self._can_show:
            return None
        if self.answered:
            return _action((self._context.input_responses or {}).get(KEY))
        shown = self._context.request_context.lifespan_context.shown
        if url in shown:
            return None
        if len(shown) >= KEPT:
            shown.clear()
        shown.add(url)
        if self._modern:
            asked = ElicitRequest(params=ElicitRequestURLParams(message=message, url=url))
            raise ElicitationRequired(InputRequiredResult(input_requests={KEY: asked}))
        with anyio.move_on_after(wait_s):
            return _action(await self._context.elicit_url(message, url, secrets.token_urlsafe(12)))
        return None

    @property
    def answered(self) -> bool:
        """True when this call repeats an earlier one and brings what the user has said."""
        return self._modern and self._context.input_responses is not None

    @property
    def _modern(self) -> bool:
        return (self._context.protocol_version or "") >= MODERN

    @property
    def _can_show(self) -> bool:
        declared = self._context.client_capabilities
        return bool(declared and declared.elicitation and declared.elicitation.url is not None)


def _action(answer: Any) -> ElicitationAction | None:
    action = getattr(answer, "action", None)
    return action if action in ("accept", "decline", "cancel") else None
