"""A picture being drawn by the backend, which may have to look at the footage first."""

from dataclasses import dataclass
from typing import Literal

from ..client.backend import BackendClient
from ..client.results import Preview

What = Literal["storyboard", "moments", "frame"]


@dataclass
class Drawing:
    """Which picture of which session; `picture` is there when it is drawn."""

    session_id: str
    what: What
    at_ms: int | None = None
    media_id: str | None = None
    picture: Preview | None = None

    async def draw(self, client: BackendClient) -> None:
        """Ask the backend for it. Raises ContractError."""
        self.picture = await client.preview(self.session_id, self.what, self.at_ms, self.media_id)
