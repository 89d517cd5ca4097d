"""The web server: uvicorn, with limits on what callers may take."""

import asyncio
import logging
import socket

import uvicorn
from starlette.types import ASGIApp

from .connections import FullOnce, GoneOnce, Limits, WatchedConnection, connection_limit

BACKLOG = 128
"""Connections that the system holds for us. asyncio takes up to so many in one go, however many fail."""

TELLERS = ("mcp.server.streamable_http", "mcp.server.streamable_http_manager", "uvicorn.error")
"""Loggers that tell of a request that failed."""


class WebServer(uvicorn.Server):
    """Serves an application; `limits` is for tests."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        chosen = limits or Limits(connection_limit())
        protocol = type("Connection", (WatchedConnection,), {"limits": chosen})
        config = uvicorn.Config(
            app, http=protocol, ws="none", loop="asyncio", backlog=BACKLOG, log_level="warning", access_log=False
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        asyncio.get_running_loop().set_exception_handler(FullOnce())
        once = GoneOnce()
        for name in TELLERS:
            logging.getLogger(name).addFilter(once)
        await super().startup(sockets)
