"""A loopback server between the page of the test host and a real MCP server: JSON in, JSON out."""

import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from mcp import Client, MCPError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions

PAGE = Path(__file__).with_name("host.html")
OpenClient = Callable[[], AbstractAsyncContextManager[BackendClient]]


class Bridge:
    """One MCP server and one client of it, in a thread of their own; `settings` is what the host page is told."""

    def __init__(self, open_client: OpenClient, options: ServerOptions) -> None:
        self._open_client = open_client
        self._options = options
        self.settings: dict[str, Any] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        routes = [
            Route("/", self._page),
            Route("/settings", self._told),
            Route("/rpc", self._rpc, methods=["POST"]),
        ]
        app = Starlette(routes=routes, lifespan=self._lifespan)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self) -> "Bridge":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def result(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a call as a host would hand it to the page."""
        asked = {"method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        answer = httpx.post(f"{self.url}/rpc", json=asked, timeout=60).json()
        result: dict[str, Any] = answer["result"]
        return result

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of a call."""
        found: dict[str, Any] = self.result(tool, **arguments)["structuredContent"]
        return found

    def clips(self, session_id: str) -> list[tuple[int, int]]:
        """The source ranges of the clips of a cut, in their order."""
        state = self.call("get_state", session_id=session_id, detail="full")
        return [(clip["in_ms"], clip["out_ms"]) for clip in state["timeline"]["tracks"][0]["clips"]]

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with Client(build_server(self._open_client, self._options)) as client:
            self._client = client
            yield

    async def _page(self, _request: Request) -> Response:
        return FileResponse(PAGE)

    async def _told(self, _request: Request) -> Response:
        return JSONResponse(self.settings)

    async def _rpc(self, request: Request) -> Response:
        asked = await request.json()
        try:
            result = await self._answer(asked["method"], asked["params"])
        except MCPError as error:
            return JSONResponse({"error": error.error.model_dump(mode="json", exclude_none=True)})
        return JSONResponse({"result": result.model_dump(mode="json", by_alias=True, exclude_none=True)})

    async def _answer(self, method: str, params: dict[str, Any]) -> Any:
        if method == "tools/call":
            return await self._client.call_tool(params["name"], params["arguments"])
        return await self._client.read_resource(params["uri"])
