"""The address under which the caller of the present message reaches this server."""

import re
from contextvars import ContextVar
from typing import Any

REQUEST_URL: ContextVar[str | None] = ContextVar("reached_at", default=None)
"""Scheme and authority of the request that is being served; None outside of HTTP."""

AUTHORITY = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::\d{1,5})?")


def request_url(request: Any) -> str | None:
    """`http://media-box:8765` of an HTTP request whose Host header was found to be ours; None for any other.

    A caller who comes through a tunnel or by a name of the local network is given addresses that work there.
    """
    host = getattr(request, "headers", {}).get("host")
    if not isinstance(host, str) or not AUTHORITY.fullmatch(host):
        return None
    return f"{request.url.scheme}://{host}"
