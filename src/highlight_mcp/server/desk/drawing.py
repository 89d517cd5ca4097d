"""What the backend has to look at the footage for, which may take its time: pictures and ranked moments."""

from dataclasses import dataclass
from typing import Literal

from ...client.backend import BackendClient
from ...client.results import Moments, Preview

What = Literal["storyboard", "moments", "frame"]
ClipSpan = tuple[int, int]


@dataclass
class Drawing:
    """Which picture of which session; `picture` is there when it is drawn.

    With `span`, a start and an end in ms, it is a small clip of the cut instead.
    """

    session_id: str
    what: What = "storyboard"
    at_ms: int | None = None
    media_id: str | None = None
    span: ClipSpan | None = None
    picture: Preview | None = None

    async def draw(self, client: BackendClient) -> None:
        """Ask the backend for it. Raises ContractError."""
        if self.span is not None:
            self.picture = await client.clip(self.session_id, *self.span)
        else:
            self.picture = await client.preview(self.session_id, self.what, self.at_ms, self.media_id)


@dataclass
class Ranking:
    """The moments of a session, best first; `moments` is there when they are found."""

    session_id: str
    moments: Moments | None = None

    async def rank(self, client: BackendClient) -> None:
        """Ask the backend for them. Raises ContractError."""
        self.moments = await client.moments(self.session_id)
