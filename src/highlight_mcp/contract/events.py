"""News of a backend (an extension): server-sent events about sessions that changed and renders that ended.

First come `now` events, one for each recent session and render, as they are; then `ready`; then a
`change` event for each that changes. Comments keep the connection alive.
"""

from typing import Literal

from .wire import Lenient, Wire

EVENTS_PATH = "/api/local/events"
NOW, READY, CHANGE = "now", "ready", "change"
EventName = Literal["now", "ready", "change"]


class ChangeEvent(Wire):
    """A session with the version of its timeline (0 before any edit), or a render with how it ended."""

    session_id: str
    version: Lenient[int | None] = None
    render_id: Lenient[str | None] = None
    status: Lenient[str | None] = None
