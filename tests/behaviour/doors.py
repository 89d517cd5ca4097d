"""Ways into the product: three transports, two protocol eras, two backends, behind one face."""

import json
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

import httpx2
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from client.conftest import QUICK
from highlight_mcp.backend_locator import open_client
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig
from highlight_mcp.server.app import build_server
from highlight_mcp.server.http.app import HttpOptions, http_app
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.settings import Settings
from highlight_mcp.testing import ScriptedCloud
from server.conftest import Host, Mode

Transport = Literal["memory", "stdio", "http"]
Backend = Literal["embedded", "cloud"]
SERVE = Path(__file__).parent / "serve.py"
CLOCKS = replace(QUICK, silence_s=30, request_s=30, turn_total_s=60, heartbeats_only_s=60, render_polls=3000)
TOKEN = "a-token-of-this-test"


@dataclass(frozen=True)
class Way:
    """One combination."""

    transport: Transport
    mode: Mode
    backend: Backend

    def __str__(self) -> str:
        return f"{self.transport}-{'modern' if self.mode == 'auto' else 'legacy'}-{self.backend}"


ALL = [Way(*each) for each in product(get_args(Transport), get_args(Mode), get_args(Backend))]
FEW = [Way("memory", "auto", "embedded"), Way("http", "legacy", "embedded"), Way("stdio", "auto", "cloud")]
"""Every transport, era and backend is among these."""


def through(usual: list[Way], among: list[Way] = ALL) -> pytest.MarkDecorator:
    """A test for every way; those that are not usual only among the slow tests."""
    ways = [each for each in ALL if each in among or each in usual]
    marked = [pytest.param(each, id=str(each), marks=[] if each in usual else pytest.mark.slow) for each in ways]
    return pytest.mark.parametrize("door", marked, indirect=True)


embedded_only = [each for each in ALL if each.backend == "embedded"]
cloud_only = [each for each in ALL if each.backend == "cloud"]


@dataclass
class Door:
    """Opens hosts that come one way. With `token` None the cloud hands out an account of its own."""

    way: Way
    settings: Settings
    environment: Mapping[str, str]
    folder: Path
    cloud: ScriptedCloud | None = None
    token: str | None = None

    @property
    def local(self) -> bool:
        """True when the backend is the embedded one, which offers everything."""
        return self.cloud is None

    @property
    def config(self) -> ClientConfig:
        """How to reach the cloud, with short clocks."""
        assert self.cloud is not None
        return ClientConfig(
            base_url=self.cloud.url,
            kind="cloud",
            state_dir=self.folder / "state",
            output_dir=self.folder / "reels",
            client_id_file=self.folder / "client_id",
            version="0.1.0",
            token=self.token,
            clocks=CLOCKS,
        )

    def open_client(self) -> AbstractAsyncContextManager[BackendClient]:
        """A client of the backend."""
        return open_client(self.settings) if self.cloud is None else BackendClient(self.config)

    def parameters(self, options: ServerOptions | None = None) -> StdioServerParameters:
        """How to start the server process; its own command unless something has to be shortened."""
        if self.cloud is None and options is None:
            arguments = ["-m", "highlight_mcp"]
        else:
            arguments = [str(SERVE), json.dumps(self._told(options))]
        return StdioServerParameters(command=sys.executable, args=arguments, env=dict(self.environment))

    @asynccontextmanager
    async def host(self, options: ServerOptions | None = None, **more: Any) -> AsyncIterator[Host]:
        """A new server and a client of it."""
        async with (
            self._target(options) as target,
            Client(target, mode=self.way.mode, **more) as client,
        ):
            listed = await client.list_tools()
            yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})

    @asynccontextmanager
    async def _target(self, options: ServerOptions | None) -> AsyncIterator[Any]:
        if self.way.transport == "stdio":
            yield self.parameters(options)
            return
        server = build_server(self.open_client, options or ServerOptions(media_roots=self.settings.media_roots))
        if self.way.transport == "memory":
            yield server
            return
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with served(http_app(server, HttpOptions(token=TOKEN))) as url:
            async with httpx2.AsyncClient(headers=headers, timeout=60, verify=False) as http:
                yield streamable_http_client(url, http_client=http)

    def _told(self, options: ServerOptions | None) -> dict[str, Any]:
        times = {name: each for name, each in asdict(options).items() if name.endswith("_s")} if options else {}
        if self.cloud is None:
            return {"options": times}
        config = self.config
        usual = {"base_url": config.base_url, "kind": config.kind, "version": config.version, "token": config.token}
        folders = {name: str(getattr(config, name)) for name in ("state_dir", "output_dir", "client_id_file")}
        return {"options": times, "config": {**usual, **folders}, "clocks": asdict(CLOCKS)}


@contextmanager
def served(app: Any) -> Any:
    """A server on a free port of this machine, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        thread.join(20)
